"""Writing the spool. One process writes; a crash at any point costs at most one torn line, which is kept aside."""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from threading import Condition

import msgspec
from msgspec import Struct, field

from samovar.spool.cursor import Cursor
from samovar.spool.segment import (
    CHUNK,
    PLAIN,
    SEAL,
    Position,
    Segment,
    listing,
    numbers,
    pack,
    replace_file,
    stem,
    sync_directory,
    write_all,
    write_seal,
)

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class SpoolConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The spool: the durable record of every event."""

    segment_bytes: int = 64 << 20
    """A segment is sealed when it holds so many bytes."""
    segment_seconds: int = 6 * 3600
    """A segment is sealed when it is so old, in seconds."""
    sync_seconds: float = 1.0
    """What was appended is on the disk itself at most so many seconds later."""
    plain_segments: int = 1
    """So many sealed segments stay uncompressed, for log shippers that follow the files."""
    compression: int = 3
    """Level of zstd for sealed segments, 1 (fast) to 19 (small)."""

    def __post_init__(self) -> None:
        if self.segment_bytes < 1 << 16 or self.segment_seconds < 1:
            raise ValueError("[spool] a segment needs at least 65536 bytes and 1 second")
        if self.plain_segments < 1:
            raise ValueError("[spool] plain_segments must be at least 1")
        if not 1 <= self.compression <= 19:
            raise ValueError("[spool] compression must lie between 1 and 19")


class SpoolBusy(ValueError):
    """Another process writes to this spool."""


class Spool:
    """Opens, and where needed creates and repairs, the spool in a directory. Raises SpoolBusy, OSError.

    ``append``, ``sync`` and ``due`` belong to one thread, ``maintain`` to another; cursors each to their own.
    """

    def __init__(
        self, directory: Path, config: SpoolConfig | None = None, clock: Callable[[], float] = time.time
    ) -> None:
        self.directory = directory
        self.config = config or SpoolConfig()
        self._clock = clock
        for folder in (directory, directory / "cursors", directory / "damaged"):
            folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        self._lock = _lock(directory)
        self._appended = Condition()
        self.events = 0  # appended since this object was made
        self.torn = 0  # torn lines found at opening
        self._unsynced = 0.0
        self._file = -1
        existing = numbers(directory)
        self._number = existing[-1] if existing else 0
        self._resume(existing)

    @property
    def active(self) -> int:
        """Number of the segment that is being written; all below it are complete."""
        return self._number

    @property
    def end(self) -> Position:
        """The place after the last line."""
        return Position(self._number, self._size)

    def append(self, lines: bytes, count: int) -> Position:
        """Append ``count`` complete lines as they are; returns the place after them.

        All or nothing: OSError (a full disk) leaves the spool as it was.
        """
        if not lines.endswith(b"\n"):
            raise ValueError("the spool takes complete lines only")
        if self._size and (
            self._size + len(lines) > self.config.segment_bytes
            or self._clock() - self._began >= self.config.segment_seconds
        ):
            self._roll()
        try:
            write_all(self._file, lines)
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(lines)
        self.events += count
        self._unsynced = self._unsynced or self._clock()
        with self._appended:
            self._appended.notify_all()
        return self.end

    def wait(self, position: Position, timeout: float) -> bool:
        """Wait until there is something beyond ``position``, for at most ``timeout`` seconds."""
        with self._appended:
            return self._appended.wait_for(lambda: self.end > position, timeout)

    def due(self) -> bool:
        """Whether ``sync`` must be called now."""
        return bool(self._unsynced) and self._clock() - self._unsynced >= self.config.sync_seconds

    def sync(self) -> None:
        """Bring what was appended to the disk itself. Raises OSError."""
        if self._unsynced:
            os.fdatasync(self._file)
            self._unsynced = 0.0

    def cursor(self, name: str) -> Cursor:
        """The reader called ``name``, where it left off; new ones begin at the oldest event."""
        if not name.replace("-", "").replace("_", "").isalnum():
            raise ValueError(f"{name!r} is no name for a reader: use letters, digits, - and _")
        return Cursor(self.directory, name, lambda: self._number)

    def recent_ids(self, lines: int = 4096) -> set[str]:
        """Ids of the last ``lines`` events and more, to recognise repeats after a crash."""
        ids: set[str] = set()
        for number in (self._number, self._number - 1):
            path = self.directory / (stem(number) + PLAIN)
            if path.exists():
                for line in _tail(path, lines):
                    try:
                        ids.add(_ids.decode(line).event_id)
                    except (msgspec.DecodeError, UnicodeDecodeError):
                        continue
        return ids

    def segments(self) -> list[Segment]:
        """All segments, oldest first; the last one is being written."""
        return listing(self.directory)

    def drop_oldest_sealed(self) -> int:
        """Delete the oldest sealed segment; returns the bytes that were freed, 0 if there is none."""
        for segment in self.segments():
            if segment.number < self._number:
                segment.path.unlink(missing_ok=True)
                (self.directory / (stem(segment.number) + SEAL)).unlink(missing_ok=True)
                return segment.disk
        return 0

    def maintain(self) -> None:
        """Seal and compress what is finished. Slow; run it often, in a thread of its own. Raises OSError."""
        for stale in self.directory.glob("*.tmp"):
            if stale.name.startswith(tuple("0123456789")):
                stale.unlink(missing_ok=True)
        finished = [segment for segment in self.segments() if segment.number < self._number]
        for segment in finished:
            if segment.seal is None:
                write_seal(self.directory, segment.number)
        keep = self.config.plain_segments
        for segment in finished[: len(finished) - keep]:
            if not segment.packed:
                pack(self.directory, segment.number, self.config.compression)

    def close(self) -> None:
        """Sync and let go; further calls do nothing."""
        if self._file >= 0:
            self.sync()
            os.close(self._file)
            os.close(self._lock)
            self._file = -1

    def _resume(self, existing: list[int]) -> None:
        """Go on with the newest segment, or begin one.

        After a reboot a new one is begun: a power cut may have cost the old one lines that a reader has
        already passed, and new lines in their place would be taken for known.
        """
        boot = self.directory / "boot"
        same_boot = boot.exists() and boot.read_bytes() == _boot_id()
        path = self.directory / (stem(self._number) + PLAIN)
        if existing and path.exists():
            self._repair(path)
        if existing and same_boot and path.exists():
            self._open()
        else:
            self._roll()
        replace_file(boot, _boot_id())

    def _roll(self) -> None:
        """Begin the next segment; the one before is complete from now on."""
        following = self._number + 1
        path = self.directory / (stem(following) + PLAIN)
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            sync_directory(self.directory)
            if self._file >= 0:
                os.fdatasync(self._file)
                os.close(self._file)
        except OSError:
            os.close(opened)
            raise
        self._unsynced = 0.0
        self._file, self._size, self._began = opened, 0, self._clock()
        self._number = following

    def _open(self) -> None:
        path = self.directory / (stem(self._number) + PLAIN)
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
        self._size = os.fstat(self._file).st_size
        self._began = self._clock()

    def _repair(self, path: Path) -> None:
        """Cut off a torn last line; its bytes are kept in ``damaged``."""
        with path.open("rb+") as file:
            size = file.seek(0, os.SEEK_END)
            end = size
            while end:
                start = max(0, end - CHUNK)
                file.seek(start)
                if (at := file.read(end - start).rfind(b"\n")) >= 0:
                    end = start + at + 1
                    break
                end = start
            if end == size:
                return
            file.seek(end)
            torn = file.read(CHUNK)
            replace_file(self.directory / "damaged" / f"torn-{path.stem}-{end}", torn)
            file.truncate(end)
            os.fsync(file.fileno())
        self.torn += 1


class _Id(Struct):
    event_id: str = field(name="event.id")


_ids = msgspec.json.Decoder(_Id)


def _tail(path: Path, lines: int) -> list[bytes]:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - lines * 1024))
        return file.read().split(b"\n")[-lines - 1 :]


def _boot_id() -> bytes:
    return _BOOT_ID.read_bytes() if _BOOT_ID.exists() else b""


def _lock(directory: Path) -> int:
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise SpoolBusy(f"another process writes to {directory}: stop it, or use another data folder") from None
    return descriptor

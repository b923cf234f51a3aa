"""Terminal recordings: DATA/recordings/2026-11-24/ID.cast, one a session, asciicast v2, written while it runs.

A file only grows, by whole lines, and a killed hub goes on where it was: what a line count says was written already is
left out when it is offered again. A recording ends early where an entry is missing or the disk takes no more.
"""

import logging
import os
import re
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from msgspec import Struct

from samovar import asciicast
from samovar.process.terminals import Piece

log = logging.getLogger(__name__)

FILE_BYTES = 16 << 20  # of one recording, whatever a worker sends: JSON needs up to six bytes for one
_ID = re.compile(r"[0-9a-f]{23}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_BLOCK = 4096  # bytes that the smallest file takes from the disk
_MOST_OPEN = 50_000  # sessions remembered; what is forgotten is read anew when it goes on
_LONGEST = 1e7  # seconds that a session may last
_IDLE = 900.0  # seconds without anything, after which a session counts as over: no shell waits so long
_SYNC_AFTER = 0.75  # seconds from writing to syncing
_SYNC_AT_ONCE = 64  # files in one call: others wait for the same disk


class RecordingConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Recordings of terminals."""

    total_mib: int = 1024
    """All recordings together take at most so many MiB; the oldest go when they outgrow it."""

    def __post_init__(self) -> None:
        if self.total_mib < 1:
            raise ValueError("[recordings] total_mib must be at least 1")


def find(directory: Path, session: str) -> Path | None:
    """Where a session's recording lies; None when there is none, or when this is no id of ours."""
    if not _ID.fullmatch(session):
        return None
    try:
        path = _place(directory, session)
    except (OverflowError, ValueError, OSError):  # of no time that there is
        return None
    return path if path.is_file() else None


class _Open:
    """What is known of a recording that is being written."""

    __slots__ = ("broken", "dirty", "lines", "moved", "path", "size", "slot")

    def __init__(self, slot: int, path: Path) -> None:
        self.slot, self.path = slot, path
        self.lines = 0  # entries that are in the file
        self.size = 0
        self.broken = False  # nothing more goes into it
        self.dirty = 0.0  # when it was first written to since it was synced
        self.moved = time.monotonic()


class Recordings:
    """All recordings in a directory. Any thread may call it; one writes."""

    def __init__(self, directory: Path, config: RecordingConfig | None = None) -> None:
        self.directory = directory
        self._total = (config or RecordingConfig()).total_mib << 20
        self._lock = threading.Lock()
        self._open: OrderedDict[str, _Open] = OrderedDict()  # least recently written first
        self.refused = 0  # pieces that were not recorded
        directory.mkdir(mode=0o750, parents=True, exist_ok=True)
        self.size = sum(_taken(path) for path in self._files())

    def take(self, slot: int, piece: Piece) -> None:
        """Append what is new of a piece; the disk's errors end the recording and are not raised."""
        with self._lock:
            state = self._open.get(piece.session) or self._resume(slot, piece.session)
            if state.slot != slot:
                self.refused += 1  # another worker's session: a sound one does not send this
                return
            self._open.move_to_end(piece.session)
            state.moved = time.monotonic()
            if not state.broken:
                self._append(state, piece)
            if piece.ended:
                self._close(piece.session)
        if self.size > self._total:
            try:
                self.drop_oldest()
            except OSError as error:  # recordings are never in the way of events
                log.warning("the oldest recordings cannot be given up: %s", error)

    def left(self, slot: int) -> None:
        """The worker of a slot is gone: its sessions are over."""
        with self._lock:
            for name in [name for name, state in self._open.items() if state.slot == slot]:
                self._close(name)

    def path(self, session: str) -> Path | None:
        """Where a session's recording lies; None when there is none, or when this is no id of ours."""
        return find(self.directory, session)

    def live(self, session: str) -> bool:
        """Whether more may come."""
        with self._lock:
            state = self._open.get(session)
            return state is not None and not state.broken and time.monotonic() - state.moved < _IDLE

    def sync(self) -> None:
        """Bring to the disk itself what was written a moment ago. Raises OSError."""
        due = time.monotonic() - _SYNC_AFTER
        with self._lock:
            waiting = [state for state in self._open.values() if 0 < state.dirty <= due][:_SYNC_AT_ONCE]
            for state in waiting:
                state.dirty = 0.0
            idle = time.monotonic() - _IDLE
            for name in [name for name, state in self._open.items() if state.moved < idle]:
                del self._open[name]
        for state in waiting:
            _sync(state.path)

    def drop_oldest(self) -> bool:
        """Give up the oldest day, or the older half of the only one; whether anything was given up."""
        days = self._days()
        if not days:
            return False
        files = sorted(days[0].glob("*.cast"))
        if len(days) == 1:
            files = files[: (len(files) + 1) // 2]
        return self._drop(files, days[0])

    def expire(self, oldest: float) -> None:
        """Give up the days that ended before ``oldest``, seconds since 1970."""
        last = datetime.fromtimestamp(oldest, UTC).strftime("%Y-%m-%d")
        for day in self._days():
            if day.name < last:
                self._drop(list(day.glob("*.cast")), day)

    def _append(self, state: _Open, piece: Piece) -> None:
        if piece.first > state.lines:  # something is missing that nobody can bring back
            state.broken = True
            self.refused += 1
            return
        entries = piece.entries[state.lines - piece.first :]
        if not entries:
            return
        first = asciicast.head(piece.session, _first_size(entries)) if not state.size else b""
        lines = first + b"".join(asciicast.line(_sound(entry)) for entry in entries)
        if state.size + len(lines) > FILE_BYTES:
            state.broken = True
            self.refused += 1
            return
        before = max(state.size, _BLOCK) if state.size else 0
        try:
            _write(state.path, state.size, lines)
        except OSError as error:
            state.broken = True
            self.refused += 1
            log.warning("the recording of session %s ends here: %s", piece.session, error)
            return
        state.size += len(lines)
        state.lines += len(entries)
        state.dirty = state.dirty or time.monotonic()
        self.size += max(state.size, _BLOCK) - before

    def _resume(self, slot: int, session: str) -> _Open:
        """A session that was not known: new, or begun before this hub started."""
        state = _Open(slot, _place(self.directory, session))
        try:
            content = state.path.read_bytes()
        except FileNotFoundError:
            content = b""
        except OSError:
            content, state.broken = b"", True
        state.size = content.rfind(b"\n") + 1  # a line that is not complete was never counted: it comes again
        state.lines = max(0, content.count(b"\n") - 1)
        self._open[session] = state
        if len(self._open) > _MOST_OPEN:
            self._close(next(iter(self._open)))
        return state

    def _close(self, session: str) -> None:
        state = self._open.pop(session)
        if state.dirty:
            try:
                _sync(state.path)
            except OSError as error:
                log.warning("a recording may not be on the disk: %s", error)

    def _drop(self, files: list[Path], day: Path) -> bool:
        for path in files:
            with self._lock:  # for each anew: there may be many, and somebody writes meanwhile
                self.size -= _taken(path)
                path.unlink(missing_ok=True)
                if (state := self._open.get(path.stem)) is not None:
                    state.broken = True
        with self._lock:
            if not any(day.iterdir()):
                day.rmdir()
        return bool(files)

    def _days(self) -> list[Path]:
        return sorted(path for path in self.directory.iterdir() if _DAY.fullmatch(path.name) and path.is_dir())

    def _files(self) -> Iterator[Path]:
        return self.directory.glob("*/*.cast")


def _place(directory: Path, session: str) -> Path:
    day = datetime.fromtimestamp(asciicast.began(session), UTC).strftime("%Y-%m-%d")
    return directory / day / f"{session}.cast"


def _first_size(entries: tuple[asciicast.Entry, ...]) -> asciicast.Size:
    named = asciicast.size_of(entries[0].data) if entries[0].code == "r" else None
    return named or asciicast.Size()


def _sound(entry: asciicast.Entry) -> asciicast.Entry:
    """As players expect it, whatever a worker sends: a time that is a time, a size that is a size."""
    offset = entry.offset if 0 <= entry.offset < _LONGEST else 0.0
    if entry.code != "r":
        return asciicast.Entry(offset, entry.code, entry.data)
    size = asciicast.size_of(entry.data)
    if size is None:
        return asciicast.Entry(offset, "m", "a terminal's size that cannot be")
    return asciicast.Entry(offset, "r", f"{size.width}x{size.height}")


def _write(path: Path, size: int, lines: bytes) -> None:
    """Write at ``size``, and cut off whatever lay or lies beyond: a file holds whole lines only."""
    path.parent.mkdir(mode=0o750, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o640)
    try:
        if os.fstat(descriptor).st_size > size:
            os.ftruncate(descriptor, size)
        try:
            if os.pwrite(descriptor, lines, size) < len(lines):
                raise OSError(28, "no space left on the device")
        except OSError:
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)


def _sync(path: Path) -> None:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        os.fdatasync(descriptor)
    finally:
        os.close(descriptor)


def _taken(path: Path) -> int:
    try:
        return max(path.stat().st_size, _BLOCK)
    except FileNotFoundError:
        return 0

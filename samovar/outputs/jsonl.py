"""Enriched events as JSON lines in ECS names, in a file that rotates by size, for Filebeat, Vector, jq and people.

Only whole batches are in the file: what a failed or killed write left behind is cut off before the next one.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from samovar.event import Event

_BLOCK = 1 << 20


class JsonlConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Enriched events as JSON lines."""

    path: str = ""
    """The file, within the data folder (nothing else can be written), as "events.jsonl"; empty: none is written."""
    max_mib: int = 100
    """A file of so many MiB is set aside as PATH.1, and a new one begun."""
    keep: int = 5
    """So many files that were set aside are kept, the newest being PATH.1."""

    def __post_init__(self) -> None:
        if self.max_mib < 1 or self.keep < 0:
            raise ValueError("[outputs.jsonl] max_mib must be at least 1, keep at least 0")


class Jsonl:
    """Writes to one file beneath ``data``. Raises ValueError for a path elsewhere, OSError where it cannot write."""

    def __init__(self, config: JsonlConfig, data: Path) -> None:
        self.name = "jsonl"
        self.path = data.resolve().joinpath(config.path).resolve()
        if not config.path or data.resolve() not in self.path.parents:
            raise ValueError(f"[outputs.jsonl] path must be a file within the data folder, not '{config.path}'")
        self._max, self._keep = config.max_mib << 20, config.keep
        self._file = -1
        self._encode = msgspec.json.Encoder().encode
        self.path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        self._open()

    def send(self, events: Sequence[Event]) -> None:
        """Write, and wait until it is on the disk itself. Raises OSError, and the file is as it was."""
        lines = b"".join(self._encode(event) + b"\n" for event in events)
        if not self._ours():
            self._open()  # somebody rotated or removed it
        if self._size and self._size + len(lines) > self._max:
            self._rotate()
        try:
            view = memoryview(lines)
            while view:
                view = view[os.write(self._file, view) :]
            os.fdatasync(self._file)
        except OSError:
            os.ftruncate(self._file, self._size)
            raise
        self._size += len(lines)

    def close(self) -> None:
        """Close the file; further calls do nothing."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _open(self) -> None:
        self.close()
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        size = os.fstat(self._file).st_size
        self._size = self._whole(size)
        if self._size < size:
            os.ftruncate(self._file, self._size)

    def _whole(self, size: int) -> int:
        """Bytes up to the end of the last complete line."""
        while size:
            start = max(0, size - _BLOCK)
            if (at := os.pread(self._file, size - start, start).rfind(b"\n")) >= 0:
                return start + at + 1
            size = start
        return 0

    def _ours(self) -> bool:
        try:
            there, here = os.stat(self.path), os.fstat(self._file)
        except FileNotFoundError:
            return False
        return (there.st_dev, there.st_ino) == (here.st_dev, here.st_ino)

    def _rotate(self) -> None:
        """PATH becomes PATH.1, PATH.1 becomes PATH.2, and so on; a crash on the way loses only what is the oldest."""
        if not self._keep:
            self.path.unlink()
        for number in range(self._keep - 1, -1, -1):
            old = self._aside(number)
            if old.exists():
                old.replace(self._aside(number + 1))
        self._open()

    def _aside(self, number: int) -> Path:
        return self.path.with_name(f"{self.path.name}.{number}") if number else self.path

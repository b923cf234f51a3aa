"""Files that attackers brought: DATA/files/ab/ab12...: by SHA-256, once each, read-only. Never executed."""

import hashlib
import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

_NAME = re.compile(r"[0-9a-f]{64}")


class ArtefactConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Files that attackers brought."""

    file_bytes: int = 32 << 20
    """A larger file is not kept; its hash and size are in the event all the same."""
    total_bytes: int = 2 << 30
    """When all files together are so large, new ones are not kept."""


class Kept(Struct, frozen=True):
    """One file that is kept."""

    sha256: str
    size: int
    first_seen: float  # seconds since 1970
    last_seen: float


class Artefacts:
    """The files in a directory. Raises OSError. What a kill left half-written is removed at opening."""

    def __init__(self, directory: Path, config: ArtefactConfig | None = None) -> None:
        self.directory = directory
        self.config = config or ArtefactConfig()
        self.refused = 0  # files that were not kept: too large, or no room
        self.accepting = True  # the disk keeper says no when the disk is full
        directory.mkdir(mode=0o750, parents=True, exist_ok=True)
        for stale in directory.glob("*/*.part"):
            stale.unlink()
        self.size = sum(kept.size for kept in self)

    def put(self, sha256: str, data: bytes) -> bool:
        """Keep a file; False when it is too large or there is no room. ValueError: the hash is not the data's."""
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError("the hash is not that of the data")
        path = self._place(sha256)
        if path.exists():
            self._seen(path)
            return True
        if not self.accepting or len(data) > self.config.file_bytes or self.size + len(data) > self.config.total_bytes:
            self.refused += 1
            return False
        path.parent.mkdir(mode=0o750, exist_ok=True)
        self._write(path, data)
        self.size += len(data)
        return True

    def path(self, sha256: str) -> Path | None:
        """Where a file lies; None when it is not kept, or when this is no hash."""
        if not _NAME.fullmatch(sha256):
            return None
        path = self._place(sha256)
        return path if path.is_file() else None

    def __iter__(self) -> Iterator[Kept]:
        for path in self.directory.glob("??/*"):
            if _NAME.fullmatch(path.name):
                status = path.stat()
                yield Kept(path.name, status.st_size, status.st_mtime, max(status.st_atime, status.st_mtime))

    def _place(self, sha256: str) -> Path:
        return self.directory / sha256[:2] / sha256

    def _seen(self, path: Path) -> None:
        """The time of access stands for when it was last brought; the time of change for when it was first."""
        os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))

    def _write(self, path: Path, data: bytes) -> None:
        part = path.with_suffix(".part")
        part.unlink(missing_ok=True)
        try:
            with part.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            part.chmod(0o400)
            part.rename(path)
        except OSError:
            part.unlink(missing_ok=True)
            raise

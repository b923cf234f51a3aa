"""Segments: their names, their seals, and reading their plain text at any offset."""

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec
import zstandard
from msgspec import Struct

PLAIN, PACKED, SEAL = ".jsonl", ".jsonl.zst", ".seal"
CHUNK = 1 << 20


class Position(Struct, frozen=True, order=True):
    """A place in the spool: a segment's number and a byte offset in its plain text."""

    segment: int = 0
    offset: int = 0


class Seal(Struct, frozen=True):
    """What a sealed segment must hold; kept beside it."""

    segment: int
    size: int  # bytes of plain text
    events: int
    sha256: str  # of the plain text


class Segment(Struct, frozen=True):
    """One segment as it lies on disk."""

    number: int
    path: Path
    disk: int  # bytes on disk
    packed: bool
    modified: float  # when it was last written, seconds since 1970
    seal: Seal | None  # None: not sealed yet


class Source(Protocol):
    """A segment's plain text."""

    number: int

    def read(self, offset: int, size: int) -> bytes:
        """At most ``size`` bytes from ``offset``; fewer only at the end."""
        ...

    def close(self) -> None: ...


def stem(number: int) -> str:
    """File name of a segment, without its suffix."""
    return f"{number:012d}"


def numbers(directory: Path) -> list[int]:
    """Numbers of the segments there, oldest first."""
    found = set()
    for entry in os.listdir(directory):
        name, _, suffix = entry.partition(".")
        if name.isdecimal() and "." + suffix in (PLAIN, PACKED):
            found.add(int(name))
    return sorted(found)


def listing(directory: Path) -> list[Segment]:
    """The segments there, oldest first. One that vanishes meanwhile is left out."""
    found = []
    for number in numbers(directory):
        for suffix in (PLAIN, PACKED):
            path = directory / (stem(number) + suffix)
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                found.append(
                    Segment(
                        number=number,
                        path=path,
                        disk=status.st_size,
                        packed=suffix == PACKED,
                        modified=status.st_mtime,
                        seal=read_seal(directory, number),
                    )
                )
                break
    return found


def read_seal(directory: Path, number: int) -> Seal | None:
    """The seal of a segment; None where there is none or it is unreadable."""
    try:
        return msgspec.json.decode((directory / (stem(number) + SEAL)).read_bytes(), type=Seal)
    except (FileNotFoundError, msgspec.DecodeError):
        return None


def verify(directory: Path) -> Iterator[tuple[Segment, bool]]:
    """Each sealed segment, and whether its text is still what was sealed."""
    for segment in listing(directory):
        if segment.seal is not None:
            yield segment, _measured(directory, segment.number) == segment.seal


def write_seal(directory: Path, number: int) -> Seal:
    """Measure a finished segment and keep the result beside it."""
    seal = _measured(directory, number)
    replace_file(directory / (stem(number) + SEAL), msgspec.json.encode(seal) + b"\n")
    return seal


def _measured(directory: Path, number: int) -> Seal:
    digest = hashlib.sha256()
    size = events = 0
    source = open_source(directory, number)
    try:
        while block := source.read(size, CHUNK):
            digest.update(block)
            size += len(block)
            events += block.count(b"\n")
    except zstandard.ZstdError:
        pass  # what could be read differs from the seal, and that is the answer
    finally:
        source.close()
    return Seal(segment=number, size=size, events=events, sha256=digest.hexdigest())


def pack(directory: Path, number: int, level: int) -> None:
    """Compress a sealed segment; a crash on the way leaves the plain one."""
    plain, packed = directory / (stem(number) + PLAIN), directory / (stem(number) + PACKED)
    temporary = packed.with_suffix(".tmp")
    try:
        status = plain.stat()
        with plain.open("rb") as source, temporary.open("wb") as target:
            compressor = zstandard.ZstdCompressor(level=level, write_checksum=True)
            compressor.copy_stream(source, target, size=status.st_size)
            target.flush()
            os.fsync(target.fileno())
        os.utime(temporary, (status.st_atime, status.st_mtime))  # its age stays what it was
        temporary.rename(packed)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_directory(directory)
    plain.unlink(missing_ok=True)


def open_source(directory: Path, number: int) -> Source:
    """Open a segment, plain or packed. Raises FileNotFoundError when it is gone."""
    try:
        return _Plain(directory, number)
    except FileNotFoundError:
        return _Packed(directory, number)


def replace_file(path: Path, data: bytes) -> None:
    """Replace a small file's content, durably: a crash leaves the old or the new one."""
    temporary = path.with_name(path.name + ".tmp")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o640)
    try:
        write_all(descriptor, data)
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    temporary.rename(path)
    sync_directory(path.parent)


def write_all(descriptor: int, data: bytes) -> None:
    """Write everything; raises OSError."""
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def sync_directory(directory: Path) -> None:
    """Make names that were made or removed in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class _Plain:
    def __init__(self, directory: Path, number: int) -> None:
        self.number = number
        self._file = os.open(directory / (stem(number) + PLAIN), os.O_RDONLY | os.O_CLOEXEC)

    def read(self, offset: int, size: int) -> bytes:
        return os.pread(self._file, size, offset)

    def close(self) -> None:
        os.close(self._file)


class _Packed:
    """Decompresses forwards, and from the beginning again when asked for what lies behind."""

    def __init__(self, directory: Path, number: int) -> None:
        self.number = number
        self._file: BinaryIO = (directory / (stem(number) + PACKED)).open("rb")
        self._rewind()

    def _rewind(self) -> None:
        self._file.seek(0)
        self._stream = zstandard.ZstdDecompressor().stream_reader(self._file, closefd=False)
        self._window = b""
        self._start = 0

    def read(self, offset: int, size: int) -> bytes:
        if offset < self._start:
            self._rewind()
        while self._start + len(self._window) < offset + size:
            block = self._stream.read(CHUNK)
            if not block:
                break
            passed = min(max(offset - self._start, 0), len(self._window))
            self._window = self._window[passed:] + block
            self._start += passed
        at = offset - self._start
        return self._window[at : at + size]

    def close(self) -> None:
        self._file.close()

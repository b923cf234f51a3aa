"""Open files and devices as streams."""

from typing import ClassVar

from samovar.shell.disk.fault import Fault
from samovar.shell.disk.look import Handle
from samovar.shell.kernel.descriptor import BrokenPipe, Stream
from samovar.shell.kernel.process import Process

_DESCRIPTOR_LINKS = {"/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2}
_DEVICES = frozenset(("null", "zero", "full", "random", "urandom"))
MAX_RANDOM = 16 << 20  # bytes that one opening of an endless device gives


class OpenFile:
    """A regular file, with a position of its own."""

    tty: ClassVar[bool] = False
    room = ready = True

    def __init__(self, process: Process, path: str, handle: Handle, *, append: bool, reads: bool, writes: bool) -> None:
        self.path, self.users = path, 0
        self._view, self._handle, self._append = process.view, handle, append
        self._kernel, self._reads, self._writes = process.kernel, reads, writes
        self._at = 0

    def read(self, limit: int) -> bytes | None:
        if not self._reads:
            raise Fault("EBADF")
        data = self._view.pread(self._handle, self._at, limit)
        self._at += len(data)
        self._kernel.spend(len(data) >> 14)
        return data

    def seek(self, position: int) -> None:
        """Go on from there."""
        self._at = position

    def write(self, data: bytes) -> None:
        if not self._writes:
            raise Fault("EBADF")
        if self._append:
            self._at = self._view.fstat(self._handle).size
        self._view.pwrite(self._handle, self._at, data)
        self._at += len(data)


class Device:
    """/dev/null, zero, full, random and urandom."""

    tty: ClassVar[bool] = False
    room = ready = True

    def __init__(self, process: Process, name: str) -> None:
        self.path, self.users, self._name = f"/dev/{name}", 0, name
        self._process, self._given = process, 0

    def read(self, limit: int) -> bytes | None:
        if self._name == "null" or self._given >= MAX_RANDOM:
            return b""
        self._process.kernel.spend(1 + (limit >> 14))
        self._given += limit
        if self._name in ("zero", "full"):
            return bytes(limit)
        return self._process.kernel.noise(f"{self._process.pid} {self._given}", limit)

    def write(self, data: bytes) -> None:
        if self._name == "full":
            raise Fault("ENOSPC")


def opened(process: Process, name: str, mode: str) -> Stream:
    """Open a path: ``r``, ``w`` (truncated), ``a`` or ``rw``. Raises Fault."""
    process.spend(1)
    path = process.path(name)
    if path in _DESCRIPTOR_LINKS or path.startswith(("/dev/fd/", "/proc/self/fd/")):
        number = _DESCRIPTOR_LINKS.get(path)
        if number is None:
            text = path.rpartition("/")[2]
            number = int(text) if text.isdecimal() and len(text) < 4 else -1
        stream = process.descriptors.get(number)
        if stream is None:
            raise Fault("ENXIO" if number < 3 else "ENOENT")
        return stream
    if path.startswith("/dev/"):
        device = _device(process, path)
        if device is not None:
            return device
    view = process.view
    if mode == "r":
        handle = view.open(path)
        if handle.kind == "d":
            return Directory(path)
    else:
        handle = view.create(path, 0o666 & ~process.umask, truncate=mode == "w")
    if handle.kind != "f":
        return Device(process, "null")
    return OpenFile(process, path, handle, append=mode == "a", reads="r" in mode, writes=mode != "r")


def _device(process: Process, path: str) -> Stream | None:
    name = path.removeprefix("/dev/")
    if name in _DEVICES:
        return Device(process, name)
    if name == "tty" or name.startswith(("pts/", "tty")):
        for stream in process.descriptors.values():
            if stream.tty:
                return stream
        if name == "tty":
            raise Fault("ENXIO")
    if name.startswith(("tcp/", "udp/")):  # bash's own: the network is not there for it
        raise Fault("ECONNREFUSED")
    return None


class Directory:
    """A directory: it can be opened, and not read."""

    tty: ClassVar[bool] = False
    room = ready = True

    def __init__(self, path: str) -> None:
        self.path, self.users = path, 0

    def read(self, limit: int) -> bytes | None:
        raise Fault("EISDIR")

    def write(self, data: bytes) -> None:
        raise BrokenPipe

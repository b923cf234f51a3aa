"""What a file descriptor leads to: a pipe, a terminal, a file, a device. Nothing here waits: a stream that has
nothing says so (None), and the kernel lets its process wait."""

from collections.abc import Callable
from typing import ClassVar, Protocol

PIPE_BYTES = 64 * 1024


class BrokenPipe(Exception):
    """Nobody reads this stream any more."""


class Stream(Protocol):
    """An open file description; ``users`` descriptors share it."""

    path: str  # as /proc/self/fd shows it: "/tmp/x", "pipe:[123]", "/dev/pts/0"
    tty: ClassVar[bool]
    users: int

    def read(self, limit: int) -> bytes | None:
        """What is there, ``b""`` at the end, None if that is not known yet. Raises Fault (a directory)."""
        ...

    def write(self, data: bytes) -> None:
        """Take it all. Raises BrokenPipe, or Fault (no space)."""
        ...

    @property
    def room(self) -> bool:
        """Whether a writer should go on now."""
        ...

    @property
    def ready(self) -> bool:
        """Whether a reader gets something now, be it the end."""
        ...


class Pipe:
    """Bytes in order from ``entry`` to ``exit``. A polite writer, who looks at ``room``, fills it to PIPE_BYTES."""

    def __init__(self, number: int) -> None:
        path, held = f"pipe:[{number}]", bytearray()
        self.entry, self.exit = PipeEntry(path, held), PipeExit(path, held)
        self.entry.exit, self.exit.entry = self.exit, self.entry


class PipeEntry:
    """The end that is written to."""

    tty: ClassVar[bool] = False
    ready = True
    exit: "PipeExit"

    def __init__(self, path: str, held: bytearray) -> None:
        self.path, self.users, self._held = path, 0, held

    def read(self, limit: int) -> bytes | None:
        return b""

    def write(self, data: bytes) -> None:
        if not self.exit.users:
            raise BrokenPipe
        self._held += data

    @property
    def room(self) -> bool:
        return len(self._held) < PIPE_BYTES or not self.exit.users


class PipeExit:
    """The end that is read from."""

    tty: ClassVar[bool] = False
    room = True
    entry: PipeEntry

    def __init__(self, path: str, held: bytearray) -> None:
        self.path, self.users, self._held = path, 0, held

    def read(self, limit: int) -> bytes | None:
        if self._held:
            taken = bytes(self._held[:limit])
            del self._held[:limit]
            return taken
        return None if self.entry.users else b""

    def write(self, data: bytes) -> None:
        raise BrokenPipe

    @property
    def ready(self) -> bool:
        return bool(self._held) or not self.entry.users


class Text:
    """A here-document, or a standard input that is known whole."""

    tty: ClassVar[bool] = False
    room = ready = True

    def __init__(self, data: bytes, path: str = "pipe:[40011]") -> None:
        self.path, self.users = path, 0
        self._data, self._at = data, 0

    def read(self, limit: int) -> bytes | None:
        taken = self._data[self._at : self._at + limit]
        self._at += len(taken)
        return taken

    def write(self, data: bytes) -> None:
        raise BrokenPipe


class Outward:
    """Bytes that leave the machine: standard output or error of a command over the network."""

    tty: ClassVar[bool] = False
    ready = True

    def __init__(self, take: Callable[[bytes], None], has_room: Callable[[], bool], path: str) -> None:
        self.path, self.users, self._take, self._has_room = path, 0, take, has_room

    @property
    def room(self) -> bool:
        return self._has_room()

    def read(self, limit: int) -> bytes | None:
        return b""

    def write(self, data: bytes) -> None:
        self._take(data)


class Inward:
    """Bytes that arrive over the network."""

    tty: ClassVar[bool] = False
    room = True

    def __init__(self, path: str) -> None:
        self.path, self.users = path, 0
        self._held = bytearray()
        self.ended = False

    def feed(self, data: bytes) -> None:
        """More has arrived."""
        self._held += data

    @property
    def held(self) -> int:
        """Bytes that nobody has read yet."""
        return len(self._held)

    def read(self, limit: int) -> bytes | None:
        taken = bytes(self._held[:limit])
        del self._held[:limit]
        return taken or (b"" if self.ended else None)

    def write(self, data: bytes) -> None:
        """A socket would send it; a command's standard input is not written to."""

    @property
    def ready(self) -> bool:
        return bool(self._held) or self.ended

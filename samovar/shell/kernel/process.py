"""One process of the emulated machine, as the command that runs in it sees it.

A command is a function of its Process. One that neither waits nor writes much is plain and returns its exit
status; one that reads standard input, waits, or writes without end is a generator that returns it:

    def echo(p): p.out(" ".join(p.argv[1:]) + "\\n"); return 0

    def cat(p):
        while data := (yield from p.read()):
            p.write(data)
            yield from p.flush()
        return 0

Text is Latin-1: one character a byte. Output is buffered, in order over all descriptors, and goes out at
``flush``, at every wait, and at the end.
"""

from collections.abc import Callable, Generator
from typing import TYPE_CHECKING

from msgspec import Struct

from samovar.shell.disk.fault import Fault
from samovar.shell.disk.view import View
from samovar.shell.kernel.descriptor import BrokenPipe, Stream
from samovar.shell.kernel.signals import PIPE
from samovar.shell.kernel.wait import Ask, Readable, Turn, Until, Wait, Writable

if TYPE_CHECKING:
    from samovar.sensor import Step
    from samovar.shell.kernel.kernel import Kernel

Body = Generator[Wait, bytes, int]
Command = Callable[["Process"], int | Body]

CHUNK = 64 * 1024
MAX_WHOLE = 4 << 20  # bytes that a command takes from one stream as a whole
_MAX_BUFFER = 1 << 20  # bytes of output that a plain command may make at once


class Killed(Exception):
    """The process ends here, with this status (128 + signal)."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Identity(Struct, frozen=True):
    """Whose rights a process has."""

    name: str
    uid: int
    gid: int
    groups: tuple[int, ...] = ()


class Process:
    """What a command may use: arguments, environment, streams, files, the machine, and time."""

    def __init__(
        self,
        kernel: "Kernel",
        pid: int,
        parent: "Process | None",
        argv: list[str],
        environment: dict[str, str],
        directory: str,
        identity: Identity,
        descriptors: dict[int, Stream],
    ) -> None:
        self.kernel, self.machine, self.pid, self.parent = kernel, kernel.machine, pid, parent
        self.argv, self.environment, self.directory = argv, environment, directory
        self.identity, self.descriptors = identity, descriptors
        self.umask: int = parent.umask if parent else 0o022
        self.group = pid
        self.applet = False  # called through busybox
        self.nice: int = parent.nice if parent else 0
        self.started = kernel.now
        self.view: View = kernel.view(identity)
        self.body: Body | None = None
        self.waiting: Wait | None = None
        self.status: int | None = None  # once it has ended
        self.signal = 0  # that ended or stopped it
        self.stopped = False
        self.caught: set[int] = set()  # signals that ``pending`` collects instead of the default action
        self.ignored: set[int] = set(parent.ignored) if parent else set()
        self.pending: list[int] = []
        self._output: list[tuple[int, bytes]] = []
        self._size = 0
        self._rest = b""  # read from standard input, not taken yet (``line``)

    # the world ------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name it was called by, without the path."""
        return self.argv[0].rpartition("/")[2]

    @property
    def now(self) -> float:
        """Seconds since 1970."""
        return self.kernel.now

    def spend(self, steps: int = 1) -> None:
        """Pay for work: about 10 us a step. Raises Killed where the budget does not suffice."""
        self.kernel.spend(steps)

    # output ---------------------------------------------------------------------------------------------

    def out(self, text: str) -> None:
        """Text to standard output."""
        self.write(text.encode("latin-1", "replace"))

    def err(self, text: str) -> None:
        """Text to standard error."""
        self.write(text.encode("latin-1", "replace"), 2)

    def fail(self, text: str, status: int = 1) -> int:
        """Say ``NAME: text`` on standard error; the status."""
        self.err(f"{self.name}: {text}\n")
        return status

    def write(self, data: bytes, fd: int = 1) -> None:
        """Bytes to a descriptor. One that may write much is a generator, and calls ``flush``."""
        self._output.append((fd, data))
        self._size += len(data)
        if self._size > _MAX_BUFFER:
            self.push()

    @property
    def crowded(self) -> bool:
        """Whether its output should be handed over, or waits for a reader already."""
        if self._size >= CHUNK:
            return True
        return any(fd in self.descriptors and not self.descriptors[fd].room for fd in (1, 2))

    def push(self) -> None:
        """Hand all output over now, without waiting for room. Raises Killed (SIGPIPE)."""
        output, self._output, self._size = self._output, [], 0
        for fd, data in output:
            stream = self.descriptors.get(fd)
            if stream is None:
                continue
            self.kernel.spend(len(data) >> 14)
            try:
                stream.write(data)
            except BrokenPipe:
                self.signal = PIPE
                raise Killed(128 + PIPE) from None
            except Fault as fault:
                if fd != 2:
                    self._output.clear()
                    self.err(f"{self.name}: write error: {fault.text}\n")
                    self.push()
                    raise Killed(1) from None

    def flush(self) -> Generator[Wait, bytes, None]:
        """Hand output over, and wait while its reader has enough. To be called in every loop that writes."""
        self.push()
        for fd in (1, 2):
            stream = self.descriptors.get(fd)
            while stream is not None and not stream.room:
                yield Writable(stream)
        if self.kernel.due:
            yield Turn()

    # input ----------------------------------------------------------------------------------------------

    def read(self, limit: int = CHUNK, fd: int = 0) -> Generator[Wait, bytes, bytes]:
        """What standard input has, waiting for something; ``b""`` at its end."""
        if self._rest and fd == 0:
            taken, self._rest = self._rest[:limit], self._rest[limit:]
            return taken
        stream = self.descriptors.get(fd)
        if stream is None:
            return b""
        if self._output:
            self.push()
        while (data := stream.read(limit)) is None:
            yield Readable(stream)
        return data

    def everything(self, fd: int = 0) -> Generator[Wait, bytes, bytes]:
        """Standard input to its end, MAX_WHOLE bytes at most."""
        data = bytearray()
        while len(data) < MAX_WHOLE and (more := (yield from self.read(fd=fd))):
            data += more
        return bytes(data)

    def line(self, fd: int = 0) -> Generator[Wait, bytes, bytes]:
        """The next line with its newline; ``b""`` at the end. Bytes behind it stay for the next call.

        On a pipe, bytes that were read ahead are lost to other readers, as with stdio.
        """
        held, self._rest = self._rest, b""
        while b"\n" not in held and len(held) < MAX_WHOLE:
            more = yield from self.read(fd=fd)
            if not more:
                return held
            held += more
        end = held.find(b"\n") + 1 or len(held)
        self._rest = held[end:]
        return held[:end]

    def secret(self) -> Generator[Wait, bytes, str]:
        """A line that a terminal does not echo: a password, without its end."""
        stream = self.descriptors.get(0)
        if stream is not None and stream.tty:
            stream.echo = False  # type: ignore[attr-defined]  # a terminal has it
        try:
            line = yield from self.line()
        finally:
            if stream is not None and stream.tty:
                stream.echo = True  # type: ignore[attr-defined]
                self.err("\n")
        return line.rstrip(b"\n").decode("latin-1")

    # waiting --------------------------------------------------------------------------------------------

    def sleep(self, seconds: float) -> Generator[Wait, bytes, None]:
        """Wait so long."""
        self.push()
        until = self.kernel.now + seconds
        while self.kernel.now < until and not self.pending:
            yield Until(until)

    def ask(self, step: "Step") -> Generator[Wait, bytes, bytes]:
        """Let the platform perform a step; its answer."""
        self.push()
        answer = yield Ask(step)
        return answer

    # files: short forms of ``view`` with this process's directory -----------------------------------------

    def path(self, name: str) -> str:
        """A name as an absolute path (not resolved)."""
        return name if name.startswith("/") else f"{self.directory.rstrip('/')}/{name}"

    def may(self, name: str, wanted: int) -> bool:
        """Whether it may read (4), write (2), execute (1) a file."""
        try:
            self.view.access(name, wanted, self.directory)
        except Fault:
            return False
        return True

    def contents(self, name: str) -> bytes:
        """A file's content, whole. Raises Fault."""
        self.kernel.spend(1)
        data = self.view.read(self.path(name))
        self.kernel.spend(len(data) >> 14)
        return data

    def store(self, name: str, data: bytes) -> None:
        """Make or replace a file's content. Raises Fault."""
        self.kernel.spend(1 + (len(data) >> 14))
        self.view.write(self.path(name), data, 0o666 & ~self.umask)

    def load(self, name: str, limit: int = MAX_WHOLE) -> Generator[Wait, bytes, bytes]:
        """A file, a device, or standard input (``-``) to its end, ``limit`` bytes at most. Raises Fault."""
        from samovar.shell.kernel.files import opened  # it opens for processes

        stream = self.descriptors.get(0) if name == "-" else opened(self, name, "r")
        data = bytearray()
        while stream is not None and len(data) < limit:
            size = min(CHUNK, limit - len(data))
            if stream is self.descriptors.get(0):
                more = yield from self.read(size)
            else:
                while (part := stream.read(size)) is None:
                    self.push()
                    yield Readable(stream)
                more = part
            if not more:
                break
            data += more
            if self.kernel.due:
                yield Turn()
        return bytes(data)

    def execute(self, argv: list[str], environment: dict[str, str] | None = None) -> Generator[Wait, bytes, int]:
        """Run a command as a child (by PATH or path) with this process's streams; its status. As env, xargs, nice do.

        127 with nothing said where it is not found: the caller names the error in its own words.
        """
        self.push()
        return (yield from self.kernel.execute(self, argv, environment))

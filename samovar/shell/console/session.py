"""Runs a login's program as a dialogue: slices of the kernel's work, effects in order, input, and time."""

from collections.abc import Generator
from typing import Any

from samovar.event import Fact, in_hex, text
from samovar.sensor import Clock, Keep, Pause, PeerError, Step
from samovar.shell.commands import COMMANDS
from samovar.shell.console.login import Login
from samovar.shell.console.tty import Tty
from samovar.shell.kernel import signals
from samovar.shell.kernel.descriptor import Inward, Outward, Stream
from samovar.shell.kernel.kernel import Kernel, Stderr, running
from samovar.shell.kernel.process import Process
from samovar.terminal import SIGNALS, Event, Listen, Resize, Signal

Program = Generator[Step | Stderr | Listen, Any, int]

_REST = 0.08  # seconds between slices: a session gets a fifth of a core at most
_IDLE = 900.0  # seconds without input after which a login ends
_MAX_UNREAD = 256 * 1024  # bytes
_LONGEST = 60.0  # seconds of one wait


def execute(login: Login, command: bytes, *, tty: bool) -> Program:
    """One command, run as sshd does: by the user's shell with -c. Its exit status."""
    yield Fact(event_action="command", process_command_line=text(command), samovar_detail=in_hex(command))
    name = login.shell.rpartition("/")[2]
    return (yield from _run(login, [name, "-c", command.decode("latin-1")], tty=tty))


def interact(login: Login, *, tty: bool) -> Program:
    """A login shell until it ends or the peer goes; its exit status."""
    return (yield from _run(login, ["-" + login.shell.rpartition("/")[2]], tty=tty))


def _run(login: Login, argv: list[str], *, tty: bool) -> Program:
    now = float((yield Clock()))
    name = "pts/0" if tty else ""
    kernel = login.kernel(now, name)
    streams = _streams(kernel, name)
    environment, directory = login.start(f"/dev/{name}" if name else "")
    if not kernel.view(login.identity).exists(directory):
        directory = "/"
    command = COMMANDS.get(argv[0].removeprefix("-"), COMMANDS["sh"])
    main = kernel.spawn(
        None, argv, running(command), streams, environment=environment, identity=login.identity, directory=directory
    )
    if tty and argv[0].startswith("-"):
        kernel.emit(login.machine.greeting(kernel.session).encode("latin-1", "replace").replace(b"\n", b"\r\n"))
    driver = _Driver(kernel, main, streams[0])
    try:
        yield from driver.run()
    finally:
        driver.hang_up()
    for path, data in kernel.disk.written():
        yield Keep(data, path)
    return main.status if main.status is not None else 255


def _streams(kernel: Kernel, tty: str) -> dict[int, Stream]:
    if tty:
        terminal = Tty(f"/dev/{tty}", kernel.emit, kernel.has_room, kernel.signal_foreground)
        return {0: terminal, 1: terminal, 2: terminal}
    return {
        0: Inward("pipe:[20417]"),
        1: Outward(kernel.emit, kernel.has_room, "pipe:[20418]"),
        2: Outward(kernel.emit_error, kernel.has_room, "pipe:[20419]"),
    }


class _Driver:
    """The kernel's side of the dialogue."""

    def __init__(self, kernel: Kernel, main: Process, source: Stream) -> None:
        self._kernel, self._main, self._source = kernel, main, source
        self._heard = kernel.now  # when the peer last said something
        self._closed = False  # it will say no more

    def run(self) -> Generator[Any, Any, None]:
        """Until the main process ends, or nobody is there."""
        kernel = self._kernel
        while True:
            answer = yield Clock()
            if not answer:
                return  # the connection is gone: there is nobody to ask
            now = float(answer)
            kernel.run(now)
            while kernel.effects:
                yield kernel.effects.popleft()
            kernel.effects_size = 0
            if kernel.asking:
                kernel.answer((yield kernel.asking[0][1]) or b"")
            elif self._main.status is not None or kernel.gone:
                return
            elif kernel.busy:
                yield from self._rest(now)
            elif not (yield from self._wait(now)):
                return

    def _rest(self, now: float) -> Generator[Any, Any, None]:
        """Let other sessions have their turn; what is typed meanwhile (^C) is heard."""
        if self._closed or self._full:
            yield Pause(_REST)
            return
        try:
            event = yield Listen(_REST)
        except PeerError as error:
            if str(error) != "silent":
                self._hung_up()
            return
        self._heard = now
        self._take(event)

    @property
    def _full(self) -> bool:
        """Whether so much input waits for a program that the peer has to wait too."""
        return isinstance(self._source, Inward) and self._source.held >= _MAX_UNREAD

    def _hung_up(self) -> None:
        """The peer will say no more: the end of a command's input, and of a terminal's session."""
        self._closed = True
        if isinstance(self._source, Inward):
            self._source.ended = True
        else:
            self._kernel.hang_up()

    def _wait(self, now: float) -> Generator[Any, Any, bool]:
        """Wait for input, or for the time when a sleeper wakes; False where all is over."""
        wake = self._kernel.wake_time()
        seconds = _LONGEST if wake is None else max(min(wake - now, _LONGEST), 0.01)
        if self._closed or self._full:
            if wake is None:
                return False  # everybody waits for what never comes
            yield Pause(seconds)
            return True
        try:
            event = yield Listen(seconds)
        except PeerError as error:
            if str(error) == "silent":
                return now - self._heard < _IDLE
            self._hung_up()
            return not self._kernel.gone
        self._heard = now
        self._take(event)
        return True

    def _take(self, event: bytes | Event) -> None:
        source = self._source
        if isinstance(event, Resize):
            if isinstance(source, Tty):
                source.rows, source.columns = min(event.rows, 1000), min(event.columns, 1000)
                self._kernel.signal_foreground(signals.WINDOW)
        elif isinstance(event, Signal):
            number = SIGNALS.get(event.name)
            if number is not None:
                self._kernel.signal_foreground(number)
        elif isinstance(source, Tty | Inward):
            source.feed(event)

    def hang_up(self) -> None:
        """The session is over: its processes end."""
        for process in list(self._kernel.processes.values()):
            if process.status is None:
                self._kernel.signal(process, signals.KILL)

"""The telnet sensor: inetutils telnetd with Debian's login, or BusyBox's two applets."""

from collections.abc import Generator
from typing import Any, ClassVar, Literal

from msgspec import Struct

from samovar.event import Fact, Family, text
from samovar.login import DEFAULT_RULES, LoginRule, judged
from samovar.persona import Persona
from samovar.sensor import Dialogue, Pause, Peer, PeerError, Read, Send, Step, Tty
from samovar.sensors.telnet.wire import BUSYBOX, INETUTILS, Wire
from samovar.shell import Login, Stderr, interact
from samovar.terminal import Event, Listen, Resize

_MAX_FIELD = 512
_PATIENCE = 3.0  # seconds for the answers to our options; a real telnetd would wait for ever, and learn nothing
_FAILURE_DELAY = 3.0  # login's, from /etc/pam.d/login and from BusyBox's FAIL_DELAY
_TRIES = {"inetutils": 5, "busybox": 3}


class Telnet(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Telnet: logins by password, then a shell."""

    name: ClassVar[str] = "telnet"
    family: ClassVar[Family] = "terminal"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "tcp"
    ports: ClassVar[tuple[int, ...]] = (23, 2323)

    login: tuple[LoginRule, ...] = DEFAULT_RULES
    """Which users get in with which passwords; the first rule that matches decides."""

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        """One client."""
        wire = Wire()
        early = yield from _negotiated(wire, persona)
        yield Send(_issue(persona))
        line = _Line(wire, early)
        for attempt in range(_TRIES[persona.telnet_server]):
            if attempt:
                yield Send(b"\r\nLogin incorrect\r\n")
            user = b""
            while not user:
                yield Send(f"{persona.host_name} login: ".encode())
                user = yield from line.field(echo=True)
            yield Send(b"Password: ")
            password = yield from line.field(echo=False)
            accepted = yield from judged(self.login, persona, peer.ip, text(user), text(password))
            yield _login_fact(user, password, accepted)
            yield from _told(wire)
            if accepted:
                login = Login(persona, text(user), peer)
                login.terminal = wire.terminal
                yield from _through(wire, line, interact(login, tty=True))
                return
            yield Pause(_FAILURE_DELAY)
        yield Send(_farewell(persona))


def _issue(persona: Persona) -> bytes:
    if persona.telnet_server == "busybox":  # /etc/issue as login prints it over a terminal that maps its line ends
        issue = f"\r\n{persona.telnet_issue}\r\n" if persona.telnet_issue else ""
        return f"\r{issue}\r".encode()
    return f"\r\nLinux {persona.kernel_release} ({persona.fqdn}) (pts/0)\r\n\r\n".encode()


def _farewell(persona: Persona) -> bytes:
    if persona.telnet_server == "busybox":
        return b"\r\nLogin incorrect\r\n"
    return b"\r\nMaximum number of tries exceeded (5)\r\n"


def _negotiated(wire: Wire, persona: Persona) -> Generator[Step, bytes, bytes]:
    """Say what the persona's telnetd says before its prompt; returns what was typed meanwhile."""
    if persona.telnet_server == "busybox":
        yield Send(wire.begin(BUSYBOX[0]))
        return b""
    typed = b""
    for number, stage in enumerate(INETUTILS):
        yield Send(wire.begin(stage))
        if number == len(INETUTILS) - 1:
            break
        try:
            while not wire.settled and not typed:
                typed += wire.decode((yield Read(timeout=_PATIENCE)))
        except PeerError as error:
            if str(error) != "silent":
                raise
        if number == 0 and wire.ask():
            yield Send(wire.ask())
        if wire.answers:
            yield Send(_taken(wire))
    return typed


def _taken(wire: Wire) -> bytes:
    answers = bytes(wire.answers)
    wire.answers.clear()
    return answers


def _told(wire: Wire) -> Generator[Step, bytes, None]:
    """Record what the client told of itself."""
    detail: dict[str, str | int | float | bool] = dict(wire.told)
    if wire.size is not None:
        detail |= {"columns": wire.size.columns, "rows": wire.size.rows}
    wire.told.clear()
    if detail:
        yield Fact(event_action="hello", samovar_detail=detail)


def _login_fact(user: bytes, password: bytes, accepted: bool) -> Fact:
    detail: dict[str, str | int | float | bool] = {}
    for name, raw in (("user", user), ("password", password)):
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError:
            detail[f"{name}_hex"] = raw.hex()
    return Fact(
        event_action="login",
        event_outcome="success" if accepted else "failure",
        user_name=text(user),
        samovar_login_password=text(password),
        samovar_detail=detail,
    )


class _Line:
    """The terminal's line discipline while login reads."""

    def __init__(self, wire: Wire, early: bytes) -> None:
        self._wire = wire
        self.early = bytearray(early)  # typed and not read yet

    def typed(self, step: Read) -> Generator[Step, bytes, bytes]:
        """What the client types next, as much as ``step`` wants at most; empty where only the window changed."""
        if self.early:
            size = step.exactly or len(self.early)
            taken = bytes(self.early[:size])
            del self.early[:size]
            return taken
        while True:
            data = self._wire.decode((yield step))
            if self._wire.answers:
                yield Send(_taken(self._wire))
            if data or self._wire.size is not None:
                return data

    def field(self, *, echo: bool) -> Generator[Step, bytes, bytes]:
        """One line of the login dialogue; login(1) waits 60 seconds for it."""
        field = bytearray()
        while True:
            size, self._wire.size = self._wire.size, None  # login does not care; the shell will
            char = yield from self.typed(Read(exactly=1))
            self._wire.size = self._wire.size or size
            if char in (b"\r", b"\n"):
                yield Send(b"\r\n")
                return bytes(field)
            if char in (b"\x7f", b"\x08"):
                if field and echo:
                    yield Send(b"\x08 \x08")
                del field[-1:]
            elif len(field) < _MAX_FIELD:
                field += char
                if echo and char:
                    yield Send(char)


def _through(wire: Wire, line: _Line, program: Generator[Any, Any, int]) -> Generator[Step, bytes, None]:
    """Run a shell's dialogue over the wire: decode what it reads, escape what it sends, record the terminal."""
    size = wire.size or Resize(80, 24)
    yield Tty(f"{size.columns}x{size.rows} {wire.terminal}".strip().encode(), "r")
    step = next(program)
    while True:
        gone: PeerError | None = None
        answer: bytes | Event = b""
        try:
            if isinstance(step, Read | Listen):
                answer = yield from _answered(wire, line, step)
            elif isinstance(step, Send | Stderr):
                yield Tty(step.data)
                yield Send(step.data.replace(b"\xff", b"\xff\xff"))
            else:
                answer = yield step
        except PeerError as error:
            gone = error
        try:
            step = program.throw(gone) if gone is not None else program.send(answer)
        except StopIteration:
            return


def _answered(wire: Wire, line: _Line, step: Read | Listen) -> Generator[Step, bytes, bytes | Event]:
    """What a program's read gets: input, or the window's new size where it listens for that."""
    read = step if isinstance(step, Read) else Read(timeout=step.timeout)
    while True:
        size, wire.size = wire.size, None
        if size is not None:
            yield Tty(f"{size.columns}x{size.rows}".encode(), "r")
            if isinstance(step, Listen):
                return size
        data = yield from line.typed(read)
        if data:
            yield Tty(data, "i")
            return data

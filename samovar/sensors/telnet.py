"""Telnet (RFC 854): Linux telnetd's negotiation and login, and the same shell that ssh shows."""

from collections.abc import Generator
from typing import ClassVar, Literal

from msgspec import Struct

from samovar.event import Fact, Family, text
from samovar.login import DEFAULT_RULES, LoginRule, accepts
from samovar.persona import Persona
from samovar.sensor import Dialogue, Pause, Peer, PeerError, Read, Send, Step, Tally
from samovar.shell import Files, Stderr, interact, login_shell

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
ECHO, GO_AHEAD, STATUS, TERMINAL, WINDOW, SPEED, FLOW, DISPLAY, ENVIRONMENT = 1, 3, 5, 24, 31, 32, 33, 35, 39
# What telnetd asks for when a client connects (RFC 1091, 1079, 1096, 1572), and its answer to the rest.
_OPENING = b"".join(bytes((IAC, DO, option)) for option in (TERMINAL, SPEED, DISPLAY, ENVIRONMENT))
_SETTLING = bytes((IAC, WILL, GO_AHEAD, IAC, DO, ECHO, IAC, DO, WINDOW, IAC, WILL, STATUS, IAC, DO, FLOW))
_MAX_OPTIONS = 256  # answered in one session
_MAX_FIELD = 512
_TRIES = 3


class _Wire:
    """Takes the protocol out of the client's bytes; collects the answers it calls for."""

    def __init__(self) -> None:
        self._state = "data"
        self._verb = 0
        self._options = 0
        self._answered: set[tuple[int, int]] = set()
        self.answers = bytearray()

    def decode(self, raw: bytes) -> bytes:
        """What the client typed; CR NUL and CR LF come out as CR."""
        data = bytearray()
        for byte in raw:
            if self._state == "data" or (self._state == "cr" and byte not in (0, 10)):
                if byte == IAC:
                    self._state = "iac"
                else:
                    data.append(byte)
                    self._state = "cr" if byte == 13 else "data"
            else:
                self._command(byte, data)
        return bytes(data)

    def _command(self, byte: int, data: bytearray) -> None:
        state, self._state = self._state, "data"
        if state == "iac" and byte == IAC:
            data.append(byte)
        elif state == "iac" and byte in (DO, DONT, WILL, WONT):
            self._verb, self._state = byte, "option"
        elif state == "iac" and byte == SB:
            self._state = "sub"
        elif state == "option":
            self._negotiate(self._verb, byte)
        elif state == "sub":
            self._state = "sub-iac" if byte == IAC else "sub"
        elif state == "sub-iac":
            self._state = "data" if byte == SE else "sub"

    def _negotiate(self, verb: int, option: int) -> None:
        self._options += 1
        if self._options > _MAX_OPTIONS or (verb, option) in self._answered:
            return
        self._answered.add((verb, option))
        if verb == DO and option not in (ECHO, GO_AHEAD, STATUS):
            self.answers += bytes((IAC, WONT, option))
        elif verb == WILL and option not in (TERMINAL, SPEED, DISPLAY, ENVIRONMENT, WINDOW, FLOW):
            self.answers += bytes((IAC, DONT, option))


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
        wire = _Wire()
        yield Send(_OPENING)
        yield Send(_SETTLING + bytes((IAC, WILL, ECHO)))
        yield Send(f"{persona.telnet_issue}\r\n".encode())
        for _ in range(_TRIES):
            yield Send(f"{persona.host_name} login: ".encode())
            user = yield from _field(wire, echo=True)
            yield Send(b"Password: ")
            password = yield from _field(wire, echo=False)
            tries = int((yield Tally("login")))
            accepted = accepts(self.login, persona, peer.ip, text(user), text(password), tries)
            yield _login_fact(user, password, accepted)
            if accepted:
                shell = login_shell(persona, Files(persona), text(user), peer.ip)
                yield from _through(wire, interact(shell, tty=True))
                return
            yield Pause(2.0)  # pam_unix's delay after a failure
            yield Send(b"\r\nLogin incorrect\r\n")


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


def _typed(wire: _Wire, step: Read) -> Generator[Step, bytes, bytes]:
    """What the client types next, as much as ``step`` wants at most."""
    while True:
        data = wire.decode((yield step))
        if wire.answers:
            answers = bytes(wire.answers)
            wire.answers.clear()
            yield Send(answers)
        if data:
            return data


def _field(wire: _Wire, *, echo: bool) -> Generator[Step, bytes, bytes]:
    """One line of the login dialogue; login(1) waits 60 seconds for it."""
    field = bytearray()
    while True:
        char = yield from _typed(wire, Read(exactly=1))
        if char in (b"\r", b"\n"):
            yield Send(b"\r\n")
            return bytes(field)
        if char in (b"\x7f", b"\x08"):
            if field and echo:
                yield Send(b"\x08 \x08")
            del field[-1:]
        elif len(field) < _MAX_FIELD:
            field += char
            if echo:
                yield Send(char)


def _through(wire: _Wire, program: Generator[Step | Stderr, bytes, int]) -> Generator[Step, bytes, None]:
    """Run a shell's dialogue over the wire: decode what it reads, escape what it sends."""
    step = next(program)
    while True:
        gone, answer = None, b""
        try:
            if isinstance(step, Read):
                answer = yield from _typed(wire, step)
            elif isinstance(step, Send | Stderr):
                answer = yield Send(step.data.replace(b"\xff", b"\xff\xff"))
            else:
                answer = yield step
        except PeerError as error:
            gone = error
        try:
            step = program.throw(gone) if gone is not None else program.send(answer)
        except StopIteration:
            return

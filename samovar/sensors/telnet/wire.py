"""The telnet protocol (RFC 854) taken out of a client's bytes: options, window size, terminal. Pure."""

from msgspec import Struct

from samovar.event import text
from samovar.terminal import Resize

IAC, DONT, DO, WONT, WILL, SB, SE = 255, 254, 253, 252, 251, 250, 240
BINARY, ECHO, GO_AHEAD, STATUS, MARK, TERMINAL, WINDOW, SPEED, FLOW, LINES = 0, 1, 3, 5, 6, 24, 31, 32, 33, 34
DISPLAY, OLD_ENVIRONMENT, AUTHENTICATION, ENCRYPTION, ENVIRONMENT = 35, 36, 37, 38, 39
_MAX_OPTIONS = 256  # answered in one session
_MAX_SUB = 512
_MAX_TOLD = 16  # subnegotiations whose content is recorded
_TOLD = {TERMINAL: "terminal", SPEED: "speed", DISPLAY: "display", ENVIRONMENT: "environment"}
_SEND = (TERMINAL, SPEED, DISPLAY, ENVIRONMENT)  # subnegotiations that a server asks for once a client is willing


def said(*pairs: tuple[int, int]) -> bytes:
    """Commands: (verb, option) each."""
    return b"".join(bytes((IAC, verb, option)) for verb, option in pairs)


def sub(option: int, body: bytes) -> bytes:
    """A subnegotiation."""
    return bytes((IAC, SB, option)) + body + bytes((IAC, SE))


class Stage(Struct, frozen=True):
    """What a server says next, once the client has answered all that it said before."""

    commands: tuple[tuple[int, int], ...]

    @property
    def sent(self) -> bytes:
        """The bytes of it."""
        return said(*self.commands)


#: inetutils telnetd, as Debian 12 has it. It shows no prompt before the client has answered.
INETUTILS = (
    Stage(
        (
            (WILL, AUTHENTICATION),
            (WILL, ENCRYPTION),
            (DO, TERMINAL),
            (DO, SPEED),
            (DO, DISPLAY),
            (DO, ENVIRONMENT),
            (DO, OLD_ENVIRONMENT),
        )
    ),
    Stage(((WILL, GO_AHEAD), (DO, ECHO), (DO, LINES), (DO, WINDOW), (WILL, STATUS), (DO, FLOW))),
    Stage(((WILL, ECHO),)),
)
#: BusyBox telnetd: says this, and goes on at once.
BUSYBOX = (Stage(((DO, ECHO), (DO, WINDOW), (WILL, ECHO), (WILL, GO_AHEAD))),)


class Wire:
    """Takes the protocol out of the client's bytes; collects the answers it calls for, and what it tells."""

    def __init__(self) -> None:
        self._state = "data"
        self._verb = 0
        self._options = 0
        self._pending: set[tuple[int, int]] = set()  # what the client has not answered
        self._answered: set[tuple[int, int]] = set()
        self._sub = bytearray()
        self.willing: set[int] = set()
        self.answers = bytearray()
        self.told: list[tuple[str, str]] = []  # (what, value): the terminal's name and the like
        self.terminal = ""
        self.size: Resize | None = None  # the window's size, until someone takes it

    def begin(self, stage: Stage) -> bytes:
        """What to send for a stage; its answers are awaited from now on."""
        self._pending.update(stage.commands)
        return stage.sent

    @property
    def settled(self) -> bool:
        """Whether the client has answered everything."""
        return not self._pending

    def ask(self) -> bytes:
        """Ask for the values of the options that the client is willing to tell."""
        return b"".join(sub(option, b"\x01") for option in _SEND if option in self.willing)

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
            self._sub.clear()
        elif state == "option":
            self._negotiate(self._verb, byte)
        elif state == "sub":
            self._state = "sub-iac" if byte == IAC else "sub"
            if byte != IAC and len(self._sub) < _MAX_SUB:
                self._sub.append(byte)
        elif state == "sub-iac" and byte == SE:
            self._tell(bytes(self._sub))
        elif state == "sub-iac":
            self._state = "sub"
            self._sub += bytes((byte,)) * (byte == IAC and len(self._sub) < _MAX_SUB)

    def _negotiate(self, verb: int, option: int) -> None:
        offered = (WILL, option) if verb in (DO, DONT) else (DO, option)
        if verb == WILL:
            self.willing.add(option)
        if offered in self._pending:
            self._pending.discard(offered)
            self._answered.add((verb, option))
            return
        self._options += 1
        if self._options > _MAX_OPTIONS or (verb, option) in self._answered:
            return
        self._answered.add((verb, option))
        if verb == DO and option not in (ECHO, GO_AHEAD, STATUS):
            self.answers += said((WONT, option))
        elif verb == WILL and option not in (TERMINAL, SPEED, DISPLAY, ENVIRONMENT, WINDOW, FLOW):
            self.answers += said((DONT, option))

    def _tell(self, body: bytes) -> None:
        if len(body) >= 5 and body[0] == WINDOW:
            self.size = Resize(int.from_bytes(body[1:3]), int.from_bytes(body[3:5]))
            return
        name = _TOLD.get(body[0]) if len(body) > 1 else None
        if name == "terminal":
            self.terminal = text(body[2:])
        if name and len(self.told) < _MAX_TOLD:
            self.told.append((name, text(body[2:])))

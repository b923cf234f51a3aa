"""FTP's control connection: lines in, replies out (RFC 959 section 4), the way vsftpd frames them."""

from collections.abc import Generator

from msgspec import Struct

from samovar.event import Fact, text
from samovar.sensor import PeerError, Read, Send, Step

LINE_LIMIT = 4096
SYNCH = b"\xff\xf4\xff\xf2"  # Telnet IP and Synch, which clients send before ABOR


class Command(Struct, frozen=True):
    """One line: the verb in capitals, and the rest as it came."""

    verb: str
    argument: bytes
    line: bytes

    def fact(self) -> Fact:
        """The ``command`` event for this line."""
        return Fact(
            event_action="command",
            process_command_line=text(self.line),
            samovar_detail=hexed("command", self.line),
        )


def parse(raw: bytes) -> Command:
    """A line as it was received, with its end."""
    line = raw.removesuffix(b"\n").rstrip(b"\r").removeprefix(SYNCH)
    verb, _, argument = line.partition(b" ")
    return Command(text(verb).upper(), argument.replace(b"\0", b"\n"), line)


def reply(code: int, words: str | bytes) -> Send:
    """``code words``; IAC is doubled and a line feed becomes NUL, as on a Telnet line."""
    raw = words.encode() if isinstance(words, str) else words
    return Send(b"%d %s\r\n" % (code, raw.replace(b"\xff", b"\xff\xff").replace(b"\n", b"\0")))


def read_command(timeout: float) -> Generator[Step, bytes, Command]:
    """The next line that is not empty; says why before it lets a PeerError fly."""
    while True:
        try:
            raw = yield Read(until=b"\n", limit=LINE_LIMIT, timeout=timeout)
        except PeerError as error:
            if str(error) == "silent":
                yield reply(421, "Timeout.")
            elif str(error) == "oversent":
                yield reply(500, "Input line too long.")
            raise
        if raw.rstrip(b"\r\n"):
            return parse(raw)


def hexed(field: str, raw: bytes) -> dict[str, str | int | float | bool]:
    """``{field_hex: ...}`` where the bytes are not UTF-8, so that nothing of them is lost."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return {f"{field}_hex": raw.hex()}
    return {}


def quoted(path: tuple[bytes, ...]) -> bytes:
    """A path between quotes, quotes in it doubled (RFC 959 appendix II)."""
    return b'"/' + b"/".join(path).replace(b'"', b'""') + b'"'

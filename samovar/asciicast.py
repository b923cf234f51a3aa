"""Terminal recordings as text: asciicast v2, JSON lines that asciinema and its players read. No I/O.

A terminal speaks bytes, the format text. Bytes that are no UTF-8 become U+F700 plus the byte, one cell wide and seen
as such; ``raw`` gives them back. A genuine U+F780 to U+F7FF is written as its three bytes, so that nothing is lost.
"""

import codecs
import re
from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Struct

Code = Literal["o", "i", "r", "m"]

START = 0xF700  # of the Private Use Area's part that stands for bytes
WIDTH, HEIGHT, MAX_SIDE = 80, 24, 1000
_STAND_INS = re.compile("[\udc80-\udcff\uf780-\uf7ff]")
_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})(?: (.{0,64}))?", re.ASCII | re.DOTALL)


class Entry(Struct, frozen=True, array_like=True):
    """A line of a recording: seconds since the session's beginning; output, input, size or marker; its text."""

    offset: float
    code: Code
    data: str


class Size(Struct, frozen=True):
    """Columns and rows of a terminal, and its name where it was given."""

    width: int = WIDTH
    height: int = HEIGHT
    term: str = ""


class Header(Struct, frozen=True):
    """The first line of a recording."""

    width: int
    height: int
    timestamp: int  # seconds since 1970 at which the session began
    title: str = ""  # the session's id
    env: dict[str, str] = {}
    version: Literal[2] = 2


class Decoder:
    """Text from a terminal's bytes, however they are cut into pieces."""

    __slots__ = ("_utf8",)

    def __init__(self) -> None:
        self._utf8 = codecs.getincrementaldecoder("utf-8")("surrogateescape")

    def decode(self, data: bytes, final: bool = False) -> str:
        """The text of ``data``; a character that is not complete waits for the next piece, unless it is the last."""
        text = self._utf8.decode(data, final)
        return text if text.isascii() else _STAND_INS.sub(_stand_in, text)


def raw(text: str) -> bytes:
    """The bytes that were recorded as ``text``."""
    escaped = re.sub("[\uf780-\uf7ff]", lambda found: chr(0xDC00 + ord(found.group()) - START), text)
    return escaped.encode("utf-8", "surrogateescape")


def size_of(data: str) -> Size | None:
    """What an "r" says: ``80x24``, perhaps followed by the terminal's name; None where it says nothing sensible."""
    found = _SIZE.fullmatch(data)
    if not found:
        return None
    width, height = int(found[1]) or WIDTH, int(found[2]) or HEIGHT  # a client without a window says 0
    if width > MAX_SIDE or height > MAX_SIDE:
        return None
    return Size(width, height, found[3] or "")


def head(session: str, size: Size) -> bytes:
    """The first line of a session's recording."""
    env = {"TERM": size.term} if size.term else {}
    header = Header(width=size.width, height=size.height, timestamp=int(began(session)), title=session, env=env)
    return msgspec.json.encode(header) + b"\n"


def line(entry: Entry) -> bytes:
    """One entry as a line."""
    return msgspec.json.encode(Entry(round(entry.offset, 6), entry.code, entry.data)) + b"\n"


def began(session: str) -> float:
    """Seconds since 1970 at which a session of ours began: its id says so."""
    return int(session[:13], 16) / 1e6


def parse(content: bytes) -> tuple[Header, Iterator[Entry]]:
    """A recording's header and its entries. What is not complete or not sound is left out; ValueError: no header."""
    first, _, rest = content.partition(b"\n")
    try:
        header = msgspec.json.decode(first, type=Header)
    except msgspec.MsgspecError as error:
        raise ValueError(f"this is no recording: {error}") from None
    return header, _entries(rest)


def _entries(content: bytes) -> Iterator[Entry]:
    decoder = msgspec.json.Decoder(Entry)
    for text in content.split(b"\n")[:-1]:  # what follows the last line feed is not complete
        try:
            yield decoder.decode(text)
        except msgspec.MsgspecError:
            continue


def _stand_in(found: re.Match[str]) -> str:
    code = ord(found.group())
    if code >= START:  # genuine: its three bytes
        return "".join(chr(START + byte) for byte in found.group().encode())
    return chr(START + code - 0xDC00)

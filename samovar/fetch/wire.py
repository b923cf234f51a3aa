"""What a worker and the fetcher say to each other over a SEQPACKET pair: one msgpack message a frame.

The worker asks with a number of its choice, and may take that back. The fetcher says that it has begun, then sends
the answer in pieces. ``Born`` is a new fetcher's first word: what an earlier one had begun will not come.
"""

import socket
from collections.abc import Iterator

import msgspec
from msgspec import Struct

from samovar.fetch.config import MOST_BYTES
from samovar.sensor import Fetch, Fetched, FetchError

FRAME = 128 << 10
_BATCH = 16  # frames that are taken before others get their turn
PIECE = FRAME - 1024
MOST_ANSWER = MOST_BYTES + (4 << 20)  # bytes of an encoded Fetched
MAX_BODY = 64 << 10  # of a request


class Ask(Struct, frozen=True, tag="a", array_like=True):
    """To the fetcher: download for this source."""

    number: int
    source: str
    step: Fetch


class Cancel(Struct, frozen=True, tag="c", array_like=True):
    """To the fetcher: nobody waits for that any more."""

    number: int


class Born(Struct, frozen=True, tag="b", array_like=True):
    """A fetcher begins."""


class Begun(Struct, frozen=True, tag="t", array_like=True):
    """The fetcher has read this request."""

    number: int


class Piece(Struct, frozen=True, tag="p", array_like=True):
    """Of an answer; all of them come in order, and those of two answers may alternate."""

    number: int
    total: int
    data: bytes


_encode = msgspec.msgpack.Encoder().encode
_asked: msgspec.msgpack.Decoder[Ask | Cancel] = msgspec.msgpack.Decoder(Ask | Cancel)
_answered: msgspec.msgpack.Decoder[Born | Begun | Piece] = msgspec.msgpack.Decoder(Born | Begun | Piece)


def encode(message: Ask | Cancel | Born | Begun | Piece) -> bytes:
    """A frame. ValueError: it would be too long."""
    frame = _encode(message)
    if len(frame) > FRAME:
        raise ValueError("too long for a frame")
    return frame


def asked(frame: bytes) -> Ask | Cancel:
    """What a worker says. ValueError: no sound worker says that."""
    try:
        message = _asked.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError("not a request") from error
    if isinstance(message, Ask) and (len(message.step.body) > MAX_BODY or len(message.source) > 64):
        raise ValueError("not a request")
    return message


def answered(frame: bytes) -> Born | Begun | Piece:
    """What the fetcher says. ValueError: no sound fetcher says that."""
    try:
        message = _answered.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ValueError("not an answer") from error
    if isinstance(message, Piece) and not 0 < message.total <= MOST_ANSWER:
        raise ValueError("not an answer")
    return message


def pack(answer: Fetched) -> bytes:
    """An answer, as a dialogue gets it."""
    return _encode(answer)


def failed(step: Fetch, kind: FetchError, detail: str = "") -> bytes:
    """The answer to a request that was not tried."""
    url = step.url.encode(errors="replace").decode()  # an intruder's bytes need not have been text
    return pack(Fetched(url=url, error=kind, detail=detail))


def frames(pair: socket.socket) -> Iterator[bytes]:
    """The frames that have come, some at a time; ``b""`` where the other side is gone."""
    for _ in range(_BATCH):
        try:
            frame = pair.recv(FRAME)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            frame = b""
        yield frame

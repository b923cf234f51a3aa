"""A worker's side: asks the fetcher and puts the pieces of its answers together."""

import asyncio
import os
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from samovar.fetch import wire
from samovar.fetch.wire import failed
from samovar.sensor import Fetch

Answer = Callable[[bytes], None]

_GRACE = 5.0  # seconds that an answer may need beyond the download's own time
_MAX_WAITING = 200
_MAX_HELD = 96 << 20  # bytes of answers that have come in part


class _Request(Struct):
    step: Fetch
    answer: Answer
    timer: asyncio.TimerHandle
    begun: bool = False
    data: bytearray | None = None


class Asker:
    """One pair to the fetcher; None: it is switched off."""

    def __init__(self, pair: socket.socket | None, seconds: float = 30.0) -> None:
        if pair is not None:
            pair.setblocking(False)
        self._pair, self._seconds = pair, seconds
        self._requests: dict[int, _Request] = {}
        # An earlier worker may have asked over this pair: its answers are not ours.
        self._number = int.from_bytes(os.urandom(6))
        self._held = 0
        self._loop: asyncio.AbstractEventLoop | None = None

    def fetch(self, step: Fetch, source: str, answer: Answer) -> Callable[[], None]:
        """Ask for this source; ``answer`` is called once, later, unless what is returned is called: it cancels."""
        loop = self._loop or self.start()
        if self._pair is None:
            return loop.call_soon(answer, failed(step, "disabled")).cancel
        self._number += 1
        number = self._number
        step = replace(step, timeout=min(step.timeout, self._seconds))
        try:
            if len(self._requests) >= _MAX_WAITING:
                raise BlockingIOError
            self._pair.send(wire.encode(wire.Ask(number, source, step)), socket.MSG_NOSIGNAL)
        except OSError:
            return loop.call_soon(answer, failed(step, "busy")).cancel
        except ValueError:
            return loop.call_soon(answer, failed(step, "protocol", "the request is too long")).cancel
        timer = loop.call_later(max(step.timeout, 0) + _GRACE, self._fail, number, "timeout")
        self._requests[number] = _Request(step, answer, timer)
        return lambda: self._cancel(number)

    def start(self) -> asyncio.AbstractEventLoop:
        """Listen from now on, on the running loop; the first request does it otherwise."""
        self._loop = asyncio.get_running_loop()
        if self._pair is not None:
            self._loop.add_reader(self._pair, self._readable)
        return self._loop

    def _readable(self) -> None:
        assert self._pair is not None
        for frame in wire.frames(self._pair):
            if not frame:
                self._gone()
                return
            with suppress(ValueError):
                self._frame(frame)

    def _frame(self, frame: bytes) -> None:
        message = wire.answered(frame)
        if isinstance(message, wire.Piece):
            self._piece(message)
        elif isinstance(message, wire.Begun):
            request = self._requests.get(message.number)
            if request is not None:
                request.begun = True
        else:
            for number in [number for number, request in self._requests.items() if request.begun]:
                self._fail(number, "busy")  # the fetcher that had begun it is dead

    def _piece(self, piece: wire.Piece) -> None:
        request = self._requests.get(piece.number)
        if request is None:
            return
        data = request.data = request.data if request.data is not None else bytearray()
        if self._held + len(piece.data) > _MAX_HELD or len(data) + len(piece.data) > piece.total:
            self._fail(piece.number, "busy")
            return
        data += piece.data
        self._held += len(piece.data)
        if len(data) == piece.total:
            self._forget(piece.number)
            request.answer(bytes(data))

    def _fail(self, number: int, kind: Literal["busy", "timeout"]) -> None:
        request = self._requests.get(number)
        if request is not None:
            self._cancel(number)
            request.answer(failed(request.step, kind))

    def _cancel(self, number: int) -> None:
        if self._forget(number) and self._pair is not None:
            with suppress(OSError):
                self._pair.send(wire.encode(wire.Cancel(number)), socket.MSG_NOSIGNAL)

    def _forget(self, number: int) -> bool:
        request = self._requests.pop(number, None)
        if request is None:
            return False
        request.timer.cancel()
        self._held -= len(request.data or b"")
        return True

    def _gone(self) -> None:
        """The supervisor holds the other end open: this is the end of everything."""
        assert self._pair is not None
        asyncio.get_running_loop().remove_reader(self._pair)
        for number in list(self._requests):
            self._fail(number, "busy")

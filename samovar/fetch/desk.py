"""The fetcher's side of the pairs: reads requests, sends answers. It believes no worker."""

import asyncio
import socket
import time
from collections import deque
from collections.abc import Sequence

from msgspec import Struct

from samovar.fetch import wire
from samovar.fetch.downloads import Downloads

MAX_WAITING = 256  # requests of one worker
_MAX_QUEUED = 64 << 20  # bytes of answers that one worker has not read; the same answer is held once


class Counts(Struct, kw_only=True):
    """What was done since the start."""

    asked: int = 0
    answered: int = 0
    cancelled: int = 0
    malformed: int = 0  # frames that no sound worker sends
    dropped: int = 0  # answers that a worker did not read


class Desk:
    """All pairs."""

    def __init__(self, pairs: Sequence[socket.socket], downloads: Downloads) -> None:
        self.counts = Counts()
        self._windows = [_Window(pair, downloads, self.counts) for pair in pairs]

    def open(self) -> None:
        """Serve from now on, on the running loop."""
        for window in self._windows:
            window.open()

    def idle(self) -> float:
        """Seconds since anything happened; 0 while something does."""
        if any(window.busy for window in self._windows):
            return 0.0
        return time.monotonic() - max((window.last for window in self._windows), default=0.0)


class _Window:
    """One worker."""

    def __init__(self, pair: socket.socket, downloads: Downloads, counts: Counts) -> None:
        pair.setblocking(False)
        self._pair, self._downloads, self._counts = pair, downloads, counts
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._queue: deque[tuple[int, bytes, int]] = deque()  # number, answer, how much of it is sent
        self._small: deque[bytes] = deque()
        self._queued = 0
        self._writing = False
        self.last = time.monotonic()

    @property
    def busy(self) -> bool:
        return bool(self._tasks or self._queue or self._small)

    def open(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._say(wire.Born())
        self._loop.add_reader(self._pair, self._readable)

    def _readable(self) -> None:
        for frame in wire.frames(self._pair):
            if not frame:
                self._gone()
                return
            self.last = time.monotonic()
            self._frame(frame)

    def _frame(self, frame: bytes) -> None:
        try:
            message = wire.asked(frame)
        except ValueError:
            self._counts.malformed += 1
            return
        if isinstance(message, wire.Cancel):
            task = self._tasks.get(message.number)
            if task is not None:
                self._counts.cancelled += 1
                task.cancel()
        elif message.number in self._tasks:
            self._counts.malformed += 1
        else:
            self._counts.asked += 1
            self._begin(message)

    def _begin(self, ask: wire.Ask) -> None:
        if len(self._tasks) >= MAX_WAITING:
            self._reply(ask.number, wire.failed(ask.step, "busy", "too many requests"))
            return
        self._say(wire.Begun(ask.number))
        self._tasks[ask.number] = self._loop.create_task(self._serve(ask))

    async def _serve(self, ask: wire.Ask) -> None:
        try:
            answer = await self._downloads.fetch(ask.step, ask.source)
        finally:
            del self._tasks[ask.number]
            self.last = time.monotonic()
        self._reply(ask.number, answer)

    def _reply(self, number: int, answer: bytes) -> None:
        if self._queued + len(answer) > _MAX_QUEUED:
            self._counts.dropped += 1
            return
        self._counts.answered += 1
        self._queued += len(answer)
        self._queue.append((number, answer, 0))
        self._write()

    def _say(self, message: wire.Born | wire.Begun) -> None:
        if len(self._small) < MAX_WAITING:
            self._small.append(wire.encode(message))
            self._write()

    def _write(self) -> None:
        """Send as much as the kernel takes, a piece of each answer in turn."""
        while self._small or self._queue:
            if self._small:
                frame, size = self._small[0], 0
            else:
                number, answer, sent = self._queue[0]
                data = answer[sent : sent + wire.PIECE]
                frame, size = wire.encode(wire.Piece(number, len(answer), data)), len(data)
            try:
                self._pair.send(frame, socket.MSG_NOSIGNAL)
            except (BlockingIOError, InterruptedError):
                self._watch(writing=True)
                return
            except OSError:
                self._gone()
                return
            self._sent(size)
        self._watch(writing=False)

    def _sent(self, size: int) -> None:
        self.last = time.monotonic()
        if not size:
            self._small.popleft()
            return
        number, answer, sent = self._queue.popleft()
        if sent + size < len(answer):
            self._queue.append((number, answer, sent + size))
        else:
            self._queued -= len(answer)

    def _watch(self, *, writing: bool) -> None:
        if writing and not self._writing:
            self._loop.add_writer(self._pair, self._write)
        elif self._writing and not writing:
            self._loop.remove_writer(self._pair)
        self._writing = writing

    def _gone(self) -> None:
        self._watch(writing=False)
        self._loop.remove_reader(self._pair)
        self._queue.clear()
        self._small.clear()
        for task in self._tasks.values():
            task.cancel()

"""The live feed: what the pipeline has just enriched, to every open page, at most 100 ms later."""

import asyncio
import re
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Sequence

import msgspec
from msgspec import Struct

from samovar.event import Event
from samovar.query.tree import Node
from samovar.web.errors import ApiError
from samovar.web.search import finder

BATCH_SECONDS = 0.1
HEARTBEAT_SECONDS = 15.0
MAX_PENDING = 1000  # events a batch, all clients
MAX_QUEUED = 1000  # events waiting for one client
MAX_QUEUED_BYTES = 1 << 20
MAX_STREAMS = 64
MAX_REMEMBERED = 256  # events a reconnecting client can catch up on
MAX_REMEMBERED_BYTES = 4 << 20
_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)


class Dropped(Struct, frozen=True):
    """Events that this client has missed; ``count`` is None where nobody knows how many."""

    count: int | None


class _Line(Struct, frozen=True):
    event: Event
    json: bytes


class Stream:
    """One client's bounded queue. What does not fit is counted, and the client is told."""

    def __init__(self, user: str, where: Node | None) -> None:
        self.user = user
        self._finds = finder(where)
        self._queue: deque[_Line] = deque()
        self._bytes = 0
        self._dropped = 0
        self._gap = False
        self._closed = False
        self._wake = asyncio.Event()

    def offer(self, lines: Sequence[_Line], missed: int) -> None:
        """Queue the lines that match; never waits."""
        self._dropped += missed
        for line in lines:
            if not self._finds(line.event):
                continue
            if len(self._queue) >= MAX_QUEUED or self._bytes + len(line.json) > MAX_QUEUED_BYTES:
                self._dropped += 1
                continue
            self._queue.append(line)
            self._bytes += len(line.json)
        if self._queue or self._dropped:
            self._wake.set()

    def note_gap(self) -> None:
        """Tell the client that events between its last connection and this one are lost to it."""
        self._gap = True
        self._wake.set()

    def close(self) -> None:
        """End the stream."""
        self._closed = True
        self._wake.set()

    async def chunks(self, still: Callable[[], bool]) -> AsyncGenerator[bytes, None]:
        """The stream in text/event-stream form, until it is closed or ``still`` says no."""
        yield b"retry: 2000\n\n"
        while not self._closed:
            try:
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    await self._wake.wait()
            except TimeoutError:
                if not still():
                    return
                yield b": \n\n"
                continue
            self._wake.clear()
            if not still():
                return
            if chunk := self._take():
                yield chunk

    def _take(self) -> bytes:
        parts: list[bytes] = []
        if self._gap or self._dropped:
            told = Dropped(None if self._gap else self._dropped)
            parts.append(b"event: dropped\ndata: " + msgspec.json.encode(told) + b"\n\n")
            self._gap, self._dropped = False, 0
        if self._queue:
            last = self._queue[-1].event.event_id
            if _SAFE_ID.fullmatch(last):
                parts.append(b"id: " + last.encode() + b"\n")
            parts.append(b"event: events\ndata: [" + b",".join(line.json for line in self._queue) + b"]\n\n")
            self._queue.clear()
            self._bytes = 0
        return b"".join(parts)


class Live:
    """Takes events from the pipeline's thread and hands them to the streams of the web's event loop."""

    def __init__(self, *, streams_per_user: int = 16) -> None:
        self._per_user = streams_per_user
        self._lock = threading.Lock()
        self._pending: deque[Event] = deque()
        self._missed = 0
        self._scheduled = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._streams: set[Stream] = set()
        self._recent: deque[_Line] = deque()
        self._recent_bytes = 0

    def publish(self, events: Sequence[Event]) -> None:
        """Show events to all open pages. From any thread; never waits."""
        with self._lock:
            if self._loop is None:
                return
            room = MAX_PENDING - len(self._pending)
            self._pending.extend(events[:room])
            self._missed += max(0, len(events) - room)
            if not self._scheduled:
                self._scheduled = True
                self._loop.call_soon_threadsafe(self._loop.call_later, BATCH_SECONDS, self._flush)

    def start(self) -> None:
        """Serve from the running event loop."""
        with self._lock:
            self._loop = asyncio.get_running_loop()
            self._scheduled = False

    def stop(self) -> None:
        """End all streams; later events are ignored."""
        with self._lock:
            self._loop = None
            self._pending.clear()
        for stream in self._streams:
            stream.close()

    @property
    def serving(self) -> bool:
        """Whether streams may go on: not any more once the server is to end."""
        return self._loop is not None

    @property
    def streams(self) -> int:
        """How many are open."""
        return len(self._streams)

    def open(self, user: str, where: Node | None, last_id: str = "") -> Stream:
        """A stream for ``user``, which begins after the event ``last_id`` where that is remembered.

        Raises ApiError(429) when the user, or all together, have too many. Hand it back to ``release``.
        """
        mine = sum(stream.user == user for stream in self._streams)
        if mine >= self._per_user or len(self._streams) >= MAX_STREAMS:
            raise ApiError(429, "too many live feeds are open; close another page first", retry_after=5)
        stream = Stream(user, where)
        if last_id:
            later = self._after(last_id)
            if later is None:
                stream.note_gap()
            else:
                stream.offer(later, 0)
        self._streams.add(stream)
        return stream

    def release(self, stream: Stream) -> None:
        """Forget a stream."""
        self._streams.discard(stream)

    def _after(self, last_id: str) -> list[_Line] | None:
        recent = list(self._recent)
        for index in range(len(recent) - 1, -1, -1):
            if recent[index].event.event_id == last_id:
                return recent[index + 1 :]
        return None

    def _flush(self) -> None:
        with self._lock:
            events, missed = tuple(self._pending), self._missed
            self._pending.clear()
            self._missed = 0
            self._scheduled = False
        if not self._streams:
            events = events[-MAX_REMEMBERED:]
        lines = [_Line(event, msgspec.json.encode(event)) for event in events]
        for stream in self._streams:
            stream.offer(lines, missed)
        self._remember(lines)

    def _remember(self, lines: Sequence[_Line]) -> None:
        self._recent.extend(lines)
        self._recent_bytes += sum(len(line.json) for line in lines)
        while len(self._recent) > MAX_REMEMBERED or self._recent_bytes > MAX_REMEMBERED_BYTES:
            self._recent_bytes -= len(self._recent.popleft().json)

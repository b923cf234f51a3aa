"""The event channel, a worker's side: what a worker says to the hub, and how it never waits for it.

A message of the SEQPACKET socket is one kind byte and a payload, 128 KiB at most:
``E`` JSON lines, one Event each; ``A`` a msgpack ``Chunk`` of an artefact; ``T`` msgpack ``Piece``s of terminals;
``S`` the worker's ``Stats`` as JSON.
What the socket does not take is queued up to a number of bytes; beyond that it is dropped and counted.
"""

import asyncio
import errno
import socket
from collections import deque

import msgspec
from msgspec import Struct

from samovar.asciicast import Entry
from samovar.event import Event
from samovar.process.tally import SharedTally
from samovar.process.terminals import GATHER, Terminals

MESSAGE_LIMIT = 128 * 1024
CHUNK_BYTES = MESSAGE_LIMIT - 1024
EVENTS, ARTEFACT, STATS, TERMINAL = b"E", b"A", b"S", b"T"


class Chunk(Struct, frozen=True, array_like=True):
    """A piece of an artefact."""

    sha256: str
    offset: int
    total: int
    data: bytes


class Stats(Struct, frozen=True, kw_only=True):
    """What a worker has done since it started; ``service`` is listen's own account, as JSON."""

    pid: int
    events: int = 0
    artefacts: int = 0
    dropped_events: int = 0
    dropped_artefacts: int = 0
    dropped_terminal: int = 0  # entries of recordings
    service: msgspec.Raw = msgspec.Raw(b"{}")


class Sender:
    """The ``record.Sink`` of a worker. Not for more than one thread; needs a running loop to send by itself."""

    def __init__(self, sock: socket.socket, tally: SharedTally, queue_limit: int = 16 << 20) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._tally = tally
        self._limit = queue_limit
        self._encode = msgspec.json.Encoder().encode
        self._lines: list[bytes] = []
        self._lines_bytes = 0
        self._queue: deque[bytes] = deque()
        self._queued = 0
        self._scheduled = False
        self._watching = False
        self._waiters: list[asyncio.Future[None]] = []
        self._terminals = Terminals(self._put_terminal, self._gather)
        self.events = 0
        self.artefacts = 0
        self.dropped_events = 0
        self.dropped_artefacts = 0

    def event(self, event: Event) -> None:
        """Put an event into the batch, which goes out at ``flush``, when it is full, or in this turn of the loop."""
        try:
            line = self._encode(event)
        except ValueError:  # half a surrogate pair: no UTF-8, and no sensor that uses event.text makes it
            line = b""
        self.events += 1
        if not line or len(line) >= MESSAGE_LIMIT - 1:
            self.dropped_events += 1
            return
        if 1 + self._lines_bytes + len(line) + 1 > MESSAGE_LIMIT:
            self.flush()
        self._lines.append(line)
        self._lines_bytes += len(line) + 1
        if not self._scheduled:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._turn)

    def artefact(self, sha256: str, data: bytes) -> None:
        """Send an artefact, in pieces; it is dropped whole, and counted, if the queue has no room for it."""
        self.artefacts += 1
        if self._queued + len(data) > self._limit:
            self.dropped_artefacts += 1
            return
        self.flush()
        for offset in range(0, max(len(data), 1), CHUNK_BYTES):
            chunk = Chunk(sha256, offset, len(data), data[offset : offset + CHUNK_BYTES])
            self._put(ARTEFACT + msgspec.msgpack.encode(chunk))

    def terminal(self, session_id: str, entry: Entry | None) -> None:
        """Send what a terminal showed, a moment later and together with what follows; at once when it is over."""
        self._terminals.add(session_id, entry)

    def tally(self, source_ip: str, key: str) -> int:
        """Count one more ``key`` for this source, over all workers."""
        return self._tally.count(source_ip, key)

    def flush(self) -> None:
        """Hand what is batched to the kernel, or to the queue if the kernel does not take it."""
        self._flush()

    def _flush(self) -> bool:
        if self._lines:
            message = EVENTS + b"\n".join(self._lines) + b"\n"
            count = len(self._lines)
            self._lines, self._lines_bytes = [], 0
            if self._queue and self._queued + len(message) > self._limit:
                self.dropped_events += count
            else:
                self._put(message)
        return not self._queue

    async def drained(self, patience: float) -> bool:
        """Wait until nothing is queued, ``patience`` seconds at most; whether that came true."""
        self._terminals.flush()
        if self._flush():
            return True
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            async with asyncio.timeout(patience):
                await waiter
        except TimeoutError:
            return False
        return True

    def stats(self, pid: int, service: bytes) -> None:
        """Report, unless there is a queue already: the next report says more."""
        if self._flush():
            report = Stats(
                pid=pid,
                events=self.events,
                artefacts=self.artefacts,
                dropped_events=self.dropped_events,
                dropped_artefacts=self.dropped_artefacts,
                dropped_terminal=self._terminals.dropped,
                service=msgspec.Raw(service),
            )
            self._put(STATS + self._encode(report))

    def _turn(self) -> None:
        self._scheduled = False
        self.flush()

    def _gather(self) -> None:
        asyncio.get_running_loop().call_later(GATHER, self._terminals.flush)

    def _put_terminal(self, pieces: bytes, must: bool) -> bool:
        # Half the queue is the most that terminals may fill: events matter more.
        if not must and self._queue and self._queued + len(pieces) > self._limit // 2:
            return False
        self._put(TERMINAL + pieces)
        return True

    def _put(self, message: bytes) -> None:
        if self._queue or not self._send(message):
            self._queue.append(message)
            self._queued += len(message)
            if not self._watching:
                self._watching = True
                asyncio.get_running_loop().add_writer(self._sock, self._writable)

    def _send(self, message: bytes) -> bool:
        try:
            self._sock.send(message, socket.MSG_NOSIGNAL)
        except (BlockingIOError, InterruptedError):
            return False
        except OSError as error:
            # The supervisor holds the hub's end open, so that this end breaks only when all is over.
            return error.errno != errno.ENOBUFS
        return True

    def _writable(self) -> None:
        while self._queue:
            if not self._send(self._queue[0]):
                return
            self._queued -= len(self._queue.popleft())
        self._watching = False
        asyncio.get_running_loop().remove_writer(self._sock)
        waiters, self._waiters = self._waiters, []
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

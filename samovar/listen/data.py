"""Passive data connections (RFC 959 section 3.3): a private list of listening sockets, one for a session at a time."""

import asyncio
import socket
from collections import deque
from collections.abc import Callable, Iterable

from samovar.listen.address import shown

Done = Callable[[bytes | None, int, int], None]  # result (None: the peer did not come), bytes in, bytes out

_HELD = 60.0  # seconds for which a reserved port waits to be used
_CHUNK = 64 * 1024
_MAX_STALE = 64  # connections of an earlier session that are thrown away before a port is reserved


class DataPorts:
    """The free data ports of one worker."""

    def __init__(self, loop: asyncio.AbstractEventLoop, sockets: Iterable[socket.socket]) -> None:
        self._loop = loop
        self._free = deque(sockets)

    def reserve(self, ip: str) -> "DataPort | None":
        """A port on which only ``ip`` may connect, or None when all are taken."""
        if not self._free:
            return None
        listener = self._free.popleft()
        for _ in range(_MAX_STALE):
            try:
                listener.accept()[0].close()
            except OSError:
                break
        return DataPort(self._loop, listener, ip, self._free.append)


class DataPort:
    """One reserved port: one connection, one transfer. Released by that, by ``release``, or when it is not used."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        listener: socket.socket,
        ip: str,
        give_back: Callable[[socket.socket], None],
    ) -> None:
        self.number: int = listener.getsockname()[1]
        self._loop = loop
        self._listener: socket.socket | None = listener
        self._ip = ip
        self._give_back = give_back
        self._connection: socket.socket | None = None
        self._done: Done | None = None
        self._limit = 0
        self._received = bytearray()
        self._outgoing = memoryview(b"")
        self._sent = 0
        self._timer = loop.call_later(_HELD, self.release)
        loop.add_reader(listener.fileno(), self._acceptable)

    def read(self, limit: int, timeout: float, done: Done) -> None:
        """What the peer sends until it closes, at most ``limit`` bytes; after ``timeout``, what there is."""
        self._limit = limit
        self._begin(timeout, done)

    def send(self, data: bytes, timeout: float, done: Done) -> None:
        """Send, then close; ``done`` gets ``b""``."""
        self._outgoing = memoryview(data)
        self._begin(timeout, done)

    def release(self) -> None:
        """Give the port back; a transfer in progress ends without a result."""
        self._timer.cancel()
        self._close_connection()
        if self._listener is not None:
            self._loop.remove_reader(self._listener.fileno())
            self._give_back(self._listener)
            self._listener = None
        self._done = None

    def _begin(self, timeout: float, done: Done) -> None:
        self._done = done
        self._timer.cancel()
        self._timer = self._loop.call_later(timeout, self._late)
        if self._listener is None:
            self._late_soon()
        elif self._connection is not None:
            self._go(self._connection)

    def _late_soon(self) -> None:
        self._timer.cancel()
        self._timer = self._loop.call_later(0, self._late)

    def _acceptable(self) -> None:
        if self._listener is None:
            return
        try:
            connection, address = self._listener.accept()
        except OSError:
            return
        if shown(address)[0] != self._ip or self._connection is not None:
            connection.close()
            return
        connection.setblocking(False)
        self._connection = connection
        if self._done is not None:
            self._go(connection)

    def _go(self, connection: socket.socket) -> None:
        if self._limit:
            self._loop.add_reader(connection.fileno(), self._readable, connection)
        else:
            self._loop.add_writer(connection.fileno(), self._writable, connection)

    def _readable(self, connection: socket.socket) -> None:
        try:
            data = connection.recv(min(_CHUNK, self._limit - len(self._received)))
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            data = b""
        self._received += data
        if not data or len(self._received) >= self._limit:
            self._complete(bytes(self._received))

    def _writable(self, connection: socket.socket) -> None:
        try:
            sent = connection.send(self._outgoing) if self._outgoing else 0
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._complete(None)
            return
        self._sent += sent
        self._outgoing = self._outgoing[sent:]
        if not self._outgoing:
            self._complete(b"")

    def _late(self) -> None:
        self._complete(bytes(self._received) or None)

    def _complete(self, result: bytes | None) -> None:
        done = self._done
        self.release()
        if done is not None:
            done(result, len(self._received), self._sent)

    def _close_connection(self) -> None:
        if self._connection is not None:
            self._loop.remove_reader(self._connection.fileno())
            self._loop.remove_writer(self._connection.fileno())
            self._connection.close()
            self._connection = None

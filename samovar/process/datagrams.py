"""A worker's end of the datagrams: it holds no UDP socket, and can only ask the broker for replies."""

import socket
from collections.abc import Callable
from typing import Protocol

from samovar.process import frames

BATCH = 32  # datagrams taken before other work gets its turn
_READ = 1  # EPOLLIN
_Received = Callable[[int, str, int, str, int, bytes], None]


class Watcher(Protocol):
    """Says when a descriptor can be read: ``listen``'s Poll."""

    def watch(self, fd: int, mask: int, call: Callable[[int], None]) -> None: ...
    def forget(self, fd: int) -> None: ...


class DatagramChannel:
    """Datagrams of all taps come through here, each to the one that stands for its tap."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        self._sock = sock
        self._buffer = bytearray(frames.LIMIT + 1)
        self._received: dict[int, _Received] = {}

    def tap(self, index: int) -> "TapDatagrams":
        """The end of one tap; ``index`` is its place in ``spec.taps``."""
        return TapDatagrams(self, index)

    def attach(self, index: int, poll: Watcher, received: _Received) -> None:
        """From now on this tap's datagrams go there."""
        if not self._received:
            poll.watch(self._sock.fileno(), _READ, self._readable)
        self._received[index] = received

    def detach(self, index: int, poll: Watcher) -> None:
        """This tap wants no more."""
        self._received.pop(index, None)
        if not self._received:
            poll.forget(self._sock.fileno())

    def send(self, frame: bytes) -> bool:
        """To the broker; False if it does not keep up, or the frame is larger than any datagram."""
        try:
            self._sock.send(frame, socket.MSG_NOSIGNAL)
        except OSError:
            return False
        return True

    def _readable(self, mask: int) -> None:
        for _ in range(BATCH):
            try:
                size = self._sock.recv_into(self._buffer)
                datagram = frames.handed(bytes(memoryview(self._buffer)[:size]))
            except (OSError, ValueError):
                return
            received = self._received.get(datagram.tap)
            if received is not None:
                received(
                    datagram.token,
                    datagram.ip,
                    datagram.port,
                    datagram.local_ip,
                    datagram.local_port,
                    datagram.data,
                )


class TapDatagrams:
    """Implements ``listen.datagram.Datagrams`` for one tap."""

    def __init__(self, channel: DatagramChannel, index: int) -> None:
        self._channel, self._index = channel, index
        self._poll: Watcher | None = None

    def start(self, poll: Watcher, received: _Received) -> None:
        """Receive from now on."""
        self._poll = poll
        self._channel.attach(self._index, poll, received)

    def stop(self) -> None:
        """Receive no more."""
        if self._poll is not None:
            self._channel.detach(self._index, self._poll)

    def reply(self, token: int, data: bytes, in_step: bool) -> bool:
        """Ask for a reply; whether the broker has heard of it."""
        return self._channel.send(frames.reply(token, in_step, data))

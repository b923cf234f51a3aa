"""Conversations over UDP: each datagram begins one, unless one with its sender still waits for more.

A dialogue sends no more bytes than its peer has sent, unless the sensor states a reason. What a peer gets at most,
whatever a dialogue says, is ``flows``' business.
"""

from collections import deque
from collections.abc import Callable
from typing import Protocol

from samovar.exchange import Question
from samovar.listen.conversation import Conversation
from samovar.listen.poll import Poll
from samovar.listen.registry import Registry
from samovar.listen.room import Desk, Room
from samovar.sensor import OpenData, Peer, Send, Sensor

Received = Callable[[int, str, int, str, int, bytes], None]  # token, peer's address and port, ours, the datagram
Key = tuple[str, int, str, int]

_QUEUE = 16  # datagrams that wait for a dialogue that is busy


class Datagrams(Protocol):
    """Where the datagrams of one port come from, and where the replies go."""

    def start(self, poll: Poll, received: Received) -> None:
        """Receive from now on."""

    def stop(self) -> None:
        """Receive no more; replies may still be sent."""

    def reply(self, token: int, data: bytes, in_step: bool) -> bool:
        """Answer the peer whose datagram came with this token; False if that is known not to have gone out.

        ``in_step``: this goes on with a dialogue, one for one, and does not answer its first datagram.
        """
        ...


class DatagramTap:
    """One UDP port and the dialogues on it."""

    def __init__(self, room: Room, registry: Registry, desk: Desk, sensor: Sensor, datagrams: Datagrams) -> None:
        self.room, self.registry, self.datagrams = room, registry, datagrams
        self._desk, self._sensor = desk, sensor
        self._dialogues: dict[Key, DatagramDialogue] = {}

    def start(self) -> None:
        """Begin to receive."""
        self.datagrams.start(self.room.poll, self._received)

    def stop(self) -> None:
        """Receive no more."""
        self.datagrams.stop()

    def forget(self, key: Key) -> None:
        """This dialogue is over."""
        self._dialogues.pop(key, None)

    def _received(self, token: int, ip: str, port: int, local_ip: str, local_port: int, data: bytes) -> None:
        key = (ip, port, local_ip, local_port)
        try:
            dialogue = self._dialogues.get(key)
            if dialogue is None:
                dialogue = self._dialogues[key] = self._meet(key)
                dialogue.begin(token, data)
            else:
                dialogue.datagram(token, data)
        except Exception as error:  # a bug in a sensor must not stop the others' datagrams
            self.room.crashed(self._sensor.name, error)

    def _meet(self, key: Key) -> "DatagramDialogue":
        ip, port, local_ip, local_port = key
        seed = self.room.seed()
        peer = Peer(ip=ip, port=port, local_ip=local_ip, local_port=local_port, transport="udp", seed=seed)
        return DatagramDialogue(self, self._desk, self._sensor, peer, key)


class DatagramDialogue(Conversation):
    """One dialogue with one source address and port."""

    __slots__ = ("_begun", "_in_step", "_key", "_queue", "_tap", "_token")

    def __init__(self, tap: DatagramTap, desk: Desk, sensor: Sensor, peer: Peer, key: Key) -> None:
        super().__init__(tap.room, tap.registry, desk, sensor, peer)
        self._tap, self._key = tap, key
        self._token = 0  # of the latest datagram
        self._queue: deque[bytes] = deque()
        self._in_step = False  # what is sent next answers a further datagram
        self._begun = False  # the first datagram was given to the dialogue

    def begin(self, token: int, data: bytes) -> None:
        """Start with the datagram that asked for it."""
        self._token = token
        self._bytes_in += len(data)
        self._queue.append(data)
        self._run(self._exchange.start())

    def datagram(self, token: int, data: bytes) -> None:
        """A further one from the same source."""
        self._token = token
        self._bytes_in += len(data)
        self._registry.touch(self, self._room.loop.time())
        if self._bytes_in > self._room.limits.bytes_in:
            self._room.counts.over_budget += 1
            self.end("budget")
        elif len(self._queue) < _QUEUE:
            self._queue.append(data)
            if self._exchange.reading is not None:
                self._next()

    def _next(self) -> None:
        if self._queue:
            data = self._queue.popleft()
            self._in_step = self._begun
            self._begun = True
            self._feed(data)

    def _settle(self) -> None:
        super()._settle()
        if self._queue and self._exchange.reading is not None and not self._over:
            self._timer = self._room.loop.call_soon(self._next)

    def _send(self, step: Send) -> bool:
        size = self._bytes_out + len(step.data)
        if size > self._room.limits.bytes_out:
            self._room.counts.over_budget += 1
            self.end("budget")
            return True
        if (step.amplifies or size <= self._bytes_in) and self._reply(step.data):
            self._bytes_out = size
        else:
            self._room.counts.udp_suppressed += 1
        return False

    def _reply(self, data: bytes) -> bool:
        self._flush()
        in_step, self._in_step = self._in_step, False
        return self._tap.datagrams.reply(self._token, data, in_step)

    def _start_tls(self) -> bool:
        self._timer = self._room.loop.call_soon(self._fail, "tls")
        return True

    def _ask_data(self, question: Question) -> bytes | None:
        if isinstance(question, OpenData):
            return b""
        self._timer = self._room.loop.call_soon(self._fail, "silent")
        return None

    def _finish(self) -> None:
        self._conclude()

    def _release(self) -> None:
        self._queue.clear()
        self._tap.forget(self._key)

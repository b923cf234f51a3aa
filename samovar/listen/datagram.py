"""Conversations over UDP: each datagram begins one, unless one with its sender still waits for more.

Without a stated reason nobody gets more bytes than they sent in the dialogue, and nobody many datagrams:
a forged source address must gain nothing. A sender that goes on with a dialogue, one datagram for each of ours,
gets more: four times the rate, no more, because such datagrams (TFTP's numbered blocks) can be forged unseen.
"""

import socket
from collections import deque

from samovar.exchange import Question
from samovar.listen.address import shown
from samovar.listen.bucket import ReplyRate
from samovar.listen.conversation import Conversation
from samovar.listen.poll import READ
from samovar.listen.registry import Registry
from samovar.listen.room import Desk, Room
from samovar.sensor import OpenData, Peer, Send, Sensor

Address = tuple[str, int] | tuple[str, int, int, int]
Ancillary = list[tuple[int, int, bytes]]
Key = tuple[Address, str]

_BATCH = 32  # datagrams taken before other work gets its turn
_QUEUE = 16  # datagrams that wait for a dialogue that is busy
_FREE_SHARE = 10  # an acknowledgement: the peer has sent ten times what it gets; it does not count as a reply
_IN_STEP = 0.25  # what a reply counts that answers a dialogue's further datagram: one for one, as in a download
_MAX_IN_STEP = 256  # of those in one dialogue
_IP_PKTINFO = 8
_IPV6_RECVPKTINFO, _IPV6_PKTINFO = 49, 50


class DatagramTap:
    """One UDP socket and the dialogues on it."""

    def __init__(
        self, room: Room, registry: Registry, rate: ReplyRate, desk: Desk, sensor: Sensor, sock: socket.socket
    ) -> None:
        self.room, self.registry, self.rate, self.sock = room, registry, rate, sock
        self._desk, self._sensor = desk, sensor
        self._dialogues: dict[Key, DatagramDialogue] = {}
        self._buffer = bytearray(65536)
        self._bound = shown(sock.getsockname())
        sock.setblocking(False)
        six = sock.family == socket.AF_INET6
        option = (socket.IPPROTO_IPV6, _IPV6_RECVPKTINFO) if six else (socket.IPPROTO_IP, _IP_PKTINFO)
        if not sock.getsockopt(*option):  # a locked worker's sockets come with it, and it may not set it
            sock.setsockopt(*option, 1)

    def start(self) -> None:
        """Begin to receive."""
        self.room.poll.watch(self.sock.fileno(), READ, self._readable)

    def stop(self) -> None:
        """Receive no more."""
        self.room.poll.forget(self.sock.fileno())

    def forget(self, key: "Key") -> None:
        """This dialogue is over."""
        self._dialogues.pop(key, None)

    def _readable(self, mask: int) -> None:
        for _ in range(_BATCH):
            try:
                size, ancillary, _, address = self.sock.recvmsg_into([self._buffer], 128)
            except OSError:
                return  # nothing more, or the ICMP error of an earlier reply
            try:
                self._received(bytes(memoryview(self._buffer)[:size]), ancillary, address)
            except Exception as error:  # a bug in a sensor must not stop the others' datagrams
                self.room.crashed(self._sensor.name, error)

    def _received(self, data: bytes, ancillary: Ancillary, address: Address) -> None:
        local_ip, reply_from = _local(ancillary)
        key = (address, local_ip)
        dialogue = self._dialogues.get(key)
        if dialogue is not None:
            dialogue.datagram(data)
            return
        ip, port = shown(address)
        peer = Peer(
            ip=ip,
            port=port,
            local_ip=local_ip or self._bound[0],
            local_port=self._bound[1],
            transport="udp",
            seed=self.room.seed(),
        )
        dialogue = DatagramDialogue(self, self._desk, self._sensor, peer, key, reply_from)
        self._dialogues[key] = dialogue
        dialogue.begin(data)


class DatagramDialogue(Conversation):
    """One dialogue with one source address and port."""

    __slots__ = ("_begun", "_in_step", "_key", "_queue", "_reply_from", "_steps_left", "_tap")

    def __init__(
        self, tap: DatagramTap, desk: Desk, sensor: Sensor, peer: Peer, key: Key, reply_from: Ancillary
    ) -> None:
        super().__init__(tap.room, tap.registry, desk, sensor, peer)
        self._tap, self._key, self._reply_from = tap, key, reply_from
        self._queue: deque[bytes] = deque()
        self._in_step = False  # what is sent next answers a further datagram
        self._steps_left = _MAX_IN_STEP
        self._begun = False  # the first datagram was given to the dialogue

    def begin(self, data: bytes) -> None:
        """Start with the datagram that asked for it."""
        self._bytes_in += len(data)
        self._queue.append(data)
        self._run(self._exchange.start())

    def datagram(self, data: bytes) -> None:
        """A further one from the same source."""
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
        if self._may_send(size, step):
            self._flush()
            try:
                self._tap.sock.sendmsg([step.data], self._reply_from, 0, self._key[0])
            except OSError:
                return False  # no route back, or a full buffer: datagrams may be lost
            self._bytes_out = size
        else:
            self._room.counts.udp_suppressed += 1
        return False

    def _may_send(self, size: int, step: Send) -> bool:
        if size > self._bytes_in and not step.amplifies:
            return False
        if size * _FREE_SHARE <= self._bytes_in:
            return True
        weight = 1.0
        if self._in_step and self._steps_left:
            self._in_step = False
            self._steps_left -= 1
            weight = _IN_STEP
        return self._tap.rate.allows(self.source, self._room.loop.time(), weight)

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


def _local(ancillary: Ancillary) -> tuple[str, Ancillary]:
    """The address a datagram was sent to, and what makes a reply come from there."""
    for level, kind, data in ancillary:
        if level == socket.IPPROTO_IP and kind == _IP_PKTINFO:
            here, sent_to = data[4:8], data[8:12]
            return socket.inet_ntop(socket.AF_INET, sent_to), [(level, kind, bytes(4) + here + bytes(4))]
        if level == socket.IPPROTO_IPV6 and kind == _IPV6_PKTINFO:
            ip = socket.inet_ntop(socket.AF_INET6, data[:16])
            linked = data[:2] == b"\xfe\x80"  # link-local: only its interface makes it unique
            scope = data[16:20] if linked else bytes(4)
            return shown((ip, 0))[0], [(level, kind, data[:16] + scope)]
    return "", []

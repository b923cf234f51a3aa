"""UDP sockets: datagrams with the address they were sent to, and replies that leave from there."""

import socket
import time

from msgspec import Struct

from samovar.listen.address import shown, source_of
from samovar.listen.bucket import ReplyRate
from samovar.listen.datagram import Received
from samovar.listen.flows import Flow, Flows
from samovar.listen.poll import READ, Poll

BATCH = 32  # datagrams taken before other work gets its turn
LARGEST = 65_507  # bytes that one can carry over IPv4; over IPv6 twenty more
Address = tuple[str, int] | tuple[str, int, int, int]
Ancillary = list[tuple[int, int, bytes]]
_IP_PKTINFO = 8  # linux/in.h
_IPV6_RECVPKTINFO, _IPV6_PKTINFO = 49, 50  # linux/in6.h


class Ends(Struct, frozen=True):
    """Who speaks to whom."""

    ip: str
    port: int
    local_ip: str
    local_port: int


class Arrival(Struct, frozen=True):
    """One datagram; ``key`` tells its flow from others on the same socket."""

    data: bytes
    address: Address
    key: tuple[Address, bytes]
    ancillary: Ancillary


class UdpSocket:
    """One bound socket."""

    def __init__(self, sock: socket.socket) -> None:
        sock.setblocking(False)
        six = sock.family == socket.AF_INET6
        option = (socket.IPPROTO_IPV6, _IPV6_RECVPKTINFO) if six else (socket.IPPROTO_IP, _IP_PKTINFO)
        if not sock.getsockopt(*option):
            sock.setsockopt(*option, 1)
        self._sock = sock
        self._bound = shown(sock.getsockname())
        self._buffer = bytearray(1 << 16)

    def fileno(self) -> int:
        return self._sock.fileno()

    def receive(self) -> Arrival | None:
        """The next datagram; None if there is none, or only the ICMP error of an earlier reply."""
        try:
            size, ancillary, _, address = self._sock.recvmsg_into([self._buffer], 128)
        except OSError:
            return None
        sent_to = ancillary[0][2] if ancillary else b""
        return Arrival(bytes(memoryview(self._buffer)[:size]), address, (address, sent_to), ancillary)

    def ends(self, arrival: Arrival) -> tuple[Ends, Ancillary]:
        """Who sent it to whom, and what makes a reply come from there."""
        local_ip, reply_from = _local(arrival.ancillary)
        return Ends(*shown(arrival.address), local_ip or self._bound[0], self._bound[1]), reply_from

    def send(self, data: bytes, address: Address, reply_from: Ancillary) -> bool:
        """Send; False if there is no route back, or a full buffer, or it is too long: datagrams may be lost."""
        try:
            self._sock.sendmsg([data], reply_from, 0, address)
        except OSError:
            return False
        return True


class DirectDatagrams:
    """Implements ``datagram.Datagrams`` over a socket of this process, with the same rules as the broker's."""

    def __init__(self, sock: socket.socket, rate: ReplyRate, largest: int) -> None:
        self._socket = UdpSocket(sock)
        self._largest = largest
        self._flows: Flows[tuple[Ends, Address, Ancillary]] = Flows(rate)

    def start(self, poll: Poll, received: Received) -> None:
        """Receive from now on."""
        self._poll, self._received = poll, received
        poll.watch(self._socket.fileno(), READ, self._readable)

    def stop(self) -> None:
        """Receive no more."""
        self._poll.forget(self._socket.fileno())

    def reply(self, token: int, data: bytes, in_step: bool) -> bool:
        """Send, if the rules allow it."""
        flow = self._flows.of(token)
        if flow is None or not self._flows.permits(flow, len(data), in_step, time.monotonic()):
            return False
        _, address, reply_from = flow.route
        return self._socket.send(data, address, reply_from)

    def _readable(self, mask: int) -> None:
        for _ in range(BATCH):
            arrival = self._socket.receive()
            if arrival is None:
                return
            flow = self._flow(arrival)
            ends = flow.route[0]
            self._received(flow.token, ends.ip, ends.port, ends.local_ip, ends.local_port, arrival.data)

    def _flow(self, arrival: Arrival) -> Flow[tuple[Ends, Address, Ancillary]]:
        now, size = time.monotonic(), len(arrival.data)
        flow = self._flows.find(arrival.key, size, now)
        if flow is None:
            ends, reply_from = self._socket.ends(arrival)
            route = (ends, arrival.address, reply_from)
            flow = self._flows.open(
                arrival.key, self._flows.token(), route, source_of(ends.ip), self._largest, size, now
            )
        return flow


def _local(ancillary: Ancillary) -> tuple[str, Ancillary]:
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

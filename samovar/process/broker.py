"""The broker: holds all UDP sockets, so that no worker does.

It passes each datagram to the worker that its source belongs to, and sends what the workers answer: only to whoever
sent something just now, and only what ``listen.flows`` grants them. It reads no byte of a datagram.
"""

import logging
import os
import select
import signal
import socket
import time
import zlib
from collections.abc import Callable, Sequence
from functools import partial

import msgspec
from msgspec import Struct

from samovar.listen.address import source_of
from samovar.listen.bucket import ReplyRate
from samovar.listen.flows import Flow, Flows
from samovar.listen.udp import BATCH, Address, Ancillary, Arrival, UdpSocket
from samovar.process import frames
from samovar.process.channel import STATS, Stats
from samovar.process.control import Link, Ready
from samovar.process.spec import BrokerStats, Spec

_log = logging.getLogger(__name__)
_LAST_BATCHES = 64  # of each worker's replies that are still sent at the end
_REPORT_INTERVAL = 1.0  # seconds between two reports, while there is something new to say


class UdpTap(Struct, frozen=True):
    """One UDP socket: its place in ``spec.taps``, and the size up to which a reply may be longer than what came."""

    index: int
    socket: UdpSocket
    amplifies: int


class Route(Struct, frozen=True):
    """What a flow's datagrams need, there and back."""

    worker: int
    head: bytes
    socket: UdpSocket
    address: Address
    reply_from: Ancillary


class Broker(Struct, frozen=True, kw_only=True):
    """Everything that ``run_broker`` needs; ``lock`` locks the process and says in lines what it could not."""

    slot: int
    spec: Spec
    taps: tuple[UdpTap, ...]
    workers: tuple[socket.socket, ...]  # the ends of the pairs, by slot
    report: socket.socket  # the event channel
    lifeline: Link
    lock: Callable[[], tuple[str, ...]]


def run_broker(broker: Broker) -> None:
    """Serve until the fork server says stop or is gone. The process is good for nothing else afterwards."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    switch = Switch(broker.spec, broker.taps, broker.workers)
    ending = False

    def end() -> None:
        nonlocal ending
        ending = True

    switch.watch(broker.lifeline.fileno(), end)
    missing = broker.lock()
    broker.lifeline.send(Ready(slot=broker.slot, missing=missing))
    told, due = None, 0.0
    while not ending:
        now = time.monotonic()
        if told != switch.counts and now >= due:
            told, due = msgspec.structs.replace(switch.counts), now + _REPORT_INTERVAL
            _report(broker.report, told)
        switch.turn(max(due - now, 0.0) if told != switch.counts else None)
    switch.finish()
    _report(broker.report, switch.counts)


def _report(channel: socket.socket, counts: BrokerStats) -> None:
    stats = Stats(pid=os.getpid(), service=msgspec.Raw(msgspec.json.encode(counts)))
    try:
        channel.send(STATS + msgspec.json.encode(stats), socket.MSG_DONTWAIT | socket.MSG_NOSIGNAL)
    except OSError:
        _log.debug("the hub is behind: the next report says more")


class Switch:
    """Datagrams there, replies back."""

    def __init__(self, spec: Spec, taps: Sequence[UdpTap], workers: Sequence[socket.socket]) -> None:
        self._workers = list(workers)
        now = time.monotonic()
        self._flows: Flows[Route] = Flows(ReplyRate(spec.udp_replies_per_minute, spec.udp_replies_per_second, now))
        self._epoll = select.epoll()
        self._calls: dict[int, Callable[[], object]] = {}
        self._buffer = bytearray(frames.LIMIT + 1)
        self.counts = BrokerStats()
        for tap in taps:
            self.watch(tap.socket.fileno(), partial(self._arrived, tap))
        for number, sock in enumerate(workers):
            sock.setblocking(False)
            self.watch(sock.fileno(), partial(self._asked, number))

    def watch(self, fd: int, call: Callable[[], object]) -> None:
        """Call whenever a descriptor can be read."""
        self._epoll.register(fd, select.EPOLLIN)
        self._calls[fd] = call

    def turn(self, timeout: float | None) -> None:
        """Wait for something to do, so many seconds at most, and do it."""
        for fd, _ in self._epoll.poll(timeout):
            self._calls[fd]()

    def finish(self) -> None:
        """Send what the workers have asked for until now."""
        for number in range(len(self._workers)):
            for _ in range(_LAST_BATCHES):
                if not self._asked(number):
                    break

    def _arrived(self, tap: UdpTap) -> None:
        for _ in range(BATCH):
            arrival = tap.socket.receive()
            if arrival is None:
                return
            self.counts.received += 1
            route = self._flow(tap, arrival).route
            try:
                self._workers[route.worker].send(route.head + arrival.data)
            except OSError:
                self.counts.dropped += 1  # the worker does not keep up

    def _flow(self, tap: UdpTap, arrival: Arrival) -> Flow[Route]:
        key, size, now = (tap.index, arrival.key), len(arrival.data), time.monotonic()
        flow = self._flows.find(key, size, now)
        if flow is not None:
            return flow
        ends, reply_from = tap.socket.ends(arrival)
        source = source_of(ends.ip)
        worker = zlib.crc32(source.encode()) % len(self._workers)  # a source's dialogues meet in one worker
        token = self._flows.token()
        head = frames.head(tap.index, token, ends.ip, ends.port, ends.local_ip, ends.local_port)
        route = Route(worker, head, tap.socket, arrival.address, reply_from)
        return self._flows.open(key, token, route, source, tap.amplifies, size, now)

    def _asked(self, number: int) -> bool:
        """Send the replies that a worker asks for, a batch of them; whether there may be more."""
        for _ in range(BATCH):
            try:
                size = self._workers[number].recv_into(self._buffer)
            except OSError:
                return False
            try:
                self._reply(number, frames.asked(bytes(memoryview(self._buffer)[:size])))
            except ValueError:
                self.counts.malformed += 1
        return True

    def _reply(self, number: int, asked: frames.Asked) -> None:
        flow = self._flows.of(asked.token)
        if flow is None or flow.route.worker != number:
            self.counts.unknown += 1
            return
        if not self._flows.permits(flow, len(asked.data), asked.in_step, time.monotonic()):
            self.counts.suppressed += 1
        elif flow.route.socket.send(asked.data, flow.route.address, flow.route.reply_from):
            self.counts.sent += 1
        else:
            self.counts.failed += 1

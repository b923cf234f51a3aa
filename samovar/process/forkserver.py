"""The fork server: a process that has imported everything and forks workers and the broker, so that ten cost what
two do.

It speaks only to the supervisor and, over lifelines, to its children, whose words it does not trust.
"""

import contextlib
import fcntl
import gc
import logging
import mmap
import os
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Sequence

import msgspec
from msgspec import Struct

from samovar.fetch.config import FetchConfig
from samovar.listen.udp import UdpSocket
from samovar.process.broker import Broker, UdpTap, run_broker
from samovar.process.channel import Sender
from samovar.process.control import Exited, Link, Ready, Spawn, Spawned, Stop, Warm, receive_plan
from samovar.process.datagrams import DatagramChannel
from samovar.process.fence import Fence
from samovar.process.fetcher import Fetcher, run_fetcher
from samovar.process.spec import Spec, fetcher_slot
from samovar.process.stderr import Relay
from samovar.process.tally import SharedTally
from samovar.process.worker import BoundTap, DatagramTap, ServiceMaker, Surroundings, Worker, run_worker

_log = logging.getLogger(__name__)
Given = list[tuple[str, int, int, int]]  # kind, index, slot, descriptor


Lock = Callable[[Fence, int], tuple[str, ...]]  # (descriptors, parent's pid) -> what is missing


class _Taken(Struct):
    """A descriptor that a child got, and what it is."""

    kind: str
    index: int
    sock: socket.socket


class _Child(Struct):
    pid: int
    lifeline: Link
    relay: Relay
    ready: bool = False


class ForkServer:
    """``prepare`` imports and decodes all there is (in this process, once) and gives what makes a service."""

    def __init__(
        self,
        prepare: Callable[[Spec], ServiceMaker],
        lock: Lock,
        lock_broker: Lock,
        lock_fetcher: Lock,
        link: Link | None = None,
    ) -> None:
        self._link = link or Link.inherited()
        self._prepare = prepare
        self._lock = lock
        self._lock_broker = lock_broker
        self._lock_fetcher = lock_fetcher
        self._children: dict[int, _Child] = {}
        self._selector = selectors.DefaultSelector()
        self._deadline: float | None = None

    def run(self) -> int:
        """Serve the supervisor until it says stop or is gone; the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        try:
            self._plan, self._given = receive_plan(self._link)
        except EOFError as error:
            _log.error("%s", error)
            return 1
        tally = next(descriptor for kind, _, _, descriptor in self._given if kind == "tally")
        self._memory = mmap.mmap(tally, 0)
        self._make_service = self._prepare(self._plan.spec)
        gc.collect()
        gc.freeze()
        self._link.send(Warm())
        self._selector.register(self._link, selectors.EVENT_READ, self._supervisor)
        while self._deadline is None or (self._children and time.monotonic() < self._deadline):
            wait = None if self._deadline is None else max(self._deadline - time.monotonic(), 0)
            for key, _ in self._selector.select(wait):
                key.data()
        for slot in list(self._children):
            self._bury(slot)
        return 0

    def _supervisor(self) -> None:
        message, _ = self._link.receive()
        if isinstance(message, Spawn) and self._deadline is None:
            self._spawn(message.slot)
        elif message is None or isinstance(message, Stop):
            stop = message or Stop(grace=1.0)
            self._deadline = time.monotonic() + stop.grace
            self._selector.unregister(self._link)
            for slot, child in self._children.items():
                if slot != self._plan.spec.workers:
                    child.lifeline.send(Stop(grace=stop.grace * 0.9))
            self._stop_broker()

    def _stop_broker(self) -> None:
        """Once no worker is left: it sends what they asked for last."""
        broker = self._plan.spec.workers
        if self._deadline is not None and list(self._children) == [broker]:
            self._children[broker].lifeline.send(Stop(grace=0.0))

    def _spawn(self, slot: int) -> None:
        ours, theirs = Link.pair()
        reading, writing = os.pipe2(os.O_CLOEXEC)
        parent = os.getpid()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            self._become(slot, theirs, writing, parent)
        theirs.close()
        os.close(writing)
        child = _Child(pid, ours, Relay(reading, self._name(slot)))
        self._children[slot] = child
        self._selector.register(ours, selectors.EVENT_READ, lambda: self._lifeline(slot))
        self._selector.register(reading, selectors.EVENT_READ, lambda: self._stderr(slot))
        self._link.send(Spawned(slot=slot, pid=pid))

    def _lifeline(self, slot: int) -> None:
        if slot not in self._children:
            return  # buried by the event before this one
        """A worker says once that it is ready. Its end, or anything else it says, is the end of it."""
        child = self._children[slot]
        try:
            message, _ = child.lifeline.receive()
        except ValueError:
            message = None
        if isinstance(message, Ready) and not child.ready:
            child.ready = True
            self._link.send(Ready(slot=slot, missing=tuple(line[:200] for line in message.missing[:8])))
        else:
            self._bury(slot)

    def _stderr(self, slot: int) -> None:
        child = self._children.get(slot)  # None: buried by the event before this one
        if child is not None and not child.relay.pass_on():
            self._selector.unregister(child.relay.fileno())

    def _bury(self, slot: int) -> None:
        """Make sure that a worker is dead, and report it."""
        child = self._children.pop(slot)
        os.kill(child.pid, signal.SIGKILL)
        _, status = os.waitpid(child.pid, 0)
        self._selector.unregister(child.lifeline)
        while child.relay.pass_on():
            pass
        if child.relay.fileno() in self._selector.get_map():
            self._selector.unregister(child.relay.fileno())
        child.relay.close()
        child.lifeline.close()
        self._link.send(Exited(slot=slot, pid=child.pid, status=os.waitstatus_to_exitcode(status)))
        self._stop_broker()

    def _become(self, slot: int, lifeline: Link, writing: int, parent: int) -> None:
        """In the child: arrange the descriptors, work, end. Never returns."""
        status = 70
        try:
            os.dup2(writing, 1)
            os.dup2(writing, 2)
            self._selector.close()
            self._link.close()
            for child in self._children.values():
                child.lifeline.close()
            _call_yourself(self._name(slot))
            if slot == self._plan.spec.workers:
                run_broker(self._equip_broker(slot, lifeline, parent))
            elif slot == fetcher_slot(self._plan.spec):
                run_fetcher(self._equip_fetcher(slot, lifeline, parent))
            else:
                run_worker(self._equip(slot, lifeline, parent))
            status = 0
        except BaseException:
            _log.critical("%s ends", self._name(slot), exc_info=True)
        finally:
            sys.stderr.flush()
            os._exit(status)

    def _name(self, slot: int) -> str:
        workers = self._plan.spec.workers
        return f"worker {slot}" if slot < workers else "broker" if slot == workers else "fetcher"

    def _take(self, slot: int, lifeline: Link, kinds: Sequence[str]) -> list[_Taken]:
        """The lifeline and this slot's descriptors of these kinds, in their order, in one block; all else is closed."""
        mine = [what for kind in kinds for what in self._given if what[0] == kind and what[2] in (slot, -1)]
        descriptors = _move_up([lifeline.take_descriptor(), *(what[3] for what in mine)])
        names = [("lifeline", 0), *(what[:2] for what in mine)]
        return [
            _Taken(kind, index, socket.socket(fileno=descriptor))
            for (kind, index), descriptor in zip(names, descriptors, strict=True)
        ]

    def _equip(self, slot: int, lifeline: Link, parent: int) -> Worker:
        spec = self._plan.spec
        taken = self._take(slot, lifeline, ("channel", "datagrams", "fetcher", "tcp", "data"))
        fence = Fence(taken[0].sock.fileno(), taken[-1].sock.fileno() + 1)
        datagrams = [DatagramChannel(what.sock) for what in taken if what.kind == "datagrams"]
        return Worker(
            surroundings=Surroundings(
                slot=slot,
                observer=spec.observer,
                taps=tuple(BoundTap(spec.taps[what.index], what.sock) for what in taken if what.kind == "tcp"),
                datagram_taps=tuple(
                    DatagramTap(tap, channel.tap(index))
                    for channel in datagrams
                    for index, tap in enumerate(spec.taps)
                    if tap.transport == "udp"
                ),
                data_sockets=tuple(what.sock for what in taken if what.kind == "data"),
                fetcher=next((what.sock for what in taken if what.kind == "fetcher"), None),
                sink=Sender(taken[1].sock, SharedTally(self._memory, slot, self._plan.secret)),
            ),
            lifeline=Link(taken[0].sock),
            make_service=self._make_service,
            lock=lambda: self._lock(fence, parent),
        )

    def _equip_broker(self, slot: int, lifeline: Link, parent: int) -> Broker:
        spec = self._plan.spec
        taken = self._take(slot, lifeline, ("channel", "worker", "udp"))
        taps = [what for what in taken if what.kind == "udp"]
        fence = Fence(taps[0].sock.fileno(), taps[-1].sock.fileno() + 1)
        return Broker(
            slot=slot,
            spec=spec,
            taps=tuple(UdpTap(what.index, UdpSocket(what.sock), spec.taps[what.index].amplifies) for what in taps),
            workers=tuple(what.sock for what in taken if what.kind == "worker"),
            report=taken[1].sock,
            lifeline=Link(taken[0].sock),
            lock=lambda: self._lock_broker(fence, parent),
        )

    def _equip_fetcher(self, slot: int, lifeline: Link, parent: int) -> Fetcher:
        taken = self._take(slot, lifeline, ("asker",))
        fence = Fence(taken[0].sock.fileno(), taken[-1].sock.fileno() + 1)
        return Fetcher(
            slot=slot,
            config=msgspec.json.decode(self._plan.spec.fetch, type=FetchConfig),
            askers=tuple(what.sock for what in taken[1:]),
            lifeline=Link(taken[0].sock),
            lock=lambda: self._lock_fetcher(fence, parent),
        )


def _call_yourself(name: str) -> None:
    """What ps and top show of a process that was forked."""
    with contextlib.suppress(OSError), open("/proc/self/comm", "w") as comm:
        comm.write(name)


def _move_up(descriptors: list[int]) -> list[int]:
    """Move descriptors into one block above all that are open, in their order, and close everything below it.

    The lock tells shared descriptors from a session's own by their number.
    """
    base = max(int(name) for name in os.listdir("/proc/self/fd")) + 1
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, base) for descriptor in descriptors]
    os.closerange(3, base)
    return moved

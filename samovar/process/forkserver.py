"""The fork server: a process that has imported everything and forks workers, so that ten cost what two do.

It speaks only to the supervisor and, over lifelines, to its workers, whose words it does not trust.
"""

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
from collections.abc import Callable

from msgspec import Struct

from samovar.process.channel import Sender
from samovar.process.control import Exited, Link, Ready, Spawn, Spawned, Stop, Warm, receive_plan
from samovar.process.fence import Fence
from samovar.process.spec import Spec
from samovar.process.stderr import Relay
from samovar.process.tally import SharedTally
from samovar.process.worker import BoundTap, ServiceMaker, Surroundings, Worker, run_worker

_log = logging.getLogger(__name__)
Given = list[tuple[str, int, int, int]]  # kind, index, slot, descriptor


Lock = Callable[[Fence, int], tuple[str, ...]]  # (descriptors, parent's pid) -> what is missing


class _Child(Struct):
    pid: int
    lifeline: Link
    relay: Relay
    ready: bool = False


class ForkServer:
    """``prepare`` imports and decodes all there is (in this process, once) and gives what makes a service."""

    def __init__(self, prepare: Callable[[Spec], ServiceMaker], lock: Lock, link: Link | None = None) -> None:
        self._link = link or Link.inherited()
        self._prepare = prepare
        self._lock = lock
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
            for child in self._children.values():
                child.lifeline.send(Stop(grace=stop.grace * 0.9))

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
        child = _Child(pid, ours, Relay(reading, f"worker {slot}"))
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
            worker = self._equip(slot, lifeline, parent)
            run_worker(worker)
            status = 0
        except BaseException:
            _log.critical("a worker ends", exc_info=True)
        finally:
            sys.stderr.flush()
            os._exit(status)

    def _equip(self, slot: int, lifeline: Link, parent: int) -> Worker:
        spec = self._plan.spec
        mine = [what for what in self._given if what[2] in (slot, -1)]
        ordered = [what for kind in ("channel", "udp", "tcp", "data") for what in mine if what[0] == kind]
        descriptors = _move_up([lifeline.take_descriptor(), *(what[3] for what in ordered)])
        low, udp_low = descriptors[0], descriptors[2]
        fence = Fence(low, udp_low, udp_low + sum(what[0] == "udp" for what in mine), descriptors[-1] + 1)
        sockets = [socket.socket(fileno=descriptor) for descriptor in descriptors]
        taps, data = list[BoundTap](), list[socket.socket]()
        for (kind, index, _, _), sock in zip(ordered[1:], sockets[2:], strict=True):
            if kind == "data":
                data.append(sock)
            else:
                taps.append(BoundTap(spec.taps[index], sock))
        return Worker(
            surroundings=Surroundings(
                slot=slot,
                observer=spec.observer,
                taps=tuple(taps),
                data_sockets=tuple(data),
                sink=Sender(sockets[1], SharedTally(self._memory, slot, self._plan.secret)),
            ),
            lifeline=Link(sockets[0]),
            make_service=self._make_service,
            lock=lambda: self._lock(fence, parent),
        )


def _move_up(descriptors: list[int]) -> list[int]:
    """Move descriptors into one block above all that are open, in their order, and close everything below it.

    The lock tells shared descriptors from a session's own by their number.
    """
    base = max(int(name) for name in os.listdir("/proc/self/fd")) + 1
    moved = [fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, base) for descriptor in descriptors]
    os.closerange(3, base)
    return moved

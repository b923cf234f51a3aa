"""The supervisor: makes all sockets and keeps them, starts and restarts everything else, ends it in order.

It holds both ends of every channel, so that whoever dies loses nothing that was sent. It runs in the main thread,
imports little, and never touches a byte that an attacker sent.
"""

import logging
import mmap
import os
import resource
import selectors
import signal
import socket
import time
from collections.abc import Callable
from types import FrameType

from samovar.process import files, sockets
from samovar.process.cells import size
from samovar.process.child import Child, ending
from samovar.process.control import (
    Exited,
    Link,
    Message,
    Plan,
    Ready,
    Spawn,
    Spawned,
    State,
    Stop,
    Warm,
    send_plan,
)
from samovar.process.notify import Notifier
from samovar.process.ondemand import OnDemand
from samovar.process.slot import Slot
from samovar.process.slot import make as make_slots
from samovar.process.spec import Spec, Status, fetcher_slot

_log = logging.getLogger(__name__)
WORKERS_GRACE = 1.2  # seconds for the workers to end their sessions
HUB_GRACE = 1.5  # seconds for the hub to take in what is left
HUB_LIMIT = 8.0  # and when it is killed: late is better than events lost


class Supervisor:
    """``run`` serves until SIGTERM, SIGINT or SIGHUP (unless that was ignored when we started, as nohup does)."""

    def __init__(
        self,
        spec: Spec,
        forkserver: Child,
        hub: Child,
        on_ready: Callable[[Status], None],
    ) -> None:
        """The children may run already, importing: they wait for their plan."""
        self._spec = spec
        self._on_ready = on_ready
        self._forkserver = forkserver
        self._hub = hub
        self._selector = selectors.DefaultSelector()
        self._notifier = Notifier()
        self._started = time.time()
        self._announced = False
        self._stopping: float | None = None  # when the stop began
        self._next_watchdog = 0.0

    def run(self) -> int:
        """Run until told to stop; the exit status: 0, or 1 if nothing could be started at all."""
        try:
            lock = files.lock(self._spec.data)
        except (files.Busy, OSError) as error:
            _log.error("%s", error)
            self._abandon()
            return 1
        _raise_descriptor_limit()
        self._opened = sockets.open_all(self._spec)
        if self._opened.failures:
            _log.warning("not bound: %s", sockets.summary(self._opened.failures))
        if not self._opened.ports:
            _log.error("no port could be bound: nothing to do")
            os.close(lock)
            self._abandon()
            return 1
        files.write_ports(self._spec.data, self._opened.ports)
        self._slots = make_slots(self._spec.workers, udp=any(port.transport == "udp" for port in self._opened.ports))
        self._fetcher = self._make_fetcher()
        self._tally = os.memfd_create("tally", os.MFD_CLOEXEC)
        os.ftruncate(self._tally, max(size(self._spec.workers), mmap.PAGESIZE))
        self._secret = os.urandom(16)
        restore = self._catch_signals()
        try:
            if self._hub.link is not None:
                self._start_hub()
            if self._forkserver.link is not None:
                self._start_forkserver()
            while not self._finished():
                self._start_due()
                for key, _ in self._selector.select(self._pause()):
                    key.data()
                self._beat()
        finally:
            restore()
            self._release()
            os.close(lock)
        return 0

    # Signals

    def _catch_signals(self) -> Callable[[], None]:
        reading, writing = socket.socketpair()
        reading.setblocking(False)
        writing.setblocking(False)
        self._selector.register(reading, selectors.EVENT_READ, lambda: self._signalled(reading))
        previous = signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        numbers = [signal.SIGTERM, signal.SIGINT]
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            numbers.append(signal.SIGHUP)
        handlers = {number: signal.signal(number, _wake) for number in numbers}

        def restore() -> None:
            signal.set_wakeup_fd(previous)
            for number, handler in handlers.items():
                signal.signal(number, handler)
            reading.close()
            writing.close()

        return restore

    def _signalled(self, reading: socket.socket) -> None:
        reading.recv(64)
        self.stop()

    def stop(self) -> None:
        """Begin to end: first the workers, then the hub, which takes in what they sent."""
        if self._stopping is not None:
            return
        self._stopping = time.monotonic()
        self._notifier.tell("STOPPING=1")
        if self._fetcher is not None:
            self._fetcher.rest()
        self._hub.due = None if self._hub.link is not None else self._hub.due
        if self._forkserver.link is not None:
            self._forkserver.link.send(Stop(grace=WORKERS_GRACE))
        else:
            self._workers_ended()

    # The main loop's parts

    def _finished(self) -> bool:
        return self._stopping is not None and self._hub.link is None and self._forkserver.link is None

    def _pause(self) -> float:
        now = time.monotonic()
        times = [self._hub.due, self._forkserver.due, *(slot.due for slot in self._slots)]
        if self._fetcher is not None:
            times.append(self._fetcher.due)
        due = [moment for moment in times if moment is not None]
        if self._notifier.watchdog:
            due.append(self._next_watchdog)
        if self._stopping is not None:
            due.append(now + 0.1)
        return max(min(due, default=now + 60.0) - now, 0.0)

    def _beat(self) -> None:
        now = time.monotonic()
        if self._notifier.watchdog and now >= self._next_watchdog:
            self._notifier.tell("WATCHDOG=1")
            self._next_watchdog = now + self._notifier.watchdog
        if self._stopping is None:
            return
        if self._forkserver.pid and now > self._stopping + WORKERS_GRACE + 0.5:
            os.kill(self._forkserver.pid, signal.SIGKILL)
        if self._hub.pid and now > self._stopping + HUB_LIMIT:
            _log.error("the hub does not end: killed")
            os.kill(self._hub.pid, signal.SIGKILL)

    def _start_due(self) -> None:
        now = time.monotonic()
        for child, start in ((self._hub, self._start_hub), (self._forkserver, self._start_forkserver)):
            if child.due is not None and now >= child.due:
                start()
        link = self._forkserver.link
        for slot in self._slots:
            if slot.due is not None and now >= slot.due and link is not None:
                slot.due = None
                link.send(Spawn(slot=slot.number))
        fetcher = self._fetcher
        if fetcher is not None and fetcher.due is not None and now >= fetcher.due:
            fetcher.run()

    # The hub

    def _start_hub(self) -> None:
        link = self._hub.link or self._hub.start()
        given = [("channel", 0, slot.number, slot.hub_end.fileno()) for slot in self._slots]
        if self._opened.web is not None:
            given.append(("web", 0, -1, self._opened.web.fileno()))
        send_plan(link, self._plan(len(given)), given)
        self._selector.register(link, selectors.EVENT_READ, lambda: self._hub_says(link))

    def _hub_says(self, link: Link) -> None:
        message = _heard(link)
        if isinstance(message, Ready):
            self._hub.ready = True
            self._changed()
        elif message is None:
            self._selector.unregister(link)
            status = self._hub.bury(again=self._stopping is None)
            if self._stopping is None or status != 0:
                _log.warning("hub %s", ending(status))

    # The fork server and its workers

    def _start_forkserver(self) -> None:
        link = self._forkserver.link or self._forkserver.start()
        broker = self._spec.workers
        given = [("channel", 0, slot.number, slot.worker_end.fileno()) for slot in self._slots]
        for slot in self._slots:
            if slot.datagrams is not None:
                given.append(("worker", slot.number, broker, slot.datagrams[0].fileno()))
                given.append(("datagrams", 0, slot.number, slot.datagrams[1].fileno()))
        for index, sock in self._opened.taps:
            udp = sock.type == socket.SOCK_DGRAM
            given.append(("udp", index, broker, sock.fileno()) if udp else ("tcp", index, -1, sock.fileno()))
        given += [("data", 0, number, sock.fileno()) for number, sock in self._opened.data]
        if self._fetcher is not None:
            given += self._fetcher.given()
        given.append(("tally", 0, -1, self._tally))
        send_plan(link, self._plan(len(given)), given)
        self._selector.register(link, selectors.EVENT_READ, lambda: self._forkserver_says(link))

    def _forkserver_says(self, link: Link) -> None:
        message = _heard(link)
        if isinstance(message, Spawned | Ready | Exited) and self._of_fetcher(message):
            return
        if isinstance(message, Warm):
            self._forkserver.ready = True
            for slot in self._slots:
                slot.due = 0.0
            if self._fetcher is not None:
                self._fetcher.watch()
        elif isinstance(message, Spawned):
            slot = self._slots[message.slot]
            slot.pid, slot.began = message.pid, time.monotonic()
            slot.restarts += 1
        elif isinstance(message, Ready):
            slot = self._slots[message.slot]
            slot.ready, slot.missing = True, message.missing
            self._changed()
        elif isinstance(message, Exited):
            self._worker_ended(self._slots[message.slot], message.status)
        elif message is None:
            self._forkserver_ended(link)

    def _worker_ended(self, slot: Slot, status: int) -> None:
        now = time.monotonic()
        slot.pid, slot.ready = 0, False
        if self._stopping is None:
            slot.due = now + slot.backoff.died(now - slot.began)
            _log.warning("%s %s", slot.name, ending(status))
            self._changed()

    # The fetcher

    def _make_fetcher(self) -> OnDemand | None:
        if not self._spec.fetch:
            return None

        def start() -> None:
            if self._forkserver.link is not None:
                self._forkserver.link.send(Spawn(slot=fetcher_slot(self._spec)))

        return OnDemand(fetcher_slot(self._spec), self._spec.workers, self._selector, start)

    def _of_fetcher(self, message: Spawned | Ready | Exited) -> bool:
        fetcher = self._fetcher
        if fetcher is None or message.slot != fetcher.number:
            return False
        if isinstance(message, Ready):
            for line in message.missing:
                _log.debug("fetcher: %s", line)  # a worker lacks the same, and is asked for it
        elif isinstance(message, Exited) and self._stopping is None:
            if message.status != 0:
                _log.warning("fetcher %s", ending(message.status))
            fetcher.ended(message.status)
        return True

    def _forkserver_ended(self, link: Link) -> None:
        self._selector.unregister(link)
        status = self._forkserver.bury(again=self._stopping is None)
        for slot in self._slots:
            slot.pid, slot.ready, slot.due = 0, False, None
        if self._fetcher is not None:
            self._fetcher.rest()  # it died with its parent, and so did all who had asked it
        if self._stopping is None:
            _log.warning("fork server %s", ending(status))
            self._changed()
        else:
            self._workers_ended()

    def _workers_ended(self) -> None:
        """Nobody sends any more: with our own ends closed, the hub sees each channel's end of file."""
        self._forkserver.due = None
        for slot in self._slots:
            slot.worker_end.close()
        if self._hub.link is None:
            self._start_hub()  # it died just now, and there may be events to take in
        if self._hub.link is not None:
            self._hub.link.send(Stop(grace=HUB_GRACE))

    def _abandon(self) -> None:
        for child in (self._hub, self._forkserver):
            if child.link is not None:
                child.bury(again=False)

    # What we say

    def _plan(self, descriptors: int) -> Plan:
        ports = tuple(self._opened.ports)
        return Plan(spec=self._spec, ports=ports, fds=descriptors, secret=self._secret)

    def _status(self) -> Status:
        return Status(
            pid=os.getpid(),
            started=self._started,
            workers=tuple(slot.status() for slot in self._slots[: self._spec.workers]),
            broker=next((slot.status() for slot in self._slots[self._spec.workers :]), None),
            hub_restarts=max(self._hub.restarts, 0),
            ports=tuple(self._opened.ports),
            web=sockets.bound(self._opened.web) if self._opened.web is not None else "",
            failures=tuple(self._opened.failures),
        )

    def _changed(self) -> None:
        status = self._status()
        if self._hub.ready and self._hub.link is not None:
            self._hub.link.send(State(status))
        if not self._announced and self._hub.ready and all(slot.ready for slot in self._slots):
            self._announced = True
            self._notifier.tell("READY=1")
            self._on_ready(status)

    def _release(self) -> None:
        self._opened.close()
        for slot in self._slots:
            slot.close()
        if self._fetcher is not None:
            self._fetcher.close()
        os.close(self._tally)
        self._selector.close()


def _heard(link: Link) -> Message | None:
    """What a child says; None if it is gone, or says what no sound child of ours says and has to go."""
    try:
        message, _ = link.receive()
    except ValueError:
        return None
    return message


def _wake(number: int, frame: FrameType | None) -> None:
    """The wake-up descriptor does the work."""


def _raise_descriptor_limit() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))

"""A worker: forked, equipped, locked, and only then listening to the world."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from samovar.process.channel import Sender
from samovar.process.control import Link, Ready, Stop
from samovar.process.datagrams import TapDatagrams
from samovar.process.spec import TapSpec

_log = logging.getLogger(__name__)
STATS_INTERVAL = 1.0


class BoundTap(Struct, frozen=True):
    """One TCP socket that listens, and what it is for."""

    tap: TapSpec
    sock: socket.socket


class DatagramTap(Struct, frozen=True):
    """One UDP port, which the broker holds, and what it is for."""

    tap: TapSpec
    datagrams: TapDatagrams


class Surroundings(Struct, frozen=True, kw_only=True):
    """What a worker has to serve with."""

    slot: int
    observer: str
    taps: tuple[BoundTap, ...]
    datagram_taps: tuple[DatagramTap, ...]
    data_sockets: tuple[socket.socket, ...]
    fetcher: socket.socket | None = None  # the pair to it; None: nothing is downloaded
    sink: Sender


class Service(Protocol):
    """What serves the taps: ``listen.Listener``."""

    async def start(self) -> None: ...
    async def stop(self, grace: float) -> None: ...
    def report(self) -> bytes:
        """Its own account, as JSON."""
        ...


ServiceMaker = Callable[[Surroundings], Service]


class Worker(Struct, frozen=True, kw_only=True):
    """Everything that ``run_worker`` needs; ``lock`` locks the process and says in lines what it could not."""

    surroundings: Surroundings
    lifeline: Link
    make_service: ServiceMaker
    lock: Callable[[], tuple[str, ...]]


def run_worker(worker: Worker) -> None:
    """Serve until the fork server says stop or is gone. The process is good for nothing else afterwards.

    The service is made before the lock, since it may read files (TLS certificates); the loop too, so that the
    lock need not allow what only its making needs.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    # From 3.12 on asyncio's transports would call sendmsg, which the lock forbids.
    setattr(asyncio.selector_events, "_HAS_SENDMSG", False)  # noqa: B010
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    service = worker.make_service(worker.surroundings)
    missing = worker.lock()
    loop.run_until_complete(_serve(worker, service, missing))
    loop.close()


async def _serve(worker: Worker, service: Service, missing: tuple[str, ...]) -> None:
    loop = asyncio.get_running_loop()
    stopped: asyncio.Future[float] = loop.create_future()
    loop.add_reader(worker.lifeline, _heard, worker.lifeline, stopped)
    await service.start()
    worker.lifeline.send(Ready(slot=worker.surroundings.slot, missing=missing))
    sink = worker.surroundings.sink
    reporter = loop.create_task(_report(sink, service))
    grace = await stopped
    reporter.cancel()
    await service.stop(grace * 0.7)
    sink.stats(os.getpid(), service.report())
    if not await sink.drained(grace * 0.3):
        _log.warning("the hub did not take the last events in time")


def _heard(lifeline: Link, stopped: "asyncio.Future[float]") -> None:
    message, _ = lifeline.receive()
    if not stopped.done():
        stopped.set_result(message.grace if isinstance(message, Stop) else 0.5)
    asyncio.get_running_loop().remove_reader(lifeline)


async def _report(sink: Sender, service: Service) -> None:
    while True:
        sink.stats(os.getpid(), service.report())
        await asyncio.sleep(STATS_INTERVAL)

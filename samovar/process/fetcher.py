"""The fetcher: downloads what workers ask for, locked in but for its way out, and ends when nobody asks any more."""

import asyncio
import logging
import signal
import socket
from collections.abc import Callable

import msgspec
from msgspec import Struct

from samovar.fetch.config import FetchConfig
from samovar.process.control import Link, Ready

_log = logging.getLogger(__name__)
IDLE = 900.0  # seconds without work, after which it ends, and forgets what it has downloaded


class Fetcher(Struct, frozen=True, kw_only=True):
    """Everything that ``run_fetcher`` needs; ``lock`` locks the process and says in lines what it could not."""

    slot: int
    config: FetchConfig
    askers: tuple[socket.socket, ...]
    lifeline: Link
    lock: Callable[[], tuple[str, ...]]
    idle: float = IDLE


def run_fetcher(fetcher: Fetcher) -> None:
    """Serve until idle, or until the fork server says stop or is gone. The process is good for nothing else then.

    The name servers' addresses are read before the lock, which lets no file but our own code be read.
    """
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    # Only this process needs what these import, and only while it runs.
    from samovar.fetch.address import Policy
    from samovar.fetch.desk import Desk
    from samovar.fetch.downloads import Downloads
    from samovar.fetch.gate import Gate
    from samovar.fetch.resolve import DnsResolver

    config = fetcher.config
    gate = Gate(config, DnsResolver(), Policy(config.deny, config.allow))
    desk = Desk(fetcher.askers, Downloads(config, gate))
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    missing = fetcher.lock()
    loop.run_until_complete(_serve(fetcher, desk.open, desk.idle, missing))
    _log.info("the fetcher ends: %s", msgspec.json.encode(desk.counts).decode())


async def _serve(
    fetcher: Fetcher, begin: Callable[[], None], idle: Callable[[], float], missing: tuple[str, ...]
) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_reader(fetcher.lifeline, stopped.set)
    begin()
    fetcher.lifeline.send(Ready(slot=fetcher.slot, missing=missing))
    while not stopped.is_set() and idle() < fetcher.idle:
        try:
            async with asyncio.timeout(fetcher.idle - idle()):
                await stopped.wait()
        except TimeoutError:
            continue
    loop.remove_reader(fetcher.lifeline)

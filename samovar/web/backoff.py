"""Slows down guessing: after a few failures a key (an address, a user name) has to wait, ever longer."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable

from msgspec import Struct

MAX_KEYS = 4096
FREE_TRIES = 3


class _Record(Struct, frozen=True):
    failures: int
    until: float


class Backoff:
    """A capped table of failures; ``limit`` is the longest wait in seconds. For one thread."""

    def __init__(self, limit: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._records: OrderedDict[str, _Record] = OrderedDict()

    def wait(self, key: str) -> float:
        """Seconds until ``key`` may try again; 0 when it may now."""
        record = self._records.get(key)
        return max(0.0, record.until - self._clock()) if record else 0.0

    def failed(self, key: str) -> None:
        """Note a try. Noted before it is judged, so that tries made at the same time all count."""
        record = self._records.pop(key, None)
        failures = (record.failures if record else 0) + 1
        pause = min(self._limit, 2.0 ** min(failures - FREE_TRIES, 30)) if failures > FREE_TRIES else 0.0
        self._records[key] = _Record(failures, self._clock() + pause)
        while len(self._records) > MAX_KEYS:
            self._records.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures of ``key``."""
        self._records.pop(key, None)


def network(host: str) -> str:
    """What counts as one address: an IPv4 address, or an IPv6 /64, which one subscriber commonly has."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return host[:64]
    if ip.version == 4:
        return str(ip)
    return str(ip.ipv4_mapped or ipaddress.ip_network((int(ip) >> 64 << 64, 64)))

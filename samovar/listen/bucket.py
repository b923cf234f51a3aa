"""How many datagrams we send, to each source and in all: we are no amplifier and no reflector."""

from collections import OrderedDict

_MAX_SOURCES = 8192


class Bucket:
    """Tokens that refill with time."""

    __slots__ = ("_rate", "_size", "_stamp", "_tokens")

    def __init__(self, size: float, rate: float, now: float) -> None:
        self._size, self._rate, self._tokens, self._stamp = size, rate, size, now

    def take(self, now: float, count: float = 1.0) -> bool:
        """Take so many, if they are there."""
        self._tokens = min(self._size, self._tokens + (now - self._stamp) * self._rate)
        self._stamp = now
        if self._tokens < count:
            return False
        self._tokens -= count
        return True


class ReplyRate:
    """At most so many replies a minute to a source and a second in all; forgets the least recent sources."""

    def __init__(self, per_minute: int, per_second_in_all: int, now: float) -> None:
        self._per_minute = per_minute
        self._all = Bucket(per_second_in_all, per_second_in_all, now)
        self._sources: OrderedDict[str, Bucket] = OrderedDict()

    def allows(self, source: str, now: float, weight: float = 1.0) -> bool:
        """Whether one more datagram may go to this source; counts it if so, with ``weight`` for the source."""
        bucket = self._sources.get(source)
        if bucket is None:
            while len(self._sources) >= _MAX_SOURCES:
                self._sources.popitem(last=False)
            bucket = self._sources[source] = Bucket(self._per_minute, self._per_minute / 60, now)
        self._sources.move_to_end(source)
        return bucket.take(now, weight) and self._all.take(now)

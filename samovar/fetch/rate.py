"""How often and how much: counts in windows of fixed length, bounded in memory."""

from collections import OrderedDict


class Windows:
    """At most ``limit`` a key and window; forgets the oldest keys beyond ``capacity``."""

    def __init__(self, limit: int, seconds: float, capacity: int = 8192) -> None:
        self._limit, self._seconds, self._capacity = limit, seconds, capacity
        self._counts: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def take(self, key: str, now: float, count: int = 1) -> bool:
        """Count so many more for this key, if they are granted."""
        began, used = self._counts.get(key, (now, 0))
        if now - began >= self._seconds:
            self._counts.pop(key, None)
            began, used = now, 0
        if used + count > self._limit:
            return False
        self._counts[key] = (began, used + count)
        while len(self._counts) > self._capacity:
            self._counts.popitem(last=False)
        return True


class Budget:
    """Bytes that all downloads hold at once, and bytes an hour."""

    def __init__(self, held: int, per_hour: int) -> None:
        self._room = held
        self._hour = Windows(per_hour, 3600.0, 1)

    def take(self, size: int, now: float) -> bool:
        """Room for so many bytes more; ``give_back`` follows."""
        if self._room < size or not self._hour.take("", now, size):
            return False
        self._room -= size
        return True

    def give_back(self, size: int) -> None:
        """They are no longer held."""
        self._room += size

"""A store of days that only have sizes, and a spool on a disk that fails on demand."""

import errno

from samovar.spool import Position, Spool


class Days:
    """Sealed days and the hot one, oldest first."""

    def __init__(self, *sizes: int) -> None:
        self.sizes = list(sizes)
        self.place = Position()
        self.asked: list[int] = []
        self.ill = False

    def position(self) -> Position:
        return self.place

    def retain(self, *, budget: int, days: int) -> int:
        self.asked.append(days)
        if self.ill:
            raise OSError(errno.EIO, "the store's disk fails")
        dropped = 0
        while len(self.sizes) > 1 and sum(self.sizes) > budget:
            del self.sizes[0]
            dropped += 1
        return dropped

    def size(self) -> int:
        return sum(self.sizes)


class Failing(Spool):
    """Refuses to append while ``failure`` is set; ``cure`` segments must go before it takes any again."""

    failure = 0
    cure = -1

    def append(self, lines: bytes, count: int) -> Position:
        if self.failure:
            raise OSError(self.failure, errno.errorcode[self.failure])
        return super().append(lines, count)

    def drop_oldest_sealed(self) -> int:
        freed = super().drop_oldest_sealed()
        self.cure -= 1
        if self.cure == 0:
            self.failure = 0
        return freed

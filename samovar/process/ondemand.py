"""The fetcher's place: it is started when a worker asks, and ends by itself when nobody does."""

import selectors
import socket
import time
from collections.abc import Callable

from samovar.process.backoff import Backoff
from samovar.process.slot import pair

_BUFFER = 1 << 20  # bytes of requests, or of answers, on their way to or from one worker


class OnDemand:
    """Both ends of the pairs, which outlive the process. Whoever watches them reads nothing."""

    def __init__(self, number: int, workers: int, selector: selectors.BaseSelector, start: Callable[[], None]) -> None:
        """``number`` is its slot; ``start`` is called when it has to run."""
        self.number = number
        self.pairs: list[tuple[socket.socket, socket.socket]] = [pair(_BUFFER) for _ in range(workers)]
        self.due: float | None = None  # when to start it again after an accident
        self._selector, self._start = selector, start
        self._backoff = Backoff()
        self._began = 0.0
        self._watched = False

    def given(self) -> list[tuple[str, int, int, int]]:
        """Descriptors for the fork server: (kind, index, slot, descriptor)."""
        ours = [("asker", worker, self.number, pair[0].fileno()) for worker, pair in enumerate(self.pairs)]
        return ours + [("fetcher", 0, worker, pair[1].fileno()) for worker, pair in enumerate(self.pairs)]

    def watch(self) -> None:
        """Start it as soon as a worker asks."""
        if not self._watched:
            self._watched = True
            for ours, _ in self.pairs:
                self._selector.register(ours, selectors.EVENT_READ, self._asked)

    def _asked(self) -> None:
        if self._watched:  # two workers may ask in one turn
            self.run()

    def run(self) -> None:
        """Start it, now."""
        self.rest()
        self._began = time.monotonic()
        self._start()

    def rest(self) -> None:
        """Neither watch nor start it."""
        self.due = None
        if self._watched:
            self._watched = False
            for ours, _ in self.pairs:
                self._selector.unregister(ours)

    def ended(self, status: int) -> None:
        """It is over. After an accident a new one has to tell the workers that what had begun is lost."""
        if status == 0:
            self.watch()
        else:
            now = time.monotonic()
            self.due = now + self._backoff.died(now - self._began)

    def close(self) -> None:
        """Close the sockets."""
        self.rest()
        for ends in self.pairs:
            for end in ends:
                end.close()

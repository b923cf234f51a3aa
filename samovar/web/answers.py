"""Questions to the store, shared: computed once however many ask, by few threads, never waited for long."""

import asyncio
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from samovar.web.errors import ApiError

MAX_ENTRIES = 512
MAX_BYTES = 16 << 20
_WORTH_PACKING = 1024


class Answer(Struct, frozen=True):
    """JSON, and the same gzipped when that is worth it."""

    body: bytes
    packed: bytes | None = None


class _Kept(Struct, frozen=True):
    answer: Answer
    expires: float


class Answers:
    """A bounded pool of threads with a bounded queue before it and a small cache behind it.

    Lives on one event loop; only ``compute`` runs elsewhere.
    """

    def __init__(
        self,
        *,
        threads: int,
        backlog: int,
        timeout: float,
        keep: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pool = ThreadPoolExecutor(threads, "web-store")
        self._room = threads + backlog
        self._timeout = timeout
        self._keep = keep
        self._clock = clock
        self._flights: dict[Hashable, asyncio.Future[Answer]] = {}
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._size = 0

    async def get(self, key: Hashable, compute: Callable[[], bytes]) -> Answer:
        """The answer for ``key``, at most ``keep`` seconds old.

        Raises ApiError(503) when too many wait or it takes too long, and whatever ``compute`` raises.
        """
        if (kept := self._fresh(key)) is not None:
            return kept
        flight = self._flights.get(key) or self._start(key, compute)
        done, _ = await asyncio.wait({flight}, timeout=self._timeout)
        if not done:
            raise ApiError(503, "this takes too long; try a shorter time or a narrower search", retry_after=2)
        return flight.result()

    def close(self) -> None:
        """Start nothing more."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _start(self, key: Hashable, compute: Callable[[], bytes]) -> "asyncio.Future[Answer]":
        if len(self._flights) >= self._room:
            raise ApiError(503, "too many questions at once; try again in a moment", retry_after=1)
        flight = asyncio.get_running_loop().run_in_executor(self._pool, _answer, compute)
        self._flights[key] = flight
        flight.add_done_callback(lambda done: self._landed(key, done))
        return flight

    def _landed(self, key: Hashable, flight: "asyncio.Future[Answer]") -> None:
        del self._flights[key]
        if flight.cancelled() or flight.exception() is not None:
            return
        answer = flight.result()
        self._drop(key)
        self._kept[key] = _Kept(answer, self._clock() + self._keep)
        self._size += _weight(answer)
        self._sweep()

    def _sweep(self) -> None:
        now = self._clock()
        while self._kept:  # oldest first, so the first fresh one ends it
            oldest, kept = next(iter(self._kept.items()))
            if kept.expires > now and len(self._kept) <= MAX_ENTRIES and self._size <= MAX_BYTES:
                return
            self._drop(oldest)

    def _fresh(self, key: Hashable) -> Answer | None:
        kept = self._kept.get(key)
        if kept is None:
            return None
        if kept.expires <= self._clock():
            self._drop(key)
            return None
        return kept.answer

    def _drop(self, key: Hashable) -> None:
        if (kept := self._kept.pop(key, None)) is not None:
            self._size -= _weight(kept.answer)


def _weight(answer: Answer) -> int:
    return len(answer.body) + len(answer.packed or b"") + 500


def _answer(compute: Callable[[], bytes]) -> Answer:
    body = compute()
    if len(body) < _WORTH_PACKING:
        return Answer(body)
    packer = zlib.compressobj(1, wbits=31)
    return Answer(body, packer.compress(body) + packer.flush())

"""Downloads: so many at once, the same one only once, what is known from memory, all within the rates."""

import asyncio
import logging
import ssl
import time
from collections import OrderedDict

from samovar.fetch import ftp, http, tftp
from samovar.fetch.config import FetchConfig
from samovar.fetch.draft import Draft
from samovar.fetch.failure import Failure, of_connection
from samovar.fetch.gate import Gate, network_of
from samovar.fetch.rate import Budget, Windows
from samovar.fetch.target import parse
from samovar.fetch.wire import failed, pack
from samovar.numeric import numeric
from samovar.sensor import Fetch

_log = logging.getLogger(__name__)
AT_ONCE = 16
AT_ONCE_PER_SOURCE = 4
MAX_FOLLOW = 20
_HELD = 96 << 20  # bytes of bodies that downloads in progress may hold
_FRESH, _FAILED_FRESH = 3600.0, 60.0  # seconds for which an answer, or a failure, is remembered
_PASSING = frozenset({"busy", "rate", "disabled"})  # failures of ours: not remembered


class Downloads:
    """Answers requests with encoded ``Fetched``."""

    def __init__(self, config: FetchConfig, gate: Gate) -> None:
        self._config, self._gate = config, gate
        self._budget = Budget(_HELD, config.bytes_per_hour)
        self._sources = Windows(config.per_source_per_minute, 60.0)
        self._flights: dict[Fetch, _Flight] = {}
        self._cache = _Cache(config.cache_bytes)

    async def fetch(self, step: Fetch, source: str) -> bytes:
        """Never raises, unless it is cancelled; then the download ends when nobody else waits for it."""
        address = numeric(source)
        source = network_of(address) if address else source
        if step.method == "POST" and not self._config.post:
            return failed(step, "disabled", "POST")
        if not self._sources.take(source, time.monotonic()):
            return failed(step, "rate", "this source asks too often")
        known = self._cache.find(step, time.monotonic())
        if known is not None:
            return known
        flight = self._flights.get(step)
        if flight is None:
            theirs = sum(other.source == source for other in self._flights.values())
            if len(self._flights) >= AT_ONCE or theirs >= AT_ONCE_PER_SOURCE:
                return failed(step, "busy", "too many downloads")
            flight = self._flights[step] = _Flight(asyncio.create_task(self._fly(step)), source)
        try:
            return await flight.wait()
        finally:
            if flight.over and self._flights.get(step) is flight:
                del self._flights[step]

    async def _fly(self, step: Fetch) -> bytes:
        draft = Draft(step, self._config.bytes, self._budget)
        try:
            failure = await self._outcome(step, draft)
            answer = pack(draft.finish(failure))
            if step.method != "POST" and (failure is None or failure.kind not in _PASSING):
                fresh = _FRESH if failure is None else _FAILED_FRESH
                self._cache.add(step, answer, time.monotonic() + fresh)
            return answer
        finally:
            draft.release()

    async def _outcome(self, step: Fetch, draft: Draft) -> Failure | None:
        try:
            async with asyncio.timeout(max(min(step.timeout, self._config.seconds), 0.1)):
                await self._follow(step, draft)
        except Failure as failure:
            return failure
        except TimeoutError:
            return Failure("timeout", "the whole took too long")
        except ssl.SSLError as error:
            return Failure("tls", error.reason or "")
        except OSError as error:
            return of_connection(error)
        except Exception:  # a bug of ours, or of a library, is this download's end only
            _log.exception("a download failed in a way that none should")
            return Failure("protocol", "crashed")
        return None

    async def _follow(self, step: Fetch, draft: Draft) -> None:
        request = http.Request(step)
        left = min(step.follow, MAX_FOLLOW)
        while True:
            target = parse(draft.url)
            if target.scheme == "ftp":
                return await ftp.get(self._gate, target, draft)
            if target.scheme == "tftp":
                return await tftp.get(self._gate, target, draft)
            url = await http.get(self._gate, target, request, draft, may_follow=left > 0)
            if url is None:
                return None
            left -= 1
            request.redirected(draft.status, elsewhere=parse(url).authority != target.authority)
            draft.next(url)


class _Flight:
    """One download, who began it, and how many wait for it."""

    def __init__(self, task: "asyncio.Task[bytes]", source: str) -> None:
        self._task = task
        self.source = source
        self._waiting = 0

    @property
    def over(self) -> bool:
        """Whether nobody may join any more."""
        return self._task.done() or not self._waiting

    async def wait(self) -> bytes:
        self._waiting += 1
        try:
            return await asyncio.shield(self._task)
        finally:
            self._waiting -= 1
            if not self._waiting:
                self._task.cancel()


class _Cache:
    """Answers by request, the least recent forgotten first."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._size = 0
        self._answers: OrderedDict[Fetch, tuple[float, bytes]] = OrderedDict()

    def find(self, step: Fetch, now: float) -> bytes | None:
        fresh, answer = self._answers.get(step, (0.0, b""))
        if not answer:
            return None
        if now >= fresh:
            self._drop(step)
            return None
        self._answers.move_to_end(step)
        return answer

    def add(self, step: Fetch, answer: bytes, fresh: float) -> None:
        if len(answer) + _weight(step) > self._limit:
            return
        self._answers[step] = (fresh, answer)
        self._size += len(answer) + _weight(step)
        while self._size > self._limit:
            self._drop(next(iter(self._answers)))

    def _drop(self, step: Fetch) -> None:
        _, answer = self._answers.pop(step)
        self._size -= len(answer) + _weight(step)


def _weight(step: Fetch) -> int:
    return 1024 + len(step.url) + len(step.body) + sum(len(name) + len(value) for name, value in step.headers)

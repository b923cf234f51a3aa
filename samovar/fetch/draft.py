"""What a download has brought so far: each step of it writes here, so that a failure loses nothing."""

import time

from samovar.fetch.failure import Failure
from samovar.fetch.rate import Budget
from samovar.fetch.target import parse
from samovar.sensor import Fetch, Fetched, Hop


class Draft:
    """One request after the other; at the end, the answer."""

    def __init__(self, step: Fetch, limit: int, budget: Budget) -> None:
        self._began = time.monotonic()
        self._budget, self._limit = budget, limit
        self._held = 0
        self._redirects: list[Hop] = []
        self.url = step.url
        self.addresses: tuple[str, ...] = ()
        self.ip = self.version = self.reason = self.tls = ""
        self.port = self.status = 0
        self.headers: tuple[tuple[str, str], ...] = ()
        self.certificate = b""
        self.length: int | None = None
        self.body = bytearray()

    @property
    def wire_limit(self) -> int:
        """Bytes that may arrive in all, with headers and the framing of chunks."""
        return 2 * self._limit + (64 << 10)

    @property
    def size_limit(self) -> int:
        """Bytes of a body."""
        return self._limit

    def add(self, data: bytes) -> None:
        """Take more of the body. Raises Failure("too-large") when it is full, Failure("busy") without room for it."""
        room = self._limit - len(self.body)
        taken = data[:room]
        if not self._budget.take(len(taken), time.monotonic()):
            raise Failure("busy", "all downloads together are too large")
        self._held += len(taken)
        self.body += taken
        if len(data) > room:
            raise Failure("too-large")

    def next(self, url: str) -> None:
        """A redirect: what there is so far is its story, and its body is of no use."""
        self._redirects.append(self._hop())
        self.release()
        self.url = url
        self.addresses, self.ip, self.port, self.version, self.tls = (), "", 0, "", ""
        self.status, self.reason, self.headers, self.length, self.certificate = 0, "", (), None, b""
        self.body = bytearray()

    def release(self) -> None:
        """Give back the room that the body took."""
        self._budget.give_back(self._held)
        self._held = 0

    def finish(self, failure: Failure | None) -> Fetched:
        """The answer."""
        hop = self._hop()
        try:
            scheme: str = parse(self.url).scheme
        except Failure:
            scheme = ""
        return Fetched(
            **{name: getattr(hop, name) for name in hop.__struct_fields__},
            error=failure.kind if failure else None,
            detail=failure.detail if failure else "",
            scheme=scheme,
            body=bytes(self.body),
            length=self.length,
            elapsed=time.monotonic() - self._began,
            redirects=tuple(self._redirects),
        )

    def _hop(self) -> Hop:
        return Hop(
            url=self.url,
            addresses=self.addresses,
            ip=self.ip,
            port=self.port,
            version=self.version,
            status=self.status,
            reason=self.reason,
            headers=self.headers,
            tls=self.tls,
            certificate=self.certificate,
        )

"""Who has sent us datagrams lately, and what each may get in return: we are no amplifier and no reflector.

A flow is a peer's address and port, and the address of ours that it asked. A reply names its flow by a token and
nothing else, so that whoever asks for one has no say in where it goes. Pure: no socket, no clock.
"""

import os
from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

from samovar.listen.bucket import ReplyRate

MAX_FLOWS = 8192  # more than what waits in all workers' queues, so that a flow outlives the wait
LIFE = 30.0  # seconds after the peer's last datagram in which it may be answered
RESENDS = 3  # replies beyond one for each datagram, for a flow whose sensor may amplify: lost ones are sent again
_FREE_SHARE = 10  # an acknowledgement: the peer has sent ten times what it gets; it does not count as a reply
_IN_STEP = 0.25  # what a reply counts that goes on with a dialogue, one for one, as in a download
_MAX_IN_STEP = 256  # of those in one flow

Route = TypeVar("Route")


class Flow(Generic[Route]):
    """One peer's credit on one of our sockets; ``route`` is what its replies need to get there."""

    __slots__ = (
        "_answered",
        "_bytes",
        "_heard",
        "_largest",
        "_replies",
        "_since",
        "_steps",
        "key",
        "route",
        "seen",
        "source",
        "token",
    )

    def __init__(self, key: Hashable, token: int, route: Route, source: str, largest: int) -> None:
        self.key, self.token, self.route, self.source = key, token, route, source
        self.seen = 0.0
        self._largest = largest
        self._replies = RESENDS if largest else 0
        self._bytes = self._since = 0  # that the peer has sent more than it got; that it has sent since our last reply
        self._answered = self._heard = False
        self._steps = _MAX_IN_STEP

    def credit(self, size: int, now: float) -> None:
        """The peer has sent so many bytes."""
        self.seen = now
        self._replies += 1
        self._bytes += size
        self._since += size
        self._heard = True

    def covers(self, size: int) -> bool:
        """Whether a reply of that size is one for a datagram and not more than came."""
        return self._replies > 0 and (size <= self._bytes or size <= self._largest)

    def weight(self, size: int, in_step: bool) -> float:
        """What such a reply counts towards the source's rate. ``in_step`` is the asker's word; it must be true, too."""
        if size * _FREE_SHARE <= self._since:
            return 0.0
        return _IN_STEP if in_step and self._answered and self._heard and self._steps else 1.0

    def debit(self, size: int, weight: float) -> None:
        """A reply of that size was sent."""
        self._replies -= 1
        self._bytes = max(self._bytes - size, 0)
        self._since = 0
        self._answered, self._heard = True, False
        if weight == _IN_STEP:
            self._steps -= 1


class Flows(Generic[Route]):
    """The flows of all sockets; a new one takes the place of the one whose peer has been silent longest."""

    def __init__(self, rate: ReplyRate) -> None:
        self._rate = rate
        self._flows: OrderedDict[Hashable, Flow[Route]] = OrderedDict()  # the longest silent first
        self._tokens: dict[int, Flow[Route]] = {}
        # No token is given twice, not even by a process that took another's place.
        self._next = int.from_bytes(os.urandom(4)) << 31

    def __len__(self) -> int:
        return len(self._flows)

    def find(self, key: Hashable, size: int, now: float) -> Flow[Route] | None:
        """The flow of this key, if there is one; credits it with a datagram of that size."""
        flow = self._flows.get(key)
        if flow is not None:
            self._flows.move_to_end(key)
            flow.credit(size, now)
        return flow

    def token(self) -> int:
        """What a new flow may be called; unsigned, 64 bits."""
        self._next += 1
        return self._next

    def open(
        self, key: Hashable, token: int, route: Route, source: str, largest: int, size: int, now: float
    ) -> Flow[Route]:
        """A new flow, credited with its first datagram; ``largest`` is the size up to which a reply may be longer
        than what came, 0 for never."""
        while self._flows:
            oldest = next(iter(self._flows.values()))
            if len(self._flows) < MAX_FLOWS and oldest.seen + LIFE >= now:
                break
            del self._flows[oldest.key], self._tokens[oldest.token]
        flow = self._flows[key] = self._tokens[token] = Flow(key, token, route, source, largest)
        flow.credit(size, now)
        return flow

    def of(self, token: int) -> Flow[Route] | None:
        """The flow that a token names."""
        return self._tokens.get(token)

    def permits(self, flow: Flow[Route], size: int, in_step: bool, now: float) -> bool:
        """Whether it may be sent so many bytes now; the reply is then taken as sent."""
        if flow.seen + LIFE < now or not flow.covers(size):
            return False
        weight = flow.weight(size, in_step)
        if weight and not self._rate.allows(flow.source, now, weight):
            return False
        flow.debit(size, weight)
        return True

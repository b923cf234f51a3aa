"""Who is here, least recently active first: keeps sessions below their caps."""

import asyncio
from collections import OrderedDict
from typing import Protocol


class Member(Protocol):
    """A session as the registry sees it."""

    source: str
    active: float

    def evict(self) -> None:
        """End now, to make room; removes itself from the registry."""

    def end(self, reason: str) -> None:
        """End now."""


class Registry:
    """Open sessions, at most ``total`` and ``per_source``; to admit one more, the longest idle one is evicted."""

    def __init__(self, total: int, per_source: int) -> None:
        self._total, self._per_source = total, per_source
        self._members: OrderedDict[Member, None] = OrderedDict()
        self._sources: dict[str, dict[Member, None]] = {}  # the longest idle first, too
        self.empty = asyncio.Event()
        self.empty.set()

    def __len__(self) -> int:
        return len(self._members)

    def members(self) -> list[Member]:
        """Those who are here now, the longest idle first."""
        return list(self._members)

    def admit(self, member: Member) -> None:
        """Enter a session, evicting others as needed."""
        crowd = self._sources.get(member.source)
        while crowd and len(crowd) >= self._per_source:
            next(iter(crowd)).evict()
        while len(self._members) >= self._total:
            self.evict_oldest()
        self._members[member] = None
        self.empty.clear()
        self._sources.setdefault(member.source, {})[member] = None

    def touch(self, member: Member, now: float) -> None:
        """It was active just now."""
        member.active = now
        self._members.move_to_end(member)
        crowd = self._sources[member.source]
        if len(crowd) > 1:
            del crowd[member]
            crowd[member] = None

    def remove(self, member: Member) -> None:
        """It is over."""
        if self._members.pop(member, self) is self:
            return
        if not self._members:
            self.empty.set()
        crowd = self._sources[member.source]
        del crowd[member]
        if not crowd:
            del self._sources[member.source]

    def evict_oldest(self) -> bool:
        """Evict the session that has been idle longest; False if there is none."""
        oldest = next(iter(self._members), None)
        if oldest is None:
            return False
        oldest.evict()
        return True

"""Deadlines of many sessions at the price of a set entry each: looked at four times a second."""

from typing import Protocol

GRAIN = 0.25  # seconds; nothing expires early, and at most this much late


class Timed(Protocol):
    """Something with a deadline; ``slot`` is the wheel's own."""

    due: float
    slot: int

    def expire(self, now: float) -> None: ...


class Wheel:
    """Calls ``expire`` on what is due. A deadline that moves later costs nothing until its old slot comes."""

    def __init__(self, now: float) -> None:
        self._slots: dict[int, set[Timed]] = {}
        self._done = int(now / GRAIN)

    def arm(self, item: Timed, due: float) -> None:
        """Set the item's deadline."""
        item.due = due
        slot = int(due / GRAIN) + 1
        if slot >= item.slot > 0:
            return
        self.disarm(item)
        slot = slot if slot > self._done else self._done + 1
        item.slot = slot
        members = self._slots.get(slot)
        if members is None:
            members = self._slots[slot] = set()
        members.add(item)

    def disarm(self, item: Timed) -> None:
        """Forget the item."""
        if item.slot == 0:
            return
        members = self._slots.get(item.slot)
        if members is not None:
            members.discard(item)
            if not members:
                del self._slots[item.slot]
        item.slot = 0

    def tick(self, now: float) -> None:
        """Expire what is due now."""
        reached = int(now / GRAIN)
        for slot in sorted(slot for slot in self._slots if slot <= reached):
            for item in list(self._slots.get(slot, ())):
                if item.slot != slot:
                    continue  # another one's expiry ended it
                self.disarm(item)
                if item.due <= now:
                    item.expire(now)
                else:
                    self.arm(item, item.due)
        self._done = reached

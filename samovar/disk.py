"""Keeps DATA within its budget, its age and the disk; a full disk costs the oldest first, and the newest never.

In this order: sealed spool segments that every consumer has taken, oldest first; recordings of terminals, oldest day
first; sealed days of the store, oldest first; segments that the store has taken and a slower output has not; new
artefacts, which are refused. Events that even then find no room wait in memory, bounded, and are tried again at each
step. Only when that is full too are events lost, and counted: sealed segments that nobody has taken, then the oldest in
memory. All recovers by itself.
"""

import errno
import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Literal, Protocol

from msgspec import Struct

from samovar.spool import Spool

log = logging.getLogger(__name__)

WAITING_BYTES = 8 << 20  # events in memory while the disk takes none
SHED_AT_ONCE = 32  # segments or days in one step: a step must not take long
HOPELESS = 1.0  # seconds in which shedding is not tried again after it freed nothing
EXPIRY = 600.0  # seconds between looks at ages
_FULL = (errno.ENOSPC, errno.EDQUOT)
_DAY = 86_400.0


class DiskConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How much disk, and how long."""

    budget_gib: float = 20.0
    """Spool, store, recordings and files together may have so many GiB; the oldest goes when they outgrow it."""
    days: int = 90
    """Events are kept for so many days."""
    reserve_mib: int = 512
    """So many MiB of the file system are left free, for others and for the database's own work."""

    def __post_init__(self) -> None:
        if self.budget_gib <= 0 or self.days < 1 or self.reserve_mib < 0:
            raise ValueError("[disk] budget_gib must be above 0, days at least 1, reserve_mib at least 0")

    @property
    def budget(self) -> int:
        """In bytes."""
        return int(self.budget_gib * (1 << 30))

    @property
    def reserve(self) -> int:
        """In bytes."""
        return self.reserve_mib << 20


class Place(Protocol):
    """A position in the spool, as store and pipeline spell it."""

    @property
    def segment(self) -> int: ...


class Store(Protocol):
    """What is asked of a store; see ``store.interface.Writer``."""

    def position(self) -> Place: ...
    def retain(self, *, budget: int, days: int) -> int: ...
    def size(self) -> int: ...


class Files(Protocol):
    """What is asked of the artefacts."""

    accepting: bool
    size: int
    refused: int

    def put(self, sha256: str, data: bytes) -> bool: ...


class Casts(Protocol):
    """What is asked of the recordings."""

    size: int

    def drop_oldest(self) -> bool: ...
    def expire(self, oldest: float) -> None: ...


class Shed(Struct, frozen=True):
    """What was given up since the start."""

    segments: int = 0  # of the spool
    unread: int = 0  # of these, such as nobody had taken: their events are lost
    days: int = 0  # of the store
    artefacts: int = 0  # refused: no room, or too large
    events: int = 0  # found no room on disk nor in memory


class DiskState(Struct, frozen=True):
    """Bytes used by DATA, allowed by the budget, and free on the file system.

    ``ok``: as configured; to give up the oldest for the budget or for its age is ordinary. ``shedding``: the disk is
    short of room, and the oldest or new artefacts are given up. ``full``: events wait in memory, or are lost.
    """

    state: Literal["ok", "shedding", "full"] = "ok"
    used: int = 0
    budget: int = 0
    free: int = 0
    waiting: int = 0  # events in memory
    trouble: str = ""  # why the spool took nothing, when ``full``
    shed: Shed = Shed()


class Keeper:
    """Stands between the hub and the disk: ``append``, ``sync`` and ``keep`` replace those of spool and artefacts.

    Any thread may call it.

    ``taken`` says what all consumers of the spool have taken (``pipeline.taken``); without it the store alone counts.
    """

    def __init__(
        self,
        spool: Spool,
        store: Store | None,
        artefacts: Files,
        config: DiskConfig,
        data: Path,
        *,
        taken: Callable[[], Place] | None = None,
        casts: Casts | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._spool, self._store, self._artefacts, self._casts = spool, store, artefacts, casts
        self._config, self._data, self._clock = config, data, clock
        self._taken = taken or (store.position if store else lambda: spool.end)
        self._writing = threading.Lock()  # the spool's appending side belongs to one thread at a time
        self._shedding = threading.Lock()  # may wait for a long question to the store: never while writing is held
        self._waiting: deque[tuple[bytes, int]] = deque()
        self._waiting_bytes = 0
        self._segments = self._unread = self._days = self._lost = 0
        self._hopeless = self._expired = float("-inf")  # when shedding last freed nothing; when ages were looked at
        self._trouble = ""
        self._state = DiskState(budget=config.budget, free=self._free())

    @property
    def state(self) -> DiskState:
        """As of the last step, or the last event that found no room."""
        return self._state

    def append(self, lines: bytes, count: int) -> bool:
        """Append complete lines to the spool; False when they wait in memory. The disk's errors are not raised."""
        if not lines.endswith(b"\n"):
            raise ValueError("the spool takes complete lines only")
        if self._write(lines, count):
            return True
        if self._since(self._hopeless) >= HOPELESS or self._waiting_bytes > WAITING_BYTES:
            try:
                if self._rescue():
                    return True
            except OSError as error:  # the lines wait already: to raise would have them offered twice
                self._trouble = str(error)
            self._hopeless = self._clock()
        self._trim()
        if self._state.state != "full":
            self._note("full")
        return False

    def keep(self, sha256: str, data: bytes) -> bool:
        """Keep an artefact; False when there is no room for it. Raises OSError for a broken disk."""
        try:
            return self._artefacts.put(sha256, data)
        except OSError as error:
            if error.errno not in _FULL:
                raise
            self._artefacts.accepting = False
            self._artefacts.refused += 1
            return False

    def sync(self) -> None:
        """Bring to the disk itself what is due. Raises OSError."""
        with self._writing:
            if self._spool.due():
                self._spool.sync()

    def step(self) -> None:
        """Keep budget, age and reserve; try again what waits. Call it every few seconds. Raises OSError."""
        if self._since(self._expired) >= EXPIRY:
            self._expired = self._clock()
            self._expire()
        reserve = self._config.reserve
        tight = self._free() < reserve
        self._make_room(reserve)
        waits = not self._write() and not self._rescue()
        short = self._short(reserve)
        # A little more than the limit, so that it does not change its mind at every step.
        roomy = not self._short(reserve + reserve // 4)
        self._artefacts.accepting = roomy or (self._artefacts.accepting and not short)
        if waits:
            self._note("full")
        elif tight or not self._artefacts.accepting or (self._state.state != "ok" and not roomy):
            self._note("shedding")
        else:
            self._note("ok")

    def close(self) -> None:
        """Try a last time what waits; the spool is closed by its owner, afterwards."""
        if not self._write() and not self._rescue():
            log.error("%d events found no room on the disk and are lost", sum(count for _, count in self._waiting))

    def _write(self, lines: bytes = b"", count: int = 0) -> bool:
        """Append what waits and then ``lines``; what finds no room waits. Whether nothing waits now."""
        with self._writing:
            if lines:
                self._waiting.append((lines, count))
                self._waiting_bytes += len(lines)
            while self._waiting:
                try:
                    self._spool.append(*self._waiting[0])
                except OSError as error:
                    self._trouble = str(error)
                    break
                self._waiting_bytes -= len(self._waiting.popleft()[0])
            return not self._waiting

    def _expire(self) -> None:
        """What is too old goes, whether it was taken or not."""
        oldest = self._clock() - self._config.days * _DAY
        with self._shedding:
            for segment in self._spool.segments()[:SHED_AT_ONCE]:
                if segment.modified >= oldest or segment.number >= self._spool.active:
                    break
                self._drop_segment()
            if self._casts:
                self._casts.expire(oldest)
            if self._store:
                self._days += self._store.retain(budget=1 << 62, days=self._config.days)

    def _rescue(self) -> bool:
        """Make room for what waits; whether nothing waits now."""
        if self._make_room(self._config.reserve + self._waiting_bytes) and self._write():
            return True
        return (
            self._waiting_bytes > WAITING_BYTES
            and self._make_room(self._waiting_bytes, desperate=True)
            and self._write()
        )

    def _trim(self) -> None:
        """Lose the oldest of what waits, until memory is within its bound."""
        with self._writing:
            while self._waiting_bytes > WAITING_BYTES:
                oldest, events = self._waiting.popleft()
                self._waiting_bytes -= len(oldest)
                self._lost += events

    def _make_room(self, reserve: int, desperate: bool = False) -> bool:
        """Give up the oldest until budget and ``reserve`` hold; whether anything was given up."""
        gave = False
        with self._shedding:
            for _ in range(SHED_AT_ONCE):
                short = self._free() < reserve if desperate else self._short(reserve)
                if not short or not self._give_up_oldest(desperate):
                    break
                gave = True
        return gave

    def _give_up_oldest(self, desperate: bool) -> bool:
        oldest, active = self._spool.segments()[0].number, self._spool.active
        if oldest < min(_reached(self._taken), active):
            return self._drop_segment()
        if self._casts and self._casts.drop_oldest():
            return True
        if self._store and self._drop_day(self._store):
            return True
        if self._store and oldest < min(_reached(self._store.position), active):
            return self._drop_segment()
        if desperate and oldest < active:
            self._unread += 1
            return self._drop_segment()
        return False

    def _drop_day(self, store: Store) -> bool:
        try:
            dropped = store.retain(budget=max(0, store.size() - 1), days=self._config.days)
        except OSError:  # it suffers from the full disk itself, and the pipeline says so
            return False
        self._days += dropped
        return dropped > 0

    def _drop_segment(self) -> bool:
        self._spool.drop_oldest_sealed()
        self._segments += 1
        return True

    def _since(self, moment: float) -> float:
        """Seconds; endless where the clock was set back."""
        passed = self._clock() - moment
        return passed if passed >= 0 else float("inf")

    def _short(self, reserve: int) -> bool:
        return self._free() < reserve or self._used() > self._config.budget

    def _used(self) -> int:
        casts = self._casts.size if self._casts else 0
        return _size(self._spool.directory) + (self._store.size() if self._store else 0) + casts + self._artefacts.size

    def _free(self) -> int:
        status = os.statvfs(self._data)
        return status.f_bavail * status.f_frsize

    def _note(self, state: Literal["ok", "shedding", "full"]) -> None:
        before = self._state.state
        with self._writing:
            waiting = sum(count for _, count in self._waiting)
        self._state = now = DiskState(
            state=state,
            used=self._used(),
            budget=self._config.budget,
            free=self._free(),
            waiting=waiting,
            trouble=self._trouble if state == "full" else "",
            shed=Shed(self._segments, self._unread, self._days, self._artefacts.refused, self._lost),
        )
        if before != state:
            log.warning("disk: %s", _said(now))


def _reached(place: Callable[[], Place]) -> int:
    """The segment a consumer is in; 0, before all, from a store that cannot say."""
    try:
        return place().segment
    except OSError:
        return 0


def _said(now: DiskState) -> str:
    room = f"{now.used >> 20} of {now.budget >> 20} MiB used, {now.free >> 20} MiB free"
    shed = f"{now.shed.segments} spool segments and {now.shed.days} days given up, {now.shed.events} events lost"
    match now.state:
        case "ok":
            return f"there is room again ({room}; since the start: {shed})"
        case "shedding":
            return f"short of room: the oldest goes, new artefacts may be refused ({room})"
    return f"{now.trouble} ({room}; {shed}; {now.waiting} events wait in memory): events need room, free some"


def _size(folder: Path) -> int:
    """Bytes of the files in a folder and its folders; what vanishes meanwhile counts nothing."""
    total = 0
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                total += _size(Path(entry.path))
                continue
            try:
                total += entry.stat(follow_symlinks=False).st_size
            except FileNotFoundError:
                continue
    return total

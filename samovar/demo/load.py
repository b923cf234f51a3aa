"""Fills a data folder with the simulated week, through the real spool and pipeline."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Generic

import msgspec

from samovar.artefacts import Artefacts
from samovar.demo.artefacts import SAMPLES
from samovar.demo.week import expected, generate
from samovar.event import Event
from samovar.pipeline import Enricher, P, StoreFeed, Writer
from samovar.spool import Spool

MARK = "demo"  # a file of this name in a data folder says that what is there is simulated
_WHOLE = "What is recorded here is simulated.\n"
_PART = "What is recorded here is simulated, and not all of it is there.\n"
_APPENDED = 2_000  # events appended to the spool at once, as workers' batches are
_TAKEN = 10_000  # events in one transaction: half the store's CPU for each that 2,000 cost


class Calendar:
    """The simulated time: a clock for the store, so that each simulated day has a file and a roll-up of its own."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def __call__(self) -> float:
        """Seconds since 1970."""
        return self.now.timestamp()


def is_demo(data: Path) -> bool:
    """Whether this data folder holds simulated attacks."""
    return (data / MARK).exists()


def is_whole(data: Path) -> bool:
    """Whether this data folder holds a simulated week to its end."""
    return is_demo(data) and (data / MARK).read_text() != _PART


def load(
    data: Path,
    writer: Writer[P],
    place: Callable[[int, int], P],
    *,
    events: int | None = None,
    seed: int = 1,
    end: datetime | None = None,
    days: int = 7,
    enrichers: Sequence[Enricher] = (),
    calendar: Calendar | None = None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Fill DATA/spool, DATA/files and the store; returns the number of events. ``progress`` gets done and total.

    ``calendar`` goes with the events that the store takes. Raises ValueError where the folder holds events,
    SpoolBusy where a hub runs on it, OSError.
    """
    spool = Spool(data / "spool")
    try:
        _begin(data, spool)
        gatherer = _Gatherer(writer, calendar)
        feed = StoreFeed(spool, enrichers, gatherer, place, lambda taken: None)
        encoder, done, total = msgspec.json.Encoder(), 0, expected(events, days)
        for part in _parts(generate(events, seed, end or datetime.now(UTC), days)):
            active = spool.active
            spool.append(encoder.encode_lines(part), len(part))
            feed.drain()
            if spool.active > active:  # at once: plain segments take twenty times the disk of packed ones
                spool.maintain()
            done += len(part)
            progress(done, max(done, total))
        gatherer.flush()
        feed.close()
        spool.maintain()
        (data / MARK).write_text(_WHOLE)
        return done
    finally:
        spool.close()


def _begin(data: Path, spool: Spool) -> None:
    """Claim an empty folder, and put the files there that the events speak of."""
    if is_demo(data) and not is_whole(data):
        raise ValueError(f"{data} holds a demo that was broken off: delete that folder, and start again")
    if spool.end.offset or len(spool.segments()) > 1:
        raise ValueError(f"{data} holds events already: choose an empty folder for the demo")
    (data / MARK).write_text(_PART)
    artefacts = Artefacts(data / "files")
    for sample in SAMPLES:
        artefacts.put(sample.sha256, sample.data)


def _parts(week: Iterator[list[Event]]) -> Iterator[list[Event]]:
    """The same events, ``_APPENDED`` at a time."""
    pending: list[Event] = []
    for told in week:
        pending += told
        while len(pending) >= _APPENDED:
            yield pending[:_APPENDED]
            del pending[:_APPENDED]
    if pending:
        yield pending


class _Gatherer(Generic[P]):
    """A Writer before the store's, that makes large transactions of what comes in small ones."""

    def __init__(self, writer: Writer[P], calendar: Calendar | None) -> None:
        self._writer, self._calendar = writer, calendar
        self._events: list[Event] = []
        self._place: P | None = None

    def ingest(self, events: Sequence[Event], position: P) -> None:
        self._events += events
        self._place = position
        if len(self._events) >= _TAKEN:
            self.flush()

    def flush(self) -> None:
        """Into the store with what there is."""
        if self._place is not None:
            if self._calendar and self._events:
                self._calendar.now = self._events[0].timestamp
            self._writer.ingest(self._events, self._place)
            self._events, self._place = [], None

    def position(self) -> P:
        return self._writer.position() if self._place is None else self._place

    def clear(self) -> None:
        self._events, self._place = [], None
        self._writer.clear()

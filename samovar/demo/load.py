"""Fills a data folder with the simulated week, through the real spool and pipeline."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from samovar.artefacts import Artefacts
from samovar.demo.artefacts import SAMPLES
from samovar.demo.week import WEEK_EVENTS, generate
from samovar.event import Event
from samovar.pipeline import Enricher, P, StoreFeed, Writer
from samovar.spool import Spool

MARK = "demo"  # a file of this name in a data folder says that what is there is simulated


def is_demo(data: Path) -> bool:
    """Whether this data folder holds simulated attacks."""
    return (data / MARK).exists()


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
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Fill DATA/spool, DATA/files and the store; returns the number of events. ``progress`` gets done and total.

    Raises ValueError where the folder holds real events, SpoolBusy where a hub runs on it, OSError.
    """
    spool = Spool(data / "spool")
    try:
        if spool.end.offset or len(spool.segments()) > 1:
            raise ValueError(f"{data} holds events already: choose an empty folder for the demo")
        (data / MARK).write_text("What is recorded here is simulated.\n")
        artefacts = Artefacts(data / "files")
        for sample in SAMPLES:
            artefacts.put(sample.sha256, sample.data)
        feed = StoreFeed(spool, enrichers, writer, place, lambda taken: None)
        encoder, done, total = msgspec.json.Encoder(), 0, events or round(WEEK_EVENTS * days / 7)
        pending: list[Event] = []
        for told in generate(events, seed, end or datetime.now(UTC), days):
            pending += told
            if len(pending) >= 2000:
                done += _write(spool, encoder, pending)
                pending = []
                feed.drain()
                progress(done, max(done, total))
        done += _write(spool, encoder, pending)
        feed.drain()
        feed.close()
        spool.maintain()
        progress(done, done)
        return done
    finally:
        spool.close()


def _write(spool: Spool, encoder: msgspec.json.Encoder, events: list[Event]) -> int:
    for start in range(0, len(events), 2000):
        part = events[start : start + 2000]
        spool.append(encoder.encode_lines(part), len(part))
    return len(events)

"""From the spool into a store and outputs: each event once, whatever fails on the way."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec
import pytest

from samovar import pipeline as module
from samovar.event import Event
from samovar.pipeline import OutputFeed, Pipeline, reindex
from samovar.spool import Spool, SpoolConfig
from samovar.store.interface import Position
from tests.spool.lines import lines


class FakeStore:
    """Takes events and position together, as the interface demands; fails on demand."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.place = Position()
        self.failures: list[str] = []
        self.poison = ""
        self.got = threading.Event()
        self.enough = 1

    def ingest(self, events: Sequence[Event], position: Position) -> None:
        failure = self.failures.pop(0) if self.failures else ""
        if failure == "before":
            raise OSError("disk full")
        if any(event.event_id == self.poison for event in events):
            raise ValueError("I will not have it")
        self.events += events
        self.place = position
        if len(self.events) >= self.enough:
            self.got.set()
        if failure == "after":
            raise OSError("lost the answer")

    def position(self) -> Position:
        return self.place

    def clear(self) -> None:
        self.events, self.place = [], Position()

    @property
    def ids(self) -> list[int]:
        return [int(event.event_id, 16) for event in self.events]


class FakeOutput:
    name = "elsewhere"

    def __init__(self) -> None:
        self.ids: list[int] = []
        self.down = False
        self.closed = False

    def send(self, events: Sequence[Event]) -> None:
        if self.down:
            raise OSError("unreachable")
        self.ids += [int(event.event_id, 16) for event in events]

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path, SpoolConfig(segment_bytes=1 << 16))
    yield spool
    spool.close()


def test_events_are_enriched_stored_and_published(spool: Spool) -> None:
    store, seen = FakeStore(), []
    pipeline = Pipeline(
        spool,
        [lambda event: msgspec.structs.replace(event, source_geo_country_iso_code="RU")],
        store,
        Position,
        publish=lambda events: seen.extend(events),
    )
    spool.append(lines(0, 5), 5)
    assert pipeline.step() == 5
    assert pipeline.step() == 0
    assert store.ids == [0, 1, 2, 3, 4]
    assert seen == store.events
    assert {event.source_geo_country_iso_code for event in seen} == {"RU"}
    assert (store.place.segment, store.place.offset) == (spool.end.segment, spool.end.offset)


def test_a_new_pipeline_goes_on_where_the_store_is(spool: Spool) -> None:
    store = FakeStore()
    spool.append(lines(0, 5), 5)
    Pipeline(spool, [], store, Position).step()
    spool.append(lines(5, 5), 5)
    Pipeline(spool, [], store, Position).step()
    assert store.ids == list(range(10))


def test_failures_before_and_after_the_commit(spool: Spool) -> None:
    store = FakeStore()
    store.failures = ["before", "after"]
    pipeline = Pipeline(spool, [], store, Position)
    spool.append(lines(0, 5), 5)
    with pytest.raises(OSError, match="disk full"):
        pipeline.step()
    assert pipeline.step() == 5
    assert store.ids == list(range(5))


def test_one_refused_event_is_set_aside(spool: Spool) -> None:
    store = FakeStore()
    store.poison = f"{33:023x}"
    feed = Pipeline(spool, [], store, Position).feeds[0]
    spool.append(lines(0, 100), 100)
    feed.drain()
    assert store.ids == [number for number in range(100) if number != 33]
    assert feed.lag().damaged == 1
    assert store.poison.encode() in (spool.directory / "damaged" / "store").read_bytes()
    spool.append(lines(100, 50), 50)
    assert feed.step() > 0


def test_an_output_that_is_down_delays_nobody(spool: Spool) -> None:
    store, output = FakeStore(), FakeOutput()
    output.down = True
    pipeline = Pipeline(spool, [], store, Position, [output])
    spool.append(lines(0, 50), 50)
    first, second = pipeline.feeds
    assert first.drain() == 50
    with pytest.raises(OSError, match="unreachable"):
        second.drain()
    assert pipeline.lag()["elsewhere"].events == 50
    assert pipeline.taken() == second.position
    output.down = False
    second.drain()
    assert output.ids == store.ids
    assert pipeline.lag()["elsewhere"].events == 0
    pipeline.close()
    assert output.closed


def test_an_edition_without_store(spool: Spool) -> None:
    seen: list[Event] = []
    pipeline = Pipeline(spool, [], None, Position, publish=lambda events: seen.extend(events))
    spool.append(lines(0, 5), 5)
    assert pipeline.step() == 5
    assert len(seen) == 5
    assert Pipeline(spool, [], None, Position).step() == 0


def test_run_recovers_and_stops(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PATIENCE", (0.01, 0.02))
    store = FakeStore()
    store.failures, store.enough = ["before", "before"], 300
    pipeline = Pipeline(spool, [], store, Position)
    stop = threading.Event()
    thread = threading.Thread(target=pipeline.run, args=(stop,))
    thread.start()
    for first in range(0, 300, 100):
        spool.append(lines(first, 100), 100)
    assert store.got.wait(20)
    stop.set()
    thread.join(20)
    assert not thread.is_alive()
    assert store.ids == list(range(300))


def test_reindex_rebuilds_from_the_spool(spool: Spool) -> None:
    store, shares = FakeStore(), []
    for first in range(0, 2000, 50):
        spool.append(lines(first, 50), 50)
    spool.maintain()
    Pipeline(spool, [], store, Position).feeds[0].drain()
    store.events.clear()
    assert reindex(spool, [], store, Position, lambda events, share: shares.append(share)) == 2000
    assert store.ids == list(range(2000))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_a_feed_by_itself(spool: Spool) -> None:
    feed = OutputFeed(spool, [], FakeOutput())
    spool.append(lines(0, 3), 3)
    assert feed.drain() == 3
    assert feed.taken == 3
    feed.close()

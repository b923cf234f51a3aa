"""Whatever fails in the database is said as StoreError, which the page can show."""

from collections.abc import Callable
from pathlib import Path

import pytest

from samovar.store import DuckStore, StoreConfig, StoreError
from samovar.store.interface import Position
from tests.store.events import NOON, SPAN, attack, event

_ASKS: dict[str, Callable[[DuckStore], object]] = {
    "summary": lambda s: s.summary(None, SPAN),
    "histogram": lambda s: s.histogram(None, SPAN, by=None, buckets=9, top=1, unit="attacks"),
    "terms": lambda s: s.terms(None, SPAN, ["user_name"], size=1, unit="attacks"),
    "map": lambda s: s.map(None, SPAN, size=1),
    "events": lambda s: s.events(None, SPAN, limit=1),
    "scan": lambda s: list(s.scan(None, SPAN)),
    "sessions": lambda s: s.sessions(None, SPAN, limit=1),
    "session": lambda s: s.session("s00000001"),
    "source": lambda s: s.source("192.0.2.7", SPAN),
    "artefacts": lambda s: s.artefacts(None, SPAN, limit=1),
    "position": lambda s: s.position(),
    "ingest": lambda s: s.ingest([event()], Position()),
}


@pytest.mark.parametrize("ask", _ASKS.values(), ids=_ASKS)
def test_a_table_that_is_gone(tmp_path: Path, ask: Callable[[DuckStore], object]) -> None:
    with DuckStore(tmp_path, clock=NOON.timestamp) as store:
        store.ingest(attack(1, "root"), Position(1))
        ask(store)
        with store._days.cursor() as cursor:
            for table in ("ev", "position"):
                cursor.execute(f"DROP TABLE {store._days.days[-1].alias}.{table}")
        with pytest.raises(StoreError):
            ask(store)


@pytest.mark.parametrize("ask", _ASKS.values(), ids=_ASKS)
def test_a_store_that_is_closed(tmp_path: Path, ask: Callable[[DuckStore], object]) -> None:
    with DuckStore(tmp_path, clock=NOON.timestamp) as store:
        store.ingest(attack(1, "root"), Position(1))
    with pytest.raises(StoreError):
        ask(store)


def test_memory_that_runs_out(tmp_path: Path) -> None:
    with (
        DuckStore(tmp_path, StoreConfig(memory_limit=64), clock=NOON.timestamp) as store,
        pytest.raises(StoreError, match=r"64 MB are too little.*store\.memory_limit"),
        store._days.cursor() as cursor,
    ):
        cursor.execute("SELECT list(range) FROM range(100000000)")


def test_a_new_day_that_fails_is_tried_again(tmp_path: Path) -> None:
    now = NOON.timestamp()
    with DuckStore(tmp_path, clock=lambda: now) as store:
        store.ingest([event(1)], Position(1))
        now += 86_400
        (tmp_path / "day-20261125.db").mkdir()
        with pytest.raises(StoreError):
            store.ingest([event(2)], Position(2))
        assert store.summary(None, SPAN).events == 1
        (tmp_path / "day-20261125.db").rmdir()
        store.ingest([event(2)], Position(2))
        assert (store.summary(None, SPAN).events, store.position()) == (2, Position(2))

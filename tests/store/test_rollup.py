"""Sealed days: their roll-ups answer as their events do, and are made whatever happened before."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Any

import pytest

from samovar.event import Event
from samovar.query import parse
from samovar.store import DuckStore, rollup
from samovar.store.interface import Position, Span, Unit
from tests.store.events import NOON, event

_PLACES: tuple[dict[str, Any], ...] = (
    {"source_geo_country_iso_code": "RU", "source_geo_lat": 55.5, "source_geo_lon": 37.5, "source_as_number": 1},
    {"source_geo_country_iso_code": "CN", "source_geo_lat": 30.5, "source_geo_lon": 110.0, "source_as_number": 2},
    {},
)
_SENSORS = (("terminal", "terminal.ssh", 22), ("terminal", "terminal.telnet", 23), ("web", "web.http", 80))
_FILTERS = (None, "country:RU", "not country:RU", "ip:10.0.0.0/30 or port:80", "family:web and asn > 1",
            "user:root", "sensor:ssh and password:x", "root")  # fmt: skip
_SPANS = {
    "all": Span(NOON - timedelta(days=1), NOON + timedelta(days=9)),
    "cuts an hour": Span(NOON + timedelta(hours=7, minutes=13), NOON + timedelta(days=3, minutes=47)),
}
_TERMS = (("event_dataset",), ("source_geo_country_iso_code", "destination_port"), ("source_ip",), ("user_name",))
_UNITS: tuple[Unit, ...] = ("attacks", "events", "sources", "logins")


def _events(seed: int) -> Iterator[Event]:
    """Sessions without end, a few minutes apart."""
    dice = Random(seed)
    number = 0
    moment = NOON
    while True:
        family, dataset, port = dice.choice(_SENSORS)
        ip = dice.randrange(9)
        same: dict[str, Any] = {
            "event_module": family, "event_dataset": dataset, "destination_port": port,
            "source_ip": f"10.0.0.{ip}" if ip else "2001:db8::1", "samovar_session_id": f"s{number:08d}",
            **_PLACES[ip % 3],
        }  # fmt: skip
        for action in ("connect", *["login"] * dice.randrange(3), "disconnect"):
            user = dice.choice(("root", "admin")) if action == "login" else None
            yield event(
                number, timestamp=moment, event_action=action, user_name=user,
                samovar_login_password=user and "x", **same,
            )  # fmt: skip
            number += 1
            moment += timedelta(seconds=dice.randrange(400))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckStore]:
    now = NOON.timestamp()
    made = _events(1)
    with DuckStore(tmp_path_factory.mktemp("store"), clock=lambda: now) as store:
        for number in range(8):
            store.ingest(list(islice(made, 250)), Position(number))
            now += 86_400 / 2
        store.seal()
        yield store


def _both_ways(store: DuckStore, monkeypatch: pytest.MonkeyPatch, ask: Callable[[], object]) -> list[object]:
    rolled = ask()
    with monkeypatch.context() as patch:
        for day in store._days.days:
            patch.setattr(day, "rolled", False)
        return [rolled, ask()]


@pytest.mark.parametrize("span", _SPANS.values(), ids=_SPANS)
@pytest.mark.parametrize("search", _FILTERS)
def test_counts_are_those_of_the_events(
    store: DuckStore, monkeypatch: pytest.MonkeyPatch, search: str | None, span: Span
) -> None:
    where = parse(search) if search else None
    asks: list[Callable[[], object]] = [
        lambda: store.summary(where, span),
        lambda: store.map(where, span, size=100),
        lambda: store.source("10.0.0.4", span),
    ]
    for unit in _UNITS:
        asks += [lambda f=f, u=unit: store.terms(where, span, f, size=5, unit=u) for f in _TERMS]
        asks += [
            lambda by=by, n=n, u=unit: store.histogram(where, span, by=by, buckets=n, top=2, unit=u)
            for by in (None, "event_dataset", "source_geo_country_iso_code", "user_name")
            for n in (5, 48, 400)
        ]
    for ask in asks:
        rolled, plain = _both_ways(store, monkeypatch, ask)
        assert rolled == plain


def test_a_roll_up_is_what_is_asked(store: DuckStore, monkeypatch: pytest.MonkeyPatch) -> None:
    *sealed, hot = store._days.days
    assert (all(day.rolled for day in sealed), hot.rolled) == (True, False)
    asked: list[str] = []
    monkeypatch.setattr(rollup, "rolled", lambda day, _, start: asked.append(day) or f"SELECT {start}, no_such")
    span = _SPANS["cuts an hour"]
    store.summary(parse("user:root"), span)
    store.histogram(None, span, by=None, buckets=2000, top=1, unit="attacks")
    assert asked == []
    with pytest.raises(OSError, match="no_such"):
        store.summary(parse("port:22"), span)
    assert asked == [day.alias for day in sealed if day.inside(span)] != []


def test_a_missing_roll_up_is_made_at_the_next_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(rollup, "build", lambda *_: False)
        with DuckStore(tmp_path, clock=NOON.timestamp) as store:
            store.ingest(list(islice(_events(2), 300)), Position(1))
        with DuckStore(tmp_path, clock=lambda: NOON.timestamp() + 86_400) as store:
            store.seal()
            before = store.summary(None, _SPANS["all"])
    with DuckStore.open_reader(tmp_path) as reader:
        assert [day.rolled for day in reader._days.days] == [False, False]
        assert reader.summary(None, _SPANS["all"]) == before
    with DuckStore(tmp_path, clock=lambda: NOON.timestamp() + 86_400) as store:
        store.seal()
        assert [day.settled() for day in store._days.days] == [True, False]
        assert store.summary(None, _SPANS["all"]) == before
    with DuckStore.open_reader(tmp_path) as reader:
        assert [day.rolled for day in reader._days.days] == [True, False]
        assert reader.summary(None, _SPANS["all"]) == before


def test_a_roll_up_given_up_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = NOON.timestamp()
    monkeypatch.setattr(rollup, "_CHUNK", 10)
    with DuckStore(tmp_path, clock=lambda: now) as store:
        monkeypatch.setattr(store._sealer, "wake", lambda: None)
        store.ingest(list(islice(_events(3), 300)), Position(1))
        now += 86_400
        store.ingest([event()], Position(2))
        left = [False] * 3 + [True] * 9
        day = store._days.days[0]
        store._days.settle(day, left.pop)
        assert (day.rolled, left) == (False, [False] * 3 + [True] * 8)
        store._days.settle(day, lambda: bool(left) and not left.pop(0))
        with store._days.cursor() as cursor:
            assert not rollup.exists(cursor, day.alias)
        store.seal()
        assert day.settled()


def test_backup_of_sealed_and_unsealed_days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = NOON.timestamp()
    made = _events(4)
    with DuckStore(tmp_path / "a", clock=lambda: now) as store:
        store.ingest(list(islice(made, 200)), Position(1))
        now += 86_400
        store.ingest(list(islice(made, 200)), Position(2))
        store.seal()
        monkeypatch.setattr(store._sealer, "wake", lambda: None)
        now += 86_400
        store.ingest(list(islice(made, 200)), Position(3))
        assert [day.settled() for day in store._days.days] == [True, False, False]
        store.backup(tmp_path / "b")
        summary = store.summary(None, _SPANS["all"])
    with DuckStore.open_reader(tmp_path / "b") as copy:
        assert copy.summary(None, _SPANS["all"]) == summary
        assert copy.position() == Position(3)
        assert [day.rolled for day in copy._days.days] == [True, False, False]


def test_a_rolled_day_that_is_written_again(tmp_path: Path) -> None:
    now = NOON.timestamp()
    made = _events(5)
    with DuckStore(tmp_path, clock=lambda: now) as store:
        store.ingest(list(islice(made, 200)), Position(1))
        now += 86_400
        store.ingest([], Position(1))
        store.seal()
        lost = store._days.days[-1].path
    lost.unlink()
    now -= 86_400
    with DuckStore(tmp_path, clock=lambda: now) as store:
        assert not store._days.days[-1].rolled
        store.ingest(list(islice(made, 200)), Position(2))
        now += 86_400
        store.ingest([], Position(2))
        store.seal()
        assert store._days.days[0].rolled
        assert store.summary(None, _SPANS["all"]).events == 400

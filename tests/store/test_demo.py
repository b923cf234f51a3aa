"""The simulated week through the real spool and pipeline into the store: every question has a plausible answer."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest

from samovar.demo import generate, load
from samovar.event import Event
from samovar.query import match, parse
from samovar.store import DuckStore
from samovar.store.interface import Position, Span

END = datetime(2026, 11, 24, tzinfo=UTC)
WEEK = Span(END - timedelta(days=7), END)
EVENTS = 50_000


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckStore]:
    data = tmp_path_factory.mktemp("data")
    with DuckStore(data / "store", clock=END.timestamp) as store:
        load(data, store, Position, events=EVENTS, end=END)
    with DuckStore(data / "store", clock=lambda: END.timestamp() + 86_400) as store:
        store.seal()
        yield store


@pytest.fixture(scope="module")
def week() -> list[Event]:
    return list(chain.from_iterable(generate(EVENTS, end=END)))


def test_summary(store: DuckStore, week: list[Event]) -> None:
    summary = store.summary(None, WEEK)
    attacks = Counter(event.event_dataset for event in week if event.event_action == "connect")
    assert {f"{row.family}.{row.protocol}": row.attacks for row in summary.rows} == attacks
    assert summary.rows[0].protocol == "ssh"
    assert summary.attacks == attacks.total() == sum(row.attacks for row in summary.rows)
    assert summary.events == len(week)
    assert summary.sources == len({event.source_ip for event in week})
    assert summary.logins == sum(event.event_action == "login" for event in week)


@pytest.mark.parametrize("search", ["country:RU", "sensor:ssh and not user:root", "password:*123*", "wget"])
def test_filtered(store: DuckStore, week: list[Event], search: str) -> None:
    where = parse(search)
    found = [event for event in week if match(where, event)]
    summary = store.summary(where, WEEK)
    assert (summary.events, summary.sources) == (len(found), len({event.source_ip for event in found}))
    assert summary.attacks == len({event.samovar_session_id for event in found}) > 0


def test_terms(store: DuckStore, week: list[Event]) -> None:
    pairs = Counter((e.user_name, e.samovar_login_password) for e in week if e.event_action == "login")
    terms = store.terms(None, WEEK, ["user_name", "samovar_login_password"], size=10, unit="logins")
    assert [row.count for row in terms.rows] == [count for _, count in pairs.most_common(10)]
    assert all(pairs[row.values[0], row.values[1]] == row.count for row in terms.rows)
    assert (terms.total, terms.distinct) == (pairs.total(), len(pairs))
    countries = store.terms(None, WEEK, ["source_geo_country_iso_code"], size=5, unit="attacks")
    assert countries.rows[0].values == ("RU",)
    assert countries.total == store.summary(None, WEEK).attacks


def test_histogram_and_map(store: DuckStore) -> None:
    attacks = store.summary(None, WEEK).attacks
    for span, interval in ((WEEK, 7200), (Span(END - timedelta(days=1), END), 900)):
        histogram = store.histogram(None, span, by="event_module", buckets=120, top=4, unit="attacks")
        assert histogram.interval == interval
        assert histogram.series[0].key == "terminal"
        assert len(histogram.series) == 5
        assert min(histogram.sources[:-1]) > 0
        assert sum(map(sum, (s.counts for s in histogram.series))) == store.summary(None, span).attacks
    cells = store.map(None, WEEK, size=10_000)
    assert sum(cell.count for cell in cells) == attacks
    assert cells[0].country == "RU"
    assert [cell.count for cell in cells] == sorted((cell.count for cell in cells), reverse=True)


def test_sessions_and_one_of_them(store: DuckStore, week: list[Event]) -> None:
    rows = store.sessions(parse("action:command"), WEEK, limit=20)
    assert len(rows) == 20
    assert [row.start for row in rows] == sorted((row.start for row in rows), reverse=True)
    for row in rows[:3]:
        events = [event for event in week if event.samovar_session_id == row.id]
        assert list(store.session(row.id)) == sorted(events, key=lambda event: event.event_id)
        assert (row.events, row.source_ip) == (len(events), events[0].source_ip)
        assert row.commands == sum(event.event_action == "command" for event in events) > 0


def test_source(store: DuckStore, week: list[Event]) -> None:
    ip, events = Counter(event.source_ip for event in week).most_common(1)[0]
    report = store.source(ip, WEEK)
    mine = [event for event in week if event.source_ip == ip]
    assert report.events == events
    assert (report.first_seen, report.last_seen) == (mine[0].timestamp, mine[-1].timestamp)
    assert report.country == mine[0].source_geo_country_iso_code
    assert report.attacks == len({event.samovar_session_id for event in mine})
    assert report.protocols[0].sources == 1


def test_artefacts(store: DuckStore, week: list[Event]) -> None:
    found = store.artefacts(None, WEEK, limit=50)
    files = Counter(event.file_hash_sha256 for event in week if event.file_hash_sha256)
    assert {one.sha256: one.count for one in found} == files
    assert {one.name for one in found} >= {"redtail.x86_64", "arm7", "mssecsvc.exe"}
    assert all(0 < one.sources <= one.count and one.first_seen <= one.last_seen for one in found)

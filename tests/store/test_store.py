"""The store: what goes in comes out, and is counted right."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest

from samovar.event import Event
from samovar.query import QueryError, parse
from samovar.store import DuckStore, QueryTimeout, StoreConfig, StoreError
from samovar.store.interface import Position, Span
from tests.store.events import NOON, SPAN, attack, event

HOSTILE = (
    "NUL \0 and \\u0000 and \\x00",
    "\\ud800 \\udc00 \\",
    "\u202eevil\u2066 \u200b",
    "'; DROP TABLE ev; --",
    "\"quoted\" 'single' `tick` {} [] $p0 ?",
    "line\nfeed\r\ttab\x1b[31m\x7f\x85\u2028",
    "x" * 60_000,
    "\U0001f600 \U0010ffff \ufffe e\u0301",
    '{"a": "\\u12"}',
    "",
)


@pytest.fixture
def store(tmp_path: Path):
    with DuckStore(tmp_path / "store", clock=NOON.timestamp) as made:
        yield made


def test_hostile_text_comes_back_exactly(store: DuckStore) -> None:
    events = [
        event(i, user_name=text, process_command_line=text, samovar_detail={"k": text, text or "e": 1})
        for i, text in enumerate(HOSTILE)
    ]
    store.ingest(events, Position(1, 2))
    assert list(store.scan(None, SPAN)) == events
    rows = store.terms(None, SPAN, ["user_name"], size=100, unit="events").rows
    assert {row.values[0] for row in rows} == set(HOSTILE)


def test_summary_counts_attacks_logins_and_sources(store: DuckStore) -> None:
    events = attack(1, "root", "admin") + attack(2, "root", source_ip="192.0.2.8")
    events += attack(3, event_module="web", event_dataset="web.http")
    store.ingest(events, Position(1, 1))
    summary = store.summary(None, SPAN)
    assert (summary.attacks, summary.events, summary.logins, summary.sources) == (3, 9, 3, 2)
    assert [(r.protocol, r.attacks, r.logins, r.sources) for r in summary.rows] == [("ssh", 2, 3, 2), ("http", 1, 0, 1)]
    assert store.summary(parse("user:root"), SPAN).attacks == 2
    assert store.summary(parse("user:nobody"), SPAN).attacks == 0


def test_terms_in_each_unit(store: DuckStore) -> None:
    store.ingest(attack(1, "root", "root", "admin") + attack(2, "root", source_ip="192.0.2.8"), Position())
    by_unit = {
        unit: store.terms(None, SPAN, ["user_name"], size=1, unit=unit)
        for unit in ("attacks", "logins", "events", "sources")
    }
    assert {unit: (t.rows[0].count, t.total, t.distinct) for unit, t in by_unit.items()} == {
        "attacks": (2, 2, 2),
        "logins": (3, 4, 2),
        "events": (3, 4, 2),
        "sources": (2, 2, 2),
    }
    pair = store.terms(None, SPAN, ["user_name", "samovar_login_password"], size=1, unit="events").rows[0]
    assert (pair.values, pair.sources) == (("root", "x"), 2)


def test_histogram_keeps_every_count(store: DuckStore) -> None:
    store.ingest(
        [e for i in range(30) for e in attack(i, source_geo_country_iso_code=("RU", "CN", None)[i % 3])], Position()
    )
    span = Span(NOON, NOON + timedelta(hours=1))
    histogram = store.histogram(None, span, by="source_geo_country_iso_code", buckets=60, top=1, unit="attacks")
    assert histogram.interval == 60
    assert [s.key for s in histogram.series] == ["CN", ""]
    assert [sum(s.counts) for s in histogram.series] == [10, 20]
    assert set(histogram.sources) == {0, 1}
    assert len(histogram.times) == 60
    plain = store.histogram(None, span, by=None, buckets=60, top=1, unit="events")
    assert sum(plain.series[0].counts) == 60


def test_pages_walk_over_days_without_gap_or_repeat(tmp_path: Path) -> None:
    now = NOON.timestamp()
    with DuckStore(tmp_path, clock=lambda: now) as store:
        events = [event(i, timestamp=NOON + timedelta(hours=i // 2)) for i in range(160)]
        for start in range(0, 160, 20):
            store.ingest(events[start : start + 20], Position(start))
            now += 86_400
        for oldest_first in (False, True):
            seen: list[Event] = []
            cursor = None
            while True:
                page = store.events(None, SPAN, limit=7, cursor=cursor, oldest_first=oldest_first)
                seen += page.events
                if (cursor := page.next) is None:
                    break
            assert seen == (events if oldest_first else events[::-1])
        assert len(list(tmp_path.glob("day-*.db"))) == 8
        assert list(store.scan(None, SPAN)) == events


@pytest.mark.parametrize("cursor", ["x", "!!", "W10", "\u00e9"])
def test_a_forged_cursor_is_refused(store: DuckStore, cursor: str) -> None:
    with pytest.raises(QueryError):
        store.events(None, SPAN, limit=1, cursor=cursor)


def test_a_session_says_how_long_it_was_and_what_it_brought(store: DuckStore) -> None:
    one = attack(1, "root")
    file = event(130, event_action="file", samovar_session_id=one[0].samovar_session_id)
    store.ingest([*one, file], Position(0, 1))
    (row,) = store.sessions(None, SPAN, limit=5)
    assert (row.duration, row.files, row.logins) == (90.0, 1, 1)


def test_sessions_newest_first_and_by_page(store: DuckStore) -> None:
    store.ingest([e for i in range(5) for e in attack(i, "root")], Position())
    first = store.sessions(None, SPAN, limit=3)
    assert [row.id for row in first] == ["s00000004", "s00000003", "s00000002"]
    assert [row.id for row in store.sessions(None, SPAN, limit=3, cursor=first[-1].id)] == ["s00000001", "s00000000"]
    assert (first[0].events, first[0].logins, first[0].protocol) == (3, 1, "ssh")
    assert [e.event_action for e in store.session("s00000002")] == ["connect", "login", "disconnect"]
    assert store.session("none") == ()


def test_source_map_and_artefacts(store: DuckStore) -> None:
    place = {"source_geo_lat": 55.5, "source_geo_lon": 37.5, "source_geo_country_iso_code": "RU"}
    store.ingest(
        [*attack(1, "root", **place), event(900, event_action="file", file_hash_sha256="ab", file_size=3)], Position()
    )
    report = store.source("192.0.2.7", SPAN)
    assert (report.attacks, report.events, report.credentials[0].values) == (1, 4, ("root", "x"))
    assert store.source("203.0.113.9", SPAN).first_seen is None
    assert [(c.lat, c.lon, c.country, c.count) for c in store.map(None, SPAN, size=10)] == [(55.5, 37.5, "RU", 1)]
    assert [(a.sha256, a.size, a.count, a.sources) for a in store.artefacts(None, SPAN, limit=5)] == [("ab", 3, 1, 1)]


def test_empty(store: DuckStore) -> None:
    assert store.bounds() is None
    assert store.position() == Position()
    assert store.summary(None, SPAN).rows == ()
    assert store.terms(None, SPAN, ["user_name"], size=1, unit="attacks").rows == ()
    assert store.events(None, SPAN, limit=1).events == ()
    assert store.sessions(None, SPAN, limit=1) == store.map(None, SPAN, size=1) == ()


def test_position_survives_reopening_and_a_new_day(tmp_path: Path) -> None:
    with DuckStore(tmp_path, clock=NOON.timestamp) as store:
        store.ingest([event()], Position(3, 4))
    with DuckStore(tmp_path, clock=lambda: NOON.timestamp() + 86_400) as store:
        assert store.position() == Position(3, 4)
        store.ingest([event(1)], Position(3, 9))
        assert len(list(store.scan(None, SPAN))) == 2
    with DuckStore.open_reader(tmp_path) as reader:
        assert reader.position() == Position(3, 9)
        assert reader.summary(None, SPAN).events == 2
        with pytest.raises(StoreError):
            reader.ingest([event(2)], Position())


def test_retention_drops_whole_sealed_days(tmp_path: Path) -> None:
    now = NOON.timestamp()
    with DuckStore(tmp_path, clock=lambda: now) as store:
        for i in range(5):
            store.ingest([event(i)], Position(i))
            now += 86_400
        now -= 86_400
        assert store.retain(budget=1 << 40, days=90) == 0
        assert store.retain(budget=1 << 40, days=2) == 2
        assert store.retain(budget=0, days=90) == 2
        assert [e.event_id for e in store.scan(None, SPAN)] == ["e00000004"]
        store.clear()
        assert store.position() == Position()
        assert store.bounds() is None


def test_backup_while_running(tmp_path: Path) -> None:
    now = NOON.timestamp()
    with DuckStore(tmp_path / "a", clock=lambda: now) as store:
        store.ingest([event(1)], Position(1))
        now += 86_400
        store.ingest([event(2)], Position(2))
        store.backup(tmp_path / "b")
        store.ingest([event(3)], Position(3))
        with pytest.raises(ValueError, match="not empty"):
            store.backup(tmp_path / "b")
    with DuckStore.open_reader(tmp_path / "b") as copy:
        assert [e.event_id for e in copy.scan(None, SPAN)] == ["e00000001", "e00000002"]
        assert copy.position() == Position(2)


def test_a_second_process_is_told_so(store: DuckStore, tmp_path: Path) -> None:
    code = "import sys, pathlib; from samovar.store import *; DuckStore.open_reader(pathlib.Path(sys.argv[1]))"
    done = subprocess.run([sys.executable, "-c", code, tmp_path / "store"], capture_output=True, text=True, timeout=60)
    assert "in use by a Samovar that runs" in done.stderr


def test_a_long_question_is_ended(tmp_path: Path) -> None:
    with (
        DuckStore(tmp_path, StoreConfig(timeout=0.05)) as store,
        pytest.raises(QueryTimeout),
        store._days.cursor() as cursor,
    ):
        cursor.execute("SELECT count(*) FROM range(100000000) a, range(100000) b WHERE (a.range * b.range) % 7 = 3")


def test_nothing_but_its_folder_can_be_touched(store: DuckStore, tmp_path: Path) -> None:
    acts = (
        f"COPY (SELECT 1) TO '{tmp_path}/x'",
        f"ATTACH '{tmp_path}/x.db'",
        "SELECT * FROM read_text('/etc/passwd')",
        "SET enable_external_access = true",
        "INSTALL fts",
    )
    for act in acts:
        with store._days._connection.cursor() as cursor, pytest.raises(Exception, match=r"disabled|locked|Cannot"):
            cursor.execute(act)


def test_questions_while_events_arrive_and_days_turn(tmp_path: Path) -> None:
    now = NOON.timestamp()
    failures: list[BaseException] = []
    done = threading.Event()
    with DuckStore(tmp_path, clock=lambda: now) as store:

        def ask() -> None:
            seen = 0
            try:
                while not done.is_set():
                    count = store.summary(None, SPAN).events
                    assert count >= seen
                    seen = count
                    store.events(None, SPAN, limit=5)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=ask) for _ in range(3)]
        for thread in threads:
            thread.start()
        for i in range(40):
            store.ingest([event(i * 10 + j) for j in range(10)], Position(i))
            now += 20_000
        done.set()
        for thread in threads:
            thread.join(30)
        assert not failures
        assert store.summary(None, SPAN).events == 400


WRITER = """
import sys, pathlib
from samovar.store import DuckStore
from samovar.store.interface import Position
from tests.store.events import event
batch = 0
store = DuckStore(pathlib.Path(sys.argv[1]), clock=lambda: 1795521600.0 + batch // 7 * 86400)
batch = store.position().segment
while True:
    store.ingest([event(batch * 20 + i) for i in range(20)], Position(batch + 1))
    batch += 1
    print(batch, flush=True)
"""


def test_killed_again_and_again_each_event_is_there_once(tmp_path: Path) -> None:
    acknowledged = 0
    for turn in range(8):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, tmp_path], stdout=subprocess.PIPE, text=True)
        try:
            assert writer.stdout is not None
            line = writer.stdout.readline()
            time.sleep(0.03 * turn)
        finally:
            os.kill(writer.pid, signal.SIGKILL)
            rest = writer.stdout.read() if writer.stdout else ""
            writer.wait(10)
            if writer.stdout:
                writer.stdout.close()
        acknowledged = max([int(n) for n in (line + rest[: rest.rfind("\n") + 1]).split()] or [acknowledged])
        with DuckStore.open_reader(tmp_path) as store:
            taken = store.position().segment
            assert taken >= acknowledged > 0
            assert [e.event_id for e in store.scan(None, SPAN)] == [f"e{i:08d}" for i in range(taken * 20)]

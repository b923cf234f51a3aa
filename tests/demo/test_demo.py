"""The simulated week: always the same, complete sessions, the article's proportions."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from samovar.demo import WEEK_EVENTS, Calendar, generate, is_demo, is_whole, load, room
from samovar.disk import DiskConfig
from samovar.event import Event
from samovar.store.interface import Position

END = datetime(2026, 11, 24, tzinfo=UTC)


class FakeStore:
    def __init__(self) -> None:
        self.events: list[Event] = []
        self.place = Position()

    def ingest(self, events: Sequence[Event], position: Position) -> None:
        self.events += events
        self.place = position

    def position(self) -> Position:
        return self.place

    def clear(self) -> None:
        self.events, self.place = [], Position()


@pytest.fixture(scope="module")
def week() -> list[Event]:
    return [event for told in generate(40_000, end=END) for event in told]


def test_always_the_same(week: list[Event]) -> None:
    assert week == [event for told in generate(40_000, end=END) for event in told]
    assert week[:50] != next(generate(40_000, seed=2, end=END))[:50]


def test_size_order_and_span(week: list[Event]) -> None:
    assert abs(len(week) - 40_000) < 2_000
    times = [event.timestamp for event in week]
    assert times == sorted(times)
    assert END - timedelta(days=7) <= times[0]
    assert times[-1] < END
    assert len({event.event_id for event in week}) == len(week)


def test_sessions_are_complete(week: list[Event]) -> None:
    sessions: dict[str, list[Event]] = defaultdict(list)
    for event in week:
        sessions[event.samovar_session_id].append(event)
    for events in sessions.values():
        events.sort(key=lambda event: event.event_sequence)
        assert [event.event_sequence for event in events] == list(range(len(events)))
        assert events[0].event_action == "connect"
        assert events[-1].event_action == "disconnect"
        assert len({(event.source_ip, event.source_port) for event in events}) == 1


def test_proportions(week: list[Event]) -> None:
    attacks = Counter(event.event_dataset for event in week if event.event_action == "connect")
    countries = Counter(event.source_geo_country_iso_code for event in week if event.event_action == "connect")
    assert attacks.most_common(1)[0][0] == "terminal.ssh"
    assert attacks["web.https"] > attacks["web.http"] > 0
    assert {"ics.modbus", "ev.ocpp", "elastic.elasticsearch", "catchall.catchall"} <= attacks.keys()
    (first, most), (_, second) = countries.most_common(2)
    assert first == "RU"
    assert most > 2 * second
    assert len(countries) > 30


def test_credentials_have_a_long_tail(week: list[Event]) -> None:
    passwords = Counter(event.samovar_login_password for event in week if event.event_action == "login")
    assert len(passwords) > 500
    assert passwords.most_common(1)[0][1] > 100


def test_load_fills_a_folder_once(tmp_path: Path) -> None:
    store, seen = FakeStore(), []
    done = load(tmp_path, store, Position, events=3_000, end=END, progress=lambda now, total: seen.append(now))
    assert done == len(store.events) == seen[-1]
    assert is_demo(tmp_path)
    assert is_whole(tmp_path)
    hashes = {event.file_hash_sha256 for event in store.events if event.file_hash_sha256}
    assert all((tmp_path / "files" / name[:2] / name).exists() for name in hashes)
    with pytest.raises(ValueError, match="holds events already"):
        load(tmp_path, store, Position, events=10)


def test_a_large_week_is_told_in_small_parts() -> None:
    parts = [len(told) for told, _ in zip(generate(20 * WEEK_EVENTS, end=END), range(100), strict=False)]
    assert len(parts) == 100
    assert max(parts) < 10_000  # a slot of ten minutes has 35,000


def test_the_calendar_goes_with_the_events(tmp_path: Path) -> None:
    calendar, days = Calendar(END - timedelta(days=7)), []

    class Dated(FakeStore):
        def ingest(self, events: Sequence[Event], position: Position) -> None:
            super().ingest(events, position)
            days.append(datetime.fromtimestamp(calendar(), UTC).date())

    load(tmp_path, Dated(), Position, events=60_000, end=END, calendar=calendar)
    assert days == sorted(days)
    assert days[0] == (END - timedelta(days=7)).date()
    assert len(set(days)) > 3


def test_a_demo_that_was_broken_off_is_not_taken_for_whole(tmp_path: Path) -> None:
    class Full(FakeStore):
        def ingest(self, events: Sequence[Event], position: Position) -> None:
            raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        load(tmp_path, Full(), Position, events=3_000, end=END)
    assert is_demo(tmp_path)
    assert not is_whole(tmp_path)
    with pytest.raises(ValueError, match="broken off"):
        load(tmp_path, FakeStore(), Position, events=3_000, end=END)


def test_room_is_asked_before(tmp_path: Path) -> None:
    assert "1,000 events need about 0.2 GiB" in room(tmp_path, 1_000, DiskConfig(reserve_mib=0))
    with pytest.raises(ValueError, match="SAMOVAR_DISK__BUDGET_GIB=9"):
        room(tmp_path, 50_000_000, DiskConfig(budget_gib=5))
    with pytest.raises(ValueError, match="are free"):
        room(tmp_path, 10**12, DiskConfig(budget_gib=1e9))

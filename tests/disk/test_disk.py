"""The keeper's order: what goes first, what never, and that it all comes back."""

import errno
import hashlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from samovar import disk
from samovar.artefacts import Artefacts
from samovar.disk import DiskConfig, Keeper
from samovar.spool import Position, SpoolConfig
from tests.disk.fakes import Days, Failing
from tests.spool.lines import lines

GIB = 1 << 30


class Rig:
    """A keeper over a real spool and real artefacts."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.now = time.time()
        self.spool = Failing(data / "spool", SpoolConfig(segment_bytes=1 << 16), clock=lambda: self.now)
        self.artefacts = Artefacts(data / "files")
        self.appended = 0

    def keeper(self, store: Days | None, taken: Callable[[], Position] | None = None, **config: float) -> Keeper:
        stated = {"budget_gib": 20.0, "days": 90, "reserve_mib": 0, **config}
        settings = DiskConfig(**stated)  # type: ignore[arg-type]  # numbers of two kinds
        return Keeper(self.spool, store, self.artefacts, settings, self.data, taken=taken, clock=lambda: self.now)

    def fill(self, keeper: Keeper, segments: int) -> None:
        """Append until so many segments are sealed."""
        while self.spool.active - self.numbers()[0] < segments:
            self.append(keeper)

    def append(self, keeper: Keeper, count: int = 50) -> bool:
        self.appended += count
        return keeper.append(lines(self.appended - count, count), count)

    def numbers(self) -> list[int]:
        return [segment.number for segment in self.spool.segments()]

    def ids(self) -> list[int]:
        cursor = self.spool.cursor("check")
        found = []
        while batch := cursor.read():
            found += [int(event.event_id, 16) for event in batch.events]
            cursor.passed(batch)
        cursor.close()
        return found


def said(keeper: Keeper) -> str:
    return keeper.state.state


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    yield rig
    rig.spool.failure = 0
    rig.spool.close()


def test_all_is_well(rig: Rig) -> None:
    keeper = rig.keeper(Days(10))
    rig.fill(keeper, 3)
    keeper.step()
    state = keeper.state
    assert state.state == "ok"
    assert state.used > 180_000
    assert state.free > 0
    assert state.budget == 20 * GIB
    assert state.shed == disk.Shed()
    assert rig.ids() == list(range(rig.appended))


def test_budget_takes_segments_that_were_taken_then_days_then_refuses_artefacts(rig: Rig) -> None:
    store = Days(100 << 20, 100 << 20, 100 << 20)
    keeper = rig.keeper(store, budget_gib=250 / 1024)
    rig.fill(keeper, 4)
    store.place = Position(3, 0)
    keeper.step()
    assert rig.numbers() == [3, 4, 5]
    assert store.sizes == [100 << 20, 100 << 20]
    assert (keeper.state.shed.segments, keeper.state.shed.days) == (2, 1)
    assert said(keeper) == "ok", "to keep to the budget is ordinary"
    assert rig.artefacts.accepting
    store.sizes = [300 << 20]
    keeper.step()
    assert said(keeper) == "shedding"
    assert not rig.artefacts.accepting
    assert rig.numbers() == [3, 4, 5], "what the store has not taken stays"
    assert not keeper.keep(hashlib.sha256(b"x").hexdigest(), b"x")
    assert rig.append(keeper), "events are taken all the same"
    store.sizes = [10]
    keeper.step()
    assert said(keeper) == "ok"
    assert keeper.keep(hashlib.sha256(b"x").hexdigest(), b"x")
    assert keeper.state.shed.artefacts == 1


def test_a_slow_output_keeps_its_segments_longer_than_the_oldest_days(rig: Rig) -> None:
    store = Days(1 << 20, 1 << 20)
    place = Position(2, 0)
    keeper = rig.keeper(store, lambda: place, budget_gib=1e-9)
    rig.fill(keeper, 4)
    store.place = Position(4, 0)
    order = []
    for _ in range(4):
        before = (len(rig.numbers()), len(store.sizes))
        keeper._give_up_oldest(False)
        order.append((before[0] - len(rig.numbers()), before[1] - len(store.sizes)))
    assert order == [(1, 0), (0, 1), (1, 0), (1, 0)]
    assert not keeper._give_up_oldest(False)
    assert rig.numbers() == [4, 5]


def test_without_a_store_what_was_taken_goes(rig: Rig) -> None:
    place = Position(3, 0)
    keeper = rig.keeper(None, lambda: place, budget_gib=1e-9)
    rig.fill(keeper, 4)
    keeper.step()
    assert rig.numbers() == [3, 4, 5]
    assert keeper.state.shed.segments == 2
    assert not rig.artefacts.accepting
    assert said(keeper) == "shedding"


def test_age(rig: Rig) -> None:
    store = Days(10, 10)
    keeper = rig.keeper(store, days=30)
    rig.fill(keeper, 3)
    old = rig.now - 31 * 86400
    for segment in rig.spool.segments()[:2]:
        os.utime(segment.path, (old, old))
    keeper.step()
    assert rig.numbers() == [3, 4]
    assert 30 in store.asked
    assert said(keeper) == "ok"
    rig.now += 31 * 86400
    keeper.step()
    assert rig.numbers() == [4], "the one that is being written stays"


def test_a_full_disk_sheds_at_once_and_goes_on(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Days(10)
    keeper = rig.keeper(store)
    rig.fill(keeper, 5)
    store.place = Position(4, 0)
    monkeypatch.setattr(keeper, "_free", lambda: 0 if rig.spool.failure else GIB)
    rig.spool.failure, rig.spool.cure = errno.ENOSPC, 2
    assert rig.append(keeper)
    assert rig.numbers()[0] == 3
    assert rig.ids()[-1] == rig.appended - 1
    assert keeper.state.shed.events == 0


def test_a_short_disk_is_said_until_there_is_more_than_enough(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Days(10, 10)
    keeper = rig.keeper(store, reserve_mib=100)
    seen = []
    for free in (200, 95, 95, 110, 130):
        monkeypatch.setattr(keeper, "_free", lambda free=free: (free if len(store.sizes) > 1 else free + 10) << 20)
        keeper.step()
        seen.append((said(keeper), len(store.sizes), rig.artefacts.accepting))
    assert seen == [
        ("ok", 2, True),
        ("shedding", 1, True),
        ("shedding", 1, True),
        ("shedding", 1, True),
        ("ok", 1, True),
    ]


def test_what_nobody_has_taken_goes_last_and_is_counted(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Days(10)
    monkeypatch.setattr(disk, "WAITING_BYTES", len(lines(0, 50)) + 10)
    keeper = rig.keeper(store)
    rig.fill(keeper, 3)
    monkeypatch.setattr(keeper, "_free", lambda: 0 if rig.spool.failure else GIB)
    rig.spool.failure, rig.spool.cure = errno.ENOSPC, 1
    assert not rig.append(keeper), "waits in memory"
    assert rig.append(keeper), "memory is full"
    keeper.step()
    assert keeper.state.shed.events == 0
    assert (keeper.state.shed.segments, keeper.state.shed.unread) == (1, 1)
    assert rig.ids()[-1] == rig.appended - 1


def test_a_store_that_fails_keeps_no_event_out(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disk, "WAITING_BYTES", 10)
    store = Days(10, 10)
    keeper = rig.keeper(store)
    rig.fill(keeper, 3)
    keeper.step()
    store.ill = True
    monkeypatch.setattr(keeper, "_free", lambda: 0 if rig.spool.failure else GIB)
    rig.spool.failure, rig.spool.cure = errno.ENOSPC, 1
    assert rig.append(keeper)
    assert rig.ids()[-1] == rig.appended - 1
    keeper.step()
    assert said(keeper) == "ok"


@pytest.mark.parametrize("failure", [errno.ENOSPC, errno.EDQUOT, errno.EIO])
def test_events_wait_in_memory_and_come_back_in_order(rig: Rig, failure: int) -> None:
    keeper = rig.keeper(Days(10))
    assert rig.append(keeper)
    rig.spool.failure = failure
    assert not rig.append(keeper)
    rig.now += 2
    assert not rig.append(keeper)
    assert said(keeper) == "full"
    keeper.step()
    assert (keeper.state.state, keeper.state.waiting) == ("full", 100)
    rig.spool.failure = 0
    keeper.step()
    assert (keeper.state.state, keeper.state.waiting) == ("ok", 0)
    assert rig.append(keeper)
    assert rig.ids() == list(range(200))


def test_memory_is_bounded_and_the_newest_stay(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    one = len(lines(0, 50))
    monkeypatch.setattr(disk, "WAITING_BYTES", 3 * one + 10)
    keeper = rig.keeper(None)
    rig.spool.failure = errno.ENOSPC
    for _ in range(10):
        assert not rig.append(keeper)
    keeper.step()
    assert (keeper.state.waiting, keeper.state.shed.events) == (150, 350)
    rig.spool.failure = 0
    keeper.step()
    assert rig.ids() == list(range(350, 500))
    assert keeper.state.shed.events == 350


def test_closing_tries_a_last_time(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    keeper = rig.keeper(None)
    rig.spool.failure = errno.ENOSPC
    rig.append(keeper)
    keeper.close()
    assert "50 events found no room" in caplog.text
    rig.spool.failure = 0
    keeper.close()
    assert rig.ids() == list(range(50))


def test_states_are_said_once(rig: Rig, caplog: pytest.LogCaptureFixture) -> None:
    keeper = rig.keeper(None)
    rig.spool.failure = errno.ENOSPC
    for _ in range(3):
        rig.append(keeper)
        keeper.step()
    rig.spool.failure = 0
    for _ in range(3):
        keeper.step()
    assert [record.message.partition(" (")[0] for record in caplog.records] == [
        "disk: [Errno 28] ENOSPC",
        "disk: there is room again",
    ]


def test_a_full_disk_refuses_artefacts_and_a_broken_one_says_so(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = rig.keeper(None)
    for failure in (errno.ENOSPC, errno.EIO):

        def put(sha256: str, data: bytes, failure: int = failure) -> bool:
            raise OSError(failure, "no")

        monkeypatch.setattr(rig.artefacts, "put", put)
        if failure == errno.EIO:
            with pytest.raises(OSError, match="no"):
                keeper.keep("00", b"x")
        else:
            assert not keeper.keep("00", b"x")
            assert not rig.artefacts.accepting
    keeper.step()
    assert rig.artefacts.accepting


def test_a_disk_that_also_cannot_delete_has_no_line_twice(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Days(10)
    keeper = rig.keeper(store)
    rig.fill(keeper, 3)
    store.place = Position(3, 0)
    monkeypatch.setattr(keeper, "_free", lambda: 0 if rig.spool.failure else GIB)

    def broken() -> int:
        raise OSError(errno.EROFS, "read-only")

    monkeypatch.setattr(rig.spool, "drop_oldest_sealed", broken)
    rig.spool.failure = errno.ENOSPC
    assert not rig.append(keeper)
    assert said(keeper) == "full"
    assert "read-only" in keeper.state.trouble
    rig.spool.failure = 0
    keeper.step()
    assert said(keeper) == "ok"
    assert rig.ids() == list(range(rig.appended))


def test_half_a_line_is_refused_at_once(rig: Rig) -> None:
    keeper = rig.keeper(None)
    with pytest.raises(ValueError, match="complete lines"):
        keeper.append(b'{"half":', 1)
    assert rig.append(keeper)


def test_a_clock_that_is_set_back(rig: Rig) -> None:
    store = Days(10)
    keeper = rig.keeper(store)
    keeper.step()
    rig.now -= 86400
    keeper.step()
    assert store.asked == [90, 90]


def test_sync(rig: Rig) -> None:
    keeper = rig.keeper(None)
    rig.append(keeper)
    assert not rig.spool.due()
    rig.now += 2
    assert rig.spool.due()
    keeper.sync()
    assert not rig.spool.due()


@pytest.mark.parametrize("wrong", [{"budget_gib": 0.0}, {"days": 0}, {"reserve_mib": -1}])
def test_wrong_settings(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"\[disk\]"):
        DiskConfig(**wrong)

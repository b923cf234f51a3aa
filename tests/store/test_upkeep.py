"""Events go on being taken in whatever else is done with whole days."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from samovar.store import DuckStore
from samovar.store.interface import Position
from tests.store.events import NOON, SPAN, event


class Clock:
    def __init__(self) -> None:
        self.now = NOON.timestamp()

    def __call__(self) -> float:
        return self.now


def _beside(act: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    return thread


def test_a_day_turns_during_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    copied, go_on = threading.Event(), threading.Event()
    copy2 = shutil.copy2

    def slow(*names: Path) -> None:
        copied.set()
        assert go_on.wait(60)
        copy2(*names)

    with DuckStore(tmp_path / "a", clock=clock) as store:
        store.ingest([event(1)], Position(1))
        clock.now += 86_400
        store.ingest([event(2)], Position(2))
        store.seal()
        monkeypatch.setattr(shutil, "copy2", slow)
        backup = _beside(lambda: store.backup(tmp_path / "b"))
        assert copied.wait(60)
        clock.now += 86_400
        work = _beside(lambda: store.ingest([event(3)], Position(3)))
        work.join(60)
        taken = not work.is_alive()
        go_on.set()
        backup.join(60)
        assert taken
        assert not backup.is_alive()
        assert store.summary(None, SPAN).events == 3
    with DuckStore.open_reader(tmp_path / "b") as copy:
        assert copy.position() == Position(2)


def test_a_long_question_and_a_day_to_drop(tmp_path: Path) -> None:
    clock = Clock()
    with DuckStore(tmp_path, clock=clock) as store:
        store.ingest([event(1)], Position(1))
        clock.now += 86_400
        store.ingest([event(2)], Position(2))
        store.seal()
        with store._days.cursor():
            drop = _beside(lambda: store.retain(budget=1 << 40, days=0))
            while not store._days.lock._waiting:
                assert drop.is_alive()
            clock.now += 86_400
            work = _beside(lambda: store.ingest([event(3)], Position(3)))
            work.join(60)
            assert not work.is_alive()
            assert drop.is_alive()
        drop.join(60)
        assert [e.event_id for e in store.scan(None, SPAN)] == ["e00000002", "e00000003"]


def test_retention_does_not_wait_for_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samovar.store.store._PATIENCE", 0)
    clock = Clock()
    with DuckStore(tmp_path, clock=clock) as store:
        store.ingest([event(1)], Position(1))
        clock.now += 86_400
        store.ingest([event(2)], Position(2))
        store.seal()
        with store._days.upkeep:
            assert store.retain(budget=0, days=90) == 0
        assert store.retain(budget=0, days=90) == 1

"""Kill -9 of worker, broker, hub, fork server and supervisor under load: what was answered is in the spool, exactly
once."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.process.installation import Installation, running, wait_for


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Installation]:
    data = tmp_path / "data"
    data.mkdir()
    with running(data) as installation:
        yield installation


class Load:
    """Clients that ask without end and remember what was answered."""

    def __init__(self, ask: Callable[[str], str], answer: str = "ok {}", name: str = "", clients: int = 4) -> None:
        self._ask, self._answer, self._name = ask, answer, name
        self._ending = threading.Event()
        self.answered: set[str] = set()
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(clients)]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        for thread in self._threads:
            thread.join(60)

    def more(self, count: int) -> None:
        """Wait for so many more answers."""
        goal = len(self.answered) + count
        wait_for(f"{count} more answers", lambda: len(self.answered) >= goal)

    def _run(self, number: int) -> None:
        for turn in range(1_000_000):
            if self._ending.is_set():
                return
            line = f"{self._name}{number}-{turn}"
            try:
                answered = self._ask(line) == self._answer.format(line)
            except OSError:
                answered = False
                time.sleep(0.01)
            if answered:
                self.answered.add(line)


def check(installation: Installation, load: Load) -> None:
    """Everything answered was recorded, and nothing twice."""
    events = installation.events()
    ids = [event.event_id for event in events]
    assert len(set(ids)) == len(ids)
    lines = [event.process_command_line for event in events if event.process_command_line]
    assert len(set(lines)) == len(lines)
    assert load.answered <= set(lines)
    assert len(load.answered) > 100


def kill(installation: Installation, role: str) -> None:
    """Kill one of this role, and wait until all there was is there again."""
    roles = sorted(installation.descendants().values())
    victim = installation.pid_of(role)
    os.kill(victim, signal.SIGKILL)

    def whole_again() -> bool:
        left = installation.descendants()
        return victim not in left and sorted(left.values()) == roles

    wait_for(f"another {role}", whole_again)


@pytest.mark.parametrize("role", ["worker", "hub", "forkserver"])
def test_a_killed_part_is_replaced_and_nothing_lost(whole: Installation, role: str) -> None:
    with Load(whole.ask) as load:
        for _ in range(3):
            load.more(50)
            kill(whole, role)
            load.more(50)
    assert whole.stop() == 0
    check(whole, load)


def test_a_killed_broker_answers_again_and_nothing_is_lost(whole: Installation) -> None:
    workers = {pid for pid, role in whole.descendants().items() if role == "worker"}
    with Load(whole.ask_datagram, "{}", "datagram ") as datagrams, Load(whole.ask) as connections:
        for _ in range(3):
            datagrams.more(50)
            kill(whole, "broker")
            datagrams.more(50)
            connections.more(50)
        assert workers <= whole.descendants().keys()
    assert whole.stop() == 0
    check(whole, datagrams)
    check(whole, connections)


def test_a_killed_supervisor_takes_all_with_it_and_nothing_is_lost(whole: Installation) -> None:
    with Load(whole.ask) as load:
        load.more(200)
        left = whole.descendants()
        assert whole.process is not None
        whole.process.kill()
        whole.process.wait(60)
        wait_for("everything gone", lambda: not any(map(_alive, left)))
    check(whole, load)


def _alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def test_stopped_under_load_nothing_is_lost(whole: Installation) -> None:
    with Load(whole.ask) as load:
        load.more(200)
        left = whole.descendants()
        assert whole.stop() == 0
        assert not any(map(_alive, left))
    check(whole, load)

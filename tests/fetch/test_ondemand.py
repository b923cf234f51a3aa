"""When the fetcher is started, and when it ends."""

import asyncio
import selectors
from collections.abc import Iterator

import pytest

from samovar.fetch.config import FetchConfig
from samovar.process.control import Link, Ready
from samovar.process.fetcher import Fetcher, _serve
from samovar.process.ondemand import OnDemand


class Place:
    """One for two workers, with its selector."""

    def __init__(self) -> None:
        self.started = 0
        self.selector = selectors.DefaultSelector()
        self.on_demand = OnDemand(3, 2, self.selector, self._start)

    def _start(self) -> None:
        self.started += 1

    def turn(self) -> int:
        """What a turn of the supervisor does; how often it was started until now."""
        for key, _ in self.selector.select(0):
            key.data()
        return self.started

    def ask(self, worker: int) -> None:
        self.on_demand.pairs[worker][1].send(b"x")

    def hear(self, worker: int) -> None:
        self.on_demand.pairs[worker][0].recv(10)


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.on_demand.close()
    made.selector.close()


def test_started_once_when_workers_ask(place: Place) -> None:
    place.on_demand.watch()
    assert place.turn() == 0
    place.ask(0)
    place.ask(1)
    assert place.turn() == 1
    assert place.turn() == 1


def test_started_again_after_its_end_for_what_was_asked_meanwhile(place: Place) -> None:
    place.on_demand.watch()
    place.ask(0)
    assert place.turn() == 1
    place.hear(0)
    place.on_demand.ended(0)
    assert place.turn() == 1
    place.ask(1)
    assert place.turn() == 2


def test_after_an_accident_it_is_started_without_being_asked(place: Place) -> None:
    place.on_demand.ended(-9)
    due = place.on_demand.due
    assert due is not None
    place.on_demand.run()
    assert place.started == 1
    assert place.on_demand.due != due


def test_not_started_while_all_ends(place: Place) -> None:
    place.on_demand.watch()
    place.ask(0)
    place.on_demand.rest()
    assert place.turn() == 0


def test_what_the_fork_server_gets(place: Place) -> None:
    kinds = [what[:3] for what in place.on_demand.given()]
    assert kinds == [("asker", 0, 3), ("asker", 1, 3), ("fetcher", 0, 0), ("fetcher", 0, 1)]


async def _life(idle: list[float], say: bool) -> list[object]:
    ours, theirs = Link.pair()
    fetcher = Fetcher(slot=3, config=FetchConfig(), askers=(), lifeline=theirs, lock=tuple, idle=0.05)
    if say:
        ours.sock.send(b"x")
    async with asyncio.timeout(20):
        await _serve(fetcher, lambda: None, lambda: idle.pop(0) if len(idle) > 1 else idle[0], ("missing",))
    message, _ = ours.receive()
    ours.close()
    theirs.close()
    return [message, idle]


async def test_it_ends_when_it_was_idle_for_long() -> None:
    message, left = await _life([0.0, 0.0, 0.01, 0.01, 1.0], say=False)
    assert message == Ready(slot=3, missing=("missing",))
    assert left == [1.0]


async def test_it_ends_at_the_fork_servers_word_whatever_it_does() -> None:
    message, _ = await _life([0.0], say=True)
    assert isinstance(message, Ready)

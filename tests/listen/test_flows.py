"""What a flow may get, for how long, and how many there are: with a clock that the test sets."""

import pytest

from samovar.listen.bucket import ReplyRate
from samovar.listen.flows import LIFE, MAX_FLOWS, RESENDS, Flow, Flows

AMPLE = 1 << 30


class Peers:
    """Flows that are met as the broker meets them; a route is the key."""

    def __init__(self, per_minute: int = AMPLE) -> None:
        self.flows: Flows[object] = Flows(ReplyRate(per_minute, AMPLE, 0.0))

    def ask(self, key: object, now: float, size: int = 100, largest: int = 0) -> Flow[object]:
        """A datagram of that size comes."""
        return self.flows.find(key, size, now) or self.flows.open(
            key, self.flows.token(), key, "192.0.2.1", largest, size, now
        )

    def answer(self, flow: Flow[object], now: float, size: int = 100, in_step: bool = False) -> bool:
        """Whether a reply may go out."""
        return self.flows.permits(flow, size, in_step, now)


@pytest.fixture
def peers() -> Peers:
    return Peers()


def test_a_token_names_its_flow_and_is_never_given_twice(peers: Peers) -> None:
    flows = [peers.ask(key, 0.0) for key in range(100)]
    assert [peers.flows.of(flow.token) for flow in flows] == flows
    assert len({flow.token for flow in flows}) == 100
    assert peers.flows.of(peers.flows.token()) is None
    others = [Peers().flows.token() for _ in range(8)]
    assert len({token >> 31 for token in others}) == 8  # another process begins elsewhere


def test_a_flow_is_answered_until_its_life_is_over(peers: Peers) -> None:
    flow = peers.ask("late", 0.0)
    peers.ask("late", 0.0)
    assert peers.answer(flow, LIFE)
    assert not peers.answer(flow, LIFE + 0.1)


def test_each_datagram_prolongs_it(peers: Peers) -> None:
    flow = peers.ask("a", 0.0)
    assert peers.ask("a", LIFE) is flow
    assert peers.answer(flow, 2 * LIFE)


def test_the_next_new_flow_clears_away_those_that_are_over(peers: Peers) -> None:
    old = [peers.ask(key, 0.0) for key in range(10)]
    peers.ask(3, LIFE)
    new = peers.ask("new", LIFE + 1)
    assert len(peers.flows) == 2
    assert [flow.key for flow in old if peers.flows.of(flow.token)] == [3]
    assert peers.flows.of(new.token) is new


def test_a_flow_that_comes_back_has_another_token(peers: Peers) -> None:
    old = peers.ask("a", 0.0)
    peers.ask("b", LIFE + 1)
    assert peers.ask("a", LIFE + 1).token != old.token
    assert peers.flows.of(old.token) is None


def test_a_flood_of_sources_takes_no_more_room_and_the_longest_silent_goes_first(peers: Peers) -> None:
    first, second = peers.ask("first", 0.0), peers.ask("second", 0.0)
    for key in range(MAX_FLOWS - 2):
        peers.ask(key, 1.0)
    peers.ask("first", 2.0)
    assert len(peers.flows) == MAX_FLOWS
    peers.ask("one more", 2.0)
    assert len(peers.flows) == MAX_FLOWS
    assert peers.flows.of(second.token) is None
    assert peers.flows.of(first.token) is first
    for key in range(3 * MAX_FLOWS):
        peers.ask(("flood", key), 3.0)
    assert len(peers.flows) == MAX_FLOWS
    assert peers.flows.of(first.token) is None


def test_bytes_are_owed_over_several_datagrams_and_paid_once(peers: Peers) -> None:
    flow = peers.ask("a", 0.0, size=10)
    peers.ask("a", 0.0, size=10)
    assert not peers.answer(flow, 0.0, size=21)
    assert peers.answer(flow, 0.0, size=15)
    assert not peers.answer(flow, 0.0, size=6)
    assert peers.answer(flow, 0.0, size=5)
    assert not peers.answer(flow, 0.0, size=0)


def test_a_flow_that_may_amplify_gets_some_more_but_none_larger(peers: Peers) -> None:
    flow = peers.ask("a", 0.0, size=10, largest=500)
    assert not peers.answer(flow, 0.0, size=501)
    assert [peers.answer(flow, 0.0, size=500) for _ in range(RESENDS + 2)] == [True] * (RESENDS + 1) + [False]


def test_in_step_is_cheap_only_where_the_account_agrees() -> None:
    peers = Peers(per_minute=2)
    flow = peers.ask("a", 0.0)
    assert peers.answer(flow, 0.0, in_step=True)  # the first is not in step, whatever is said
    for _ in range(4):
        peers.ask("a", 0.0)
        assert peers.answer(flow, 0.0, in_step=True)
    peers.ask("a", 0.0)
    assert not peers.answer(flow, 0.0, in_step=True)


def test_an_acknowledgement_is_free() -> None:
    peers = Peers(per_minute=1)
    flow = peers.ask("a", 0.0)
    assert peers.answer(flow, 0.0)
    for _ in range(20):
        peers.ask("a", 0.0)
        assert peers.answer(flow, 0.0, size=10)
    peers.ask("a", 0.0)
    assert not peers.answer(flow, 0.0, size=11)

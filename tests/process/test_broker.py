"""The broker with a worker that an attacker has: nothing leaves that an honest one would not send."""

import contextlib
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.listen.udp import UdpSocket
from samovar.process import frames
from samovar.process.broker import Switch, UdpTap
from samovar.process.spec import Spec


class Broker:
    """One tap, one worker's pair; the test is the worker and the peer."""

    def __init__(self, amplifies: int = 0, per_minute: int = 60, host: str = "127.0.0.1") -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self.listening = socket.socket(family, socket.SOCK_DGRAM)
        self.listening.bind((host, 0))
        self.peer = socket.socket(family, socket.SOCK_DGRAM)
        self.peer.connect(self.listening.getsockname())
        self.peer.setblocking(False)
        ours, self.worker = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.worker.setblocking(False)
        self._ours = ours
        spec = Spec(data="", taps=(), udp_replies_per_minute=per_minute)
        self.switch = Switch(spec, [UdpTap(0, UdpSocket(self.listening), amplifies)], [ours])

    def ask(self, data: bytes) -> frames.Handed:
        """The peer sends; what the worker gets."""
        self.peer.send(data)
        self.switch.turn(30.0)
        return frames.handed(self.worker.recv(1 << 17))

    def say(self, *messages: bytes) -> list[bytes]:
        """The worker says so; what the peer gets."""
        for message in messages:
            self.worker.send(message)
            self.switch.turn(30.0)
        got = []
        with contextlib.suppress(BlockingIOError):
            while True:
                got.append(self.peer.recv(1 << 17))
        return got

    def close(self) -> None:
        for sock in (self.listening, self.peer, self.worker, self._ours):
            sock.close()


@pytest.fixture
def broker() -> Iterator[Broker]:
    made = Broker()
    yield made
    made.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_there_and_back(host: str) -> None:
    broker = Broker(host=host)
    handed = broker.ask(b"question")
    assert (handed.ip, handed.port) == broker.peer.getsockname()[:2]
    assert (handed.local_ip, handed.local_port) == broker.listening.getsockname()[:2]
    assert broker.say(frames.reply(handed.token, False, b"answer")) == [b"answer"]
    broker.close()


def test_made_up_tokens_reach_nobody(broker: Broker) -> None:
    token = broker.ask(b"question").token
    made_up = [0, token - 1, token + 1, (1 << 64) - 1]
    assert broker.say(*(frames.reply(number, False, b"x") for number in made_up)) == []
    assert broker.switch.counts.unknown == 4


def test_one_reply_for_each_datagram(broker: Broker) -> None:
    token = broker.ask(b"question").token
    assert broker.say(*[frames.reply(token, True, b"x")] * 10) == [b"x"]
    assert broker.switch.counts.suppressed == 9
    assert broker.ask(b"again").token == token
    assert broker.say(*[frames.reply(token, True, b"x")] * 10) == [b"x"]


def test_no_reply_is_larger_than_what_came(broker: Broker) -> None:
    token = broker.ask(b"question").token
    assert broker.say(frames.reply(token, False, b"longer than that")) == []
    assert broker.say(frames.reply(token, False, b"answered")) == [b"answered"]


def test_an_amplifying_tap_has_its_bounds() -> None:
    broker = Broker(amplifies=100)
    token = broker.ask(b"question").token
    assert broker.say(frames.reply(token, False, bytes(101))) == []
    assert broker.say(*[frames.reply(token, False, bytes(100))] * 10) == [bytes(100)] * 4  # one, and three resent
    broker.close()


def test_the_rate_is_the_brokers() -> None:
    broker = Broker(per_minute=2)
    got = []
    for _ in range(5):
        got += broker.say(frames.reply(broker.ask(b"question").token, False, b"answered"))
    assert got == [b"answered"] * 2
    broker.close()


def test_garbage_is_counted_and_does_no_harm(broker: Broker) -> None:
    token = broker.ask(b"question").token
    garbage = [b"", b"x", bytes(8), token.to_bytes(8, "little") + b"\x02x", bytes(frames.LIMIT + 1)]
    assert broker.say(*garbage) == []
    assert broker.switch.counts.malformed == len(garbage)
    assert broker.say(frames.reply(token, False, b"answer")) == [b"answer"]


def test_the_largest_datagram_passes_and_a_larger_one_is_refused(broker: Broker) -> None:
    handed = broker.ask(bytes(65_507))
    assert len(handed.data) == 65_507
    broker.ask(bytes(100))
    assert broker.say(frames.reply(handed.token, False, bytes(65_508))) == []
    assert broker.switch.counts.failed == 1
    assert broker.say(frames.reply(handed.token, False, bytes(99))) == [bytes(99)]


def test_a_full_queue_drops_and_counts(broker: Broker) -> None:
    for _ in range(200):
        broker.peer.send(bytes(10_000))
        broker.switch.turn(30.0)
    counts = broker.switch.counts
    assert counts.received == 200
    assert 0 < counts.dropped < 200


@given(st.binary(max_size=80))
def test_any_frame_is_decoded_or_refused(frame: bytes) -> None:
    for decode in (frames.handed, frames.asked):
        with contextlib.suppress(ValueError):
            decode(frame)


@given(st.integers(0, 2**64 - 1), st.booleans(), st.ip_addresses(), st.integers(0, 65_535), st.binary())
def test_frames_say_what_went_in(token: int, in_step: bool, ip: object, port: int, data: bytes) -> None:
    assert frames.asked(frames.reply(token, in_step, data)) == frames.Asked(token, in_step, data)
    made = frames.head(7, token, str(ip), port, "192.0.2.1", 69) + data
    assert frames.handed(made) == frames.Handed(7, token, frames.handed(made).ip, port, "192.0.2.1", 69, data)

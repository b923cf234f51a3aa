"""The transcript runner: what a script's client lines make happen, and that bytes survive the notation."""

import hashlib
from typing import ClassVar, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.event import Fact, Family
from samovar.persona import Persona
from samovar.sensor import (
    Clock,
    Dialogue,
    Keep,
    OpenData,
    Pause,
    Peer,
    PeerError,
    Read,
    ReadData,
    Send,
    SendData,
    StartTls,
    Tally,
)
from samovar.testing import WHOLE, escape, replay, unescape
from tests.personas import persona


class Everything:
    """Uses each step once."""

    name: ClassVar[str] = "everything"
    family: ClassVar[Family] = "services"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "tcp"
    ports: ClassVar[tuple[int, ...]] = (21,)

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        """Greet, take an upload and a download, go TLS, be patient."""
        yield Send(b"one \r\ntwo\r\n")
        line = yield Read(until=b"\n", limit=64)
        tries = yield Tally("login")
        yield Fact(event_action="login", user_name=line.strip().decode(), samovar_detail={"try": int(tries)})
        yield Pause(1.5)
        yield Send(b"at " + (yield Clock()) + b"\n")
        yield Send(b"port " + (yield OpenData()) + b"\n")
        yield Keep((yield ReadData(limit=8)), "up.bin")
        yield SendData(b"list\n")
        yield StartTls()
        try:
            yield Read(until=b"\n", timeout=3)
        except PeerError as error:
            yield Fact(event_action="alert", event_original=str(error))
        try:
            yield SendData(b"lost")
        except PeerError:
            yield Send(b"425 no\n")
        yield Read()


SCRIPT = r"""# what a client may do

S: one \r\n
S: two\r\n
C: root\r\nignored, as the handshake follows
E: event.action='login' user.name='root' samovar.detail={'try': 1}
P: 1.5
S: at 1790000001.500000\n
DO: 203.0.113.5 50000
S: port 203.0.113.5 50000\n
DC: 12345
DC: \x00\xff\x5c6789
K: name='up.bin' size=8 sha256=DIGEST
DS: list\n
T: tls
X: data
X: silent
E: event.action='alert' event.original='silent'
S: 425 no\n
X: closed
end: closed
"""
SCRIPT = SCRIPT.replace(
    "DIGEST",
    hashlib.sha256(b"12345\0\xff\\").hexdigest(),
)


@pytest.mark.parametrize("chunk", [1, 3, WHOLE])
def test_each_step_has_a_line(chunk: int) -> None:
    assert replay(Everything(), SCRIPT, chunk, persona()) == SCRIPT


def test_what_the_server_says_is_derived() -> None:
    client_only = "".join(line + "\n" for line in SCRIPT.splitlines() if line[:2] in ("# ", "C:", "DC", "X:"))
    assert replay(Everything(), client_only, WHOLE, persona()) == SCRIPT.replace("\n\n", "\n", 1)


def test_a_data_port_may_be_refused() -> None:
    assert "S: port \\n" in replay(Everything(), "X: data\nC: root\\n\n", WHOLE, persona()).splitlines()


class Shout:
    """One datagram, one answer."""

    name: ClassVar[str] = "shout"
    family: ClassVar[Family] = "services"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "udp"
    ports: ClassVar[tuple[int, ...]] = (7,)

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        """Answer in capitals."""
        yield Send((yield Read()).upper())


def test_udp_begins_a_dialogue_for_each_datagram() -> None:
    script = "C: ab\nS: AB\nend: done\nC: cd\nS: CD\nend: done\n"
    assert replay(Shout(), script, 1, persona()) == script


@given(st.binary())
def test_notation_keeps_all_bytes(data: bytes) -> None:
    lines = escape(data)
    assert b"".join(map(unescape, lines)) == data
    assert all(line == line.rstrip() and line.isprintable() for line in lines)

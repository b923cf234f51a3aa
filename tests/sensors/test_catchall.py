from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.sensors.catchall import Catchall, CatchallUdp
from samovar.sensors.catchall.guess import answer_datagram, banner, guess
from samovar.sensors.catchall.ports import TCP, UDP
from samovar.testing import replay
from tests.conftest import Follows
from tests.personas import persona

FOLDER = Path(__file__).parents[1] / "transcripts"


@pytest.mark.parametrize("script", sorted(FOLDER.glob("catchall-*.txt")), ids=lambda path: path.stem)
def test_tcp_transcript(script: Path, follows: Follows) -> None:
    follows(Catchall(), script)


@pytest.mark.parametrize("script", sorted(FOLDER.glob("catchudp-*.txt")), ids=lambda path: path.stem)
def test_udp_transcript(script: Path, follows: Follows) -> None:
    follows(CatchallUdp(), script)


@given(st.lists(st.binary(min_size=1), max_size=12))
def test_garbage_only_ends_the_session(chunks: list[bytes]) -> None:
    script = "".join(f"C: {chunk.decode('latin-1').encode('unicode_escape').decode()}\n" for chunk in chunks)
    assert "end: " in replay(Catchall(), script, 65536, persona())


@given(st.binary(max_size=200))
def test_a_datagram_is_never_answered_with_more_than_came(data: bytes) -> None:
    assert len(answer_datagram(data, persona()).answer) <= len(data)


@pytest.mark.parametrize(
    ("data", "protocol"),
    [
        (b"\x03\x00\x00\x0b\x06\xe0\x00\x00\x00\x00\x00", "rdp"),
        (b"\x00\x00\x00\x2f\xffSMBr", "smb"),
        (b"stats\r\n", "memcached"),
        (b"INFO\r\n", "redis"),
        (b"OPTIONS sip:nm SIP/2.0\r\n", "sip"),
        (b"\xff\xfd\x01", "telnet"),
        (b"GET / HTTP/1.0\r\n\r\n", "http"),
        (b"whatever", "unknown"),
    ],
)
def test_protocols_are_recognised(data: bytes, protocol: str) -> None:
    assert guess(data, persona()).protocol == protocol


def test_default_ports_are_200_and_50() -> None:
    assert (len(set(TCP)), len(set(UDP))) == (200, 50)


def test_a_vnc_port_greets_as_vnc() -> None:
    assert banner(5900, persona()) == b"RFB 003.008\n"

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.sensors.http import Http
from samovar.testing import replay
from tests.conftest import Follows
from tests.personas import persona

SCRIPTS = sorted((Path(__file__).parents[1] / "transcripts").glob("http-*.txt"))


@pytest.mark.parametrize("chunk", [65536, 1])
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_transcript(script: Path, chunk: int, follows: Follows) -> None:
    follows(Http(), script, chunk)


def said(raw: bytes) -> str:
    line = raw.decode("latin-1").encode("unicode_escape").decode()
    return replay(Http(), f"C: {line}\nX: closed\n", 65536, persona())


PIECES = (
    b"GET ",
    b"POST ",
    b"/ ",
    b"HTTP/1.1\r\n",
    b"Host: x\r\n",
    b"\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"ff\r\n",
)


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=30)), max_size=12))
def test_garbage_only_ends_the_session(pieces: list[bytes]) -> None:
    assert "end: " in said(b"".join(pieces) or b"x")


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /%s HTTP/1.1\r\nHost: h\r\n\r\n" % (b"a" * 9000), "414"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: %s\r\n\r\n" % (b"a" * 9000), "400"),
        (b"GET / HTTP/1.1\r\nHost: h\r\n%s\r\n" % (b"X: a\r\n" * 101), "400"),
        (b"GET / HTTP/1.1\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nHost: g\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nbad header\r\n\r\n", "400"),
        (b"GET  /  HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", "400"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: foo\r\n\r\n", "400"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"),
        (b"CONNECT a:443 HTTP/1.1\r\nHost: h\r\n\r\n", "405"),
        (b"GET http://other.example/x HTTP/1.1\r\nHost: h\r\n\r\n", "404"),
    ],
)
def test_refusals_are_apaches(request_line: bytes, status: str) -> None:
    transcript = said(request_line)
    assert f"S: HTTP/1.1 {status} " in transcript
    assert "event.action='request'" in transcript

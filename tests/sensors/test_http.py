import base64
import gzip
import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.event import Fact
from samovar.exchange import Exchange
from samovar.persona import Persona
from samovar.sensor import Clock, Keep, Peer, Send
from samovar.sensors.http import Http
from samovar.sensors.http.icons import picture
from samovar.sensors.http.page import front_page
from samovar.sensors.http.resource import moment, parse_ranges
from samovar.sensors.http.site import clean_path
from samovar.testing import EPOCH, peer_for, replay
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


def spoken(raw: bytes, machine: Persona | None = None, peer: Peer | None = None) -> tuple[bytes, list[Fact | Keep]]:
    """What is sent in answer to ``raw``, and what is recorded."""
    exchange = Exchange(Http().talk(peer or peer_for(Http()), machine or persona()))
    sent, noted = b"", list[Fact | Keep]()
    for steps in (exchange.start(), exchange.receive(raw), exchange.receive(b"")):
        waiting = steps
        while True:
            for step in waiting:
                if isinstance(step, Send):
                    sent += step.data
                elif isinstance(step, Fact | Keep):
                    noted.append(step)
            if not isinstance(exchange.asking, Clock):
                break
            waiting = exchange.answer(b"%f" % EPOCH)
    return sent, noted


PIECES = (
    b"GET ",
    b"POST ",
    b"/ ",
    b"HTTP/1.1\r\n",
    b"Host: x\r\n",
    b"\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Range: bytes=1-,5-\r\n",
    b"If-Modified-Since: Fri, 31 Feb 2025 99:53:20 GMT\r\n",
    b"Content-Type: multipart/form-data; boundary=a\r\n",
    b"ff\r\n",
)


@given(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=30)), max_size=12))
def test_garbage_only_ends_the_session(pieces: list[bytes]) -> None:
    assert "end: " in said(b"".join(pieces) or b"x")


@given(st.binary(max_size=60).filter(lambda path: not set(path) & set(b" \r\n?")))
def test_any_path_is_answered(path: bytes) -> None:
    assert spoken(b"GET /%b HTTP/1.0\r\n\r\n" % path)[0].startswith(b"HTTP/1.1 ")


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /%s HTTP/1.1\r\nHost: h\r\n\r\n" % (b"a" * 9000), "414"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: %s\r\n\r\n" % (b"a" * 9000), "400"),
        (b"GET / HTTP/1.1\r\nX%s: a\r\nHost: h\r\n\r\n" % (b"a" * 9000), "400"),
        (b"GET / HTTP/1.1\r\nHost: h\r\n%s\r\n" % (b"X: a\r\n" * 101), "400"),
        (b"GET / HTTP/1.1\r\nHost: h\r\n%s\r\n" % (b"X: %s\r\n" % (b"a" * 8000) * 50), "400"),
        (b"GET / HTTP/1.1\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nHost: g\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost:\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nbad header\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: h\r\nX: a\x01\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\r\nHost: h\nX: a\r\n\r\n", "400"),
        (b"GET / HTTP/1.1\nHost: h\n\n", "400"),
        (b"GET  /  HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
        (b"GET / HTTP/0.9\r\nHost: h\r\n\r\n", "400"),
        (b"GET foo HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
        (b"GET /../../etc/passwd HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
        (b"GET /cgi-bin/.%2e/.%2e/x HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
        (b"GET /%zz HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
        (b"GET /% HTTP/1.1\r\nHost: h\r\n\r\n", "400"),
        (b"GET /%s HTTP/1.1\r\nHost: h\r\n\r\n" % (b"a" * 256), "403"),
        (b"GET /.htpasswd HTTP/1.1\r\nHost: h\r\n\r\n", "403"),
        (b"GET /server-status HTTP/1.1\r\nHost: h\r\n\r\n", "403"),
        (b"GET /a%2fb HTTP/1.1\r\nHost: h\r\n\r\n", "404"),
        (b"GET /favicon.ico HTTP/1.1\r\nHost: h\r\n\r\n", "404"),
        (b"GET /robots.txt HTTP/1.1\r\nHost: h\r\n\r\n", "404"),
        (b"GET /manual HTTP/1.1\r\nHost: h\r\n\r\n", "404"),
        (b"GET /icons/nothing.gif HTTP/1.1\r\nHost: h\r\n\r\n", "404"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n", "400"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nabc", "400"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: foo\r\n\r\n", "400"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "400"),
        (b"POST / HTTP/1.1\r\nHost: h\r\nIf-None-Match: *\r\n\r\n", "412"),
        (b"CONNECT a:443 HTTP/1.1\r\nHost: h\r\n\r\n", "405"),
        (b"PROPFIND / HTTP/1.1\r\nHost: h\r\n\r\n", "405"),
        (b"get / HTTP/1.1\r\nHost: h\r\n\r\n", "501"),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"),
        (b"GET http://other.example/x HTTP/1.1\r\nHost: h\r\n\r\n", "404"),
        (b"GET http://other.example HTTP/1.1\r\nHost: h\r\n\r\n", "200"),
        (b"GET / HTTP/3.1\r\nHost: h\r\n\r\n", "200"),
        (b"\r\n\r\nGET / HTTP/1.0\r\n\r\n", "200"),
    ],
)
def test_status_is_apaches(request_line: bytes, status: str) -> None:
    transcript = said(request_line)
    assert f"S: HTTP/1.1 {status} " in transcript
    assert "event.action='request'" in transcript


def test_an_overlong_request_line_is_recorded_as_far_as_it_came() -> None:
    _, noted = spoken(b"GET /%b HTTP/1.1\r\n\r\n" % (b"a" * 9000))
    fact = noted[0]
    assert isinstance(fact, Fact)
    assert fact.http_request_method == "GET"
    assert fact.url_original is not None
    assert len(fact.url_original) > 8000


@pytest.mark.parametrize("raw", [b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nX-a: b", b"POST / HTT"])
def test_a_session_ended_from_outside_has_its_request_recorded(raw: bytes) -> None:
    exchange = Exchange(Http().talk(peer_for(Http()), persona()))
    list(exchange.start())
    list(exchange.receive(raw))
    facts = [step for step in exchange.fail("deadline") if isinstance(step, Fact)]
    assert [fact.event_original for fact in facts] == [raw.decode().partition("\r\n")[0]]


@pytest.mark.parametrize(("distribution", "size"), [("debian", 10_701), ("ubuntu", 10_918)])
def test_front_page_has_the_size_of_the_packages(distribution: str, size: int) -> None:
    page = front_page(distribution)
    assert len(page) == size
    assert b"Default Page: It works</title>" in page
    assert not {b"{name}", b"{logo}", b"{fill}"} & {page[n : n + 6] for n in range(len(page))}


def test_gzip_is_the_same_page() -> None:
    head, _, body = spoken(b"GET / HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n")[0].partition(b"\r\n\r\n")
    assert b'-gzip"\r\n' in head
    assert gzip.decompress(body) == front_page("debian")


def test_redirects_and_error_pages_say_https_and_its_port() -> None:
    peer = msgspec.structs.replace(peer_for(Http()), tls=True)
    sent, _ = spoken(b"GET /icons/small HTTP/1.0\r\nHost: w\r\n\r\n", peer=peer)
    assert b"Location: https://w/icons/small/\r\n" in sent
    assert b"Server at w Port 443<" in sent


def test_orders_realms_and_dates_differ_between_installations() -> None:
    drawn = {
        spoken(
            b"OPTIONS / HTTP/1.1\r\nHost: a\r\n\r\nGET /login HTTP/1.1\r\nHost: a\r\n\r\nHEAD / HTTP/1.0\r\n\r\n",
            msgspec.structs.replace(persona(), salt=f"{salt:064x}"),
        )[0]
        for salt in range(8)
    }
    assert len({one.partition(b"Allow: ")[2].partition(b"\r")[0] for one in drawn}) > 1
    assert len({one.partition(b"realm=")[2].partition(b"\r")[0] for one in drawn}) > 1
    assert len({one.partition(b"ETag: ")[2].partition(b"\r")[0] for one in drawn}) == 8


@pytest.mark.parametrize(
    ("raw", "pair"),
    [
        (b"GET / HTTP/1.0\r\nAuthorization: Basic %b\r\n\r\n" % base64.b64encode(b"a:b:c"), ("a", "b:c")),
        (b"GET /?user=a&pwd=b+c HTTP/1.0\r\n\r\n", ("a", "b c")),
        (b"POST / HTTP/1.0\r\nContent-Length: 15\r\n\r\nlog=a&pwd=%c3%a", ("a", r"\xc3%a")),
        (b'POST / HTTP/1.0\r\nContent-Length: 24\r\n\r\n{"email":"a","pass":"b"}', ("a", "b")),
        (b"POST / HTTP/1.0\r\nContent-Length: 10\r\n\r\npassword=b", ("", "b")),
    ],
)
def test_credentials_become_a_login(raw: bytes, pair: tuple[str, str]) -> None:
    logins = [fact for fact in spoken(raw)[1] if isinstance(fact, Fact) and fact.event_action == "login"]
    assert [(fact.user_name, fact.samovar_login_password) for fact in logins] == [pair]


def test_uploads_are_kept_up_to_a_count() -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="f"; filename="%d"\r\n\r\n%d\r\n'
    body = b"".join(part % (n, n) for n in range(40)) + b"--b--\r\n"
    head = b'POST / HTTP/1.0\r\nContent-Type: multipart/form-data; boundary="b"\r\nContent-Length: %d\r\n\r\n'
    kept = [step for step in spoken(head % len(body) + body)[1] if isinstance(step, Keep)]
    assert [(step.name, step.data) for step in kept] == [(str(n), str(n).encode()) for n in range(16)]


@pytest.mark.parametrize(
    ("field", "ranges"),
    [
        (b"bytes=0-9", [(0, 9)]),
        (b"bytes=90-500", [(90, 99)]),
        (b"bytes=-500", [(0, 99)]),
        (b"bytes=0-4,2-9", [(0, 9)]),
        (b"bytes=0-1,2-3", [(0, 3)]),
        (b"bytes=5-6, 0-1", [(5, 6), (0, 1)]),
        (b"bytes=100-", []),
        (b"bytes=9-2", None),
        (b"bytes=-", None),
        (b"lines=1-2", None),
        (b"bytes=0-,0-,0-99,-100,0-", [(0, 99)]),
        (b"bytes=" + b"0-," * 300, None),
        (b"bytes=50-,0-99", None),
    ],
)
def test_ranges(field: bytes, ranges: list[tuple[int, int]] | None) -> None:
    assert parse_ranges(field, 100) == ranges


@pytest.mark.parametrize(
    ("field", "seconds"),
    [
        (b"Thu, 01 Jan 1970 00:00:10 GMT", 10),
        (b"Sun, 31 Feb 2021 00:00:00 GMT", None),
        (b"Sun, 01 Foo 2021 00:00:00 GMT", None),
        (b"yesterday", None),
        (None, None),
    ],
)
def test_moments(field: bytes | None, seconds: int | None) -> None:
    assert moment(field) == seconds


@pytest.mark.parametrize(
    ("target", "path"),
    [
        (b"/a/./b//c?d", b"/a/b/c"),
        (b"/a/..", b"/"),
        (b"/a/../b/.", b"/b/"),
        (b"/%61dmin", b"/admin"),
        (b"http://x/y", b"/y"),
        (b"/a/../..", None),
        (b"/%2e%2e/", None),
    ],
)
def test_paths_are_resolved(target: bytes, path: bytes | None) -> None:
    assert clean_path(target) == path


@pytest.mark.parametrize("name", ["openlogo-75.png", "blank.gif", "text.gif", "folder.png"])
def test_icons_are_pictures(name: str, tmp_path: Path) -> None:
    if shutil.which("file") is None:
        pytest.skip("file is not installed")
    found = picture(name, "debian")
    assert found is not None
    (tmp_path / name).write_bytes(found[1])
    told = subprocess.run(["file", "-b", tmp_path / name], capture_output=True, text=True, timeout=30, check=True)
    size = "50 x 61" if name.startswith("open") else "20 x 22"
    assert size in told.stdout
    assert picture("ubuntu-logo.png", "debian") is None

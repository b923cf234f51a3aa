"""wget and curl: what they print, save and record, for each way in which a download can end."""

import msgspec
import pytest

from samovar.event import Fact
from samovar.sensor import Fetched, Hop, Keep
from tests.shell.commands.rig import Rig, has_real, real

BODY = b"#!/bin/sh\necho hi\n"


def answer(**fields: object) -> bytes:
    full: dict[str, object] = {
        "url": "http://198.51.100.7/x.sh", "ip": "198.51.100.7", "port": 80, "version": "1.1", "status": 200,
        "reason": "OK", "scheme": "http", "headers": (("Content-Type", "text/x-sh"),), "body": BODY,
        "length": len(BODY), "elapsed": 0.05,
    }  # fmt: skip
    return msgspec.msgpack.encode(Fetched(**(full | fields)))  # type: ignore[arg-type]


def failed(error: str, **fields: object) -> bytes:
    return answer(error=error, status=0, reason="", headers=(), body=b"", length=None, **fields)


def test_wget_saves_what_came_and_both_are_recorded() -> None:
    rig = Rig()
    found = rig.run("wget http://198.51.100.7/x.sh", answers=[answer()])
    assert found.status == 0
    assert found.err.startswith(b"--2026-02-02 02:40:00--  http://198.51.100.7/x.sh\nConnecting to 198.51.100.7:80... ")
    assert b"awaiting response... 200 OK\nLength: 18 [text/x-sh]\nSaving to: 'x.sh'\n\n     0K .  " in found.err
    assert b"'x.sh' saved [18/18]\n\n" in found.err
    assert rig.contents() == {"x.sh": BODY}
    facts = [step for step in rig.steps if isinstance(step, Fact)]
    assert [(fact.event_action, fact.url_original) for fact in facts] == [("request", "http://198.51.100.7/x.sh")]
    assert [step.data for step in rig.steps if isinstance(step, Keep)] == [BODY]


def test_wget_follows_names_and_redirects() -> None:
    hop = Hop(url="http://a.example/x", addresses=("192.0.2.1",), ip="192.0.2.1", port=80, status=302, reason="Found",
              headers=(("Location", "http://b.example/y"),))  # fmt: skip
    last = answer(url="http://b.example/y", addresses=("192.0.2.2",), ip="192.0.2.2", redirects=(hop,))
    found = Rig().run("wget -O- http://a.example/x", answers=[last])
    assert found.out == BODY
    assert (
        b"Resolving a.example (a.example)... 192.0.2.1\nConnecting to a.example (a.example)|192.0.2.1|:80... "
        in found.err
    )
    assert b"302 Found\nLocation: http://b.example/y [following]\n--2026" in found.err
    assert b"Saving to: 'STDOUT'" in found.err


@pytest.mark.parametrize(
    ("error", "fields", "status", "said"),
    [
        ("refused", {}, 4, b"80... failed: Connection refused.\n"),
        ("unreachable", {"detail": "No route to host"}, 4, b"failed: No route to host.\n"),
        ("timeout", {}, 4, b"failed: Connection timed out.\nGiving up.\n\n"),
        ("forbidden-address", {}, 4, b"failed: Connection timed out.\nGiving up.\n\n"),
        ("tls", {}, 4, b"connected.\nUnable to establish SSL connection.\n"),
        ("protocol", {"detail": "empty"}, 4, b"awaiting response... No data received.\nGiving up.\n\n"),
    ],
)
def test_wget_says_why_it_failed(error: str, fields: dict[str, object], status: int, said: bytes) -> None:
    rig = Rig()
    found = rig.run("wget -t1 -T5 http://198.51.100.7/x.sh", answers=[failed(error, **fields)])
    assert found.status == status
    assert found.err.endswith(said)
    assert rig.contents() == {}


def test_wget_tries_again_and_gives_up() -> None:
    found = Rig().run("wget -t3 -T2 http://198.51.100.7/x", answers=[failed("timeout")] * 3)
    assert found.err.count(b"Retrying.") == 2
    assert b"--  (try: 3)  http://198.51.100.7/x\n" in found.err


def test_wget_names_a_host_that_is_not_found() -> None:
    found = Rig().run("wget nosuch.example", answers=[failed("resolve", detail="nxdomain", ip="")])
    assert found.err.endswith(
        b"--  http://nosuch.example\nResolving nosuch.example (nosuch.example)... failed: Name or service not known.\n"
        b"wget: unable to resolve host address 'nosuch.example'\n"
    )
    assert found.status == 4


def test_wget_reports_errors_of_the_server() -> None:
    found = Rig().run("wget -q http://198.51.100.7/x", answers=[answer(status=404, reason="Not Found")])
    assert (found.out, found.err, found.status) == (b"", b"", 8)
    found = Rig().run("wget http://198.51.100.7/x", answers=[answer(status=404, reason="Not Found")])
    assert found.err.endswith(b"404 Not Found\n2026-02-02 02:40:00 ERROR 404: Not Found.\n\n")


def test_wget_does_not_overwrite() -> None:
    rig = Rig({"x.sh": b"old"})
    rig.run("wget -q http://198.51.100.7/x.sh", answers=[answer()])
    assert rig.contents() == {"x.sh": b"old", "x.sh.1": BODY}


@pytest.mark.skipif(not has_real("wget"), reason="no wget here")
@pytest.mark.parametrize("line", ["wget", "wget --nosuch", "wget -Z", "wget -q http://127.0.0.1:9/"])
def test_wget_refuses_as_the_real_one(line: str) -> None:
    expected, _ = real(line.split())
    found = Rig().run(line)
    assert (found.err, found.status) == (expected.err, expected.status)


def test_curl_prints_saves_and_measures() -> None:
    rig = Rig()
    found = rig.run("curl -O http://198.51.100.7/x.sh", answers=[answer()])
    assert found.err.endswith(b"\r100    18  100    18    0     0    360      0 --:--:-- --:--:-- --:--:--   360\n")
    assert rig.contents() == {"x.sh": BODY}
    found = rig.run("curl -fsSL http://198.51.100.7/x.sh", answers=[answer()])
    assert (found.out, found.err, found.status) == (BODY, b"", 0)


@pytest.mark.parametrize(
    ("error", "fields", "status", "said"),
    [
        (
            "refused",
            {"elapsed": 0.0},
            7,
            b"(7) Failed to connect to 198.51.100.7 port 80 after 0 ms: Couldn't connect to server\n",
        ),
        ("timeout", {}, 28, b"(28) Connection timed out after 3001 milliseconds\n"),
        ("rate", {}, 28, b"(28) Connection timed out after 3001 milliseconds\n"),
        ("protocol", {"detail": "empty"}, 52, b"(52) Empty reply from server\n"),
    ],
)
def test_curl_says_why_it_failed(error: str, fields: dict[str, object], status: int, said: bytes) -> None:
    found = Rig().run("curl -sS -m 3 http://198.51.100.7/x.sh", answers=[failed(error, **fields)])
    assert (found.out, found.err, found.status) == (b"", b"curl: " + said, status)


def test_curl_fails_on_a_servers_error_only_where_asked() -> None:
    page = answer(status=404, reason="Not Found")
    assert Rig().run("curl -s http://198.51.100.7/x", answers=[page]).out == BODY
    found = Rig().run("curl -sSf http://198.51.100.7/x", answers=[page])
    assert (found.out, found.err, found.status) == (b"", b"curl: (22) The requested URL returned error: 404\n", 22)


@pytest.mark.skipif(not has_real("curl"), reason="no curl here")
@pytest.mark.parametrize(
    "line", ["curl", "curl --nosuch", "curl -O", "curl foo://x", "curl -o", "curl -s http://127.0.0.1:9/"]
)
def test_curl_refuses_as_the_real_one(line: str) -> None:
    expected, _ = real(line.split())
    found = Rig().run(line)
    assert (found.err, found.status) == (expected.err, expected.status)


def test_curl_reads_a_file() -> None:
    assert Rig({"a": b"text\n"}).run("curl -s file:///tmp/work/a").out == b"text\n"

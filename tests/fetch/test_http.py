"""HTTP and HTTPS from servers of every kind."""

import asyncio
import gzip
import hashlib
from itertools import pairwise

import h11
import pytest

from tests.fetch.servers import Names, certificate, downloads, fetch, http, moved, ok, refused_port, tcp

SAMPLE = b"\x7fELF" + bytes(range(256)) * 512


async def test_a_sample() -> None:
    async with http(ok(SAMPLE, b"X-First: 1", b"Server: nginx", b"X-First: 2")) as served:
        url = f"http://127.0.0.1:{served.port}/bins/mips?x=1"
        got = await fetch(downloads(), url, user_agent="Wget/1.21.3", headers=(("Accept", "*/*"),))
    assert (got.error, got.status, got.reason, got.version) == (None, 200, "OK", "1.1")
    assert got.body == SAMPLE
    assert got.length == len(SAMPLE)
    assert got.headers[1:] == (("X-First", "1"), ("Server", "nginx"), ("X-First", "2"))
    assert (got.url, got.ip, got.port, got.scheme, got.addresses) == (
        url,
        "127.0.0.1",
        served.port,
        "http",
        ("127.0.0.1",),
    )
    assert got.elapsed > 0
    lines = served.requests[0].split(b"\r\n")
    assert lines == [
        b"GET /bins/mips?x=1 HTTP/1.1", b"Host: 127.0.0.1:%d" % served.port, b"User-Agent: Wget/1.21.3",
        b"Accept: */*", b"", b"",
    ]  # fmt: skip


async def test_the_host_header_stays_the_name() -> None:
    names = Names({"evil.example": [["127.0.0.1"]]})
    async with http(ok(b"x")) as served:
        got = await fetch(downloads(names), f"http://evil.example:{served.port}/")
    assert got.body == b"x"
    assert b"Host: evil.example:%d\r\n" % served.port in served.requests[0]


async def test_the_askers_own_host_header_but_not_his_framing() -> None:
    headers = (("Host", "other.example"), ("Content-Length", "5"), ("Transfer-Encoding", "chunked"), ("X", "y"))
    async with http(ok(b"x")) as served:
        await fetch(downloads(), f"http://127.0.0.1:{served.port}/", headers=headers)
    assert served.requests[0].split(b"\r\n")[1:] == [b"Host: other.example", b"X: y", b"", b""]


async def test_a_header_that_would_split_the_request_is_refused() -> None:
    async with http(ok(b"x")) as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/", headers=(("X", "y\r\nEvil: 1"),))
    assert got.error == "protocol"
    assert served.connections == 0


async def test_ipv6() -> None:
    async with http(ok(b"six"), host="::1") as served:
        got = await fetch(downloads(), f"http://[::1]:{served.port}/")
    assert (got.body, got.ip) == (b"six", "::1")
    assert b"Host: [::1]:%d" % served.port in served.requests[0]


async def test_head_and_post() -> None:
    async with http(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n") as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/", method="HEAD")
    assert (got.error, got.length, got.body) == (None, 5, b"")
    async with http(ok(b"done")) as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/", method="POST", body=b"a=1")
    assert got.body == b"done"
    assert served.requests[0].startswith(b"POST / HTTP/1.1\r\n")
    assert b"Content-Length: 3\r\n" in served.requests[0]


async def test_not_found_is_an_answer() -> None:
    async with http(b"HTTP/1.0 404 Not Found\r\n\r\nno such file") as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/")
    assert (got.error, got.status, got.reason, got.version, got.body) == (
        None,
        404,
        "Not Found",
        "1.0",
        b"no such file",
    )
    assert got.length is None


async def test_compressed_bodies_stay_as_they_are() -> None:
    packed = gzip.compress(bytes(1 << 20))
    async with http(ok(packed, b"Content-Encoding: gzip")) as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/")
    assert got.body == packed


async def test_chunks() -> None:
    body = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\nhello\r\n6\r\n world\r\n0\r\nT: 1\r\n\r\n"
    async with http(body) as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/")
    assert (got.error, got.body) == (None, b"hello world")


@pytest.mark.parametrize(
    ("wire", "detail"),
    [
        (b"", "empty"),
        (b"SSH-2.0-OpenSSH_9.2p1\r\n", ""),
        (b"\x00\x01\x02" * 50, ""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", ""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 3000 + b"\r\n\r\n", ""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", ""),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", ""),
        (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", ""),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", ""),
        (b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 20_000 + b"\r\n", ""),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 5, ""),
    ],
)
async def test_what_is_no_answer(wire: bytes, detail: str) -> None:
    async with http(wire) as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/")
    assert got.error in ("protocol", "too-large")
    assert got.detail != "crashed"
    if detail:
        assert got.detail == detail


@pytest.mark.parametrize("framing", [b"Content-Length: 100", b"Transfer-Encoding: chunked"])
async def test_what_ends_too_early_is_kept(framing: bytes) -> None:
    body = b"hello" if b"Length" in framing else b"5\r\nhello\r\n"
    async with http(b"HTTP/1.1 200 OK\r\n" + framing + b"\r\n\r\n" + body) as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/")
    assert (got.error, got.detail, got.body, got.status) == ("protocol", "truncated", b"hello", 200)


async def test_more_than_announced_is_cut() -> None:
    async with http(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello world") as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/")
    assert (got.error, got.body) == (None, b"hello")


async def test_a_body_that_is_announced_too_large_is_not_read() -> None:
    async with http(b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n", hold=True) as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/")
    assert (got.error, got.length, got.body) == ("too-large", 99999999999, b"")


async def test_an_endless_body_is_cut() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(bytes(10_000))
            await writer.drain()

    async with tcp(talk) as served:
        got = await fetch(downloads(bytes=100_000), f"http://127.0.0.1:{served.port}/")
    assert (got.error, got.body) == ("too-large", bytes(100_000))


async def test_chunks_that_are_nothing_but_framing_end() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write((b"1;" + b"x" * 200 + b"\r\ny\r\n") * 50)
            await writer.drain()

    async with tcp(talk) as served:
        got = await fetch(downloads(bytes=100_000), f"http://127.0.0.1:{served.port}/")
    assert (got.error, got.detail) == ("too-large", "framing")


async def test_a_chunk_for_each_byte_is_not_borne_for_long() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"1\r\ny\r\n" * 1000)
            await writer.drain()

    async with tcp(talk) as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/")
    assert (got.error, got.detail) == ("too-large", "framing")
    assert len(got.body) < 10_000


async def test_a_chunk_for_each_byte_holds_up_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[int] = []
    events = 0
    real = h11.Connection.next_event

    def count(connection: h11.Connection) -> object:
        nonlocal events
        events += 1
        return real(connection)

    async def look() -> None:
        while True:
            turns.append(events)
            await asyncio.sleep(0)

    monkeypatch.setattr(h11.Connection, "next_event", count)
    body = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"1\r\nx\r\n" * 3000 + b"0\r\n\r\n"
    async with http(body) as served:
        looking = asyncio.create_task(look())
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/")
        looking.cancel()
    assert got.body == b"x" * 3000
    assert max(after - before for before, after in pairwise(turns)) < 200


@pytest.mark.parametrize("first", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nab"])
async def test_a_slow_server_ends_at_the_deadline(first: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(first)
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with tcp(talk) as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/", timeout=0.4)
    assert got.error == "timeout"
    assert got.body[:2] == first[-2:]


async def test_the_platforms_deadline_wins() -> None:
    async with http(b"", hold=True) as served:
        got = await fetch(downloads(seconds=0.3), f"http://127.0.0.1:{served.port}/", timeout=1e9)
    assert got.error == "timeout"


async def test_refused() -> None:
    got = await fetch(downloads(), f"http://127.0.0.1:{refused_port()}/")
    assert (got.error, got.ip, got.status) == ("refused", "127.0.0.1", 0)


async def test_the_second_address_is_tried() -> None:
    async with http(ok(b"six"), host="::1") as served:
        names = Names({"two.example": [["127.7.7.7", "::1"]]})  # where no other test listens
        got = await fetch(downloads(names), f"http://two.example:{served.port}/")
    assert (got.body, got.ip, got.addresses) == (b"six", "::1", ("127.7.7.7", "::1"))


async def test_tls_is_not_verified_but_recorded() -> None:
    context, der = certificate()
    names = Names({"evil.example": [["127.0.0.1"]]})
    seen: list[str] = []
    context.sni_callback = lambda _, name, __: seen.append(name)
    async with http(ok(b"secret"), context=context) as served:
        got = await fetch(downloads(names), f"https://evil.example:{served.port}/x")
    assert (got.error, got.body, got.tls, got.certificate) == (None, b"secret", "TLSv1.3", der)
    assert seen == ["evil.example"]


async def test_tls_that_is_none() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\n")

    async with tcp(talk) as served:
        got = await fetch(downloads(), f"https://127.0.0.1:{served.port}/")
    assert got.error == "tls"
    assert got.detail


async def test_redirects_are_the_askers_choice() -> None:
    async with http(moved("/next")) as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/")
    assert (got.error, got.status, got.redirects) == (None, 302, ())
    async with http(moved("/next"), ok(b"there")) as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/", follow=5)
    assert (got.status, got.body, got.url) == (200, b"there", f"http://127.0.0.1:{served.port}/next")
    assert [(hop.status, hop.url) for hop in got.redirects] == [(302, f"http://127.0.0.1:{served.port}/")]
    assert ("Location", "/next") in got.redirects[0].headers


async def test_a_circle_ends() -> None:
    async with http(moved("/again")) as served:
        got = await fetch(downloads(per_minute=100), f"http://127.0.0.1:{served.port}/", follow=10_000)
    assert (got.error, got.status, len(got.redirects)) == (None, 302, 20)


@pytest.mark.parametrize(
    ("location", "error"),
    [
        ("http://10.0.0.1/", "forbidden-address"),
        ("http://169.254.169.254/latest/meta-data/", "forbidden-address"),
        ("http://[::ffff:127.0.0.1]:PORT/", "forbidden-address"),
        ("http://0x7f.1:PORT/secret", "forbidden-address"),
        ("http://inner.example:PORT/secret", "forbidden-address"),
        ("http://127.0.0.2:1/", "forbidden-port"),
        ("file:///etc/passwd", "protocol"),
        ("gopher://127.0.0.2:PORT/", "protocol"),
    ],
)
async def test_a_redirect_is_checked_as_the_first_request(location: str, error: str) -> None:
    async with http(ok(b"the crown jewels")) as inner:
        names = Names({"inner.example": [["127.0.0.1"]]})
        where = location.replace("PORT", str(inner.port))

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(moved(where))

        async with tcp(talk, "127.0.0.2") as first:
            place = downloads(names, ["127.0.0.2/32"], ports=(first.port, inner.port, 80))
            got = await fetch(place, f"http://127.0.0.2:{first.port}/", follow=5)
    assert got.error == error
    assert inner.connections == 0
    if error != "protocol":
        assert [hop.ip for hop in got.redirects] == ["127.0.0.2"]


async def test_what_a_redirect_does_to_the_request() -> None:
    secrets = (("Authorization", "Basic eA=="), ("Cookie", "a=b"), ("Content-Type", "x/y"), ("Host", "alias.example"))
    async with http(ok(b"there")) as other, http(moved(f"http://127.0.0.1:{other.port}/")) as served:
        await fetch(
            downloads(), f"http://127.0.0.1:{served.port}/", method="POST", body=b"x", headers=secrets, follow=1
        )
    assert b"Authorization" in served.requests[0]
    assert other.requests[0] == b"GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % other.port
    async with http(moved("/there", 307), ok(b"x")) as served:
        await fetch(
            downloads(), f"http://127.0.0.1:{served.port}/", method="POST", body=b"x", headers=secrets, follow=1
        )
    assert served.requests[1].startswith(b"POST /there ")
    assert b"Authorization" in served.requests[1]


async def test_the_largest_download() -> None:
    body = bytes(range(256)) * (16 << 12)
    async with http(ok(body)) as served:
        got = await fetch(downloads(), f"http://127.0.0.1:{served.port}/")
    assert hashlib.sha256(got.body).digest() == hashlib.sha256(body).digest()
    assert got.error is None

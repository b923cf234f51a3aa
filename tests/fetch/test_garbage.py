"""Any bytes from a server, a worker or a name server: an answer, never a bug."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.fetch import wire
from samovar.sensor import Fetch
from tests.fetch.servers import downloads, fetch, tcp

PIECES = st.sampled_from(
    [b"HTTP/1.1 ", b"200 OK\r\n", b"302 \r\n", b"Location: ", b"/x\r\n", b"\r\n", b"Content-Length: ", b"5\r\n",
     b"0\r\n", b"Transfer-Encoding: chunked\r\n", b"ffffffffffffffff\r\n", b"hello", b"\n", b"HTTP/1.1 100 x\r\n\r\n",
     b"220 ", b"331 ", b"230 ", b"200 ", b"227 (1,2,3,4,5,6)\r\n", b"150-", b"226", b"-", b"\xff\xfe", b" "]
)  # fmt: skip
WIRE = st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=20).map(b"".join)


async def _answer(scheme: str, data: bytes) -> str:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(data)
        await writer.drain()

    async with tcp(talk) as served:
        got = await fetch(downloads(), f"{scheme}://127.0.0.1:{served.port}/x", follow=2, timeout=2.0)
    return got.detail


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["http", "ftp", "https"]), WIRE)
def test_any_server(scheme: str, data: bytes) -> None:
    assert asyncio.run(_answer(scheme, data)) != "crashed"


@settings(max_examples=150, deadline=None)
@given(
    st.text(max_size=30), st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=4), st.text(max_size=9)
)
def test_any_request(path: str, headers: list[tuple[str, str]], user_agent: str) -> None:
    async def ask(scheme: str) -> str:
        place = downloads()

        async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.0 200 OK\r\n\r\n" if scheme == "http" else b"220 x\r\n331 x\r\n230 x\r\n200 x\r\n")
            await writer.drain()

        async with tcp(talk) as served:
            url = f"{scheme}://127.0.0.1:{served.port}/{path}"
            got = await fetch(place, url, headers=tuple(headers), user_agent=user_agent, timeout=2.0)
        return got.detail

    for scheme in ("http", "ftp"):
        assert asyncio.run(ask(scheme)) != "crashed"


@given(st.binary(max_size=200))
def test_any_frame(frame: bytes) -> None:
    for decode in (wire.asked, wire.answered):
        try:
            decode(frame)
        except ValueError:
            continue


@given(st.binary(max_size=30), st.integers(0, 100))
def test_any_frame_that_is_almost_sound(change: bytes, at: int) -> None:
    frame = bytearray(wire.encode(wire.Ask(1, "198.51.100.7", Fetch("http://192.0.2.1/x", body=b"y"))))
    frame[at : at + len(change)] = change
    try:
        wire.asked(bytes(frame))
    except ValueError:
        return

"""Connections that come through a load balancer (PROXY protocol)."""

import asyncio

import pytest

from samovar.listen import Limits
from tests.listen.support import Echo, EchoTls, client_context, line, rest, running

V2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([203, 0, 113, 9, 192, 0, 2, 1, 1, 0, 0, 21])


@pytest.mark.parametrize("header", [b"PROXY TCP4 203.0.113.9 192.0.2.1 256 21\r\n", V2])
async def test_proxy_header_from_a_trusted_address(header: bytes) -> None:
    async with running(Echo(), Limits(proxy_from=("127.0.0.0/8",))) as run:
        reader, writer = await run.connect()
        for byte in header:
            writer.write(bytes([byte]))
            await writer.drain()
        writer.write(b"ab\n")
        assert await line(reader) == b"hello\n"
        assert await line(reader) == b"ab\n"
        writer.close()
        (end,) = await run.until("disconnect")
        assert (end.source_ip, end.source_port, end.destination_ip, end.destination_port) == (
            "203.0.113.9",
            256,
            "192.0.2.1",
            21,
        )


@pytest.mark.parametrize("header", [b"GET / HTTP/1.0\r\n", b"PROXY TCP4 x y 1 2\r\n", b"PROXY " + b"x" * 200])
async def test_proxy_garbage_ends_the_session(header: bytes) -> None:
    async with running(Echo(), Limits(proxy_from=("127.0.0.1",))) as run:
        reader, writer = await run.connect()
        writer.write(header)
        assert await rest(reader) == b""
        writer.close()
        assert run.listener.stats().proxy_errors == 1
        assert run.memory.events == []


async def test_a_header_from_anybody_else_is_input() -> None:
    async with running(Echo()) as run:
        reader, writer = await run.connect()
        writer.write(b"PROXY TCP4 203.0.113.9 192.0.2.1 256 21\r\nquit\n")
        assert b"PROXY TCP4" in await rest(reader)
        writer.close()
        (end,) = await run.until("disconnect")
        assert end.source_ip == "127.0.0.1"


LOCAL = b"\r\n\r\n\0\r\nQUIT\n\x20\x00\0\0"
UNSPECIFIED = b"\r\n\r\n\0\r\nQUIT\n\x21\x00\0\x03abc"


@pytest.mark.parametrize("header", [b"PROXY UNKNOWN\r\n", b"PROXY UNKNOWN x y z\r\n", LOCAL, UNSPECIFIED])
async def test_a_header_without_addresses_leaves_the_connections_own(header: bytes) -> None:
    async with running(Echo(), Limits(proxy_from=("127.0.0.1",))) as run:
        reader, writer = await run.connect()
        writer.write(header + b"ab\n")
        assert await line(reader) == b"hello\n"
        assert await line(reader) == b"ab\n"
        writer.close()
        (end,) = await run.until("disconnect")
        assert (end.source_ip, end.destination_port) == ("127.0.0.1", run.port)


async def test_proxy_header_before_tls() -> None:
    async with running(EchoTls(), Limits(proxy_from=("127.0.0.1",))) as run:
        reader, writer = await run.connect()
        writer.write(V2)
        await asyncio.wait_for(writer.start_tls(client_context()), 10)
        assert await line(reader) == b"hello\n"
        writer.write(b"quit\n")
        assert await rest(reader) == b""
        writer.close()
        (end,) = await run.until("disconnect")
        assert end.source_ip == "203.0.113.9"


async def test_no_header_in_time_ends_it_unrecorded() -> None:
    async with running(Echo(), Limits(proxy_from=("127.0.0.1",), handshake_timeout=0.3)) as run:
        reader, writer = await run.connect()
        writer.write(b"PROXY TCP4 ")
        assert await rest(reader) == b""
        writer.close()
        assert run.memory.events == []
        assert run.listener.stats().timeouts == 1

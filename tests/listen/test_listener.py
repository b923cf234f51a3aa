"""Real sockets: sessions, limits, TLS, UDP, PROXY, hosts."""

import asyncio
import logging
import socket
from typing import ClassVar, Literal

import pytest

from samovar.event import Family
from samovar.listen import Limits
from samovar.persona import Persona
from samovar.sensor import Peer, Recorder
from tests.listen.support import Echo, client_context, running


async def read(reader: asyncio.StreamReader) -> bytes:
    return await asyncio.wait_for(reader.readline(), 10)


async def rest(reader: asyncio.StreamReader) -> bytes:
    try:
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionError:
        return b""


async def test_a_session_from_connect_to_disconnect() -> None:
    async with running(Echo()) as run:
        reader, writer = await run.connect()
        assert await read(reader) == b"hello\n"
        assert run.memory.flushed >= 1  # connect was handed over before the banner went out
        writer.write(b"pause\nab\nquit\nunread")
        assert await rest(reader) == b"after\nab\n"
        writer.close()
        (end,) = await run.until("disconnect")
        assert run.memory.actions() == ["connect", "command", "command", "command", "disconnect"]
        assert (end.source_ip, end.destination_ip, end.destination_port) == ("127.0.0.1", "127.0.0.1", run.port)
        assert end.destination_bytes == len(b"hello\nafter\nab\n")
        stats = run.listener.stats()
        assert (stats.sensors["echo"].open, stats.sensors["echo"].total) == (0, 1)


async def test_ipv6_and_mapped_ipv4() -> None:
    async with running(Echo(), host="::") as run:
        for address in ("::1", "127.0.0.1"):
            reader, writer = await run.connect(address)
            assert await read(reader) == b"hello\n"
            writer.close()
        assert {e.source_ip for e in await run.until("disconnect", 2)} == {"::1", "127.0.0.1"}


async def test_slow_loris_ends_by_the_reads_timeout() -> None:
    async with running(Echo(timeout=0.3)) as run:
        reader, writer = await run.connect()
        await read(reader)
        for _ in range(40):
            writer.write(b"x")
            await asyncio.sleep(0.05)
            if reader.at_eof():
                break
        assert reader.at_eof()
        writer.close()
        await run.until("disconnect")
        assert run.listener.stats().timeouts == 1


@pytest.mark.parametrize(
    ("limits", "said", "counter"),
    [
        (Limits(deadline=0.3), b"ab\n", "timeouts"),
        (Limits(bytes_in=100), b"ab\n" * 100, "over_budget"),
        (Limits(bytes_out=1000), b"flood\n", "over_budget"),
        (Limits(write_timeout=0.3), b"flood\n", "timeouts"),
    ],
)
async def test_a_limit_ends_the_session(limits: Limits, said: bytes, counter: str) -> None:
    async with running(Echo(), limits) as run:
        _, writer = await run.connect()
        writer.transport.pause_reading()  # type: ignore[attr-defined]  # a client that never reads
        writer.write(said)
        await run.until("disconnect")
        assert getattr(run.listener.stats(), counter) == 1
        writer.transport.abort()


async def test_oversent_ends_the_session() -> None:
    async with running(Echo()) as run:
        reader, writer = await run.connect()
        writer.write(b"x" * 600)
        assert await rest(reader) == b"hello\n"
        writer.close()
        await run.until("disconnect")


@pytest.mark.parametrize("limits", [Limits(sessions=2), Limits(sessions_per_source=2)])
async def test_the_longest_idle_makes_room(limits: Limits) -> None:
    async with running(Echo(), limits) as run:
        clients = [await run.connect() for _ in range(2)]
        for reader, _ in clients:
            await read(reader)
        clients[0][1].write(b"ab\n")  # so the second is idle for longer
        assert await read(clients[0][0]) == b"ab\n"
        clients.append(await run.connect())
        assert await read(clients[2][0]) == b"hello\n"
        assert await rest(clients[1][0]) == b""
        clients[0][1].write(b"cd\n")
        assert await read(clients[0][0]) == b"cd\n"
        assert run.listener.stats().closed_for_cap == 1
        for _, writer in clients:
            writer.close()


async def test_a_crash_ends_only_its_session(caplog: pytest.LogCaptureFixture) -> None:
    async with running(Echo()) as run:
        with caplog.at_level(logging.ERROR):
            for _ in range(2):
                reader, writer = await run.connect()
                writer.write(b"crash\n")
                assert await rest(reader) == b"hello\n"
                writer.close()
        assert run.listener.stats().crashes == 2
        assert len([r for r in caplog.records if r.name.startswith("samovar")]) == 1
        reader, writer = await run.connect()
        assert await read(reader) == b"hello\n"
        writer.close()


async def test_stop_disconnects_everybody() -> None:
    async with running(Echo()) as run:
        reader, writer = await run.connect()
        await read(reader)
    assert run.memory.actions() == ["connect", "disconnect"]
    assert await rest(reader) == b""
    writer.close()


async def test_tls() -> None:
    async with running(Echo("tls")) as run:
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection("127.0.0.1", run.port, ssl=client_context()), 10
        )
        assert await read(reader) == b"hello\n"
        writer.write(b"quit\n")
        assert await rest(reader) == b""
        writer.close()
        await run.until("disconnect")


@pytest.mark.parametrize("said", [b"GET / HTTP/1.0\r\n\r\n", b""])
async def test_a_failed_handshake_is_recorded(said: bytes) -> None:
    async with running(Echo("tls"), Limits(handshake_timeout=0.3)) as run:
        _, writer = await run.connect()
        writer.write(said)
        (hello,) = await run.until("hello")
        assert hello.event_outcome == "failure"
        assert (hello.event_original or "") == said.decode()
        await run.until("disconnect")
        writer.close()


async def test_start_tls_drops_what_was_injected() -> None:
    async with running(Echo()) as run:
        reader, writer = await run.connect()
        await read(reader)
        writer.write(b"tls\ninjected\n")
        assert await read(reader) == b"go\n"
        await asyncio.wait_for(writer.start_tls(client_context()), 10)
        writer.write(b"inside\n")
        assert await read(reader) == b"inside\n"
        writer.close()
        commands = await run.until("command", 2)
        assert [event.event_original for event in commands] == ["tls\n", "inside\n"]


def ask(port: int, *datagrams: bytes) -> list[bytes]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(1)
        sock.connect(("127.0.0.1", port))
        answers = []
        for datagram in datagrams:
            sock.send(datagram)
            try:
                answers.append(sock.recv(65535))
            except TimeoutError:
                answers.append(b"")
        return answers


async def test_udp_is_no_amplifier() -> None:
    async with running(Echo("udp"), Limits(udp_replies_per_minute=3)) as run:
        answers = await asyncio.to_thread(ask, run.port, b"ab", b"big", b"more", b"cd", b"ef")
        assert answers == [b"ab", b"", bytes(600), b"", b""]
        assert run.listener.stats().udp_suppressed == 3
        assert len([a for a in run.memory.actions() if a == "connect"]) == 1  # one dialogue takes them all
        assert run.memory.events[0].destination_ip == "127.0.0.1"


V2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c" + bytes([203, 0, 113, 9, 192, 0, 2, 1, 1, 0, 0, 21])


@pytest.mark.parametrize("header", [b"PROXY TCP4 203.0.113.9 192.0.2.1 256 21\r\n", V2])
async def test_proxy_header_from_a_trusted_address(header: bytes) -> None:
    async with running(Echo(), Limits(proxy_from=("127.0.0.0/8",))) as run:
        reader, writer = await run.connect()
        for byte in header:
            writer.write(bytes([byte]))
            await writer.drain()
        writer.write(b"ab\n")
        assert await read(reader) == b"hello\n"
        assert await read(reader) == b"ab\n"
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


class Library:
    """A Host that echoes once, or for ever."""

    name: ClassVar[str] = "library"
    family: ClassVar[Family] = "terminal"
    transport: ClassVar[Literal["tcp"]] = "tcp"
    ports: ClassVar[tuple[int, ...]] = (22,)

    async def serve(self, connection: socket.socket, peer: Peer, persona: Persona, recorder: Recorder) -> None:
        reader, writer = await asyncio.open_connection(sock=connection)
        while line := await reader.readline():
            writer.write(line)
        writer.close()
        await writer.wait_closed()


async def test_host_counts_bytes_from_outside() -> None:
    async with running(Library()) as run:
        reader, writer = await run.connect()
        writer.write(b"12345\n")
        assert await read(reader) == b"12345\n"
        writer.close()
        (end,) = await run.until("disconnect")
        assert end.source_bytes in (6, 7)  # the kernel may count the FIN
        assert end.destination_bytes in (6, 7)


async def test_host_that_is_idle_is_shut() -> None:
    async with running(Library(), Limits(idle=0.5)) as run:
        reader, writer = await run.connect()
        assert await rest(reader) == b""
        writer.close()
        await run.until("disconnect")
        assert run.listener.stats().timeouts == 1

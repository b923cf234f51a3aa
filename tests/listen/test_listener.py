"""Real sockets: sessions over TCP, limits, TLS."""

import asyncio
import logging
import os
import socket

import pytest

from samovar.listen import Limits, Listener, Tap
from tests.listen.support import Echo, EchoTls, Memory, client_context, line, rest, running
from tests.personas import persona


async def test_a_session_from_connect_to_disconnect() -> None:
    async with running(Echo()) as run:
        reader, writer = await run.connect()
        assert await line(reader) == b"hello\n"
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
            assert await line(reader) == b"hello\n"
            writer.close()
        assert {e.source_ip for e in await run.until("disconnect", 2)} == {"::1", "127.0.0.1"}


async def test_slow_loris_ends_by_the_reads_timeout() -> None:
    async with running(Echo(timeout=0.3)) as run:
        reader, writer = await run.connect()
        await line(reader)
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
            await line(reader)
        clients[0][1].write(b"ab\n")  # so the second is idle for longer
        assert await line(clients[0][0]) == b"ab\n"
        clients.append(await run.connect())
        assert await line(clients[2][0]) == b"hello\n"
        assert await rest(clients[1][0]) == b""
        clients[0][1].write(b"cd\n")
        assert await line(clients[0][0]) == b"cd\n"
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
        assert await line(reader) == b"hello\n"
        writer.close()


async def test_stop_disconnects_everybody() -> None:
    async with running(Echo()) as run:
        reader, writer = await run.connect()
        await line(reader)
    assert run.memory.actions() == ["connect", "disconnect"]
    assert await rest(reader) == b""
    writer.close()


async def test_tls() -> None:
    async with running(EchoTls()) as run:
        reader, writer = await run.connect()
        await asyncio.wait_for(writer.start_tls(client_context()), 10)
        assert await line(reader) == b"hello\n"
        writer.write(b"quit\n")
        assert await rest(reader) == b""
        writer.close()
        await run.until("disconnect")


@pytest.mark.parametrize("said", [b"GET / HTTP/1.0\r\n\r\n", b""])
async def test_a_failed_handshake_is_recorded(said: bytes) -> None:
    async with running(EchoTls(), Limits(handshake_timeout=0.3)) as run:
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
        await line(reader)
        writer.write(b"tls\ninjected\n")
        assert await line(reader) == b"go\n"
        await asyncio.wait_for(writer.start_tls(client_context()), 10)
        writer.write(b"inside\n")
        assert await line(reader) == b"inside\n"
        writer.close()
        commands = await run.until("command", 2)
        assert [event.event_original for event in commands] == ["tls\n", "inside\n"]


async def test_a_flood_is_left_in_the_kernel() -> None:
    async with running(Echo()) as run:
        ((_, writer),) = await run.meet()
        writer.transport.set_write_buffer_limits(0)
        writer.write(b"flood\n" + b"x" * 8_000_000)  # it does not read while its own output waits
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await writer.drain()
        received = (await run.until("command"))[0]
        assert received.event_original == "flood\n"
        writer.transport.abort()
        (end,) = await run.until("disconnect")
        assert (end.source_bytes or 0) < 64 * 1024


async def test_listeners_share_a_socket() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as sock:
        twin = socket.socket(fileno=os.dup(sock.fileno()))
        memories = [Memory(), Memory()]
        listeners = [
            Listener([Tap(Echo(), one, "tcp")], persona(), memory, Limits(), None, "here")
            for one, memory in zip((sock, twin), memories, strict=True)
        ]
        for listener in listeners:
            await listener.start()
        for _ in range(20):
            reader, writer = await asyncio.open_connection(*sock.getsockname())
            assert await line(reader) == b"hello\n"
            writer.write(b"quit\n")
            assert await rest(reader) == b""
            writer.close()
        assert sum(memory.actions().count("disconnect") for memory in memories) == 20
        await listeners[0].stop(0)
        reader, writer = await asyncio.open_connection(*sock.getsockname())
        assert await line(reader) == b"hello\n"
        writer.close()
        await listeners[1].stop(0)
        twin.close()

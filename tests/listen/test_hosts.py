"""Sessions whose library owns the socket, watched from outside."""

import asyncio
import socket
from typing import ClassVar, Literal

import pytest

from samovar.event import Family
from samovar.listen import Limits
from samovar.persona import Persona
from samovar.sensor import Peer, Recorder
from tests.listen.support import line, rest, running


class Library:
    """A Host that echoes once, or for ever."""

    name: ClassVar[str] = "library"
    family: ClassVar[Family] = "terminal"
    transport: ClassVar[Literal["tcp"]] = "tcp"
    ports: ClassVar[tuple[int, ...]] = (22,)

    async def serve(self, connection: socket.socket, peer: Peer, persona: Persona, recorder: Recorder) -> None:
        reader, writer = await asyncio.open_connection(sock=connection)
        try:
            while line := await reader.readline():
                writer.write(line)
        finally:
            writer.close()
            await writer.wait_closed()


async def test_host_counts_bytes_from_outside() -> None:
    async with running(Library()) as run:
        reader, writer = await run.connect()
        writer.write(b"12345\n")
        assert await line(reader) == b"12345\n"
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


@pytest.mark.parametrize(
    ("limits", "counter"), [(Limits(deadline=0.5), "timeouts"), (Limits(bytes_in=1000), "over_budget")]
)
async def test_a_limit_shuts_a_host_that_is_busy(limits: Limits, counter: str) -> None:
    async with running(Library(), limits) as run:
        reader, writer = await run.connect()
        try:
            async with asyncio.timeout(10):
                while not reader.at_eof():
                    writer.write(b"x" * 100 + b"\n")
                    await reader.readline()
                    await asyncio.sleep(0.05)
        except ConnectionError:
            pass
        writer.transport.abort()
        await run.until("disconnect")
        assert getattr(run.listener.stats(), counter) == 1
        assert run.listener.stats().sensors["library"].open == 0


async def test_the_longest_idle_host_makes_room() -> None:
    async with running(Library(), Limits(sessions=2)) as run:
        clients = []
        for _ in range(3):
            reader, writer = await run.connect()
            writer.write(b"ab\n")
            assert await line(reader) == b"ab\n"
            clients.append((reader, writer))
        assert await rest(clients[0][0]) == b""
        assert run.listener.stats().closed_for_cap == 1
        clients[1][1].write(b"cd\n")
        assert await line(clients[1][0]) == b"cd\n"
        for _, writer in clients:
            writer.close()


class Deaf(Library):
    """A Host that does not notice that its connection is gone."""

    async def serve(self, connection: socket.socket, peer: Peer, persona: Persona, recorder: Recorder) -> None:
        await asyncio.Event().wait()


async def test_a_host_that_does_not_notice_is_cancelled() -> None:
    async with running(Deaf(), Limits(deadline=0.1)) as run:
        reader, writer = await run.connect()
        assert await rest(reader) == b""
        writer.close()
        await run.until("disconnect")
        assert run.listener.stats().sensors["library"].open == 0

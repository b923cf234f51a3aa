"""Passive data connections on real sockets."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import ClassVar, Literal

from samovar.event import Family
from samovar.persona import Persona
from samovar.sensor import Dialogue, OpenData, Peer, PeerError, Read, ReadData, Send, SendData
from tests.listen.support import Running, line, running


class Transfer:
    """``open`` tells the data port; ``get`` sends there; ``put`` tells how much came from there."""

    name: ClassVar[str] = "transfer"
    family: ClassVar[Family] = "services"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "tcp"
    ports: ClassVar[tuple[int, ...]] = (21,)

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        yield Send(b"hello\n")
        while True:
            command = yield Read(until=b"\n", limit=64)
            try:
                if command == b"open\n":
                    yield Send(((yield OpenData()) or b"none") + b"\n")
                elif command == b"get\n":
                    yield SendData(b"x" * 300_000, timeout=0.5)
                    yield Send(b"sent\n")
                else:
                    yield Send(b"%d\n" % len((yield ReadData(limit=1000, timeout=0.5))))
            except PeerError as error:
                yield Send(b"%s\n" % str(error).encode())


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[Running]:
    with socket.create_server(("127.0.0.1", 0)) as data:
        async with running(Transfer(), data_sockets=[data]) as run:
            yield run


class Client:
    """Speaks to ``Transfer``."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def say(self, command: bytes) -> bytes:
        self.writer.write(command)
        return await line(self.reader)

    async def data(self, source: str = "127.0.0.1") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Open a data port and connect to it from this address."""
        host, port = (await self.say(b"open\n")).decode().split()
        return await asyncio.wait_for(asyncio.open_connection(host, int(port), local_addr=(source, 0)), 10)


async def test_what_is_sent_arrives_whole_and_then_ends() -> None:
    async with serving() as run:
        ((reader, writer),) = await run.meet()
        client = Client(reader, writer)
        for _ in range(2):  # the port is free again after each
            data, data_writer = await client.data()
            writer.write(b"get\n")
            assert len(await asyncio.wait_for(data.read(), 10)) == 300_000
            assert await line(reader) == b"sent\n"
            data_writer.close()
        writer.close()
        (end,) = await run.until("disconnect")
        assert (end.destination_bytes or 0) > 600_000


async def test_what_is_read_is_bounded() -> None:
    async with serving() as run:
        ((reader, writer),) = await run.meet()
        client = Client(reader, writer)
        for size, told in ((10, b"10\n"), (5000, b"1000\n")):
            _, data_writer = await client.data()
            data_writer.write(bytes(size))
            data_writer.close()
            assert await client.say(b"put\n") == told
        writer.close()


async def test_only_the_same_source_is_let_in() -> None:
    async with serving() as run:
        ((reader, writer),) = await run.meet()
        client = Client(reader, writer)
        stranger, stranger_writer = await client.data("127.0.0.2")
        assert await asyncio.wait_for(stranger.read(), 10) == b""
        stranger_writer.close()
        assert await client.say(b"get\n") == b"silent\n"  # nobody else came in time
        writer.close()


async def test_no_port_is_left() -> None:
    async with serving() as run:
        (first, second) = [Client(*pair) for pair in await run.meet(2)]
        assert await first.say(b"open\n") != b"none\n"
        assert await second.say(b"open\n") == b"none\n"
        assert await second.say(b"get\n") == b"silent\n"
        first.writer.close()
        await run.until("disconnect")  # gives it back
        assert await second.say(b"open\n") != b"none\n"
        second.writer.close()

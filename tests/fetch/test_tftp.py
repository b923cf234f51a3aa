"""TFTP: from a server that follows the RFCs, and from others."""

import asyncio
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

import pytest

from tests.fetch.servers import downloads, fetch

SAMPLE = bytes(range(256)) * 10


class Server(asyncio.DatagramProtocol):
    """Answers each read request from a port of its own. ``options``: knows blksize."""

    def __init__(
        self, sample: bytes, *, options: bool = True, mute: bool = False, transfer: "type[Transfer] | None" = None
    ) -> None:
        self.sample, self.options, self.mute = sample, options, mute
        self.transfer = transfer or Transfer
        self.requests: list[bytes] = []
        self.transfers: list[asyncio.DatagramTransport] = []

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.requests.append(data)
        if not self.mute:
            self.task = asyncio.get_running_loop().create_task(self._begin(data, addr))

    async def _begin(self, data: bytes, addr: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self.transfer(self, data, addr), ("127.0.0.1", 0))
        self.transfers.append(transport)


class Transfer(asyncio.DatagramProtocol):
    def __init__(self, server: Server, request: bytes, peer: tuple[str, int]) -> None:
        self.server, self.peer = server, peer
        self.fields = request[2:].split(b"\0")
        self.size = 512

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)
        if self.fields[0] == b"missing":
            self.say(struct.pack(">HH", 5, 1) + b"File not found\0")
        elif self.server.options:
            self.size = int(self.fields[3])
            self.say(struct.pack(">H", 6) + b"blksize\0%d\0" % self.size)
        else:
            self.block(1)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        kind, number = struct.unpack(">HH", data[:4])
        if kind == 4 and number * self.size <= len(self.server.sample):
            self.block(number + 1)

    def block(self, number: int) -> None:
        start = (number - 1) * self.size
        self.say(struct.pack(">HH", 3, number) + self.server.sample[start : start + self.size])

    def say(self, data: bytes) -> None:
        self.transport.sendto(data, self.peer)


@asynccontextmanager
async def serving(server: Server) -> AsyncIterator[int]:
    """Its port."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(lambda: server, ("127.0.0.1", 0))
    try:
        yield transport.get_extra_info("sockname")[1]
    finally:
        for other in [transport, *server.transfers]:
            other.close()


@pytest.mark.parametrize("options", [True, False])
@pytest.mark.parametrize("size", [0, 1, 512, 1428, 2560, 2856])
async def test_a_file(options: bool, size: int) -> None:
    sample = (SAMPLE * 2)[:size]
    server = Server(sample, options=options)
    async with serving(server) as port:
        got = await fetch(downloads(), f"tftp://127.0.0.1:{port}/dir/mips")
    assert (got.error, got.body, got.ip, got.port) == (None, sample, "127.0.0.1", port)
    assert server.requests == [b"\0\1dir/mips\0octet\0blksize\x001428\0"]


async def test_no_such_file() -> None:
    async with serving(Server(b"")) as port:
        got = await fetch(downloads(), f"tftp://127.0.0.1:{port}/missing")
    assert (got.error, got.status, got.reason) == ("protocol", 1, "File not found")


async def test_nobody_answers() -> None:
    server = Server(b"", mute=True)
    async with serving(server) as port:
        got = await fetch(downloads(), f"tftp://127.0.0.1:{port}/x", timeout=1.5)
    assert got.error == "timeout"
    assert len(server.requests) == 2


async def test_a_file_that_is_too_large_is_cut() -> None:
    async with serving(Server(bytes(10_000))) as port:
        got = await fetch(downloads(bytes=5000), f"tftp://127.0.0.1:{port}/x")
    assert (got.error, len(got.body)) == ("too-large", 5000)


class Harassed(Transfer):
    """Others send to the client too, and the server sends nonsense first."""

    def block(self, number: int) -> None:
        self.transport.sendto(b"", self.peer)
        self.transport.sendto(b"\0", self.peer)
        self.transport.sendto(struct.pack(">HH", 3, number + 7) + b"evil", self.peer)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            if number > 1:
                stranger.sendto(struct.pack(">HH", 3, number) + b"evil", self.peer)
        super().block(number)


async def test_other_ports_and_garbage_are_not_heard() -> None:
    server = Server(SAMPLE, transfer=Harassed)
    async with serving(server) as port:
        got = await fetch(downloads(), f"tftp://127.0.0.1:{port}/x")
    assert (got.error, got.body) == (None, SAMPLE)


async def test_a_private_address_is_not_asked() -> None:
    server = Server(SAMPLE)
    async with serving(server) as port:
        got = await fetch(downloads(allow=()), f"tftp://127.0.0.1:{port}/x")
    assert got.error == "forbidden-address"
    assert server.requests == []


class Forgetful(Transfer):
    """Sends each block only when it was asked for twice."""

    asked = 0

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked += 1
        if self.asked % 2 == 0:
            super().datagram_received(data, addr)


async def test_what_is_lost_is_asked_for_again() -> None:
    async with serving(Server(SAMPLE[:700], options=False, transfer=Forgetful)) as port:
        got = await fetch(downloads(), f"tftp://127.0.0.1:{port}/x")
    assert (got.error, got.body) == (None, SAMPLE[:700])

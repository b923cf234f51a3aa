"""TFTP (RFC 1350, with blksize by RFC 2348): a read request, then block by block from one port of the same address."""

import asyncio
import socket
import struct

from samovar.fetch.draft import Draft
from samovar.fetch.failure import Failure
from samovar.fetch.gate import Gate
from samovar.fetch.target import Target

_READ, _DATA, _ACK, _ERROR, _OPTIONS = 1, 3, 4, 5, 6
_DEFAULT, _WANTED = 512, 1428  # bytes a block; the latter fits Ethernet
_RETRY = 1.0  # seconds for an answer
_TRIES = 5
_MAX_STRAY = 64  # datagrams in a row that are not the one we wait for
_HEAD = struct.Struct(">HH")


async def get(gate: Gate, target: Target, draft: Draft) -> None:
    """Read the file into the draft. Raises Failure."""
    address = (await gate.addresses(target, draft))[0]
    draft.ip = str(address)
    name = target.file.encode("latin-1", "replace")
    if not name or b"\0" in name:
        raise Failure("protocol", "bad URL")
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC) as sock:
        request = _HEAD.pack(_READ, 0)[:2] + b"%s\0octet\0blksize\0%d\0" % (name, _WANTED)
        await _Transfer(sock, draft, target.port).run(request)


class _Transfer:
    def __init__(self, sock: socket.socket, draft: Draft, port: int) -> None:
        self._sock, self._draft = sock, draft
        self._ip, self._port = draft.ip, port
        self._known = False  # whether the server has shown its port
        self._loop = asyncio.get_running_loop()

    async def run(self, request: bytes) -> None:
        size, block, message = _DEFAULT, 1, request
        while True:
            answer = await self._ask(message, block, first=message is request)
            if answer[:2] == b"\0\6":
                size = _block_size(answer)
                message = _HEAD.pack(_ACK, 0)
                continue
            data = answer[_HEAD.size :]
            self._draft.add(data)
            message = _HEAD.pack(_ACK, block)
            if len(data) < size:
                await self._send(message)
                return
            block = (block + 1) & 0xFFFF

    async def _ask(self, message: bytes, block: int, *, first: bool) -> bytes:
        for _ in range(_TRIES):
            await self._send(message)
            try:
                async with asyncio.timeout(_RETRY):
                    return await self._receive(block, options=first)
            except TimeoutError:
                continue
        raise Failure("timeout")

    async def _receive(self, block: int, *, options: bool) -> bytes:
        for _ in range(_MAX_STRAY):
            data, sender = await self._loop.sock_recvfrom(self._sock, 65_535)
            if sender[0] != self._ip or (self._known and sender[1] != self._port) or len(data) < _HEAD.size:
                continue
            kind, number = _HEAD.unpack_from(data)
            if kind == _ERROR:
                self._draft.status = number
                self._draft.reason = data[_HEAD.size :].partition(b"\0")[0].decode("latin-1")
                raise Failure("protocol", self._draft.reason)
            if (kind == _DATA and number == block) or (kind == _OPTIONS and options):
                self._known, self._port = True, sender[1]
                return data
        raise TimeoutError

    async def _send(self, message: bytes) -> None:
        try:
            await self._loop.sock_sendto(self._sock, message, (self._ip, self._port))
        except OSError as error:
            raise Failure("unreachable", error.strerror or "") from error


def _block_size(answer: bytes) -> int:
    fields = answer[2:].split(b"\0")
    for name, value in zip(fields[::2], fields[1::2], strict=False):
        if name.lower() == b"blksize" and value.isdigit() and 8 <= int(value[:6]) <= _WANTED:
            return int(value)
    return _DEFAULT

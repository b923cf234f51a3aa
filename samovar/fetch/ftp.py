"""FTP (RFC 959, RFC 2428): log in, passive, binary, RETR. The data connection goes to the same address, whatever the
server says: it could name a victim."""

import asyncio
import re

from samovar.fetch.draft import Draft
from samovar.fetch.failure import Failure
from samovar.fetch.gate import Gate, Streams, close
from samovar.fetch.target import Target

_CHUNK = 64 << 10
_MAX_LINES = 200  # of all replies
_PASV = re.compile(r"(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3}),(\d{1,3})")
_EPSV = re.compile(r"\((.)\1\1(\d{1,5})\1\)")


async def get(gate: Gate, target: Target, draft: Draft) -> None:
    """Retrieve; the file and the last reply go into the draft. Raises Failure."""
    streams = await gate.connect(target, draft)
    try:
        await _Control(streams, draft).retrieve(gate, target)
    except (ConnectionError, asyncio.IncompleteReadError) as error:
        raise Failure("protocol", "connection lost") from error
    except (ValueError, asyncio.LimitOverrunError) as error:
        raise Failure("protocol", "bad reply") from error
    finally:
        close(streams[1])


class _Control:
    def __init__(self, streams: Streams, draft: Draft) -> None:
        self._reader, self._writer = streams
        self._draft = draft
        self._lines = 0

    async def retrieve(self, gate: Gate, target: Target) -> None:
        await self._expect(220)
        await self._log_in(target)
        await self._command("TYPE I", 200)
        port = await self._passive()
        data = await gate.data(self._draft, port)
        try:
            await self._command(f"RETR {target.file}", 150, 125)
            while piece := await data[0].read(_CHUNK):
                self._draft.add(piece)
        finally:
            close(data[1])
        await self._expect(226, 250)

    async def _log_in(self, target: Target) -> None:
        status = await self._command(f"USER {target.user or 'anonymous'}", 331, 230, 332)
        if status == 331:
            await self._command(f"PASS {target.password or '-wget@'}", 230, 202)

    async def _passive(self) -> int:
        if ":" in self._draft.ip:
            await self._command("EPSV", 229)
            match = _EPSV.search(self._draft.reason)
            port = int(match[2]) if match else 0
        else:
            await self._command("PASV", 227)
            match = _PASV.search(self._draft.reason)
            port = int(match[5]) * 256 + int(match[6]) if match else 0
        if not 0 < port < 65_536:
            raise Failure("protocol", "bad reply")
        return port

    async def _command(self, line: str, *wanted: int) -> int:
        if "\r" in line or "\n" in line or "\0" in line:
            raise Failure("protocol", "bad URL")
        self._writer.write(line.encode("latin-1", "replace") + b"\r\n")
        await self._writer.drain()
        return await self._expect(*wanted)

    async def _expect(self, *wanted: int) -> int:
        """Read a reply; one that is not wanted is the end."""
        line = await self._line()
        status = int(line[:3])
        while line[3:4] == "-" or not line.startswith(str(status)):
            line = await self._line()
        self._draft.status, self._draft.reason = status, line[4:]
        if status not in wanted:
            raise Failure("protocol", line[4:])
        return status

    async def _line(self) -> str:
        self._lines += 1
        if self._lines > _MAX_LINES:
            raise Failure("protocol", "bad reply")
        return (await self._reader.readuntil(b"\n")).decode("latin-1").rstrip("\r\n")

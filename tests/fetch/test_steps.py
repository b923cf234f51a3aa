"""The Fetch step: in a conversation, in an SSH channel's driver, in a transcript."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ClassVar, Literal

from samovar.event import Event, Fact, Family
from samovar.fetch.asker import Asker
from samovar.fetch.desk import Desk
from samovar.listen import Limits, Listener, Tap
from samovar.persona import Persona
from samovar.sensor import Dialogue, Fetch, Keep, Peer, Read, Send, Tty, fetched
from samovar.sensors.ssh.driver import Driver, Program
from samovar.testing import WHOLE, replay
from tests.fetch.servers import downloads, http, ok
from tests.listen.support import Memory
from tests.personas import persona


class Downloader:
    """Downloads what the peer names, keeps it, and says how it went."""

    name: ClassVar[str] = "downloader"
    family: ClassVar[Family] = "services"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "tcp"
    ports: ClassVar[tuple[int, ...]] = (7,)

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        while True:
            line = yield Read(until=b"\n")
            got = fetched((yield Fetch(line.decode().strip())))
            if got.body:
                yield Keep(got.body, "sample")
            yield Send(f"{got.error} {got.status}\n".encode())


@asynccontextmanager
async def listening(asker: Asker | None, limits: Limits) -> AsyncIterator[tuple[Memory, tuple[str, int]]]:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        memory = Memory()
        taps = [Tap(Downloader(), sock, "tcp")]
        listener = Listener(taps, persona(), memory, limits, None, "here", fetcher=asker)
        await listener.start()
        try:
            yield memory, sock.getsockname()
        finally:
            await listener.stop(0)


@asynccontextmanager
async def equipped() -> AsyncIterator[tuple[Asker, Desk]]:
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    desk = Desk([ends[1]], downloads())
    desk.open()
    try:
        yield Asker(ends[0]), desk
    finally:
        for end in ends:
            asyncio.get_running_loop().remove_reader(end)
            end.close()


async def until(memory: Memory, action: str) -> Event:
    async with asyncio.timeout(20):
        while True:
            memory.news.clear()
            for event in memory.events:
                if event.event_action == action:
                    return event
            await memory.news.wait()


async def test_a_conversation_downloads_keeps_and_goes_on() -> None:
    async with (
        equipped() as (asker, _),
        listening(asker, Limits()) as (memory, address),
        http(ok(b"#!/bin/sh\n")) as served,
    ):
        reader, writer = await asyncio.open_connection(*address)
        for _ in range(2):
            writer.write(b"http://127.0.0.1:%d/x\n" % served.port)
            assert await reader.readline() == b"None 200\n"
        writer.write(b"http://127.0.0.1:%d/x\nhttp://10.0.0.1/\n" % served.port)
        assert await reader.readline() == b"None 200\n"
        assert await reader.readline() == b"forbidden-address 0\n"
        kept = await until(memory, "file")
        assert kept.samovar_detail == {"file_type": "shell script"}
        writer.close()


async def test_without_a_fetcher() -> None:
    async with listening(None, Limits()) as (_, address):
        reader, writer = await asyncio.open_connection(*address)
        writer.write(b"http://192.0.2.1/x\n")
        assert await reader.readline() == b"disabled 0\n"
        writer.close()


async def test_the_sessions_deadline_ends_the_download_too() -> None:
    async with equipped() as (asker, desk), listening(asker, Limits(deadline=0.5)) as (memory, address):
        async with http(b"", hold=True) as served:
            reader, writer = await asyncio.open_connection(*address)
            writer.write(b"http://127.0.0.1:%d/x\n" % served.port)
            assert await reader.read() == b""
            await until(memory, "disconnect")
            async with asyncio.timeout(5):
                while desk.idle() == 0:  # noqa: ASYNC110 (nothing tells)
                    await asyncio.sleep(0.01)
        assert desk.counts.cancelled == 1
        writer.close()


class Channel:
    """What the driver needs of asyncssh."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes, datatype: int | None = None) -> None:
        self.written += data

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False


class Notes:
    """A recorder with a fetcher that is asked later."""

    def __init__(self) -> None:
        self.asked: list[tuple[Fetch, Callable[[bytes], None]]] = []
        self.cancelled = 0

    def fetch(self, step: Fetch, answer: Callable[[bytes], None]) -> Callable[[], None]:
        self.asked.append((step, answer))
        return self._cancel

    def _cancel(self) -> None:
        self.cancelled += 1

    def note(self, fact: Fact) -> None: ...
    def keep(self, artefact: Keep) -> None: ...
    def tty(self, step: Tty) -> None: ...
    def tally(self, key: str) -> int:
        return 1

    def close(self, source_bytes: int, destination_bytes: int) -> None: ...


class Ran(Driver):
    """A driver on that channel."""

    status: int | None = None

    def __init__(self, notes: Notes, program: Program) -> None:
        super().__init__(asyncio.get_running_loop(), notes)
        self._chan = Channel()  # type: ignore[assignment]
        self._program = program

    def ended(self, status: int) -> None:
        self.status = status


def _program() -> Program:
    answer = yield Fetch("http://192.0.2.1/")
    yield Send(b"got " + answer)
    return 3


async def test_an_ssh_program_waits_for_its_download() -> None:
    notes = Notes()
    driver = Ran(notes, _program())
    driver.session_started()
    assert [step.url for step, _ in notes.asked] == ["http://192.0.2.1/"]
    driver.data_received(b"typed meanwhile", None)
    assert driver.status is None
    notes.asked[0][1](b"it")
    assert driver.status == 3
    assert driver._chan.written == b"got it"  # type: ignore[attr-defined]


async def test_an_ssh_channel_that_is_gone_cancels() -> None:
    notes = Notes()
    driver = Ran(notes, _program())
    driver.session_started()
    driver.connection_lost(None)
    assert notes.cancelled == 1


def test_a_transcript_answers_that_it_is_switched_off() -> None:
    shown = replay(Downloader(), "C: http://192.0.2.1/\\n\nX: closed\n", WHOLE, persona())
    assert "S: disabled 0\\n" in shown

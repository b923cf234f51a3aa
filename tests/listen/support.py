"""A sink that remembers, small sensors, and a listener on port 0 that is always stopped."""

import asyncio
import contextlib
import socket
import ssl
import tempfile
from collections.abc import AsyncIterator, Sequence
from typing import ClassVar, Literal

from samovar.asciicast import Entry
from samovar.event import Event, Fact, Family
from samovar.listen import Limits, Listener, Tap
from samovar.persona import Persona
from samovar.sensor import Dialogue, Host, Pause, Peer, Read, Send, Sensor, StartTls
from tests.personas import persona


class Memory:
    """Events as they come, and how many of them were flushed."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.flushed = 0
        self.news = asyncio.Event()

    def event(self, event: Event) -> None:
        self.events.append(event)
        self.news.set()

    def artefact(self, sha256: str, data: bytes) -> None:
        pass

    def terminal(self, session_id: str, entry: Entry | None) -> None:
        pass

    def tally(self, source_ip: str, key: str) -> int:
        return 1

    def flush(self) -> None:
        self.flushed = len(self.events)

    def actions(self) -> list[str]:
        return [event.event_action for event in self.events]


class Echo:
    """Says hello, notes and echoes lines; ``tls`` upgrades, ``crash`` is a bug, ``flood`` says much."""

    name: ClassVar[str] = "echo"
    family: ClassVar[Family] = "services"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "tcp"
    ports: ClassVar[tuple[int, ...]] = (7,)

    def __init__(self, timeout: float = 20.0) -> None:
        self.timeout = timeout

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        if self.transport != "udp":
            yield Send(b"hello\n")
        while True:
            until = b"" if self.transport == "udp" else b"\n"
            line = yield Read(until=until, limit=512, timeout=self.timeout)
            yield Fact(event_action="command", event_original=line.decode("latin-1"))
            if line == b"tls\n":
                yield Send(b"go\n")
                yield StartTls()
            elif line == b"crash\n":
                raise RuntimeError("bug")
            elif line == b"flood\n":
                for _ in range(1000):
                    yield Send(bytes(100_000))
            elif line == b"pause\n":
                yield Pause(0.05)
                yield Send(b"after\n")
            elif line == b"quit\n":
                return
            elif line == b"more":
                yield Send(bytes(600), amplifies="it is a test")
            elif line == b"big":
                yield Send(bytes(600))
            else:
                yield Send(line)


class EchoTls(Echo):
    """The same inside TLS."""

    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "tls"


class EchoUdp(Echo):
    """The same with datagrams: the answer to each is that datagram."""

    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "udp"


def tls_context() -> ssl.SSLContext:
    """The test persona's certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w") as file:
        file.write(persona().tls_key + persona().tls_certificate)
        file.flush()
        context.load_cert_chain(file.name)
    return context


def client_context() -> ssl.SSLContext:
    """Trusts anybody."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


async def line(reader: asyncio.StreamReader) -> bytes:
    """One line, or what there is of it at the end."""
    return await asyncio.wait_for(reader.readline(), 10)


async def rest(reader: asyncio.StreamReader) -> bytes:
    """All until the end; nothing where the connection was reset."""
    try:
        return await asyncio.wait_for(reader.read(), 20)
    except ConnectionError:
        return b""


class Running:
    """A listener under test and where it is."""

    def __init__(self, listener: Listener, memory: Memory, sock: socket.socket) -> None:
        self.listener, self.memory = listener, memory
        self.port: int = sock.getsockname()[1]
        self.writers: list[asyncio.StreamWriter] = []

    async def connect(self, host: str = "127.0.0.1") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.wait_for(asyncio.open_connection(host, self.port), 10)
        self.writers.append(writer)
        return reader, writer

    async def hang_up(self) -> None:
        """Close every client's end."""
        for writer in self.writers:
            writer.close()
        for writer in self.writers:
            with contextlib.suppress(OSError):
                await asyncio.wait_for(writer.wait_closed(), 10)

    async def meet(self, count: int = 1) -> list[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
        """So many clients that have read the greeting."""
        clients = [await self.connect() for _ in range(count)]
        for reader, _ in clients:
            assert await line(reader) == b"hello\n"
        return clients

    async def until(self, action: str, count: int = 1) -> list[Event]:
        """The events with this action, once there are so many."""
        async with asyncio.timeout(20):
            while self.memory.actions().count(action) < count:
                self.memory.news.clear()
                await self.memory.news.wait()
        return [event for event in self.memory.events if event.event_action == action]


@contextlib.asynccontextmanager
async def running(
    sensor: Sensor | Host,
    limits: Limits | None = None,
    host: str = "127.0.0.1",
    data_sockets: Sequence[socket.socket] = (),
) -> AsyncIterator[Running]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    udp = sensor.transport == "udp"
    with socket.socket(family, socket.SOCK_DGRAM if udp else socket.SOCK_STREAM) as sock:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        sock.bind((host, 0))
        if not udp:
            sock.listen(64)
        memory = Memory()
        taps = [Tap(sensor, sock, sensor.transport)]
        listener = Listener(taps, persona(), memory, limits or Limits(), tls_context(), "here", data_sockets)
        await listener.start()
        run = Running(listener, memory, sock)
        try:
            yield run
        finally:
            await listener.stop(0)
            await run.hang_up()

"""Sensors on real loopback sockets, for clients that others made."""

import asyncio
import shutil
import socket
import ssl
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from samovar.asciicast import Entry
from samovar.event import Event
from samovar.listen.limits import Limits
from samovar.listen.listener import Listener, Tap
from samovar.persona import Persona
from samovar.sensor import Sensor
from tests.personas import persona


class Notes:
    """A sink that keeps what it is told."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.files: dict[str, bytes] = {}
        self.tries = 0  # logins
        self.counts: Counter[str] = Counter()  # all else

    def event(self, event: Event) -> None:
        self.events.append(event)

    def artefact(self, sha256: str, data: bytes) -> None:
        self.files[sha256] = data

    def terminal(self, session_id: str, entry: Entry | None) -> None:
        pass

    def tally(self, source_ip: str, key: str) -> int:
        if key == "login":
            self.tries += 1
            return self.tries
        self.counts[key] += 1
        return self.counts[key]

    def flush(self) -> None:
        pass


@asynccontextmanager
async def running(sensor: Sensor, folder: Path, who: Persona | None = None) -> AsyncIterator[tuple[int, Notes]]:
    """The sensor of a persona on a free port of 127.0.0.1; yields the port and what is recorded."""
    (folder / "cert.pem").write_text(persona().tls_certificate + persona().tls_key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "cert.pem")
    sockets = [bound(socket.SOCK_STREAM) for _ in range(8)]
    sock = bound(socket.SOCK_DGRAM if sensor.transport == "udp" else socket.SOCK_STREAM)
    notes = Notes()
    tap = Tap(sensor, sock, sensor.transport)
    listener = Listener([tap], who or persona(), notes, Limits(), context, "test", sockets)
    await listener.start()
    try:
        yield sock.getsockname()[1], notes
    finally:
        await listener.stop(0.1)
        for one in (sock, *sockets):
            one.close()


def bound(kind: socket.SocketKind) -> socket.socket:
    sock = socket.socket(socket.AF_INET, kind)
    sock.setblocking(False)
    sock.bind(("127.0.0.1", 0))
    if kind is socket.SOCK_STREAM:
        sock.listen(64)
    return sock


async def client(*command: str, said: str = "", wait: float = 60.0) -> str:
    """Run a client with ``said`` on its standard input; what it printed. Skips where it is not installed."""
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        printed, _ = await asyncio.wait_for(process.communicate(said.encode()), wait)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    return printed.decode("latin-1")

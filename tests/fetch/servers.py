"""Servers for the fetcher, some honest: each gives its port; all of it on loopback."""

import asyncio
import datetime
import socket
import ssl
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address
from typing import cast

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from samovar.fetch.address import Address, Policy
from samovar.fetch.config import FetchConfig
from samovar.fetch.downloads import Downloads
from samovar.fetch.failure import Failure
from samovar.fetch.gate import Gate
from samovar.sensor import Fetch, Fetched, fetched

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
LOOPBACK = ("127.0.0.0/8", "::1/128")


class Names:
    """A resolver of names that a test makes up; each look-up of a name takes its next list of addresses."""

    def __init__(self, names: dict[str, list[list[str]]] | None = None) -> None:
        self.names = names or {}
        self.asked: list[str] = []

    async def addresses(self, name: str) -> list[Address]:
        self.asked.append(name)
        answers = self.names.get(name)
        if not answers:
            raise Failure("resolve", "nxdomain")
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [ip_address(text) for text in found]


def downloads(names: Names | None = None, allow: Sequence[str] = LOOPBACK, **changes: object) -> Downloads:
    """The real thing, but for the name server; loopback counts as public."""
    settings: dict[str, object] = {"ports": "any", "allow": tuple(allow), "seconds": 5.0, **changes}
    config = FetchConfig(**settings)  # type: ignore[arg-type]
    return Downloads(config, Gate(config, names or Names(), Policy(config.deny, config.allow)))


async def fetch(place: Downloads, url: str, source: str = "198.51.100.7", **fields: object) -> Fetched:
    """One answer."""
    return fetched(await place.fetch(Fetch(url, **fields), source))  # type: ignore[arg-type]


class Served:
    """A server's port, the connections it had, and what each of them said first."""

    def __init__(self) -> None:
        self.port = 0
        self.requests: list[bytes] = []
        self.connected = asyncio.Event()

    @property
    def connections(self) -> int:
        return len(self.requests)


@asynccontextmanager
async def tcp(talk: Talk, host: str = "127.0.0.1", context: ssl.SSLContext | None = None) -> AsyncIterator[Served]:
    """``talk`` to whoever connects."""
    served = Served()
    writers: list[asyncio.StreamWriter] = []

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            await talk(reader, writer)
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(connected, host, 0, ssl=context)
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        for writer in writers:
            with suppress(AttributeError):  # Python 3.11 stumbles over one that has ended already
                writer.transport.abort()


@asynccontextmanager
async def http(
    *answers: bytes, host: str = "127.0.0.1", context: ssl.SSLContext | None = None, hold: bool = False
) -> AsyncIterator[Served]:
    """Answers the first request with the first of these, and so on; the last is said again. ``hold``: stay open."""
    said = iter(answers)
    last = answers[-1]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        served.requests.append(await reader.readuntil(b"\r\n\r\n"))
        served.connected.set()
        writer.write(next(said, last).replace(b"PORT", str(served.port).encode()))
        await writer.drain()
        if hold:
            await reader.read()

    async with tcp(talk, host, context) as served:
        yield served


def ok(body: bytes, *headers: bytes) -> bytes:
    """A sound answer."""
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def moved(location: str, status: int = 302) -> bytes:
    """A redirect."""
    return f"HTTP/1.1 {status} Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode()


def refused_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def certificate() -> tuple[ssl.SSLContext, bytes]:
    """A server's context with a certificate that nobody vouches for, and that, as DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "evil.example")])
    now = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(pem + made.public_bytes(serialization.Encoding.PEM))
        file.flush()
        context.load_cert_chain(file.name)
    return context, made.public_bytes(serialization.Encoding.DER)


class NameServer(asyncio.DatagramProtocol):
    """A DNS server: addresses by name; ``fails`` with a code, ``mute`` without a word."""

    def __init__(self, names: dict[str, list[str]]) -> None:
        self.names = names
        self.queries: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name, kind = str(question.name), question.rdtype
        self.queries.append(name)
        if name.startswith("mute."):
            return
        answer = dns.message.make_response(query)
        answer.flags |= dns.flags.RA
        if name.startswith("fails."):
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif name not in self.names:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        for text in self.names.get(name, []):
            if (":" in text) == (kind == 28):
                answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, text))
        self.transport.sendto(answer.to_wire(), addr)


@asynccontextmanager
async def name_server(names: dict[str, list[str]]) -> AsyncIterator[tuple[NameServer, int]]:
    """It, and its port."""
    loop = asyncio.get_running_loop()
    transport, server = await loop.create_datagram_endpoint(lambda: NameServer(names), ("127.0.0.1", 0))
    try:
        yield server, transport.get_extra_info("sockname")[1]
    finally:
        transport.close()

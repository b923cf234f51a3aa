"""The only place that connects: port, name, each address and the rate are checked, then exactly that address is
spoken to. No name is looked up twice."""

import asyncio
import socket
import ssl
import time
from ipaddress import IPv6Address, ip_network

from samovar.fetch.address import Address, Policy
from samovar.fetch.config import FetchConfig
from samovar.fetch.draft import Draft
from samovar.fetch.failure import Failure, of_connection
from samovar.fetch.rate import Windows
from samovar.fetch.resolve import Resolver
from samovar.fetch.target import Target
from samovar.numeric import numeric

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]

_IN_ALL_PER_MINUTE = 600  # so few that no host's count is forgotten before its minute is over
_TRIED = 3  # addresses of one name
_CONNECT = 10.0  # seconds for one of them
_LINE = 8192  # bytes that one readline may take
_EPHEMERAL = 1024  # a data connection goes to a port from here on


class Gate:
    """Where downloads get their connections."""

    def __init__(self, config: FetchConfig, resolver: Resolver, policy: Policy) -> None:
        self._ports = None if config.ports == "any" else frozenset(config.ports)
        self._resolver, self._policy = resolver, policy
        self._rate = Windows(config.per_minute, 60.0)
        self._rate_in_all = Windows(_IN_ALL_PER_MINUTE, 60.0)
        self._tls = _context()

    async def addresses(self, target: Target, draft: Draft) -> list[Address]:
        """Where the target may be asked; each call counts. Raises Failure."""
        if self._ports is not None and target.port not in self._ports:
            raise Failure("forbidden-port", str(target.port))
        spelled = numeric(target.host)
        if spelled is None and ":" in target.host:
            raise Failure("resolve", "nxdomain")
        found = [spelled] if spelled is not None else await self._resolver.addresses(target.host)
        draft.addresses = tuple(map(str, found))
        draft.port = target.port
        permitted = [address for address in found if self._policy.permits(address)][:_TRIED]
        if not permitted:
            draft.ip = draft.addresses[0]
            raise Failure("forbidden-address", draft.ip)
        now = time.monotonic()
        if not self._rate_in_all.take("", now):
            raise Failure("rate", "too many downloads")
        # Both are counted: many names of one host are one host.
        for key in {target.host.lower(), network_of(permitted[0])}:
            if not self._rate.take(key, now):
                raise Failure("rate", target.host)
        return permitted

    async def connect(self, target: Target, draft: Draft) -> Streams:
        """A connection to the target's first address that answers, in TLS where the scheme says so."""
        failure = Failure("unreachable")
        for address in await self.addresses(target, draft):
            draft.ip = str(address)
            try:
                async with asyncio.timeout(_CONNECT):
                    return await self._open(address, target, draft)
            except ssl.SSLError as error:
                failure = Failure("tls", error.reason or "handshake failed")
            except OSError as error:
                failure = of_connection(error)
        raise failure

    async def data(self, draft: Draft, port: int) -> Streams:
        """A second connection to where the first one went."""
        if port < _EPHEMERAL:
            raise Failure("forbidden-port", str(port))
        try:
            async with asyncio.timeout(_CONNECT):
                return await _streams(await _connected(draft.ip, port))
        except OSError as error:
            raise of_connection(error) from error

    async def _open(self, address: Address, target: Target, draft: Draft) -> Streams:
        sock = await _connected(str(address), target.port)
        if target.scheme != "https":
            return await _streams(sock)
        try:
            reader, writer = await _streams(sock, ssl=self._tls, server_hostname=target.host)
        except ConnectionError as error:
            raise Failure("tls", "connection lost") from error
        session: ssl.SSLObject = writer.get_extra_info("ssl_object")
        draft.tls = session.version() or ""
        draft.certificate = session.getpeercert(binary_form=True) or b""
        return reader, writer


def close(writer: asyncio.StreamWriter) -> None:
    """End a connection at once."""
    writer.transport.abort()


def network_of(address: Address) -> str:
    """What counts as one host: an IPv4 address, an IPv6 network of 64 bits."""
    if isinstance(address, IPv6Address):
        return str(ip_network((address, 64), strict=False))
    return str(address)


async def _connected(ip: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in ip else socket.AF_INET
    sock = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (ip, port))
    except BaseException:
        sock.close()
        raise
    return sock


async def _streams(
    sock: socket.socket, ssl: ssl.SSLContext | None = None, server_hostname: str | None = None
) -> Streams:
    try:
        return await asyncio.open_connection(sock=sock, limit=_LINE, ssl=ssl, server_hostname=server_hostname)
    except BaseException:
        sock.close()
        raise


def _context() -> ssl.SSLContext:
    # Whoever spreads malware has old software and no certificate: it is recorded, not verified.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    return context

"""Connections that a client wants us to make for it: never made, sometimes played, always recorded."""

import asyncio
from collections.abc import Generator
from typing import TYPE_CHECKING, Any, Literal

import asyncssh
from asyncssh.channel import SSHTCPChannel
from msgspec import Struct

from samovar.event import Fact, text
from samovar.persona import Persona
from samovar.sensor import Keep, PeerError, Read, Recorder, Send, Step
from samovar.sensors.ssh.driver import Driver
from samovar.sensors.ssh.keys import WINDOW

if TYPE_CHECKING:
    from samovar.sensors.ssh.connection import Connection

_MAX_PACKET = 32 * 1024
_MAX_LINE = 4096
_MAX_MAIL = 1 << 20
_MAX_REQUEST = 64 * 1024
_MAX_LINES = 500
_PAGE = b"<!DOCTYPE html>\n<html><head><title>%s</title></head><body></body></html>\n"


class ForwardRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a client finds behind a forwarded port; the first rule with its port decides, no rule is a refusal."""

    port: int
    answer: Literal["smtp", "http", "silent", "refuse"]

    def __post_init__(self) -> None:
        if not 0 < self.port < 65_536:
            raise ValueError("port must lie between 1 and 65535")


DEFAULT_FORWARD = (
    *(ForwardRule(port=port, answer="smtp") for port in (25, 587)),
    *(ForwardRule(port=port, answer="http") for port in (80, 8080)),
    ForwardRule(port=443, answer="silent"),
)
Talk = Generator[Step, bytes, int]


def play(rules: tuple[ForwardRule, ...], persona: Persona, host: bytes, port: int) -> Talk | None:
    """The dialogue that a client finds at ``host``; None where nothing listens."""
    answer = next((rule.answer for rule in rules if rule.port == port), "refuse")
    if answer == "smtp":
        return _smtp(host if host.isascii() and b"." in host else persona.fqdn.encode())
    if answer == "http":
        return _http(host)
    return _silent() if answer == "silent" else None


def _heard(data: bytes) -> Fact:
    return Fact(event_action="request", event_original=text(data[:_MAX_LINE]), network_protocol="direct-tcpip")


def _line() -> Generator[Step, bytes, bytes]:
    line = b""
    while not line.endswith(b"\n"):
        if len(line) >= _MAX_LINE:
            raise PeerError("oversent")
        line += yield Read(exactly=1, timeout=300.0)
    return line


def _smtp(name: bytes) -> Talk:
    """A mail server that takes everything (RFC 5321)."""
    yield Send(b"220 " + name + b" ESMTP Postfix\r\n")
    for _ in range(_MAX_LINES):
        line = yield from _line()
        yield _heard(line)
        verb = line.split()[0].upper() if line.split() else b""
        if verb == b"EHLO":
            yield Send(b"250-" + name + b"\r\n250-PIPELINING\r\n250-SIZE 10240000\r\n250-8BITMIME\r\n250 DSN\r\n")
        elif verb in (b"HELO", b"MAIL", b"RCPT", b"RSET", b"NOOP"):
            yield Send(b"250 " + name + b"\r\n" if verb == b"HELO" else b"250 2.1.0 Ok\r\n")
        elif verb == b"DATA":
            yield Send(b"354 End data with <CR><LF>.<CR><LF>\r\n")
            yield Keep((yield from _mail()), "mail.eml")
            yield Send(b"250 2.0.0 Ok: queued\r\n")
        elif verb == b"QUIT":
            yield Send(b"221 2.0.0 Bye\r\n")
            return 0
        else:
            yield Send(b"502 5.5.2 Error: command not recognized\r\n")
    return 0


def _mail() -> Generator[Step, bytes, bytes]:
    mail = bytearray()
    while (line := (yield from _line())) not in (b".\r\n", b".\n"):
        mail += line[: _MAX_MAIL - len(mail)]
    return bytes(mail)


def _http(host: bytes) -> Talk:
    """One request, one page (RFC 9112)."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _MAX_REQUEST:
        head += yield Read(timeout=60.0)
    yield _heard(head)
    body = _PAGE % bytes(byte for byte in host[:255] if chr(byte).isalnum() or byte in b".-")
    yield Send(b"HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\n")
    yield Send(b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)
    return 0


def _silent() -> Talk:
    """Something that takes what is said and never answers."""
    taken = 0
    while taken < _MAX_REQUEST:
        data = yield Read(timeout=60.0)
        if not taken:
            yield _heard(data)
        taken += len(data)
    return 0


class Pipe(SSHTCPChannel[bytes]):
    """The channel of a forwarded connection."""

    def __init__(self, connection: "Connection", loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(connection, loop, None, "strict", WINDOW, _MAX_PACKET)

    def log_sent_packet(self, *args: object, **kwargs: object) -> None:
        """Nothing is logged."""

    def log_received_packet(self, *args: object, **kwargs: object) -> None:
        """Nothing is logged."""


class Forward(Driver, asyncssh.SSHTCPSession[bytes]):
    """A played connection."""

    def __init__(self, loop: asyncio.AbstractEventLoop, program: Talk, recorder: Recorder) -> None:
        super().__init__(loop, recorder)
        self._program = program

    def connection_made(self, chan: Any) -> None:
        self._chan = chan

    def ended(self, status: int) -> None:
        if not self._chan.is_closing():
            self._chan.write_eof()
            self._chan.close()

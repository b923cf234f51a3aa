"""A connection: requests one after the other, each recorded in full and answered as Apache does."""

from typing import ClassVar, Literal

from msgspec import Struct

from samovar.event import Fact, Family, text
from samovar.persona import Persona
from samovar.sensor import Clock, Dialogue, Keep, Peer, Send
from samovar.sensors.http.credentials import basic, form, login
from samovar.sensors.http.site import Answer, answer, date
from samovar.sensors.http.wire import Body, Request, read_body, read_head

SHOWN_BODY = 65_536  # bytes of a body that stand in the event
KEEP_ALIVE = 100  # requests on one connection, as Apache's MaxKeepAliveRequests


class Http(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Web server (Apache): every request with headers and body, credentials of Basic and forms."""

    name: ClassVar[str] = "http"
    family: ClassVar[Family] = "web"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "tcp"
    ports: ClassVar[tuple[int, ...]] = (80, 8080)

    max_body: int = 1 << 20  # bytes of a request's body that are read and kept
    first_timeout: float = 20.0  # seconds for the first request to begin
    keep_alive: float = 5.0  # seconds between two requests of a connection

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        yield from converse(peer, persona, self.max_body, self.first_timeout, self.keep_alive)


class Https(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same web server behind TLS."""

    name: ClassVar[str] = "https"
    family: ClassVar[Family] = "web"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "tls"
    ports: ClassVar[tuple[int, ...]] = (443, 8443)

    max_body: int = 1 << 20  # bytes of a request's body that are read and kept
    first_timeout: float = 20.0  # seconds for the first request to begin
    keep_alive: float = 5.0  # seconds between two requests of a connection

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        yield from converse(peer, persona, self.max_body, self.first_timeout, self.keep_alive)


def converse(peer: Peer, persona: Persona, max_body: int, first: float, later: float) -> Dialogue:
    """Requests until the peer or Apache's limits end it."""
    for left in range(KEEP_ALIVE, -1, -1):
        request = yield from read_head(first if left == KEEP_ALIVE else later)
        body = Body()
        if not request.fault and not request.simple:
            body = yield from read_body(request, max_body)
        yield record(request, body)
        if len(body.data) > SHOWN_BODY or (body.data and not printable(body.data)):
            yield Keep(body.data, text(request.target.partition(b"?")[0].rpartition(b"/")[2][:200]))
        for found in (basic(request), form(request, body.data)):
            if found is not None:
                yield login(found)
        stays = request.persistent and body.whole and left > 0
        said = answer(request, request.fault or body.fault, persona, (peer.local_ip, peer.local_port))
        yield Send(frame(request, said, float((yield Clock())), persona, stays, left))
        if not stays:
            return


def record(request: Request, body: Body) -> Fact:
    """The ``request`` event."""
    agent = request.field(b"user-agent")
    detail: dict[str, str | int | float | bool] = {}
    if request.fields:
        detail["headers"] = text(b"\n".join(name + b": " + value for name, value in request.fields))
    if request.fault:
        detail["malformed"] = True
    return Fact(
        event_action="request",
        event_original=text(request.raw.partition(b"\n")[0].rstrip(b"\r")[:8192]),
        http_request_method=text(request.method[:64]) or None,
        url_original=text(request.target) or None,
        user_agent_original=None if agent is None else text(agent),
        http_request_body_content=text(body.data[:SHOWN_BODY]) or None,
        samovar_detail=detail,
    )


def printable(data: bytes) -> bool:
    """Whether a body is text, which the event then holds in full."""
    try:
        return "\0" not in data.decode()
    except UnicodeDecodeError:
        return False


def frame(request: Request, said: Answer, now: float, persona: Persona, stays: bool, left: int) -> bytes:
    """The response as bytes, header lines in Apache's order; HTTP/0.9 gets the bare body."""
    if request.simple:
        return said.body
    lines = f"HTTP/1.1 {said.status}\r\nDate: {date(now)}\r\nServer: {persona.http_server}\r\n".encode()
    cached, vary = said.head, b""
    if cached.endswith(b"Vary: Accept-Encoding\r\n"):
        vary = b"Vary: Accept-Encoding\r\n"
        cached = cached.removesuffix(vary)
    lines += cached
    if not said.status.startswith("304"):
        lines += b"Content-Length: %d\r\n" % len(said.body)
    lines += vary
    if not stays:
        lines += b"Connection: close\r\n"
    elif b"keep-alive" in (request.field(b"connection") or b"").lower():
        lines += b"Keep-Alive: timeout=5, max=%d\r\nConnection: Keep-Alive\r\n" % left
    if said.kind:
        lines += b"Content-Type: " + said.kind + b"\r\n"
    return lines + b"\r\n" + (b"" if request.method == b"HEAD" else said.body)

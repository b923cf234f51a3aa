"""A connection: requests one after the other, each recorded in full and answered as Apache does."""

from collections.abc import Iterator
from typing import ClassVar, Literal

from msgspec import Struct

from samovar.event import Fact, Family, text
from samovar.persona import Persona
from samovar.sensor import Clock, Dialogue, Keep, Peer, Send
from samovar.sensors.http.answer import CLOSING, date, frame
from samovar.sensors.http.credentials import credentials, form, hexed, login, uploads
from samovar.sensors.http.site import site_of
from samovar.sensors.http.wire import EMPTY, Body, Request, read_body, read_head

SHOWN_BODY = 65_536  # bytes of a body that stand in the event
SHOWN_LINE = 8192
KEEP_ALIVE = 100  # requests on one connection, as Apache's MaxKeepAliveRequests


class _Site(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the web server has in common behind and without TLS."""

    max_body: int = 1 << 20
    """Bytes of a request's body that are read and kept."""
    first_timeout: float = 20.0
    """Seconds for the first request to begin."""
    keep_alive: float = 5.0
    """Seconds between two requests of a connection."""

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        yield from converse(peer, persona, self.max_body, self.first_timeout, self.keep_alive)


class Http(_Site, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Web server (Apache): every request with headers and body, credentials of Basic and forms."""

    name: ClassVar[str] = "http"
    family: ClassVar[Family] = "web"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "tcp"
    ports: ClassVar[tuple[int, ...]] = (80, 8080)


class Https(_Site, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The same web server behind TLS."""

    name: ClassVar[str] = "https"
    family: ClassVar[Family] = "web"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "tls"
    ports: ClassVar[tuple[int, ...]] = (443, 8443)


def converse(peer: Peer, persona: Persona, max_body: int, first: float, later: float) -> Dialogue:
    """Requests until the peer or Apache's limits end it."""
    site = site_of(persona)
    for left in range(KEEP_ALIVE, -1, -1):
        request = yield from read_head(first if left == KEEP_ALIVE else later)
        body = EMPTY
        if not request.fault and not request.simple and request.method != b"CONNECT":
            body = yield from read_body(request, max_body)
        yield from noted(request, body)
        if request.silent:
            return
        now = float((yield Clock()))
        said = site.answer(request, request.fault or body.fault, peer, now)
        stays = left > 0 and request.persistent and body.whole and said.status not in CLOSING
        yield Send(frame(request, said, date(int(now)), site.server, left if stays else -1))
        if not stays:
            return


def noted(request: Request, body: Body) -> Iterator[Fact | Keep]:
    """The ``request`` event, the artefacts, and a ``login`` event for each pair of credentials."""
    yield record(request, body)
    if not body.data and b"?" not in request.target and request.field(b"authorization") is None:
        return
    sent = form(request, body.data)
    if sent.files:
        yield from uploads(sent)
    elif body.data and (len(body.data) > SHOWN_BODY or not printable(body.data)):
        yield Keep(body.data, text(request.target.partition(b"?")[0].rpartition(b"/")[2][:200]))
    for found in credentials(request, sent):
        yield login(found)


def record(request: Request, body: Body) -> Fact:
    """The ``request`` event."""
    agent = request.field(b"user-agent")
    line = request.line.rstrip(b"\r\n")[:SHOWN_LINE]
    detail = hexed("original", line)
    if request.fields:
        headers = b"\n".join([b"%b: %b" % field for field in request.fields])
        detail["headers"] = text(headers)
        detail.update(hexed("headers", headers))
    if request.fault:
        detail["malformed"] = True
    return Fact(
        event_action="request",
        event_original=text(line),
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

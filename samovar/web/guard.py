"""Stands before every route: right host, same site, known user; and puts the security headers on answers."""

import ipaddress
import re
from collections.abc import Callable, Iterable

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from samovar.web.auth import Auth
from samovar.web.errors import ApiError

_HOST = re.compile(r"(\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(?::\d{1,5})?", re.ASCII)
_FROM_HERE = ("same-origin", "none")

HEADERS = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
#: What is not the page itself is never a document: nothing may load, run or be framed in it.
INERT = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
HSTS = "max-age=31536000"


class Guard:
    """Pure ASGI. Denies by default: only paths that ``is_open`` names are answered to strangers."""

    def __init__(self, app: ASGIApp, auth: Auth, hosts: Iterable[str], is_open: Callable[[str, str], bool]) -> None:
        self._app = app
        self._auth = auth
        self._hosts = frozenset({"localhost", *(host.lower() for host in hosts)})
        self._is_open = is_open

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = _with_headers(send, secure=scope["scheme"] == "https")
        try:
            self._admit(scope)
        except ApiError as error:
            await error.response()(scope, receive, guarded)
            return
        await self._app(scope, receive, guarded)

    def _admit(self, scope: Scope) -> None:
        connection = HTTPConnection(scope)
        self._check_host(connection.headers.getlist("host"))
        _check_site(connection, scope)
        scope["samovar.user"] = user = self._auth.who(connection)
        if user is None and not self._is_open(scope["method"], scope["path"]):
            raise ApiError(401, "log in first")

    def _check_host(self, hosts: list[str]) -> None:
        """A name that an attacker makes resolve to us (DNS rebinding) is not ours; plain addresses cannot be."""
        match = _HOST.fullmatch(hosts[0]) if len(hosts) == 1 else None
        if match is None:
            raise ApiError(400, "the Host header is missing or malformed")
        name = match[1].lower()
        if name in self._hosts or _is_address(name):
            return
        raise ApiError(403, "this host name is not allowed; add it to web.hosts in the configuration")


def _check_site(connection: HTTPConnection, scope: Scope) -> None:
    """Other sites may send nothing here and load nothing but the page itself."""
    writes = scope["method"] not in ("GET", "HEAD")
    site = connection.headers.get("sec-fetch-site")
    origin = connection.headers.get("origin")
    if site is not None and site not in _FROM_HERE and (writes or scope["path"].startswith("/api/")):
        raise ApiError(403, "requests from other sites are refused")
    if writes and origin is not None:
        scheme, _, host = origin.partition("://")
        if scheme != scope["scheme"] or host.lower() != connection.headers.get("host", "").lower():
            raise ApiError(403, "requests from other sites are refused")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    return True


def _with_headers(send: Send, *, secure: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            headers.setdefault("content-security-policy", INERT)
            headers.setdefault("cache-control", "no-store")
            if secure:
                headers.setdefault("strict-transport-security", HSTS)
        await send(message)

    return sending

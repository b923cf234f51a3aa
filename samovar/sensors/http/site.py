"""The site: what an Apache 2.4 with its distribution's default files says to a request."""

import re
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from samovar.persona import Persona
from samovar.sensor import Peer
from samovar.sensors.http.answer import Answer
from samovar.sensors.http.errors import error
from samovar.sensors.http.icons import picture
from samovar.sensors.http.page import front_page
from samovar.sensors.http.resource import Resource, resource, serve
from samovar.sensors.http.wire import Request

METHODS = (b"GET", b"POST", b"OPTIONS", b"HEAD")
KNOWN = frozenset(
    b"TRACE PUT DELETE CONNECT PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK VERSION-CONTROL CHECKOUT "
    b"UNCHECKOUT CHECKIN UPDATE LABEL REPORT MKWORKSPACE MKACTIVITY BASELINE-CONTROL MERGE".split()
)
REALMS = ("Restricted", "Restricted Area", "Restricted Content", "Authentication Required", "Private", "Admin")
DAY = 86_400
MAX_NAME = 255  # a longer name does not exist: the file system says so, and Apache then says 403
_GUARDED = re.compile(rb"/(admin|login|manager|phpmyadmin)(/|\Z)")
_HIDDEN = re.compile(rb"/(\.ht|server-status(/|\Z)|icons/(small/)?\Z)")
_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class Place(Struct, frozen=True):
    """Where a client thinks it is: what error pages and redirects repeat."""

    scheme: str
    name: str
    port: str

    @property
    def base(self) -> str:
        """Scheme and authority of a redirect."""
        default = "443" if self.scheme == "https" else "80"
        return f"{self.scheme}://{self.name}" + ("" if self.port == default else f":{self.port}")


class Site:
    """The answers of one persona; everything in it is made once."""

    def __init__(self, persona: Persona) -> None:
        self.server = persona.http_server
        self._name = persona.fqdn
        self._os = persona.http_page
        odd = int.from_bytes(persona.keyed("http.site")[:6])
        # Installation copied the page (with a fraction of a second); the icons bear the package's date.
        self._front = resource(front_page(self._os), b"text/html", persona.site_time * 1_000_000 + odd % 1_000_000)
        self._packaged = (persona.site_time - 20 * DAY - odd % (30 * DAY)) * 1_000_000
        turn = odd % len(METHODS)  # the order turns with a secret of each start of Apache (measured)
        self._allow = b"Allow: " + b",".join(METHODS[turn:] + METHODS[:turn]) + b"\r\n"
        self._realm = REALMS[odd // 4 % len(REALMS)]
        self._icons: dict[bytes, Resource | None] = {}

    def place(self, request: Request, tls: bool) -> Place:
        """Where the request says that it is: of its target, else of its Host field, else the machine itself."""
        default = "443" if tls else "80"
        host = request.field(b"host") or b""
        if b"://" in request.target[:8]:
            host = request.target.split(b"/", 3)[2]
        elif request.method == b"CONNECT":
            host = request.target
        name, colon, port = host.lower().decode("latin-1").rpartition(":")
        if not colon or not port.isdecimal():
            name, port = host.lower().decode("latin-1"), default
        if request.fault or not name:
            name, port = self._name, default
        return Place("https" if tls else "http", name.removeprefix("[").removesuffix("]"), port)

    def answer(self, request: Request, fault: int, peer: Peer, now: float) -> Answer:
        """What to say to a request. ``fault`` is the status with which it is refused, or 0."""
        found = fault or self._answer(request, now)
        if isinstance(found, Answer):
            return found
        return self._refuse(found, request, self.place(request, peer.tls))

    def _answer(self, request: Request, now: float) -> Answer | int:
        """The answer, or the status of an error page."""
        expected = request.field(b"expect")
        if expected is not None and expected.lower() != b"100-continue":
            return 417
        if request.target == b"*":
            return Answer(200, kind=b"")
        path = b"" if request.method == b"CONNECT" else clean_path(request.target)
        if path is None:
            return 400
        if _GUARDED.match(path):
            return 401
        file = self._file(path)
        if request.method == b"OPTIONS":
            kind = b"httpd/unix-directory" if path in (b"/icons/", b"/icons/small/") else b""
            return Answer(200, self._allow, kind=file.kind if file else kind)
        if request.method not in METHODS:
            return 405 if request.method in KNOWN else 501
        if file is None:
            return missing(path)
        return serve(file, request, now) or 416

    def _refuse(self, code: int, request: Request, place: Place) -> Answer:
        """The page for a status, with the header lines that belong to it."""
        about, head = b"", b""
        match code:
            case 301:
                about = (place.base + "/icons/small/").encode()
                head = b"Location: %b\r\n" % about
            case 400:
                about = request.why.encode()
            case 401:
                head = f'WWW-Authenticate: Basic realm="{self._realm}"\r\n'.encode()
            case 405 | 501:
                about, head = request.method, b"Allow: \r\n" if request.method == b"TRACE" else self._allow
            case 417:
                about = request.field(b"expect") or b""
        return error(code, self.server, place.name, place.port, about, head)

    def _file(self, path: bytes) -> Resource | None:
        if path in (b"/", b"/index.html"):
            return self._front
        if not path.startswith(b"/icons/"):
            return None
        if path not in self._icons:
            found = picture(path[7:].decode("latin-1"), self._os)
            if found is None:
                return None  # not remembered: these names are the peer's, and without end
            self._icons[path] = resource(found[1], found[0], self._packaged)
        return self._icons[path]


def missing(path: bytes) -> int:
    """Why there is no such file: it has moved, may not be seen, or does not exist."""
    if path == b"/icons/small":
        return 301
    hidden = _HIDDEN.match(path) or max(map(len, path.split(b"/"))) > MAX_NAME
    return 403 if hidden else 404


def clean_path(target: bytes) -> bytes | None:
    """The path a target names, dots and double slashes resolved; None where Apache refuses it (400)."""
    path = target.partition(b"?")[0]
    if b"://" in path[:8]:
        path = b"/" + path.split(b"/", 3)[3] if path.count(b"/") > 2 else b"/"
    if path in (b"/", b"/index.html"):
        return path
    if not path.startswith(b"/") or _BAD_ESCAPE.search(path):
        return None
    if b"%2f" in path.lower() or b"%00" in path:
        return b"/%"  # AllowEncodedSlashes is off: no such file
    kept: list[bytes] = []
    parts = unquote_to_bytes(path).split(b"/")
    for part in parts[1:-1] if parts[-1] not in (b".", b"..") else parts[1:]:
        if part == b".." and not kept:
            return None
        if part == b"..":
            kept.pop()
        elif part not in (b"", b"."):
            kept.append(part)
    last = parts[-1] if parts[-1] not in (b".", b"..") else b""
    return b"/" + b"".join(one + b"/" for one in kept) + last


@lru_cache(maxsize=4)
def site_of(persona: Persona) -> Site:
    """The site of a persona."""
    return Site(persona)

"""Downloads for the commands that make them: the platform fetches, the machine answers for itself."""

from collections.abc import Generator
from urllib.parse import urlsplit

from msgspec import Struct

from samovar.event import Fact, text
from samovar.numeric import numeric
from samovar.sensor import Fetch, Fetched, Keep, fetched
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Process
from samovar.shell.kernel.wait import Wait

PORTS = {"http": 80, "https": 443, "ftp": 21, "ftps": 990, "tftp": 69}
CONNECT_SECONDS = 131.0  # until the kernel gives up a connection that nobody answers
MAX_URL = 8192
_SILENT = frozenset({"timeout", "forbidden-address", "forbidden-port", "rate", "busy"})
_PAGE = "/var/www/html/index.html"


class Url(Struct, frozen=True):
    """A URL in parts."""

    text: str
    scheme: str
    host: str
    port: int
    path: str  # with the query

    @property
    def literal(self) -> bool:
        """Whether its host is an address, not a name."""
        return numeric(self.host) is not None

    @property
    def file(self) -> str:
        """The last part of the path, without the query."""
        return self.path.partition("?")[0].rpartition("/")[2]


class Request(Struct, frozen=True, kw_only=True):
    """What a client asks for."""

    url: Url
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    user_agent: str = ""
    timeout: float = CONNECT_SECONDS
    follow: int = 0


def split(word: str, scheme: str = "http") -> Url | None:
    """A URL as clients take it, also without a scheme; None: it is none."""
    word = word.strip()[:MAX_URL]
    full = word if "://" in word else f"{scheme}://{word}"
    try:
        parts = urlsplit(full)
        port = parts.port
        host = parts.hostname or ""
    except ValueError:
        return None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Url(full.partition("#")[0], parts.scheme, host, PORTS.get(parts.scheme, 0) if port is None else port, path)


def note(p: Process, request: Request) -> None:
    """Record that it was asked for."""
    p.kernel.note(
        Fact(
            event_action="request",
            url_original=text(request.url.text.encode("latin-1", "replace")),
            http_request_method=request.method[:32] if request.url.scheme.startswith("http") else None,
            user_agent_original=text(request.user_agent[:512].encode("latin-1", "replace")) or None,
            http_request_body_content=text(request.body[:8192]) or None,
        )
    )


def download(p: Process, request: Request) -> Generator[Wait, bytes, Fetched]:
    """Ask for it, wait as long as the client would, and keep what came."""
    p.spend(40)
    note(p, request)
    url = request.url
    if _own(p, url.host):
        return _answer_of_this_machine(p, request)
    method = request.method if request.method in ("GET", "HEAD", "POST") else "GET"
    step = Fetch(
        url=url.text,
        method=method,  # type: ignore[arg-type]  # checked above
        headers=request.headers,
        body=request.body[: 64 << 10],
        user_agent=request.user_agent,
        timeout=min(request.timeout, 30.0),
        follow=request.follow,
    )
    answer = yield from p.ask(step)
    found = fetched(answer) if answer else Fetched(url=url.text, error="disabled")
    if found.body:
        p.spend(len(found.body) >> 14)
        p.kernel.note(Keep(found.body, url.file))
    wait = 0.0
    if found.error == "disabled" and not url.literal:
        wait = 10.0
    elif found.error in _SILENT or found.error == "disabled":
        wait = request.timeout - (found.elapsed if found.error == "timeout" else 0.0)
    if wait > 0:
        yield from p.sleep(wait)
    return found


def failure(found: Fetched, url: Url) -> str:
    """What a client sees: resolve, timeout, refused, unreachable, tls, empty, cut, reply, or nothing (it worked)."""
    if found.error is None:
        return ""
    if found.error == "disabled":
        return "timeout" if url.literal else "resolve"
    if found.error in _SILENT:
        return "timeout"
    if found.error in ("resolve", "refused", "unreachable", "tls"):
        return str(found.error)
    if found.error == "too-large" or (found.detail == "truncated" and found.status):
        return "cut"
    return "reply" if found.status and found.scheme in ("ftp", "tftp") else "empty"


def _own(p: Process, host: str) -> bool:
    address = numeric(host)
    if address is None:
        return host.lower() in ("localhost", "ip6-localhost", p.machine.persona.host_name.lower())
    return address.is_loopback or address.is_unspecified or str(address) == p.machine.persona.ipv4


def listens(p: Process, port: int) -> bool:
    """Whether a TCP port of this machine is open."""
    sockets = p.machine.sockets(p.kernel.session)
    return any(s.protocol.startswith("tcp") and s.state == "LISTEN" and s.port == port for s in sockets)


def own(p: Process, host: str) -> bool:
    """Whether a host is this machine."""
    return _own(p, host)


def _answer_of_this_machine(p: Process, request: Request) -> Fetched:
    url = request.url
    ip = url.host if url.literal else "127.0.0.1"
    if url.scheme == "tftp" or not listens(p, url.port):
        error = "timeout" if url.scheme == "tftp" else "refused"
        return Fetched(url=url.text, error=error, ip=ip, port=url.port, addresses=(ip,))  # type: ignore[arg-type]
    if url.port != 80 or url.scheme != "http":
        return Fetched(url=url.text, error="protocol", detail="empty", ip=ip, port=url.port, addresses=(ip,))
    try:
        page = p.kernel.root.read(_PAGE) if url.path in ("/", "/index.html") else b""
    except Fault:
        page = b""
    body = page or b"<html><head><title>404 Not Found</title></head><body><h1>Not Found</h1></body></html>\n"
    return Fetched(
        url=url.text, addresses=(ip,), ip=ip, port=url.port, version="1.1", scheme="http",
        status=200 if page else 404, reason="OK" if page else "Not Found", length=len(body),
        headers=(("Server", "Apache/2.4.62 (Debian)"), ("Content-Length", str(len(body))),
                 ("Content-Type", "text/html")),
        body=b"" if request.method == "HEAD" else body, elapsed=0.001,
    )  # fmt: skip

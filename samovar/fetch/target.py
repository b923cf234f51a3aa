"""What a URL names."""

import re
from typing import Literal
from urllib.parse import quote, unquote, urljoin, urlsplit

from msgspec import Struct

from samovar.fetch.failure import Failure

Scheme = Literal["http", "https", "ftp", "tftp"]
MAX_URL = 8192
PORTS: dict[Scheme, int] = {"http": 80, "https": 443, "ftp": 21, "tftp": 69}
_SAFE = "%/:=&?~+!$,;'@()*[]|-._"
_HOST = re.compile(r"[A-Za-z0-9_.-]{1,253}")


class Target(Struct, frozen=True, kw_only=True):
    """Where to go and what to ask for there."""

    scheme: Scheme
    host: str  # a name in ASCII, or a numeric address without brackets
    port: int
    path: str  # percent-encoded, with the query; starts with "/"
    user: str = ""
    password: str = ""

    @property
    def authority(self) -> str:
        """``host`` or ``host:port``, as a Host header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def file(self) -> str:
        """The path as FTP and TFTP want it: decoded, without the first slash."""
        return unquote(self.path[1:], "latin-1")


def parse(url: str) -> Target:
    """Raises Failure("protocol") for what is no URL that we can ask for."""
    if len(url) > MAX_URL:
        raise Failure("protocol", "URL too long")
    try:
        parts = urlsplit(url)
        port, name = parts.port, parts.hostname or ""
    except ValueError as error:
        raise Failure("protocol", "bad URL") from error
    scheme = _scheme(parts.scheme)
    query = f"?{parts.query}" if parts.query else ""
    return Target(
        scheme=scheme,
        host=_host(name),
        port=PORTS[scheme] if port is None else port,
        path=quote((parts.path or "/") + query, safe=_SAFE),
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
    )


def follow(base: str, location: str) -> str:
    """Where a redirect leads. Raises Failure("protocol")."""
    try:
        url = urljoin(base, location.strip())
    except ValueError as error:
        raise Failure("protocol", "bad redirect") from error
    if parse(url).scheme == "tftp":
        raise Failure("protocol", "unsupported scheme")
    return url


def _scheme(name: str) -> Scheme:
    for scheme in PORTS:
        if scheme == name.lower():
            return scheme
    raise Failure("protocol", "unsupported scheme")


def _host(name: str) -> str:
    if ":" in name:
        return name  # brackets are gone; whether it is an address shows later
    try:
        ascii_name = name.encode("idna").decode() if not name.isascii() else name
    except UnicodeError as error:
        raise Failure("resolve", "nxdomain") from error
    if not _HOST.fullmatch(ascii_name):
        raise Failure("protocol", "bad host name")
    return ascii_name

"""Requests as they came: header order, case and faults are kept (RFC 9112, and what Apache 2.4 refuses)."""

import re
from collections.abc import Generator

from msgspec import Struct

from samovar.sensor import PeerError, Read, Send, Step

LINE_LIMIT = 8190  # Apache's LimitRequestLine and LimitRequestFieldSize
FIELDS_LIMIT = 100  # Apache's LimitRequestFields
HEAD_LIMIT = 65_536
HEAD_TIME = 20.0  # seconds, as Debian sets mod_reqtimeout
BODY_TIME = 10.0
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VERSION = re.compile(rb"HTTP/([1-9])\.(\d)")
_HOST = re.compile(rb"[A-Za-z0-9._~:%\[\]-]+")
_LENGTH = re.compile(rb"\d{1,18}")
_BLANK = re.compile(rb"[\x00-\x20\x7f]")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")
_TARGETS = (b"/", b"http://", b"https://")
_LONG = "Size of a request header field exceeds server limit."
_MANY = "The number of request header fields exceeds this server's limit."


class Request(Struct, frozen=True, kw_only=True):
    """One request's head. ``fault`` is the status with which Apache refuses it, 0 if it does not."""

    line: bytes  # as it came, with its line end
    method: bytes = b""
    target: bytes = b""
    version: tuple[int, int] = (1, 1)
    fields: tuple[tuple[bytes, bytes], ...] = ()
    first: dict[bytes, bytes] = {}  # the first field of each name, in small letters
    fault: int = 0
    why: str = ""
    silent: bool = False  # Apache gives this up without an answer

    def field(self, name: bytes) -> bytes | None:
        """The first field of that name (given in small letters)."""
        return self.first.get(name)

    @property
    def simple(self) -> bool:
        """HTTP/0.9: no headers either way."""
        return self.version == (0, 9)

    @property
    def persistent(self) -> bool:
        """Whether the peer wants the connection kept (RFC 9112 section 9.3)."""
        wish = self.first.get(b"connection", b"").lower()
        return not self.fault and b"close" not in wish and (self.version >= (1, 1) or b"keep-alive" in wish)


def read_head(first_timeout: float) -> Generator[Step, bytes, Request]:
    """The next request's head; raises PeerError when nothing comes.

    A head that stops short is answered as Apache does: without a word where not even the request line is whole,
    else with 408 (https://httpd.apache.org/docs/2.4/mod/mod_reqtimeout.html; measured) or with 400.
    """
    for _ in range(8):  # empty lines before a request are forgiven
        try:
            line = yield Read(until=b"\n", limit=LINE_LIMIT + 2, timeout=first_timeout)
        except PeerError as error:
            return (yield from _broken_line(error))
        if line.strip(b"\r\n"):
            break
    request = parse_line(line)
    if request.simple or request.fault:
        return request
    return (yield from _read_fields(request))


def _broken_line(error: PeerError) -> Generator[Step, bytes, Request]:
    line = yield from _rest(LINE_LIMIT)
    if not line:
        raise error
    words = line.split(b" ")
    method = words[0] if len(words) > 1 and _TOKEN.fullmatch(words[0]) else b""
    target = words[1] if method else b""
    long = str(error) == "oversent"
    return Request(line=line, method=method, target=target, fault=414 if long else 400, silent=not long)


def _read_fields(request: Request) -> Generator[Step, bytes, Request]:
    """The header lines in two reads, as one for each line costs more than all parsing.

    The first takes no line feed, so that what follows always ends with one and an empty line.
    """
    raw = b""
    try:
        raw = yield Read(until=b"\r", limit=LINE_LIMIT + 1, timeout=HEAD_TIME)
        if raw == b"\r":
            end = yield Read(exactly=1, limit=1, timeout=HEAD_TIME)
            return parse_fields(request, [] if end == b"\n" else [end])
        raw += yield Read(until=b"\n\r\n", limit=HEAD_LIMIT, timeout=HEAD_TIME)
    except PeerError as error:
        if str(error) in ("closed", "silent", "oversent"):  # else the session is ended from outside: no more reads
            raw += yield from _rest(HEAD_LIMIT)
        fault = 408 if str(error) == "silent" else 400
        return _with_fields(request, raw.split(b"\r\n"), fault, _LONG if str(error) == "oversent" else "")
    return parse_fields(request, raw.removesuffix(b"\r\n\r\n").split(b"\r\n"))


def _rest(limit: int) -> Generator[Step, bytes, bytes]:
    """What has arrived of a read that failed."""
    try:
        return (yield Read(limit=limit, timeout=0.01))
    except PeerError:
        return b""


def parse_line(line: bytes) -> Request:
    """The request line. Versions above 1.1 are served as 1.1, 0.9 must not be named, lines end in CR LF (measured)."""
    parts = line.removesuffix(b"\r\n").split(b" ")
    method, target = parts[0], parts[1] if len(parts) > 1 else b""
    known = method if _TOKEN.fullmatch(method) else b""
    bad = Request(line=line, method=known, target=target.rstrip(b"\r\n"), fault=400)
    if not known or not target or len(parts) > 3 or not line.endswith(b"\r\n") or _BLANK.search(target):
        return bad
    if len(parts) == 2:
        return Request(line=line, method=method, target=target, version=(0, 9)) if method == b"GET" else bad
    version = _VERSION.fullmatch(parts[2])
    if version is None:
        return bad
    number = min((int(version[1]), int(version[2])), (1, 1))
    return Request(line=line, method=method, target=target, version=number)


def parse_fields(request: Request, lines: list[bytes]) -> Request:
    """The request with its header fields, or refused as Apache refuses it; folded lines are joined."""
    fault, why = 0, ""
    if len(lines) > FIELDS_LIMIT:
        fault, why = 400, _MANY
    elif max(map(len, lines), default=0) > LINE_LIMIT:
        fault, why = 400, _LONG
    return _with_fields(request, lines, fault, why)


def _with_fields(request: Request, lines: list[bytes], fault: int, why: str) -> Request:
    fields: list[tuple[bytes, bytes]] = []
    first: dict[bytes, bytes] = {}
    hosts = 0
    for line in lines:
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] = fields[-1][0], fields[-1][1] + b" " + line.strip()
            continue
        if found := _FIELD.fullmatch(line):
            name, value = found[1], found[2].rstrip()
        else:
            name, _, value = line.partition(b":")
            fault = fault or 400
        if line:
            fields.append((name, value))
            key = name.lower()
            hosts += key == b"host"
            first.setdefault(key, value)
    host = first.get(b"host")
    if hosts > 1 or (host is None and request.version >= (1, 1)) or (host is not None and not _HOST.fullmatch(host)):
        fault = fault or 400
    if not fault and not (_fits(request.method, request.target) and _is_framed(first)):
        fault = 400
    return Request(
        line=request.line,
        method=request.method,
        target=request.target,
        version=request.version,
        fields=tuple(fields),
        first=first,
        fault=fault,
        why=why,
    )


def _fits(method: bytes, target: bytes) -> bool:
    """Whether the method may have a target of that form (RFC 9112 section 3.2)."""
    return target.startswith(_TARGETS) or method == b"CONNECT" or (method == b"OPTIONS" and target == b"*")


def _is_framed(first: dict[bytes, bytes]) -> bool:
    """Whether the body's length can be told (RFC 9112 section 6.3)."""
    coding = first.get(b"transfer-encoding")
    if coding is not None:
        return coding.lower() == b"chunked"
    return _LENGTH.fullmatch(first.get(b"content-length", b"0")) is not None


class Body(Struct, frozen=True):
    """What followed the head. ``whole`` says whether all of it was taken; if not, the connection must end."""

    data: bytes = b""
    whole: bool = True
    fault: int = 0


EMPTY = Body()


def read_body(request: Request, limit: int) -> Generator[Step, bytes, Body]:
    """The body, as far as ``limit``; asks for it first where the peer waits for 100 (RFC 9110 section 10.1.1)."""
    coding, length = request.field(b"transfer-encoding"), request.field(b"content-length")
    if coding is None and length is None:
        return EMPTY
    if request.field(b"expect") is not None and request.version >= (1, 1):
        yield Send(b"HTTP/1.1 100 Continue\r\n\r\n")
    if coding is not None:
        return (yield from _read_chunks(limit))
    return (yield from _read_length(int(length or b"0"), limit))


def _read_length(length: int, limit: int) -> Generator[Step, bytes, Body]:
    data = bytearray()
    while len(data) < min(length, limit):
        try:
            data += yield Read(limit=min(length, limit) - len(data), timeout=BODY_TIME)
        except PeerError as error:
            return Body(bytes(data), whole=False, fault=408 if str(error) == "silent" else 400)
    return Body(bytes(data), whole=length <= limit)


def _read_chunks(limit: int) -> Generator[Step, bytes, Body]:
    data = bytearray()
    while len(data) <= limit:
        try:
            line = yield Read(until=b"\n", limit=1024, timeout=BODY_TIME)
            size = line.partition(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size):
                return Body(bytes(data), whole=False, fault=400)
            left = int(size, 16)
            if not left:
                yield from _skip_trailers()
                return Body(bytes(data))
            if left > limit - len(data):
                data += yield Read(limit=max(limit - len(data), 1), timeout=BODY_TIME)
                return Body(bytes(data), whole=False)
            data += yield Read(exactly=left, limit=left, timeout=BODY_TIME)
            yield Read(until=b"\n", limit=8, timeout=BODY_TIME)
        except PeerError as error:
            return Body(bytes(data), whole=False, fault=408 if str(error) == "silent" else 400)
    return Body(bytes(data), whole=False)


def _skip_trailers() -> Generator[Step, bytes, None]:
    for _ in range(FIELDS_LIMIT):
        if not (yield Read(until=b"\n", limit=LINE_LIMIT, timeout=BODY_TIME)).strip(b"\r\n"):
            return

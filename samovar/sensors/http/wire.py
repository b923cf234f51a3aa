"""Requests as they came: header order, case and faults are kept (RFC 9112, and what Apache 2.4 refuses)."""

import re
from collections.abc import Generator

from msgspec import Struct

from samovar.sensor import PeerError, Read, Send, Step

LINE_LIMIT = 8190  # Apache's LimitRequestLine and LimitRequestFieldSize
FIELDS_LIMIT = 100  # Apache's LimitRequestFields
HEAD_LIMIT = 65_536
_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_VERSION = re.compile(rb"HTTP/(\d)\.(\d)")
_HOST = re.compile(rb"[A-Za-z0-9._~:%\[\]-]*")


class Request(Struct, frozen=True, kw_only=True):
    """One request's head. ``fault`` is the status with which Apache refuses it, 0 if it does not."""

    raw: bytes
    method: bytes = b""
    target: bytes = b""
    version: tuple[int, int] = (1, 0)
    fields: tuple[tuple[bytes, bytes], ...] = ()
    fault: int = 0
    why: str = ""

    def field(self, name: bytes) -> bytes | None:
        """The first field of that name (given in small letters)."""
        return next((value for key, value in self.fields if key.lower() == name), None)

    @property
    def simple(self) -> bool:
        """HTTP/0.9: no headers either way."""
        return self.version == (0, 9)

    @property
    def persistent(self) -> bool:
        """Whether the peer wants the connection kept (RFC 9112 section 9.3)."""
        wish = (self.field(b"connection") or b"").lower()
        return not self.fault and b"close" not in wish and (self.version >= (1, 1) or b"keep-alive" in wish)


def read_head(first_timeout: float) -> Generator[Step, bytes, Request]:
    """The next request's head; raises PeerError when none comes."""
    line = b""
    for _ in range(8):  # empty lines before a request are forgiven
        try:
            line = yield Read(until=b"\n", limit=LINE_LIMIT + 2, timeout=first_timeout)
        except PeerError as error:
            if str(error) != "oversent":
                raise
            line = yield Read(limit=LINE_LIMIT)
            return Request(raw=line, method=line.partition(b" ")[0][:64], version=(1, 1), fault=414)
        if line.strip(b"\r\n"):
            break
    request = parse_line(line)
    if request.simple or request.fault:
        return request
    raw, lines = [line], list[bytes]()
    while True:
        try:
            line = yield Read(until=b"\n", limit=LINE_LIMIT + 2, timeout=20.0)
        except PeerError as error:
            if str(error) == "closed":
                raise
            fault = 408 if str(error) == "silent" else 400
            return _refused(request, raw, fault, "Size of a request header field exceeds server limit.")
        raw.append(line)
        if not line.strip(b"\r\n"):
            return parse_fields(request, b"".join(raw), lines)
        lines.append(line)
        if len(lines) > FIELDS_LIMIT:
            return _refused(request, raw, 400, "The number of request header fields exceeds this server's limit.")
        if sum(map(len, raw)) > HEAD_LIMIT:
            return _refused(request, raw, 400, "")


def _refused(request: Request, raw: list[bytes], fault: int, why: str) -> Request:
    return Request(
        raw=b"".join(raw), method=request.method, target=request.target, version=(1, 1), fault=fault, why=why
    )


def parse_line(line: bytes) -> Request:
    """The request line."""
    parts = line.rstrip(b"\r\n").split(b" ")
    method, target = parts[0], parts[1] if len(parts) > 1 else b""
    known = method if _TOKEN.fullmatch(method) else b""
    bad = Request(raw=line, method=known, target=target, version=(1, 1), fault=400)
    if not known or not target or re.search(rb"[\x00-\x20\x7f]", target):
        return bad
    if len(parts) == 2:
        return Request(raw=line, method=method, target=target, version=(0, 9), fault=0 if method == b"GET" else 400)
    version = _VERSION.fullmatch(parts[2])
    if len(parts) > 3 or version is None:
        return bad
    number = int(version[1]), int(version[2])
    if number[0] != 1:
        return Request(raw=line, method=method, target=target, version=(1, 1), fault=505 if number[0] > 1 else 400)
    return Request(raw=line, method=method, target=target, version=number)


def parse_fields(request: Request, raw: bytes, lines: list[bytes]) -> Request:
    """The header fields; folded lines are joined."""
    fields: list[tuple[bytes, bytes]] = []
    fault = 0
    for line in lines:
        if line[:1] in (b" ", b"\t") and fields:
            fields[-1] = fields[-1][0], fields[-1][1] + b" " + line.strip()
            continue
        name, colon, value = line.partition(b":")
        fields.append((name.rstrip(b"\r\n"), value.strip()))
        if not colon or not _TOKEN.fullmatch(name):
            fault = 400
    hosts = [value for name, value in fields if name.lower() == b"host"]
    if len(hosts) > 1 or (not hosts and request.version >= (1, 1)) or not all(map(_HOST.fullmatch, hosts)):
        fault = 400
    if not request.target.startswith((b"/", b"http://", b"https://", b"*")) and request.method != b"CONNECT":
        fault = 400
    return Request(
        raw=raw,
        method=request.method,
        target=request.target,
        version=request.version,
        fields=tuple(fields),
        fault=fault,
    )


class Body(Struct, frozen=True):
    """What followed the head. ``whole`` says whether all of it was taken; if not, the connection must end."""

    data: bytes = b""
    whole: bool = True
    fault: int = 0


def read_body(request: Request, limit: int) -> Generator[Step, bytes, Body]:
    """The body, as far as ``limit``; asks for it first where the peer waits for 100 (RFC 9110 section 10.1.1)."""
    coding, length = request.field(b"transfer-encoding"), request.field(b"content-length")
    if coding is None and length is None:
        return Body()
    if coding is not None and coding.lower() != b"chunked":
        return Body(whole=False, fault=400)
    if coding is None and (length is None or not re.fullmatch(rb"\d{1,18}", length)):
        return Body(whole=False, fault=400)
    if (request.field(b"expect") or b"").lower() == b"100-continue" and request.version >= (1, 1):
        yield Send(b"HTTP/1.1 100 Continue\r\n\r\n")
    if coding is not None:
        return (yield from _read_chunks(limit))
    return (yield from _read_length(int(length or b"0"), limit))


def _read_length(length: int, limit: int) -> Generator[Step, bytes, Body]:
    data = bytearray()
    while len(data) < min(length, limit):
        try:
            data += yield Read(limit=min(length, limit) - len(data), timeout=20.0)
        except PeerError:
            return Body(bytes(data), whole=False)
    return Body(bytes(data), whole=length <= limit)


def _read_chunks(limit: int) -> Generator[Step, bytes, Body]:
    data = bytearray()
    while len(data) <= limit:
        try:
            line = yield Read(until=b"\n", limit=1024, timeout=20.0)
            size = line.partition(b";")[0].strip()
            if not re.fullmatch(rb"[0-9A-Fa-f]{1,8}", size):
                return Body(bytes(data), whole=False, fault=400)
            left = int(size, 16)
            if not left:
                yield from _skip_trailers()
                return Body(bytes(data))
            if left > limit - len(data):
                data += yield Read(limit=max(limit - len(data), 1), timeout=20.0)
                return Body(bytes(data), whole=False)
            data += yield Read(exactly=left, limit=left, timeout=20.0)
            yield Read(until=b"\n", limit=8, timeout=20.0)
        except PeerError:
            return Body(bytes(data), whole=False, fault=400)
    return Body(bytes(data), whole=False)


def _skip_trailers() -> Generator[Step, bytes, None]:
    for _ in range(FIELDS_LIMIT):
        if not (yield Read(until=b"\n", limit=LINE_LIMIT, timeout=20.0)).strip(b"\r\n"):
            return

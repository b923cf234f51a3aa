"""An answer and its bytes, header lines in Apache's order."""

from datetime import UTC, datetime
from functools import lru_cache

from msgspec import Struct

from samovar.sensors.http.wire import Request

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
CLOSING = (400, 408, 411, 413, 414, 500, 501, 503)  # Apache's ap_status_drops_connection
REASONS = {
    200: "OK", 206: "Partial Content", 301: "Moved Permanently", 304: "Not Modified", 400: "Bad Request",
    401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 408: "Request Timeout",
    412: "Precondition Failed", 414: "Request-URI Too Long", 416: "Requested Range Not Satisfiable",
    417: "Expectation Failed", 501: "Not Implemented",
}  # fmt: skip


class Answer(Struct, frozen=True):
    """A status, header lines before and after Content-Length, and the body.

    ``sized`` says whether Apache states the body's length; where it does not, it sends chunks or hangs up.
    """

    status: int
    head: bytes = b""
    tail: bytes = b""
    kind: bytes = b"text/html; charset=iso-8859-1"
    body: bytes = b""
    sized: bool = True


@lru_cache(maxsize=8)
def date(seconds: int) -> str:
    """``Tue, 24 Nov 2026 06:58:25 GMT``."""
    when = datetime.fromtimestamp(seconds, UTC)
    return f"{DAYS[when.weekday()]}, {when.day:02} {MONTHS[when.month - 1]} {when:%Y %H:%M:%S} GMT"


def frame(request: Request, said: Answer, when: str, server: str, left: int) -> bytes:
    """The response as bytes; ``left`` requests may follow, or it says that the connection closes (-1).

    HTTP/0.9 gets the bare body.
    """
    if request.simple:
        return said.body
    head = request.method == b"HEAD"
    body = said.body
    top = f"HTTP/1.1 {said.status} {REASONS[said.status]}\r\nDate: {when}\r\nServer: {server}\r\n".encode()
    size, connection = b"", b""
    if not said.sized and left >= 0 and not head:
        size = b"Transfer-Encoding: chunked\r\n"
        body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body)
    elif said.sized and said.status != 304 and not (head and said.status >= 400):
        size = b"Content-Length: %d\r\n" % len(body)
    if left < 0:
        connection = b"Connection: close\r\n"
    elif b"keep-alive" in request.first.get(b"connection", b"").lower():
        connection = b"Keep-Alive: timeout=5, max=%d\r\nConnection: Keep-Alive\r\n" % left
    kind = b"Content-Type: %b\r\n" % said.kind if said.kind else b""
    return b"".join((top, said.head, size, said.tail, connection, kind, b"\r\n", b"" if head else body))

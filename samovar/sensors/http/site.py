"""The answers: what an Apache 2.4 with its distribution's default site says to a request."""

from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import unquote_to_bytes

from msgspec import Struct

from samovar.persona import Persona
from samovar.sensors.http.wire import Request

ALLOWED = b"GET,POST,OPTIONS,HEAD"
KNOWN = frozenset(b"PUT DELETE CONNECT PATCH PROPFIND PROPPATCH MKCOL COPY MOVE LOCK UNLOCK".split(b" "))
GUARDED = (b"/admin", b"/login", b"/manager/html", b"/phpmyadmin")
FORBIDDEN = (b"/server-status", b"/server-info", b"/icons/")
DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
REASONS = {
    301: "Moved Permanently", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed", 408: "Request Timeout", 413: "Request Entity Too Large", 414: "Request-URI Too Long",
    501: "Not Implemented", 505: "HTTP Version Not Supported",
}  # fmt: skip


class Answer(Struct, frozen=True):
    """Status line's rest, header lines after Server (in Apache's order), and the body."""

    status: str
    head: bytes
    kind: bytes = b"text/html; charset=iso-8859-1"
    body: bytes = b""


def date(seconds: float) -> str:
    """``Tue, 24 Nov 2026 06:58:25 GMT``."""
    when = datetime.fromtimestamp(int(seconds), UTC)
    return f"{DAYS[when.weekday()]}, {when.day:02} {MONTHS[when.month - 1]} {when:%Y %H:%M:%S} GMT"


@lru_cache(maxsize=4)
def front_page(persona: Persona) -> tuple[bytes, bytes]:
    """The default page and the header lines that go with it."""
    name = persona.http_page.capitalize()
    color = "E95420" if persona.http_page == "ubuntu" else "CD214F"
    page = f"""
<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml">
  <head>
    <meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />
    <title>Apache2 {name} Default Page: It works</title>
    <style type="text/css">
  body {{ background-color: #D8DBE2; font-family: Verdana, sans-serif; font-size: 11pt; text-align: center; }}
  div.main_page {{ width: 800px; margin: 3px auto; border: 2px solid #212738; background-color: #FFFFFF; }}
  div.page_header {{ height: 99px; background-color: #F5F6F7; font-size: 180%; font-weight: bold; }}
  div.section_header {{ padding: 3px 6px; background-color: #{color}; color: #FFFFFF; font-weight: bold; }}
  div.content_section_text {{ padding: 4px 8px; text-align: left; }}
    </style>
  </head>
  <body>
    <div class="main_page">
      <div class="page_header"><span>Apache2 {name} Default Page</span></div>
      <div class="section_header">It works!</div>
      <div class="content_section_text">
        <p>The web server on this machine is installed and running. Its site has not been set up yet: put your
        pages into <tt>/var/www/html/</tt>, beginning with <tt>index.html</tt>.</p>
        <p>Visitors: the site is probably being worked on. If this lasts, please tell its administrator.</p>
      </div>
      <div class="section_header">Configuration</div>
      <div class="content_section_text">
        <pre>/etc/apache2/apache2.conf, ports.conf, mods-enabled/, conf-enabled/, sites-enabled/</pre>
      </div>
    </div>
  </body>
</html>
""".encode()
    tag = f"{len(page):x}-{persona.site_time * 1_000_000:x}"
    head = f'Last-Modified: {date(persona.site_time)}\r\nETag: "{tag}"\r\nAccept-Ranges: bytes\r\n'
    return page, head.encode()


def answer(request: Request, fault: int, persona: Persona, local: tuple[str, int]) -> Answer:
    """What to say to a request. ``fault`` is the status with which it is refused, or 0."""
    if fault:
        return error(fault, request, persona, local)
    target = request.target.partition(b"?")[0]
    if target.startswith((b"http://", b"https://")):
        target = b"/" + target.split(b"/", 3)[3] if target.count(b"/") > 2 else b"/"
    method = request.method
    if method == b"OPTIONS":
        kind = b"text/html" if target != b"*" else b""
        return Answer("200 OK", b"Allow: " + ALLOWED + b"\r\n", kind)
    if method == b"TRACE":
        return error(405, request, persona, local, b"Allow: \r\n")
    if method not in (b"GET", b"HEAD", b"POST"):
        allow = b"Allow: " + ALLOWED + b"\r\n"
        return error(405 if method in KNOWN else 501, request, persona, local, allow)
    return _page(request, unquote_to_bytes(target), persona, local)


def _page(request: Request, path: bytes, persona: Persona, local: tuple[str, int]) -> Answer:
    if b"/../" in path + b"/" or not path.startswith(b"/"):
        return error(400, request, persona, local)
    if path.lstrip(b"/") in (b"", b"index.html"):
        page, head = front_page(persona)
        tag = head.partition(b"ETag: ")[2].partition(b"\r\n")[0]
        if tag in (request.field(b"if-none-match") or b""):
            return Answer("304 Not Modified", head, b"")
        return Answer("200 OK", head + b"Vary: Accept-Encoding\r\n", b"text/html", page)
    if path.startswith(b"/.ht") or path.startswith(FORBIDDEN):
        return error(403, request, persona, local)
    if path.startswith(GUARDED):
        return error(401, request, persona, local, b'WWW-Authenticate: Basic realm="Restricted"\r\n')
    if path == b"/icons":
        host = request.field(b"host") or local[0].encode()
        where = b"Location: http://" + host + b"/icons/\r\n"
        return error(301, request, persona, local, where)
    return error(404, request, persona, local)


def error(code: int, request: Request, persona: Persona, local: tuple[str, int], head: bytes = b"") -> Answer:
    """Apache's own page for a status."""
    reason = REASONS[code]
    host = (request.field(b"host") or b"").rpartition(b":")[0] or request.field(b"host") or local[0].encode()
    name = host.decode("ascii", "replace") if not request.fault else local[0]
    body = (
        '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n'
        f"<title>{code} {reason}</title>\n</head><body>\n<h1>{reason}</h1>\n<p>{_words(code, request)}</p>\n<hr>\n"
        f"<address>{persona.http_server} Server at {name} Port {local[1]}</address>\n</body></html>\n"
    )
    return Answer(f"{code} {reason}", head, body=body.encode())


def _words(code: int, request: Request) -> str:
    method = request.method.decode("latin-1").replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    match code:
        case 301:
            return 'The document has moved <a href="/icons/">here</a>.'
        case 401:
            return (
                "This server could not verify that you\nare authorized to access the document\nrequested.  "
                "Either you supplied the wrong\ncredentials (e.g., bad password), or your\nbrowser doesn't "
                "understand how to supply\nthe credentials required."
            )
        case 403:
            return "You don't have permission to access this resource."
        case 404:
            return "The requested URL was not found on this server."
        case 405:
            return f"The requested method {method} is not allowed for this URL."
        case 408:
            return "Server timeout waiting for the HTTP request from the client."
        case 414:
            return "The requested URL's length exceeds the capacity\nlimit for this server.<br />\n"
        case 501:
            return f"{method} not supported for current URL.<br />\n"
        case _:
            return f"Your browser sent a request that this server could not understand.<br />\n{request.why}"

"""Apache's own pages for the statuses that are not the site's."""

from html import escape

from samovar.sensors.http.answer import REASONS, Answer

_PAGE = (
    '<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>{code} {reason}</title>\n'
    "</head><body>\n<h1>{reason}</h1>\n<p>{words}</p>\n{more}<hr>\n<address>{server} Server at {name} Port {port}"
    "</address>\n</body></html>\n"
)
_WORDS = {
    301: 'The document has moved <a href="{about}">here</a>.',
    400: "Your browser sent a request that this server could not understand.<br />\n{about}",
    401: "This server could not verify that you\nare authorized to access the document\nrequested.  Either you "
    "supplied the wrong\ncredentials (e.g., bad password), or your\nbrowser doesn't understand how to supply\nthe "
    "credentials required.",
    403: "You don't have permission to access this resource.",
    404: "The requested URL was not found on this server.",
    405: "The requested method {about} is not allowed for this URL.",
    408: "Server timeout waiting for the HTTP request from the client.",
    414: "The requested URL's length exceeds the capacity\nlimit for this server.<br />\n",
    416: "None of the range-specifier values in the Range\nrequest-header field overlap the current extent\nof the "
    "selected resource.",
    417: "The expectation given in the Expect request-header\nfield could not be met by this server.\nThe client "
    "sent<pre>\n    Expect: {about}\n</pre>\n",
    501: "{about} not supported for current URL.<br />\n",
}
_MORE = {417: "<p>Only the 100-continue expectation is supported.</p>\n"}


def error(code: int, server: str, name: str, port: str, about: bytes = b"", head: bytes = b"") -> Answer:
    """The page; ``about`` is what of the request (or of our reason) it repeats, escaped as Apache does."""
    words = _WORDS[code].format(about=escape(about.decode("latin-1"), quote=False))
    page = _PAGE.format(
        code=code,
        reason=REASONS[code],
        words=words,
        more=_MORE.get(code, ""),
        server=server,
        name=escape(name),
        port=port,
    )
    return Answer(code, head, body=page.encode("latin-1", "replace"), sized=code != 416)

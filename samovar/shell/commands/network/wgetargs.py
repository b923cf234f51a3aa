"""What a call of wget asks for."""

from collections.abc import Generator

from samovar.shell.commands.options import Options, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Process
from samovar.shell.kernel.wait import Wait

_USAGE = "Usage: wget [OPTION]... [URL]..."
_HINT = f"{_USAGE}\n\nTry `wget --help' for more options."
_SHORT = "VhbdqvFxErkKmpHLSNc46e:o:a:i:B:t:O:T:w:Q:P:U:l:A:R:D:I:X:n:"
_LONG = {
    "version": "V", "help": "h", "background": "b", "debug": "d", "quiet": "q", "verbose": "v", "no-verbose": "nv",
    "output-file=": "o", "append-output=": "a", "input-file=": "i", "base=": "B", "tries=": "t", "output-document=":
    "O", "timeout=": "T", "dns-timeout=": "_", "connect-timeout=": "T", "read-timeout=": "_", "wait=": "w",
    "quota=": "Q", "directory-prefix=": "P", "user-agent=": "U", "header=": "header", "post-data=": "post",
    "post-file=": "postfile", "body-data=": "post", "body-file=": "postfile", "method=": "method", "referer=":
    "referer", "no-check-certificate": "_", "no-clobber": "nc", "continue": "c", "timestamping": "N",
    "server-response": "S", "spider": "spider", "recursive": "r", "level=": "l", "no-parent": "np", "mirror": "m",
    "page-requisites": "p", "force-directories": "x", "no-directories": "nd", "no-host-directories": "nH",
    "content-disposition": "_", "content-on-error": "onerror", "max-redirect=": "redirects", "no-proxy": "_",
    "no-cache": "_", "no-dns-cache": "_", "show-progress": "_", "progress=": "_", "limit-rate=": "_",
    "retry-connrefused": "_", "waitretry=": "_", "random-wait": "_", "user=": "_", "password=": "_", "http-user=": "_",
    "http-password=": "_", "ftp-user=": "_", "ftp-password=": "_", "no-cookies": "_",
    "load-cookies=": "_", "save-cookies=": "_",
    "keep-session-cookies": "_", "secure-protocol=": "_", "ca-certificate=": "_", "certificate=": "_", "no-passive-ftp":
    "_", "inet4-only": "4", "inet6-only": "6", "prefer-family=": "_", "bind-address=": "_", "unlink": "_",
    "no-hsts": "_", "https-only": "_", "compression=": "_", "no-http-keep-alive": "_", "retry-on-http-error=": "_",
    "execute=": "e", "adjust-extension": "E", "convert-links": "k", "accept=": "A", "reject=": "R",
    "trust-server-names": "_", "no-netrc": "_", "no-config": "_", "cut-dirs=": "_",
    "delete-after": "_", "start-pos=": "_",
}  # fmt: skip


class Arguments:
    """Options in the form that the download needs."""

    def __init__(self, p: Process, options: Options) -> None:
        joined = "".join(options.values("n"))
        self.quiet = "q" in options
        self.terse = "nv" in options or "v" in joined
        self.no_clobber = "nc" in options or "c" in joined
        self.background = "b" in options
        self.output = options.value("O")
        self.log = options.value("o") or options.value("a")
        self.append = "a" in options
        self.prefix = options.value("P")
        self.tree = bool({"r", "m", "x", "p"} & {name for name, _ in options.flags}) and "nd" not in options
        self.overwrite = "c" in options or "N" in options or self.tree
        self.spider, self.server_response = "spider" in options, "S" in options
        self.on_error = "onerror" in options
        self.tries = _number(options.value("t"), 20)
        self.timeout = float(_number(options.value("T"), 0))
        self.redirects = min(_number(options.value("redirects"), 20), 20)
        self.agent = options.value("U")
        self.body = options.value("post").encode("latin-1", "replace")
        self.method = options.value("method").upper() or (
            "POST" if "post" in options or "postfile" in options else "GET"
        )
        pairs = [header.partition(":") for header in options.values("header")[:32]]
        self.headers = tuple((name.strip(), value.strip()) for name, colon, value in pairs if colon and name.strip())
        if "referer" in options:
            self.headers += (("Referer", options.value("referer")),)
        if self.method == "POST":
            self.headers += (("Content-Type", "application/x-www-form-urlencoded"),)
        self.urls = list(options.rest)
        locale = p.environment.get("LC_ALL") or p.environment.get("LC_CTYPE") or p.environment.get("LANG", "")
        self._utf8 = "UTF-8" in locale.upper().replace("UTF8", "UTF-8")

    def quote(self, text: str) -> str:
        """A name in quotes, as the locale has them."""
        return f"\xe2\x80\x98{text}\xe2\x80\x99" if self._utf8 else f"'{text}'"


def _number(word: str, default: int) -> int:
    head = word.partition(".")[0]
    return int(head[:6]) if head.isdecimal() else default


def read_arguments(p: Process) -> Generator[Wait, bytes, Arguments | int]:
    """The arguments, or the status of a call that downloads nothing."""
    options = parse(p, _SHORT, _LONG, status=2, hint=_HINT)
    if "V" in options:
        p.out("GNU Wget 1.21.3 built on linux-gnu.\n\n")
        p.out("-cares +digest -gpgme +https +ipv6 +iri +large-file -metalink +nls \n+ntlm +opie +psl +ssl/gnutls \n\n")
        return 0
    if "h" in options:
        p.out(f"GNU Wget 1.21.3, a non-interactive network retriever.\n{_USAGE}\n")
        return 0
    found = Arguments(p, options)
    try:
        if "postfile" in options:
            found.body = p.contents(options.value("postfile"))[: 64 << 10]
        if "i" in options:
            listed = (yield from p.load(options.value("i")))[: 64 << 10].decode("latin-1")
            found.urls += [line.strip() for line in listed.splitlines() if line.strip()]
    except Fault as fault:
        p.err(f"{options.value('i') or options.value('postfile')}: {fault.text}\n")
        return 3
    if not found.urls:
        p.err(f"wget: missing URL\n{_HINT}\n")
        return 1
    return found

"""wget as BusyBox has it."""

from samovar.sensor import Fetched
from samovar.shell.commands.network.applet import usage
from samovar.shell.commands.network.download import Request, Url, download, failure, split
from samovar.shell.commands.options import parse
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process

_USAGE = (
    "wget [-cqS] [--spider] [-O FILE] [-o LOGFILE] [--header STR]\n\t[--post-data STR | --post-file FILE] [-Y on/off]\n"
    "\t[--no-check-certificate] [-P DIR] [-U AGENT] URL..."
)
_LONG = {
    "spider": "spider", "header=": "header", "post-data=": "post", "post-file=": "_", "no-check-certificate": "_",
    "quiet": "q", "continue": "c", "output-document=": "O", "directory-prefix=": "P", "user-agent=": "U",
    "timeout=": "T", "tries=": "t", "output-file=": "o",
}  # fmt: skip
_TIMEOUT = 131.0


def bbwget(p: Process) -> Body:
    """Download each URL."""
    options = parse(p, "cqSO:o:P:U:Y:T:t:", _LONG, hint=f"Usage: {_USAGE}")
    if not options.rest:
        return usage(p, _USAGE)
    seconds = float(options.value("T")[:4]) if options.value("T").isdecimal() else _TIMEOUT
    for word in options.rest[:64]:
        url = split(word)
        if url is None or not url.host or url.scheme not in ("http", "https", "ftp"):
            return p.fail(f"not an http or ftp url: {word}")
        pairs = [header.partition(":") for header in options.values("header")[:32]]
        request = Request(
            url=url,
            method="POST" if "post" in options else "HEAD" if "spider" in options else "GET",
            headers=tuple((name.strip(), value.strip()) for name, colon, value in pairs if colon),
            body=options.value("post").encode("latin-1", "replace"),
            user_agent=options.value("U") or "Wget",
            timeout=seconds,
            follow=5,
        )
        found = yield from download(p, request)
        quiet = "q" in options
        status = _failed(p, url, found, quiet=quiet)
        if status:
            return status
        folder = options.value("P")
        name = options.value("O") or (f"{folder}/" if folder else "") + (url.file or "index.html")
        if "spider" not in options and not _saved(p, name, found.body, quiet=quiet):
            return 1
        yield from p.flush()
    return 0


def _failed(p: Process, url: Url, found: Fetched, *, quiet: bool) -> int:
    why = failure(found, url)
    if why == "resolve":
        return p.fail(f"bad address '{url.host}'")
    if not quiet:
        p.err(f"Connecting to {url.host}:{url.port} ({found.ip or url.host}:{url.port})\n")
    if why in ("refused", "unreachable", "timeout"):
        words = {"refused": "Connection refused", "timeout": "Connection timed out"}
        ip = f" ({found.ip or url.host})"
        return p.fail(f"can't connect to remote host{ip}: {words.get(why, found.detail or 'Network is unreachable')}")
    if why == "tls":
        return p.fail("error getting response: Connection reset by peer")
    if why in ("empty", "reply"):
        return p.fail("error getting response")
    if found.status >= 400:
        return p.fail(f"server returned error: HTTP/{found.version} {found.status} {found.reason}")
    return p.fail("connection closed prematurely") if why == "cut" else 0


def _saved(p: Process, name: str, body: bytes, *, quiet: bool) -> bool:
    if name == "-":
        p.write(body)
    else:
        try:
            p.store(name, body)
        except Fault as fault:
            p.fail(f"can't open '{name}': {fault.text}")
            return False
    if not quiet:
        shown = "stdout" if name == "-" else f"'{name}'"
        p.err(f"{'writing' if name == '-' else 'saving'} to {shown}\n")
        p.err(f"\r{name:<20.20} 100% |{'*' * 32}|{len(body):6}  0:00:00 ETA\n")
        p.err("written to stdout\n" if name == "-" else f"{shown} saved\n")
    return True

"""wget (GNU, 1.21)."""

from collections.abc import Generator

from samovar.sensor import Fetched, Hop
from samovar.shell.commands.network.applet import is_applet
from samovar.shell.commands.network.bbwget import bbwget
from samovar.shell.commands.network.download import CONNECT_SECONDS, Request, Url, download, failure, split
from samovar.shell.commands.network.progress import bar, dots, elapsed_text, human, speed_text, stamp
from samovar.shell.commands.network.wgetargs import Arguments, read_arguments
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_AGENT = "Wget/1.21.3"
_MAX_URLS = 64
_RESOLVE = {
    "nxdomain": "Name or service not known",
    "nodata": "No address associated with hostname",
}


def wget(p: Process) -> Body:
    """Downloads, with wget's words on standard error."""
    if is_applet(p):
        return (yield from bbwget(p))
    arguments = yield from read_arguments(p)
    if isinstance(arguments, int):
        return arguments
    if arguments.background:
        p.err(f"Continuing in background, pid {p.pid + 1}.\n")
        if not arguments.log:
            p.err(f"Output will be written to {arguments.quote('wget-log')}.\n")
            arguments.log = "wget-log"
    job = _Job(p, arguments)
    return (yield from job.run())


class _Job:
    """One call."""

    def __init__(self, p: Process, arguments: Arguments) -> None:
        self.p, self.arguments = p, arguments
        self.quote = arguments.quote
        self.loud = not arguments.quiet and not arguments.terse
        self._log: list[str] = []
        self._host = ""
        self._files, self._bytes, self._seconds = 0, 0, 0.0

    def say(self, text: str) -> None:
        """To standard error, or the log."""
        if self.arguments.log:
            self._log.append(text)
        else:
            self.p.err(text)

    def run(self) -> Body:
        p, arguments, started = self.p, self.arguments, self.p.now
        status = 0
        if arguments.output not in ("", "-"):
            try:
                p.store(arguments.output, b"")
            except Fault as fault:
                self.say(f"{arguments.output}: {fault.text}\n")
                return 1
        for word in arguments.urls[:_MAX_URLS]:
            status = (yield from self._one(word)) or status
            yield from p.flush()
        if self._files and (len(arguments.urls) > 1 or arguments.tree) and not arguments.quiet:
            self.say(f"FINISHED --{stamp(p.now)}--\nTotal wall clock time: {elapsed_text(max(p.now - started, 0.1))}\n")
            total = f"{self._files} files, {human(self._bytes)} in {elapsed_text(self._seconds)}"
            self.say(f"Downloaded: {total} ({speed_text(self._bytes, self._seconds)})\n")
        if arguments.log:
            old = b""
            if arguments.append and p.view.exists(p.path(arguments.log)):
                old = p.contents(arguments.log)
            p.store(arguments.log, old + "".join(self._log).encode("latin-1", "replace"))
        return status

    def _one(self, word: str) -> Generator[Wait, bytes, int]:
        p, arguments = self.p, self.arguments
        url = split(word)
        if url is None or not url.host or url.scheme not in ("http", "https", "ftp", "ftps"):
            reason = "Unsupported scheme" if url and url.host else "Invalid host name"
            if url and url.host:
                reason += f" {self.quote(url.scheme)}"
            self.say(f"{word}: {reason}.\n")
            return 1
        name = self._name(url)
        if arguments.no_clobber and not arguments.output and p.view.exists(p.path(name)):
            self.say("" if arguments.quiet else f"File {self.quote(name)} already there; not retrieving.\n\n")
            return 0
        if arguments.spider and self.loud:
            self.say("Spider mode enabled. Check if remote file exists.\n")
        tries = min(arguments.tries or 20, 20)
        for attempt in range(1, tries + 1):
            result = yield from self._try(url, name, attempt)
            if result is not None:
                return result
            if self.loud:
                self.say("Giving up.\n\n" if attempt == tries else "Retrying.\n\n")
            yield from p.sleep(min(attempt, 10.0) if attempt < tries else 0.0)
        return 4

    def _try(self, url: Url, name: str, attempt: int) -> Generator[Wait, bytes, int | None]:
        """One attempt; None: another one may help."""
        arguments = self.arguments
        again = f"(try:{attempt:2})  " if attempt > 1 else ""
        if self.loud:
            self.say(f"--{stamp(self.p.now)}--  {again}{url.text}\n")
            if url.scheme == "ftp":
                self.say(f"           => {self.quote(name)}\n")
            if not url.literal and url.host != self._host:
                self.say(f"Resolving {url.host} ({url.host})... ")
            elif url.literal:
                self.say(f"Connecting to {url.host}:{url.port}... ")
        request = Request(
            url=url,
            method="HEAD" if arguments.spider else arguments.method,
            headers=(("Accept", "*/*"), ("Accept-Encoding", "identity"), *arguments.headers),
            body=arguments.body,
            user_agent=arguments.agent or _AGENT,
            timeout=arguments.timeout or CONNECT_SECONDS,
            follow=0 if arguments.spider and not url.scheme.startswith("http") else arguments.redirects,
        )
        found = yield from download(self.p, request)
        return self._told(url, found, name)

    # the answer -----------------------------------------------------------------------------------------

    def _told(self, url: Url, found: Fetched, name: str) -> int | None:
        why, here = failure(found, url), url
        hops: list[Hop] = [*found.redirects, found]
        for place, hop in enumerate(hops):
            last = place == len(hops) - 1
            if place:
                here = split(hop.url) or here
                self._begin_again(here)
            if last and why == "resolve":
                return self._unresolved(here, found.detail)
            if last and not hop.ip and not why:
                why = "empty"
            self._connected(here, hop, place)
            if last and why in ("timeout", "refused", "unreachable"):
                words = {"timeout": "Connection timed out", "refused": "Connection refused"}
                if self.loud:
                    self.say(f"failed: {words.get(why, found.detail or 'Network is unreachable')}.\n")
                return None if why == "timeout" else 4
            if self.loud:
                self.say("connected.\n")
            if last and why == "tls":
                self.say("" if self.arguments.quiet else "Unable to establish SSL connection.\n")
                return 4
            if here.scheme == "ftp":
                break
            self._responded(hop, why if last else "")
            if last and why == "empty":
                return None
            if not last and self.loud:
                target = next((value for key, value in hop.headers if key.lower() == "location"), hops[place + 1].url)
                self.say(f"Location: {target} [following]\n")
        if here.scheme == "ftp":
            return self._ftp(here, found, name, why)
        return self._body(here, found, name, why)

    def _begin_again(self, url: Url) -> None:
        if not self.loud:
            return
        self.say(f"--{stamp(self.p.now)}--  {url.text}\n")
        if not url.literal and url.host != self._host:
            self.say(f"Resolving {url.host} ({url.host})... ")
        elif url.literal:
            self.say(f"Connecting to {url.host}:{url.port}... ")

    def _unresolved(self, url: Url, detail: str) -> int:
        if self.loud:
            self.say(f"failed: {_RESOLVE.get(detail, 'Temporary failure in name resolution')}.\n")
        if not self.arguments.quiet:
            self.say(f"wget: unable to resolve host address {self.quote(url.host)}\n")
        return 4

    def _connected(self, url: Url, hop: Hop, place: int) -> None:
        if not self.loud or url.literal:
            return
        ip = hop.ip or "0.0.0.0"  # noqa: S104  # shown, not bound
        if url.host != self._host:
            self.say(", ".join(hop.addresses[:3] or (ip,)) + (", ...\n" if len(hop.addresses) > 3 else "\n"))
        self._host = url.host
        shown = f"[{ip}]" if ":" in ip else ip
        self.say(f"Connecting to {url.host} ({url.host})|{shown}|:{url.port}... ")

    def _responded(self, hop: Hop, why: str) -> None:
        if not self.loud and not self.arguments.server_response:
            return
        self.say("HTTP request sent, awaiting response... " if self.loud else "")
        if why == "empty":
            self.say("No data received.\n" if self.loud else "")
        elif self.arguments.server_response:
            head = f"  HTTP/{hop.version or '1.1'} {hop.status} {hop.reason}\n"
            self.say("\n" + head + "".join(f"  {key}: {value}\n" for key, value in hop.headers))
        else:
            self.say(f"{hop.status} {hop.reason}\n")

    def _body(self, url: Url, found: Fetched, name: str, why: str) -> int:
        arguments = self.arguments
        if found.status >= 300 and not (found.status >= 400 and arguments.on_error):
            if arguments.spider and self.loud:
                self.say("Remote file does not exist -- broken link!!!\n\n")
            elif found.status < 400:
                self.say("" if arguments.quiet else f"{arguments.redirects} redirections exceeded.\n")
            elif not arguments.quiet:
                self.say(f"{url.text}:\n" if arguments.terse else "")
                self.say(f"{stamp(self.p.now)} ERROR {found.status}: {found.reason}.\n")
                self.say("" if arguments.terse else "\n")
            return 8
        if self.loud:
            kind = next((value for key, value in found.headers if key.lower() == "content-type"), "")
            kind = f" [{kind.partition(';')[0].strip()}]" if kind else ""
            size = "unspecified" if found.length is None else str(found.length)
            size += f" ({human(found.length)})" if found.length is not None and found.length >= 1024 else ""
            self.say(f"Length: {size}{kind}\n")
        if arguments.spider:
            self.say("Remote file exists.\n\n" if self.loud else "")
            return 0
        return self._save(url, found, name, why, known=found.length is not None)

    def _save(self, url: Url, found: Fetched, name: str, why: str, *, known: bool) -> int:
        p, arguments = self.p, self.arguments
        target = arguments.output or self._free(name)
        try:
            self._write(target, found.body)
        except Fault as fault:
            self.say(f"{target}: {fault.text}\n\nCannot write to {self.quote(target)} ({fault.text}).\n")
            return 3
        size, seconds = len(found.body), max(found.elapsed * 0.4, 0.0001)
        self._files, self._bytes, self._seconds = self._files + 1, self._bytes + size, self._seconds + seconds
        total = f"{size}/{found.length}" if known else str(size)
        if arguments.terse and not arguments.quiet:
            self.say(f'{stamp(p.now)} URL:{url.text} [{total}] -> "{target}" [1]\n')
        if self.loud:
            shown = "STDOUT" if target == "-" else target
            if url.scheme != "ftp":
                self.say(f"Saving to: {self.quote(shown)}\n\n")
            self._progress(shown, size, seconds, known=known)
            when = f"{stamp(p.now)} ({speed_text(size, seconds)})"
            saved = "written to stdout" if target == "-" else f"{self.quote(target)} saved"
            if why == "cut":
                self.say(f"{when} - Connection closed at byte {size}. Giving up.\n\n")
            else:
                self.say(f"{when} - {saved} [{total}]\n\n")
        return 4 if why == "cut" else 0

    def _progress(self, name: str, size: int, seconds: float, *, known: bool) -> None:
        stream = self.p.descriptors.get(2)
        if stream is not None and stream.tty and not self.arguments.log:
            self.say(bar(name, size, seconds, known=known) + "\n\n")
            return
        for line in dots(size, seconds, self.p.kernel.noise("wget", 32), known=known):
            self.say(line)
        self.say("\n")

    def _ftp(self, url: Url, found: Fetched, name: str, why: str) -> int:
        if self.loud:
            self.say("Logging in as anonymous ... ")
        if why and found.status in (430, 530):
            self.say("" if self.arguments.quiet else "\nLogin incorrect.\n")
            return 6
        if self.loud:
            self.say("Logged in!\n==> SYST ... done.    ==> PWD ... done.\n==> TYPE I ... done.  ==> CWD not needed.\n")
            self.say(f"==> SIZE {url.file} ... {len(found.body) if not why else 'done.'}\n")
            self.say(f"==> PASV ... done.    ==> RETR {url.file} ... ")
        if why and why != "cut":
            if self.loud:
                self.say(f"\nNo such file {self.quote(url.file)}.\n\n")
            return 8
        self.say(f"done.\nLength: {len(found.body)} (unauthoritative)\n\n" if self.loud else "")
        return self._save(url, found, name, why, known=False)

    # files ----------------------------------------------------------------------------------------------

    def _name(self, url: Url) -> str:
        arguments = self.arguments
        query = url.path.partition("?")[2]
        name = (url.file or "index.html") + (f"?{query}" if query else "")
        if name in (".", ".."):
            name = "index.html"
        if arguments.tree:
            folder = url.path.partition("?")[0].rpartition("/")[0].strip("/")
            parts = [part for part in (url.host, *folder.split("/")) if part not in ("", ".", "..")]
            name = "/".join([*parts[:32], name])
        return f"{arguments.prefix.rstrip('/') or '/'}/{name}" if arguments.prefix not in ("", ".") else name

    def _free(self, name: str) -> str:
        view, path = self.p.view, self.p.path
        if self.arguments.overwrite or not view.exists(path(name)):
            return name
        for number in range(1, 1000):
            self.p.spend(1)
            if not view.exists(path(f"{name}.{number}")):
                return f"{name}.{number}"
        return name

    def _write(self, target: str, body: bytes) -> None:
        p = self.p
        if target == "-":
            p.write(body)
            return
        folders = p.path(target).split("/")[1:-1]
        for depth in range(1, len(folders) + 1):
            folder = "/" + "/".join(folders[:depth])
            if not p.view.exists(folder):
                p.spend(1)
                p.view.mkdir(folder, 0o777 & ~p.umask)
        if self.arguments.output and self._files:  # one file takes all
            body = p.contents(target) + body
        p.store(target, body)

"""curl (7.88)."""

import base64
from collections.abc import Generator
from datetime import UTC, datetime

from samovar.sensor import Fetched, Hop
from samovar.shell.commands.network.curlargs import TRY, Arguments, Misuse, read_arguments
from samovar.shell.commands.network.download import CONNECT_SECONDS, Request, Url, download, failure, note, split
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_AGENT = "curl/7.88.1"
_MAX_URLS = 64
_HEADER = (
    "  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n"
    "                                 Dload  Upload   Total   Spent    Left  Speed\n"
)
_NEVER = "--:--:--"
_NOTHING = f"\r  0     0    0     0    0     0      0      0 {_NEVER} {_NEVER} {_NEVER}     0"
_VERSION = (
    "curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1 OpenSSL/3.0.17 zlib/1.2.13 brotli/1.0.9 zstd/1.5.4 "
    "libidn2/2.3.3 libpsl/0.21.2 (+libidn2/2.3.3) libssh2/1.10.0 nghttp2/1.52.0 librtmp/2.3 OpenLDAP/2.5.13\n"
    "Release-Date: 2023-02-20, security patched: 7.88.1-10+deb12u15\n"
    "Protocols: dict file ftp ftps gopher gophers http https imap imaps ldap ldaps mqtt pop3 pop3s rtmp rtmpe rtmps "
    "rtmpt rtmpte rtmpts rtsp scp sftp smb smbs smtp smtps telnet tftp\n"
    "Features: alt-svc AsynchDNS brotli GSS-API HSTS HTTP2 HTTPS-proxy IDN IPv6 Kerberos Largefile libz NTLM "
    "NTLM_WB PSL SPNEGO SSL threadsafe TLS-SRP UnixSockets zstd\n"
)
_SCHEMES = frozenset({"http", "https", "ftp", "ftps", "tftp", "file"})


def curl(p: Process) -> Body:
    """Downloads, with curl's words on standard error."""
    try:
        arguments = read_arguments(p)
    except Misuse as misuse:
        p.err(f"curl: {misuse}\n{TRY}")
        return 2
    if "V" in arguments:
        p.out(_VERSION)
        return 0
    if "h" in arguments:
        p.out("Usage: curl [options...] <url>\n")
        return 0
    if not arguments.urls:
        p.err(("curl: no URL specified!\n" if len(p.argv) > 1 else "") + TRY)
        return 2
    transfer = _Transfer(p, arguments)
    status, outputs = 0, arguments.values("o")
    for place, word in enumerate(arguments.urls[:_MAX_URLS]):
        status = yield from transfer.run(word, outputs[place] if place < len(outputs) else "")
        yield from p.flush()
    return status


class _Transfer:
    """The transfers of one call."""

    def __init__(self, p: Process, arguments: Arguments) -> None:
        self.p, self.arguments = p, arguments
        self.silent = "s" in arguments

    def run(self, word: str, output: str) -> Generator[Wait, bytes, int]:
        """One URL; the status."""
        p, arguments = self.p, self.arguments
        scheme = "ftp" if word.lower().startswith("ftp.") else "http"
        url = split(word, scheme)
        if url is None or (not url.host and url.scheme != "file"):
            return self._error(3, "URL using bad/illegal format or missing URL")
        if url.scheme not in _SCHEMES:
            return self._error(1, f'Protocol "{url.scheme}" not supported or disabled in libcurl')
        if "O" in arguments and not output:
            output = url.file
            if not output:
                p.err("curl: Remote file name has no length!\n" + TRY)
                return 23
        self._meter_on = self._wants_meter(output)
        if url.scheme == "file":
            return self._local(url, output)
        try:
            request = self._request(url)
        except Fault as fault:
            p.err(f"curl: Can't open '{arguments.value('T')}'! ({fault.text})\n" + TRY)
            return 26
        if "x" in arguments:
            return (yield from self._proxy(request))
        found = yield from download(p, request)
        return self._told(url, found, output, request)

    def _wants_meter(self, output: str) -> bool:
        stream = self.p.descriptors.get(1)
        shown = bool(output and output != "-") or stream is None or not stream.tty
        return shown and not self.silent

    def _request(self, url: Url) -> Request:
        arguments = self.arguments
        words = arguments.values("d")[:32]
        parts = [self.p.contents(word[1:]).decode("latin-1") if word.startswith("@") else word for word in words]
        body = "&".join(parts)[: 64 << 10]
        method = arguments.value("X") or (
            "HEAD" if "I" in arguments else "POST" if parts or "F" in arguments else "GET"
        )
        if "G" in arguments and body:
            url = split(url.text + ("&" if "?" in url.path else "?") + body) or url
            method, body = "GET", ""
        if "T" in arguments:
            method, body = "PUT", self.p.contents(arguments.value("T"))[: 64 << 10].decode("latin-1")
        headers: list[tuple[str, str]] = []
        if "u" in arguments:
            token = base64.b64encode(arguments.value("u").encode("latin-1", "replace")).decode()
            headers.append(("Authorization", f"Basic {token}"))
        headers.append(("Accept", "*/*"))
        if "e" in arguments:
            headers.append(("Referer", arguments.value("e")))
        if "b" in arguments and "=" in arguments.value("b"):
            headers.append(("Cookie", arguments.value("b")))
        agent = arguments.value("A", _AGENT)
        for word in arguments.values("H")[:32]:
            name, colon, value = word.partition(":")
            if name.strip().lower() == "user-agent":
                agent = value.strip()
            elif colon and name.strip():
                headers = [pair for pair in headers if pair[0].lower() != name.strip().lower()]
                headers += [(name.strip(), value.strip())] if value.strip() else []
        if body and not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/x-www-form-urlencoded"))
        return Request(
            url=url, method=method.upper(), headers=tuple(headers), body=body.encode("latin-1", "replace"),
            user_agent=agent, timeout=self._limit(), follow=20 if "L" in arguments else 0,
        )  # fmt: skip

    def _limit(self) -> float:
        limits = [_seconds(self.arguments.value(name)) for name in ("m", "connect")]
        return min([limit for limit in limits if limit > 0] or [CONNECT_SECONDS])

    def _proxy(self, request: Request) -> Generator[Wait, bytes, int]:
        note(self.p, request)
        proxy = split(self.arguments.value("x"))
        yield from self.p.sleep(self._limit())
        host, port = (proxy.host, proxy.port if proxy.port != 80 else 1080) if proxy else ("", 1080)
        return self._error(28, self._timed_out(host, port))

    def _local(self, url: Url, output: str) -> int:
        try:
            body = self.p.contents(url.path)
        except Fault:
            self._meter(_NOTHING)
            return self._error(37, f"Couldn't open file {url.path}")
        self._done(body, 0.001)
        return self._write(output, body)

    # the answer -----------------------------------------------------------------------------------------

    def _told(self, url: Url, found: Fetched, output: str, request: Request) -> int:
        arguments, why = self.arguments, failure(found, url)
        here = split(found.url) or url
        if "v" in arguments:
            self._verbose(url, [*found.redirects, found], request, why)
        if why in ("resolve", "refused", "unreachable", "timeout", "tls"):
            return self._unconnected(here, found, why)
        if why in ("empty", "reply"):
            self._meter(_NOTHING * 2 + "\n")
            if why == "reply":
                status = 67 if found.status in (430, 530) else 78 if found.scheme == "ftp" else 68
                words = {67: f"Access denied: {found.status}", 68: "TFTP: File Not Found"}
                return self._error(status, words.get(status, f"RETR response: {found.status}"))
            return self._error(52, "Empty reply from server")
        if "f" in arguments and found.status >= 400:
            self._meter(f"{_NOTHING}\r  0 {_amount(len(found.body))}" + _NOTHING[10:] + "\n")
            return self._error(22, f"The requested URL returned error: {found.status}")
        self._done(found.body, max(found.elapsed, 0.001))
        head = ""
        if ("i" in arguments or "I" in arguments) and found.scheme in ("http", "https"):
            head = "".join(_head(hop) for hop in (*found.redirects, found))
        status = self._write(output, head.encode("latin-1", "replace") + found.body)
        if "w" in arguments:
            self.p.out(self._written_out(found, here))
        if why == "cut" and not status:
            left = max((found.length or 0) - len(found.body), 1)
            return self._error(18, f"transfer closed with {left} bytes remaining to read")
        return status

    def _unconnected(self, url: Url, found: Fetched, why: str) -> int:
        self._meter(_NOTHING if why == "resolve" else _NOTHING * 2 + "\n")
        if why == "resolve":
            return self._error(6, f"Could not resolve host: {url.host}")
        if why == "timeout":
            return self._error(28, self._timed_out(url.host, url.port))
        if why == "tls":
            return self._error(35, f"error:0A000126:SSL routines::{found.detail.lower().replace('_', ' ')}")
        spent = int(found.elapsed * 1000)
        return self._error(
            7, f"Failed to connect to {url.host} port {url.port} after {spent} ms: Couldn't connect to server"
        )

    def _timed_out(self, host: str, port: int) -> str:
        limit = self._limit()
        if limit < CONNECT_SECONDS:
            return f"Connection timed out after {int(limit * 1000) + 1} milliseconds"
        return f"Failed to connect to {host} port {port} after {int(limit * 1000) + 12} ms: Couldn't connect to server"

    def _verbose(self, url: Url, hops: list[Hop], request: Request, why: str) -> None:
        for place, hop in enumerate(hops):
            here = split(hop.url) or url
            last = place == len(hops) - 1
            if last and why == "resolve":
                self.p.err(f"* Could not resolve host: {here.host}\n* Closing connection 0\n")
                return
            ip = hop.ip or here.host
            self.p.err(f"*   Trying {ip}:{here.port}...\n")
            if last and why in ("timeout", "refused", "unreachable"):
                words = {"timeout": "Connection timed out", "refused": "Connection refused"}
                self.p.err(f"* connect to {ip} port {here.port} failed: {words.get(why, 'Network is unreachable')}\n")
                self.p.err(f"* Failed to connect to {here.host} port {here.port}: Couldn't connect to server\n")
                self.p.err("* Closing connection 0\n")
                return
            self.p.err(f"* Connected to {here.host} ({ip}) port {here.port} (#{place})\n")
            port = "" if here.port in (80, 443) else f":{here.port}"
            lines = [
                f"{request.method} {here.path} HTTP/1.1",
                f"Host: {here.host}{port}",
                f"User-Agent: {request.user_agent}",
            ]
            lines += [f"{name}: {value}" for name, value in request.headers]
            self.p.err("".join(f"> {line}\r\n" for line in [*lines, ""]))
            if hop.status:
                self.p.err("".join(f"< {line}\r\n" for line in _head(hop).split("\r\n")[:-1]))
        body = hops[-1].body if isinstance(hops[-1], Fetched) else b""
        self.p.err((f"{{ [{len(body)} bytes data]\n" if body else "") + f"* Connection #{len(hops) - 1} left intact\n")

    def _written_out(self, found: Fetched, url: Url) -> str:
        text = self.arguments.value("w")[:4096]
        values = {
            "http_code": f"{found.status:03}", "response_code": f"{found.status:03}", "url_effective": url.text,
            "remote_ip": found.ip, "remote_port": str(found.port), "size_download": str(len(found.body)),
            "time_total": f"{found.elapsed:.6f}", "time_connect": f"{found.elapsed / 3:.6f}",
            "time_namelookup": "0.004210",
            "num_redirects": str(len(found.redirects)), "http_version": found.version, "scheme": found.scheme.upper(),
            "content_type": next((v for k, v in found.headers if k.lower() == "content-type"), ""),
        }  # fmt: skip
        for name, value in values.items():
            text = text.replace(f"%{{{name}}}", value)
        return text.replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r").replace("%%", "%")

    def _write(self, output: str, body: bytes) -> int:
        p = self.p
        if not output or output == "-":
            stream = p.descriptors.get(1)
            if stream is not None and stream.tty and b"\0" in body[:2048] and output != "-":
                p.err("Warning: Binary output can mess up your terminal. Use \"--output -\" to tell \n"
                      "Warning: curl to output it to your terminal anyway, or consider \"--output \n"
                      "Warning: <FILE>\" to save to a file.\n")  # fmt: skip
                return 23
            p.write(body)
            return 0
        folder = self.arguments.value("dir")
        name = f"{folder.rstrip('/')}/{output}" if folder else output
        try:
            if "dirs" in self.arguments:
                parts = p.path(name).split("/")[1:-1][:32]
                for depth in range(1, len(parts) + 1):
                    if not p.view.exists("/" + "/".join(parts[:depth])):
                        p.view.mkdir("/" + "/".join(parts[:depth]), 0o777 & ~p.umask)
            p.store(name, body)
        except Fault as fault:
            if not self.silent:
                p.err(f"Warning: Failed to open the file {name}: {fault.text}\n")
            return self._error(23, "Failure writing output to destination")
        return 0

    # words ----------------------------------------------------------------------------------------------

    def _error(self, status: int, text: str) -> int:
        if not self.silent or "S" in self.arguments:
            self.p.err(f"curl: ({status}) {text}\n")
        return status

    def _meter(self, text: str) -> None:
        if not self._meter_on or "#" in self.arguments:
            return
        self.p.err(_HEADER + text)

    def _done(self, body: bytes, seconds: float) -> None:
        if self._meter_on and "#" in self.arguments:
            self.p.err("\r" + "#" * 72 + " 100.0%\n")
            return
        size, speed = len(body), int(len(body) / seconds)
        spent = _NEVER if seconds < 1 else datetime.fromtimestamp(seconds, UTC).strftime("%k:%M:%S").rjust(8)
        percent, amount = (100 if size else 0), _amount(size)
        line = f"\r{percent:3} {amount}  {percent:3} {amount}    0     0  {_amount(speed)}      0 "
        if seconds >= 1:
            self._meter(f"{_NOTHING}{line}{spent} {spent} {_NEVER} {_amount(speed)}\n")
        else:
            self._meter(f"{_NOTHING}{line}{_NEVER} {_NEVER} {_NEVER} {_amount(speed)}\n")


def _amount(number: int) -> str:
    if number < 100_000:
        return f"{number:5}"
    if number < 10_000 << 10:
        return f"{number >> 10:4}k"
    if number < 100 << 20:
        return f"{number >> 20:2}.{(number & 0xFFFFF) * 10 >> 20}M"
    return f"{number >> 20:4}M"


def _head(hop: Hop) -> str:
    first = f"HTTP/{hop.version or '1.1'} {hop.status} {hop.reason}"
    return "".join(f"{line}\r\n" for line in [first, *(f"{key}: {value}" for key, value in hop.headers), ""])


def _seconds(word: str) -> float:
    whole, _, part = word.partition(".")
    if not whole[:5].isdecimal() or (part and not part.isdecimal()):
        return 0.0
    return float(f"{whole[:5]}.{part[:3] or 0}")

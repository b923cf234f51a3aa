"""tftp, ftpget and ftpput: what they are asked for is recorded, also where the call itself is wrong."""

import itertools
from collections.abc import Generator

from samovar.shell.commands.network.applet import is_applet, usage
from samovar.shell.commands.network.download import Request, Url, download, failure, note, split
from samovar.shell.commands.options import parse
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_TFTP = "tftp [OPTIONS] HOST [PORT]"
_FTP = "[OPTIONS] HOST [LOCAL_FILE] REMOTE_FILE"
_HPA = "Usage: tftp [-4][-6][-v][-V][-l][-m mode] [-w size] [-B blocksize] [-R port:port] [host [port]] [-c command]\n"
_TIMEOUT = 25.0


def tftp(p: Process) -> Body:
    """BusyBox's applet by -g and -r; tftp-hpa by -c get, or by commands on standard input."""
    if is_applet(p):
        return (yield from _applet(p))
    words = p.argv[1:]
    if any(word in ("-g", "-r", "-p") for word in words):  # an applet's call to the wrong program
        values = dict(itertools.pairwise(words))
        host = next((word for word in reversed(words) if not word.startswith("-")), "")
        if url := split(f"{host}/{values.get('-r', '')}", "tftp"):
            note(p, Request(url=url))
        p.err(_HPA)
        return 64
    rest = [word for word in words if not word.startswith("-")]
    if "-c" in words:
        place = words.index("-c")
        rest, command = [word for word in words[:place] if not word.startswith("-")], words[place + 1 :]
        return (yield from _command(p, rest[:1], command))
    while line := (yield from p.line()):
        command = line.decode("latin-1").split()
        if command[:1] in (["quit"], ["q"]):
            break
        if command[:1] == ["connect"]:
            rest = command[1:2]
        elif command:
            yield from _command(p, rest[:1], command)
    return 0


def _command(p: Process, host: list[str], command: list[str]) -> Body:
    if command[:1] != ["get"] or len(command) < 2:
        return 0
    where, colon, remote = command[1].partition(":")
    target, remote = (where, remote) if colon else (host[0] if host else "", where)
    if not target:
        p.out("No target machine specified.\n")
        return 1
    url = split(f"{target}/{remote.lstrip('/')}", "tftp")
    if url is None:
        p.out(f"tftp: {target}: unknown host\n")
        return 1
    why, data = yield from _get(p, url)
    if why == "resolve":
        p.err(f"tftp: {target}: Name or service not known\n")
        return 1
    if why:
        p.out("Error code 1: File not found\n" if why == "reply" else "Transfer timed out.\n\n")
        return 1
    p.store(command[2] if len(command) > 2 else remote.rpartition("/")[2], data)
    return 0


def _get(p: Process, url: Url) -> Generator[Wait, bytes, tuple[str, bytes]]:
    found = yield from download(p, Request(url=url, timeout=_TIMEOUT))
    return failure(found, url), found.body


def _applet(p: Process) -> Body:
    options = parse(p, "gpl:r:b:", hint=f"Usage: {_TFTP}")
    name = options.value("r") or options.value("l")
    if not options.rest or not name or not ("g" in options or "p" in options):
        return usage(p, _TFTP)
    port = f":{options.rest[1]}" if len(options.rest) > 1 and options.rest[1].isdecimal() else ""
    url = split(f"{options.rest[0]}{port}/{name.lstrip('/')}", "tftp")
    if url is None:
        return p.fail(f"bad address '{options.rest[0]}'")
    if "p" in options:
        note(p, Request(url=url, method="PUT"))
        yield from p.sleep(_TIMEOUT)
        return p.fail("timeout")
    why, data = yield from _get(p, url)
    if why:
        reasons = {"resolve": f"bad address '{url.host}'", "reply": "server error: (1) File not found"}
        return p.fail(reasons.get(why, "timeout"))
    return _saved(p, options.value("l") or url.file, data)


def _saved(p: Process, name: str, data: bytes) -> int:
    if name == "-":
        p.write(data)
        return 0
    try:
        p.store(name, data)
    except Fault as fault:
        return p.fail(f"can't open '{name}': {fault.text}")
    return 0


def ftpget(p: Process) -> Body:
    """ftpget and ftpput: BusyBox's clients, which only an applet's call reaches."""
    options = parse(p, "cvu:p:P:", hint=f"Usage: {p.name} {_FTP}")
    if len(options.rest) < 2:
        return usage(p, f"{p.name} {_FTP}")
    host, *names = options.rest
    local, remote = (names[0], names[1]) if len(names) > 1 else (names[0], names[0])
    if p.name == "ftpput":
        local, remote = remote, local
    port = f":{options.value('P')}" if options.value("P").isdecimal() else ""
    user = f"{options.value('u')}:{options.value('p')}@" if "u" in options else ""
    url = split(f"{user}{host}{port}/{remote.lstrip('/')}", "ftp")
    if url is None or not url.host:
        return p.fail(f"bad address '{host}'")
    if p.name == "ftpput":
        note(p, Request(url=url, method="PUT"))
        yield from p.sleep(_TIMEOUT)
        return p.fail(f"can't connect to remote host ({url.host}): Connection timed out")
    why, data = yield from _get(p, url)
    if "v" in options and why != "resolve":
        p.err(f"Connecting to {url.host} ({url.host}:{url.port})\n")
    if why == "resolve":
        return p.fail(f"bad address '{url.host}'")
    if why:
        words = {"refused": "Connection refused", "unreachable": "Network is unreachable"}
        if why == "reply":
            return p.fail("unexpected server response to RETR: 550 Failed to open file.")
        return p.fail(f"can't connect to remote host ({url.host}): {words.get(why, 'Connection timed out')}")
    return _saved(p, local, data)

"""nc, telnet, ping, ssh and scp: nobody is ever reached; whom they wanted is recorded."""

from collections.abc import Generator

from samovar.numeric import numeric
from samovar.shell.commands.network.download import Request, listens, note, own, split
from samovar.shell.commands.options import parse
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_CONNECT = 127.0  # seconds until the kernel gives up


def _asked(p: Process, scheme: str, host: str, port: str) -> None:
    """Record a connection that was wanted."""
    where = f"[{host}]" if ":" in host else host
    if url := split(f"{scheme}://{where}{':' + port if port.isdecimal() else ''}"):
        note(p, Request(url=url, method=""))


def _fate(p: Process, host: str, port: str, seconds: float) -> Generator[Wait, bytes, str]:
    """How a connection ends: unknown, refused, open (this machine's own port), or timeout."""
    if own(p, host):
        return "open" if port.isdecimal() and listens(p, int(port[:6])) else "refused"
    if numeric(host) is None:
        yield from p.sleep(min(seconds, 10.0))
        return "unknown"
    yield from p.sleep(seconds)
    return "timeout"


def nc(p: Process) -> Body:
    """netcat-openbsd."""
    options = parse(
        p, "46bCDdFhI:i:klM:m:NnO:P:p:q:rSs:T:tUuV:vW:w:X:x:Zz", hint="usage: nc [-46CDdFhklNnrStUuvZz] ..."
    )
    seconds = float(options.value("w")[:4]) if options.value("w").isdecimal() else _CONNECT
    if "l" in options:
        port = options.value("p") or (options.rest[-1] if options.rest else "")
        if not port.isdecimal():
            return p.fail("missing port with option -l")
        yield from p.sleep(seconds if "w" in options else 3600.0)  # it listens, and nobody comes
        return 0
    if len(options.rest) < 2:
        p.err("usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]\n\t  [destination] [port]\n")
        return 1
    host, port = options.rest[:2]
    _asked(p, "udp" if "u" in options else "tcp", host, port)
    fate = yield from _fate(p, host, port.partition("-")[0], seconds)
    verbose = "v" in options
    if fate == "unknown":
        p.err(f'nc: getaddrinfo for host "{host}" port {port}: Temporary failure in name resolution\n')
    elif fate == "open":
        p.err(f"Connection to {host} {port} port [tcp/*] succeeded!\n" if verbose else "")
        return 0
    elif verbose:
        why = "Connection refused" if fate == "refused" else "Connection timed out"
        p.err(f"nc: connect to {host} port {port} (tcp) failed: {why}\n")
    return 1


def telnet(p: Process) -> Body:
    """inetutils-telnet."""
    words = [word for word in p.argv[1:] if not word.startswith("-")]
    if not words:
        p.out("telnet> ")
        yield from p.everything()
        return 0
    host, port = words[0], words[1] if len(words) > 1 else "23"
    _asked(p, "telnet", host, port)
    if numeric(host) is not None:
        p.out(f"Trying {host}...\n")
    fate = yield from _fate(p, host, port, _CONNECT)
    if fate == "unknown":
        p.err(f"telnet: could not resolve {host}/{port}: Temporary failure in name resolution\n")
    else:
        why = "Connection refused" if fate in ("refused", "open") else "Connection timed out"
        p.err(f"telnet: Unable to connect to remote host: {why}\n")
    return 1


def ping(p: Process) -> Body:
    """iputils: this machine answers, and nobody else."""
    options = parse(p, "46aAbBc:CdDe:fhi:I:l:Lm:M:nN:Op:Pqrs:S:t:T:UvVw:W:", hint="", in_order=False)
    if not options.rest:
        p.err("ping: usage error: Destination address required\n")
        return 1
    host = options.rest[-1]
    address = numeric(host)
    here = own(p, host)
    if address is None and not here:
        yield from p.sleep(5.0)
        p.err(f"ping: {host}: Temporary failure in name resolution\n")
        return 2
    ip = str(address) if address is not None else "127.0.0.1"
    count = int(options.value("c")[:4]) if options.value("c").isdecimal() else 1 << 20
    wait = float(options.value("W")[:4]) if options.value("W").isdecimal() else 10.0
    p.out(f"PING {host} ({ip}) 56(84) bytes of data.\n")
    began, sent, got = p.now, 0, 0
    while sent < count and not p.pending:
        sent += 1
        if here:
            got += 1
            p.out(f"64 bytes from {ip}: icmp_seq={sent} ttl=64 time=0.0{31 + sent % 17} ms\n")
        yield from p.flush()
        yield from p.sleep(1.0 if sent < count else 0.0 if here else wait)
    spent = int((p.now - began) * 1000)
    p.out(f"\n--- {host} ping statistics ---\n{sent} packets transmitted, {got} received, ")
    p.out(f"{(sent - got) * 100 // max(sent, 1)}% packet loss, time {spent}ms\n")
    p.out("rtt min/avg/max/mdev = 0.031/0.037/0.047/0.004 ms\n" if got else "\n")
    return int(not got)


_SSH_USAGE = (
    "usage: ssh [-46AaCfGgKkMNnqsTtVvXxYy] [-B bind_interface] [-b bind_address]\n"
    "           destination [command [argument ...]]\n"
    )  # fmt: skip


def ssh(p: Process) -> Body:
    """OpenSSH's client: the connection times out."""
    letters = "1246ab:c:e:fgi:kl:m:no:p:qstvxAB:CD:E:F:GI:J:KL:MNO:PQ:R:S:TVw:W:XYy"
    options = parse(p, letters, status=255, hint=_SSH_USAGE.rstrip(), in_order=True)
    if "V" in options:
        banner = p.machine.persona.ssh_banner.split("_", 1)
        p.err(f"OpenSSH_{banner[-1]}, OpenSSL 3.0.17 1 Jul 2025\n")
        return 0
    if not options.rest:
        p.err(_SSH_USAGE)
        return 255
    target = options.rest[0].removeprefix("ssh://")
    host = target.rpartition("@")[2]
    port = options.value("p") or "22"
    return (yield from _reach(p, target, host, port))


def _reach(p: Process, target: str, host: str, port: str) -> Body:
    _asked(p, "ssh", target, port)
    fate = yield from _fate(p, host, port, _CONNECT)
    if fate == "unknown":
        p.err(f"ssh: Could not resolve hostname {host}: Temporary failure in name resolution\n")
    else:
        why = "Connection refused" if fate == "refused" else "Connection timed out"
        p.err(f"ssh: connect to host {host} port {port}: {why}\n")
    return 255


def scp(p: Process) -> Body:
    """OpenSSH's copy: a remote file is never reached, local ones are cp's."""
    options = parse(p, "346ABCc:D:F:i:J:l:o:OP:pqrRS:TvX:", hint="")
    if len(options.rest) < 2:
        p.err(
            "usage: scp [-346ABCOpqRrsTv] [-c cipher] [-D sftp_server_path] [-F ssh_config]\n"
            "           source ... target\n"
        )
        return 1
    remote = next((word for word in options.rest if ":" in word and not word.startswith("/")), "")
    if not remote:
        return (yield from p.execute(["cp", *options.rest]))
    target = remote.removeprefix("scp://").partition(":")[0]
    yield from _reach(p, target, target.rpartition("@")[2], options.value("P") or "22")
    p.err("scp: Connection closed\n")
    return 255

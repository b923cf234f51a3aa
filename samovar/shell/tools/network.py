"""Commands of the network. What they were to fetch is noted; nothing is ever sent."""

import re

from samovar.shell.call import Call, Tool
from samovar.shell.tools.common import own_name, when


def _fetch(call: Call) -> int:
    """wget and curl: the network never answers."""
    name = own_name(call)
    urls = [arg for arg in call.args[1:] if re.match(r"\w+://|[\w-]+\.[\w.-]+(:\d+)?/", arg)]
    urls = urls or [arg for arg in call.names if re.fullmatch(r"[\w-]+(\.[\w-]+)+", arg)][-1:]
    if not urls:
        missing = "wget: missing URL\nUsage: wget [OPTION]... [URL]...\n\nTry `wget --help' for more options.\n"
        call.err(missing if name == "wget" else "curl: try 'curl --help' or 'curl --manual' for more information\n")
        return 1 if name == "wget" else 2
    _note(call, urls)
    url = urls[-1] if "://" in urls[-1] else f"http://{urls[-1]}"
    host, _, port = re.sub(r"^\w+://", "", url).split("/")[0].partition(":")
    port = port or ("443" if url.startswith("https") else "80")
    if name == "curl":
        if "s" not in call.flags:
            call.err(f"curl: (28) Failed to connect to {host} port {port}: Connection timed out\n")
        return 28
    if "q" not in call.flags:
        stamp = when(call.shell.now, "%Y-%m-%d %H:%M:%S")
        call.err(f"--{stamp}--  {url}\nConnecting to {host}:{port}... failed: Connection timed out.\nGiving up.\n\n")
    return 4


def _note(call: Call, urls: list[str]) -> None:
    room = 64 - len(call.shell.urls)
    call.shell.urls += [url[:2048] for url in urls[: max(room, 0)]]
    call.shell.pause += 5.0


def _tftp(call: Call) -> int:
    """tftp and ftpget."""
    words = [arg for arg in call.args[1:] if not arg.startswith("-")]
    if not words:
        call.err(f"{own_name(call)}: too few arguments\n")
        return 1
    kind = "tftp" if own_name(call) == "tftp" else "ftp"
    host = next((word for word in words if re.fullmatch(r"[\w-]+(\.[\w-]+)+", word)), words[0])
    rest = [word for word in words if word != host]
    _note(call, [f"{kind}://{host}/{rest[-1] if rest else ''}"])
    call.err(f"{own_name(call)}: timeout\n")
    return 1


def _ip(call: Call) -> int:
    persona, mac = call.shell.persona, call.shell.persona.mac
    net = persona.ipv4.rsplit(".", 1)[0]
    topic = next(iter(call.names), "")
    if topic[:1] == "r":
        call.out(f"default via {net}.1 dev eth0 \n{net}.0/24 dev eth0 proto kernel scope link src {persona.ipv4} \n")
    elif topic[:1] == "n":
        call.out(f"{net}.1 dev eth0 lladdr 52:54:00:12:35:02 REACHABLE\n")
    else:
        call.out(
            "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n"
            "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n"
            "       valid_lft forever preferred_lft forever\n"
            "2: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc pfifo_fast state UP group default qlen 1000\n"
            f"    link/ether {mac} brd ff:ff:ff:ff:ff:ff\n"
            f"    inet {persona.ipv4}/24 brd {net}.255 scope global eth0\n"
            "       valid_lft forever preferred_lft forever\n"
        )
    return 0


def _ifconfig(call: Call) -> int:
    persona = call.shell.persona
    net = persona.ipv4.rsplit(".", 1)[0]
    call.out(
        "eth0: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n"
        f"        inet {persona.ipv4}  netmask 255.255.255.0  broadcast {net}.255\n"
        f"        ether {persona.mac}  txqueuelen 1000  (Ethernet)\n\n"
        "lo: flags=73<UP,LOOPBACK,RUNNING>  mtu 65536\n        inet 127.0.0.1  netmask 255.0.0.0\n"
        "        loop  txqueuelen 1000  (Local Loopback)\n\n"
    )
    return 0


def _sockets(call: Call) -> int:
    """ss and netstat: sshd listens, and serves the guest."""
    persona, flags = call.shell.persona, call.flags
    established = (f"{persona.ipv4}:22", f"{call.shell.origin}:51034")
    listening = [(f"*:{port}", "*:*") for port in (22, 80)] if set("la") & set(flags) else []
    rows = [("LISTEN", *row) for row in listening]
    if "l" not in flags:
        rows.append(("ESTABLISHED", *established))
    if own_name(call) == "ss":
        call.out("State    Recv-Q   Send-Q     Local Address:Port      Peer Address:Port\n")
        for state, here, there in rows:
            queue = 0 if state == "ESTABLISHED" else 128
            call.out(f"{state.replace('ABLISHED', 'AB'):<8} 0        {queue:<8} {here:>20} {there:>21}\n")
        return 0
    call.out("Active Internet connections\nProto Recv-Q Send-Q Local Address           Foreign Address         State\n")
    for state, here, there in rows:
        call.out(f"tcp        0      0 {here:<23} {there:<23} {state}\n")
    return 0


def _ping(call: Call) -> int:
    host = next(iter(call.names[-1:]), "")
    if not host:
        call.err("ping: usage error: Destination address required\n")
        return 1
    call.shell.pause += 4.0
    call.out(f"PING {host} ({host}) 56(84) bytes of data.\n\n--- {host} ping statistics ---\n")
    call.out("4 packets transmitted, 0 received, 100% packet loss, time 3062ms\n\n")
    return 1


NETWORK: dict[str, Tool] = {
    "wget": _fetch,
    "curl": _fetch,
    "tftp": _tftp,
    "ftpget": _tftp,
    "ip": _ip,
    "ifconfig": _ifconfig,
    "ss": _sockets,
    "netstat": _sockets,
    "ping": _ping,
}

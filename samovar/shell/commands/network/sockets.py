"""ss (iproute2 6.1) and netstat (net-tools 2.10)."""

from samovar.shell.commands.network.nettools import interface_table, routing_table
from samovar.shell.commands.options import Options, parse
from samovar.shell.kernel.process import Body, Process
from samovar.shell.machine.facts import Socket

_SERVICES = {21: "ftp", 22: "ssh", 23: "telnet", 53: "domain", 67: "bootps", 69: "tftp", 80: "http", 443: "https"}
_LONG = {
    "all": "a", "listening": "l", "tcp": "t", "udp": "u", "numeric": "n", "processes": "p", "programs": "p",
    "program": "p", "ipv4": "4", "ipv6": "6", "unix": "x", "raw": "w", "summary": "s", "statistics": "s",
    "extended": "e", "extend": "e", "wide": "W", "interfaces": "i", "route": "r", "continuous": "c", "version": "V",
    "no-header": "H", "help": "h", "options": "o", "memory": "m", "info": "i",
}  # fmt: skip
_STATES = {"LISTEN": "LISTEN", "ESTAB": "ESTABLISHED", "UNCONN": ""}


def _wanted(p: Process, options: Options, family: str) -> list[Socket]:
    """The sockets that the options choose, in the order the kernel gives them."""
    found = []
    kinds = {"tcp": "t" in options or "u" not in options, "udp": "u" in options or "t" not in options}
    for socket in p.machine.sockets(p.kernel.session):
        idle = socket.state != "ESTAB"
        chosen = kinds[socket.protocol[:3]] and ("a" in options or ("l" in options) == idle)
        if family and (family == "6") != socket.protocol.endswith("6"):
            chosen = False
        if chosen:
            found.append(socket)
    return found


def _port(number: int, protocol: str, *, numeric: bool) -> str:
    if not number:
        return "*"
    return str(number) if numeric else _SERVICES.get(number, str(number))


def ss(p: Process) -> int:
    """Sockets as a table whose columns fit the widest."""
    options = parse(p, "hVnraletuwx46psioemHOZzNbEKDA:f:F:0dS", _LONG, status=255, hint="Usage: ss [ OPTIONS ]")
    if "V" in options:
        p.out("ss utility, iproute2-6.1.0\n")
        return 0
    if "h" in options:
        p.out("Usage: ss [ OPTIONS ]\n       ss [ OPTIONS ] [ FILTER ]\n")
        return 0
    if "s" in options:
        p.out(_summary(p))
        return 0
    sockets = _wanted(p, options, options.last("46"))
    sockets = [s for s in sockets if s.protocol[:3] == "udp"] + [s for s in sockets if s.protocol[:3] == "tcp"]
    both = "t" not in options or "u" in options
    both = both and ("u" not in options or "t" in options)
    states = [word.upper() for word in options.rest if word != "state"]
    if states:
        names = {"LISTENING": "LISTEN", "ESTABLISHED": "ESTAB"}
        sockets = [s for s in sockets if s.state == names.get(states[0], states[0]) or ":" in states[0]]
    numeric = "n" in options
    rows = [_ss_row(p, socket, numeric=numeric, process="p" in options) for socket in sockets]
    p.out(_ss_table(rows, both=both, head="H" not in options))
    return 0


def _ss_row(p: Process, socket: Socket, *, numeric: bool, process: bool) -> tuple[str, ...]:
    def shown(address: str) -> str:
        return f"[{address}]" if ":" in address else address

    queue = "128" if socket.state == "LISTEN" else "0"
    users = ""
    if process and (p.identity.uid == 0 or p.identity.uid == socket.uid):
        users = f'users:(("{socket.program}",pid={socket.pid},fd={socket.fd}))'
    return (
        socket.protocol[:3], socket.state, "0", queue, shown(socket.local),
        _port(socket.port, socket.protocol, numeric=numeric), shown(socket.peer),
        _port(socket.peer_port, socket.protocol, numeric=numeric), users,
    )  # fmt: skip


def _ss_table(rows: list[tuple[str, ...]], *, both: bool, head: bool) -> str:
    titles = ("Netid", "State", "Recv-Q", "Send-Q", "Local Address", "Port", "Peer Address", "Port", "Process")
    every = [titles, *rows] if head else rows
    widths = [max((len(row[column]) for row in every), default=0) for column in range(9)]
    text = ""
    for row in every:
        netid = f"{row[0]:<{widths[0]}} " if both else ""
        start = f"{netid}{row[1]:<{widths[1]}} {row[2]:<{widths[2]}} {row[3]:<{widths[3]}} "
        local = f"{row[4]:>{widths[4]}}:{row[5]:<{widths[5]}} "
        text += f"{start}{local}{row[6]:>{widths[6]}}:{row[7]:<{widths[7]}}{row[8]:<{widths[8]}}\n"
    return text


def _summary(p: Process) -> str:
    sockets = p.machine.sockets(p.kernel.session)
    tcp = [s for s in sockets if s.protocol.startswith("tcp")]
    udp = [s for s in sockets if s.protocol.startswith("udp")]
    six = sum(s.protocol.endswith("6") for s in tcp), sum(s.protocol.endswith("6") for s in udp)
    established = sum(s.state == "ESTAB" for s in tcp)
    total = len(sockets)
    rows = [
        ("RAW", 0, 0),
        ("UDP", len(udp), six[1]),
        ("TCP", len(tcp), six[0]),
        ("INET", total, sum(six)),
        ("FRAG", 0, 0),
    ]
    return (
        f"Total: {total + 96}\nTCP:   {len(tcp)} (estab {established}, closed 0, orphaned 0, timewait 0)\n\n"
        "Transport Total     IP        IPv6\n"
        + "".join(f"{name}\t  {count:<9} {count - v6:<9} {v6:<9}\n" for name, count, v6 in rows)
        + "\n"
    )


def netstat(p: Process) -> Body:
    """Sockets, interfaces or routes."""
    options = parse(p, "vWnNepaltuwx46risgcCFMAoV", _LONG, status=4, hint="usage: netstat [-vWeenNcCF] [<Af>] -r")
    if "V" in options:
        p.out("net-tools 2.10\n")
        return 0
    if "r" in options:
        p.out(routing_table(p, numeric="n" in options, netstat=True))
    elif "i" in options:
        items = sorted(p.machine.interfaces(p.now), key=lambda item: item.loopback)
        p.out("Kernel Interface table\n" + interface_table(items))
    elif "s" in options:
        p.out(_statistics(p))
    else:
        while True:
            p.out(_connections(p, options))
            if "c" not in options:
                break
            yield from p.flush()
            yield from p.sleep(1.0)
    yield from p.flush()
    return 0


def _statistics(p: Process) -> str:
    received = sum(item.rx_packets for item in p.machine.interfaces(p.now))
    sent = sum(item.tx_packets for item in p.machine.interfaces(p.now))
    return (
        f"Ip:\n    Forwarding: 2\n    {received} total packets received\n    0 forwarded\n"
        f"    0 incoming packets discarded\n    {received} incoming packets delivered\n    {sent} requests sent out\n"
    )


def _connections(p: Process, options: Options) -> str:
    which = "servers and established" if "a" in options else "only servers" if "l" in options else "w/o servers"
    text = ""
    programs = "p" in options
    if "x" not in options or "t" in options or "u" in options:
        text = f"Active Internet connections ({which})\n"
        text += "Proto Recv-Q Send-Q Local Address           Foreign Address         State      "
        text += " PID/Program name    \n" if programs else "\n"
        sockets = _wanted(p, options, options.last("46"))
        for socket in sorted(sockets, key=lambda socket: socket.protocol):
            text += _netstat_row(p, socket, numeric="n" in options, programs=programs)
    if "x" in options or not {"t", "u", "w"} & {name for name, _ in options.flags}:
        text += f"Active UNIX domain sockets ({which})\n"
        text += "Proto RefCnt Flags       Type       State         I-Node  "
        text += " PID/Program name     Path\n" if programs else " Path\n"
    return text


def _netstat_row(p: Process, socket: Socket, *, numeric: bool, programs: bool) -> str:
    local = f"{socket.local}:{_port(socket.port, socket.protocol, numeric=numeric)}"
    peer = f"{socket.peer}:{_port(socket.peer_port, socket.protocol, numeric=numeric)}"
    line = f"{socket.protocol:<5}      0      0 {local:<23} {peer:<23} {_STATES.get(socket.state, ''):<11}"
    if programs:
        known = p.identity.uid in (0, socket.uid)
        name = f"{socket.pid}/{socket.program}" if known else "-"
        line += f" {name:<20}"
    return line + "\n"

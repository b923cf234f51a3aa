"""ip (iproute2 6.1): addresses, links, routes, neighbours, rules."""

import json

from samovar.shell.commands.network.download import own
from samovar.shell.kernel.process import Process
from samovar.shell.machine.facts import ANY, Interface

_OBJECTS = ("address", "link", "route", "neighbour", "rule", "maddress", "netns", "tunnel", "monitor", "addrlabel")
_USAGE = (
    "Usage: ip [ OPTIONS ] OBJECT { COMMAND | help }\n       ip [ -force ] -batch filename\n"
    "where  OBJECT := { address | addrlabel | amt | fou | help | ila | ioam | l2tp |\n"
    "                   link | macsec | maddress | monitor | mptcp | mroute | mrule |\n"
    "                   neighbor | neighbour | netconf | netns | nexthop | ntable |\n"
)
_CHANGES = ("add", "del", "delete", "change", "replace", "append", "flush", "set")
_MAX_WORDS = 64


def ip(p: Process) -> int:
    """Show one of the tables."""
    words, options = p.argv[1 : _MAX_WORDS + 1], set[str]()
    while words and words[0].startswith("-"):
        option = words.pop(0).lstrip("-")
        if option in ("V", "Version", "version"):
            p.out("ip utility, iproute2-6.1.0, libbpf 1.1.2\n")
            return 0
        options.add({"brief": "br", "family": "f", "oneline": "o", "statistics": "s", "stats": "s", "json": "j"}.get(
            option, option))  # fmt: skip
        if option in ("f", "family") and words:
            options.add({"inet": "4", "inet6": "6"}.get(words.pop(0), "f"))
    if not words or words[0] == "help":
        p.err(_USAGE)
        return 0 if words else 255
    name = words.pop(0)
    topic = next((topic for topic in _OBJECTS if topic.startswith(name)), "")
    topic = "neighbour" if not topic and "neighbor".startswith(name) else topic
    if not topic:
        p.err(f'Object "{name}" is unknown, try "ip help".\n')
        return 1
    verb = words[0] if words else "show"
    if verb in _CHANGES:
        return _change(p, words)
    show = {"address": _address, "link": _link, "route": _route, "neighbour": _neighbours, "rule": _rules}.get(topic)
    return show(p, words, options) if show else 0


def _change(p: Process, words: list[str]) -> int:
    if p.identity.uid:
        p.err("RTNETLINK answers: Operation not permitted\n")
        return 2
    name = next((word for place, word in enumerate(words) if place and words[place - 1] in ("dev", "set")), "")
    if name and name != "dev" and find(p, name) is None:
        p.err(f'Cannot find device "{name}"\n')
        return 1
    return 0


def find(p: Process, name: str) -> Interface | None:
    """The interface of that name."""
    return next((item for item in p.machine.interfaces(p.now) if item.name == name), None)


def _chosen(p: Process, words: list[str]) -> list[Interface] | None:
    """Those that the words name; None where there is no such device (which is said)."""
    rest = [word for word in words if word not in ("show", "list", "ls", "lst", "sh", "dev", "up")]
    rest = [word for place, word in enumerate(rest) if not (place and rest[place - 1] in ("scope", "type"))]
    rest = [word for word in rest if word not in ("scope", "type", "primary", "permanent", "dynamic")]
    if not rest:
        return p.machine.interfaces(p.now)
    found = find(p, rest[0])
    if found is None:
        p.err(f'Device "{rest[0]}" does not exist.\n')
        return None
    return [found]


def _flags(item: Interface) -> str:
    return "LOOPBACK,UP,LOWER_UP" if item.loopback else "BROADCAST,MULTICAST,UP,LOWER_UP"


def _head(item: Interface, mode: str) -> str:
    queue, state = ("noqueue", "UNKNOWN") if item.loopback else ("pfifo_fast", "UP")
    kind, broadcast = ("loopback", "00:00:00:00:00:00") if item.loopback else ("ether", "ff:ff:ff:ff:ff:ff")
    return (
        f"{item.index}: {item.name}: <{_flags(item)}> mtu {item.mtu} qdisc {queue} state {state} {mode}"
        f"group default qlen 1000\n    link/{kind} {item.mac} brd {broadcast}\n"
    )


def _counters(item: Interface) -> str:
    width = max(10, len(str(item.rx_bytes)), len(str(item.tx_bytes)))
    packets = max(7, len(str(item.rx_packets)), len(str(item.tx_packets)))
    rest = f" {0:>6} {0:>7} {0:>7} {0:>7} \n"
    return (
        f"    RX: {'bytes':>{width - 4}} {'packets':>{packets}} errors dropped  missed   mcast           \n"
        f"    {item.rx_bytes:>{width}} {item.rx_packets:>{packets}}{rest}"
        f"    TX: {'bytes':>{width - 4}} {'packets':>{packets}} errors dropped carrier collsns           \n"
        f"    {item.tx_bytes:>{width}} {item.tx_packets:>{packets}}{rest}"
    )


def _families(item: Interface, options: set[str]) -> list[str]:
    scope = "host" if item.loopback else "global"
    broadcast = "" if item.loopback else f"brd {item.ipv4.rpartition('.')[0]}.255 "
    four = f"inet {item.ipv4}/{item.prefix} {broadcast}scope {scope} {item.name}"
    six = f"inet6 {item.ipv6}/{item.ipv6_prefix} scope {'host' if item.loopback else 'link'} "
    return [*([] if "6" in options else [four]), *([] if "4" in options or not item.ipv6 else [six])]


def _address(p: Process, words: list[str], options: set[str]) -> int:
    chosen = _chosen(p, words)
    if chosen is None:
        return 1
    if "j" in options:
        rows = [{"ifindex": i.index, "ifname": i.name, "flags": _flags(i).split(","), "mtu": i.mtu, "address": i.mac,
                 "addr_info": [{"family": "inet", "local": i.ipv4, "prefixlen": i.prefix}]}
                for i in chosen]  # fmt: skip
        p.out(json.dumps(rows, separators=(",", ":")) + "\n")
        return 0
    forever = "valid_lft forever preferred_lft forever"
    for item in chosen:
        lines = _families(item, options)
        if "br" in options:
            shown = "".join(line.split()[1] + " " for line in lines)
            p.out(f"{item.name:<16} {'UNKNOWN' if item.loopback else 'UP':<14} {shown}\n")
        elif "o" in options:
            p.out("".join(f"{item.index}: {item.name}    {line}\\       {forever}\n" for line in lines))
        else:
            head = _head(item, "")
            p.out(head.partition("\n")[0] + "\n" if {"4", "6"} & options else head)
            p.out("".join(f"    {line}\n       {forever}\n" for line in lines))
            p.out(_counters(item) if "s" in options else "")
    return 0


def _link(p: Process, words: list[str], options: set[str]) -> int:
    chosen = _chosen(p, words)
    if chosen is None:
        return 1
    for item in chosen:
        if "br" in options:
            p.out(f"{item.name:<16} {'UNKNOWN' if item.loopback else 'UP':<14} {item.mac} <{_flags(item)}> \n")
        else:
            head = _head(item, "mode DEFAULT ")
            p.out(head.replace("\n    ", "\\    ", 1) if "o" in options else head)
            p.out(_counters(item) if "s" in options else "")
    return 0


def _route(p: Process, words: list[str], options: set[str]) -> int:
    device, address = p.machine.network.device, p.machine.persona.ipv4
    if words[:1] == ["get"] and len(words) > 1:
        goal = words[1]
        if own(p, goal) or goal.startswith("127."):
            source = f"local {goal} dev lo src {goal if goal.startswith('127.') else address} uid {p.identity.uid} \n"
        else:
            near = goal.rpartition(".")[0] == address.rpartition(".")[0]
            via = "" if near else f"via {p.machine.network.gateway} "
            source = f"{goal} {via}dev {device} src {address} uid {p.identity.uid} \n"
        p.out(f"{source}    cache {'<local> ' if source.startswith('local') else ''}\n")
        return 0
    if "6" in options:
        p.out(
            "".join(
                f"{goal} proto kernel metric 256 pref medium\n" for goal in ("::1 dev lo", f"fe80::/64 dev {device}")
            )
        )
        return 0
    for route in p.machine.routes():
        if route.destination == ANY and not route.prefix:
            p.out(f"default via {route.gateway} dev {route.interface} \n")
        elif "default" not in words:
            link = f"{route.destination}/{route.prefix} dev {route.interface}"
            p.out(f"{link} proto kernel scope link src {route.source} \n")
    return 0


def _neighbours(p: Process, words: list[str], options: set[str]) -> int:
    for address, mac in p.machine.network.neighbours():
        p.out(f"{address} dev {p.machine.network.device} lladdr {mac} REACHABLE \n")
    return 0


def _rules(p: Process, words: list[str], options: set[str]) -> int:
    p.out("0:\tfrom all lookup local\n32766:\tfrom all lookup main\n32767:\tfrom all lookup default\n")
    return 0

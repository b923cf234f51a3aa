"""ifconfig, route, arp (net-tools 2.10)."""

from samovar.shell.commands.network.ip import find
from samovar.shell.kernel.process import Process
from samovar.shell.machine.facts import ANY, Interface

_ROUTE_HEAD = "Kernel IP routing table\nDestination     Gateway         Genmask         Flags "


def mask(prefix: int) -> str:
    """255.255.255.0 for 24."""
    bits = (0xFFFFFFFF << (32 - prefix)) & 0xFFFFFFFF
    return ".".join(str(bits >> shift & 255) for shift in (24, 16, 8, 0))


def _size(count: int) -> str:
    value, units = float(count), ("B", "KiB", "MiB", "GiB", "TiB")
    place = 0
    while value >= 1024 and place < 4:
        value /= 1024
        place += 1
    return f"{value:.1f} {units[place]}"


def _block(item: Interface) -> str:
    flags = "flags=73<UP,LOOPBACK,RUNNING>" if item.loopback else "flags=4163<UP,BROADCAST,RUNNING,MULTICAST>"
    end = "" if item.loopback else f"  broadcast {item.ipv4.rpartition('.')[0]}.255"
    scope = "0x10<host>" if item.loopback else "0x20<link>"
    link = (
        "        loop  txqueuelen 1000  (Local Loopback)\n"
        if item.loopback
        else f"        ether {item.mac}  txqueuelen 1000  (Ethernet)\n"
    )
    return (
        f"{item.name}: {flags}  mtu {item.mtu}\n        inet {item.ipv4}  netmask {mask(item.prefix)}{end}\n"
        f"        inet6 {item.ipv6}  prefixlen {item.ipv6_prefix}  scopeid {scope}\n{link}"
        f"        RX packets {item.rx_packets}  bytes {item.rx_bytes} ({_size(item.rx_bytes)})\n"
        "        RX errors 0  dropped 0  overruns 0  frame 0\n"
        f"        TX packets {item.tx_packets}  bytes {item.tx_bytes} ({_size(item.tx_bytes)})\n"
        "        TX errors 0  dropped 0 overruns 0  carrier 0  collisions 0\n\n"
    )


def ifconfig(p: Process) -> int:
    """The interfaces, or one of them."""
    words = [word for word in p.argv[1:] if not word.startswith("-")]
    for word in p.argv[1:]:
        if word in ("-V", "--version"):
            p.out("net-tools 2.10\n")
            return 0
        if word.startswith("-") and word not in ("-a", "-s", "-v") and not words:
            p.err(f"ifconfig: option `{word}' not recognised.\nifconfig: `--help' gives usage information.\n")
            return 1
    if not words:
        items = sorted(p.machine.interfaces(p.now), key=lambda item: item.loopback)
        p.out(interface_table(items) if "-s" in p.argv else "".join(_block(item) for item in items))
        return 0
    found = find(p, words[0])
    if len(words) > 1:
        if p.identity.uid:
            p.err("SIOCSIFFLAGS: Operation not permitted\n")
            return 255
        if found is None:
            p.err(f"{words[0]}: ERROR while getting interface flags: No such device\n")
            return 255
        return 0
    if found is None:
        p.err(f"{words[0]}: error fetching interface information: Device not found\n")
        return 1
    p.out(_block(found))
    return 0


def interface_table(items: list[Interface]) -> str:
    """As ``netstat -i`` and ``ifconfig -s`` show it."""
    head = "Iface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n"
    return head + "".join(
        f"{item.name:<15} {item.mtu:5} {item.rx_packets:8} {0:6} {0:6} {0:<6} {item.tx_packets:8} {0:6} {0:6} {0:6} "
        f"{'LRU' if item.loopback else 'BMRU'}\n"
        for item in items
    )


def routing_table(p: Process, *, numeric: bool, netstat: bool) -> str:
    """The kernel's routes as route and netstat -r show them."""
    text = _ROUTE_HEAD + ("  MSS Window  irtt Iface\n" if netstat else "Metric Ref    Use Iface\n")
    for route in p.machine.routes():
        default = route.destination == ANY and not route.prefix
        goal = "default" if default and not numeric else route.destination
        way = route.gateway if route.gateway != ANY or numeric else "0.0.0.0"  # noqa: S104  # shown, not bound
        numbers = "    0 0          0" if netstat else "0      0        0"
        flags = f"{'UG' if default else 'U':<5}"
        text += f"{goal:<15} {way:<15} {mask(route.prefix):<15} {flags} {numbers} {route.interface}\n"
    return text


def route(p: Process) -> int:
    """The routes; what changes them is taken from root."""
    words = [word for word in p.argv[1:] if not word.startswith("-")]
    letters = "".join(word[1:] for word in p.argv[1:] if word.startswith("-") and not word.startswith("--"))
    if "-V" in p.argv or "--version" in p.argv:
        p.out("net-tools 2.10\n")
        return 0
    if words and words[0] in ("add", "del", "delete", "flush"):
        verb = "SIOCADDRT" if words[0] == "add" else "SIOCDELRT"
        if p.identity.uid:
            p.err(f"{verb}: Operation not permitted\n")
            return 7
        if words[0] == "del" and len(words) < 3 and words[1:] != ["default"]:
            p.err(f"{verb}: Invalid argument\n")
            return 7
        return 0
    p.out(routing_table(p, numeric="n" in letters, netstat="e" in letters))
    return 0


def arp(p: Process) -> int:
    """The neighbours' hardware addresses."""
    device = p.machine.network.device
    if any(word in ("-s", "-d") for word in p.argv[1:]):
        if p.identity.uid:
            p.err("SIOCSARP: Operation not permitted\n")
            return 255
        return 0
    rows = p.machine.network.neighbours()
    if any(word.startswith("-") and "a" in word for word in p.argv[1:]):
        p.out("".join(f"? ({address}) at {mac} [ether] on {device}\n" for address, mac in rows))
        return 0
    p.out("Address                  HWtype  HWaddress           Flags Mask            Iface\n" if rows else "")
    p.out("".join(f"{address:<24} ether   {mac}   C                     {device}\n" for address, mac in rows))
    return 0

"""Interfaces, routes and sockets."""

import ipaddress
from collections.abc import Sequence

from samovar.persona import Persona
from samovar.shell.disk.session import Session, Task
from samovar.shell.machine.drift import Drift
from samovar.shell.machine.facts import ANY, Interface, Route, Socket

#: protocol, address, port, program (as processes are called), descriptor
_SERVER_SOCKETS = (
    ("tcp", ANY, 22, "sshd", 3), ("tcp", ANY, 23, "inetutils-inetd", 4), ("tcp6", "::", 80, "apache2", 4),
    ("tcp6", "::", 443, "apache2", 6), ("tcp6", "::", 21, "vsftpd", 3), ("tcp6", "::", 22, "sshd", 4),
    ("udp", ANY, 69, "in.tftpd", 4), ("udp", "127.0.0.1", 323, "chronyd", 5), ("udp6", "::", 69, "in.tftpd", 5),
    ("udp6", "::1", 323, "chronyd", 6),
)  # fmt: skip
_ROUTER_SOCKETS = (
    ("tcp", ANY, 22, "dropbear", 3), ("tcp", ANY, 23, "telnetd", 3), ("tcp", ANY, 80, "uhttpd", 3),
    ("tcp", "127.0.0.1", 53, "dnsmasq", 7), ("udp", ANY, 53, "dnsmasq", 6), ("udp", ANY, 67, "dnsmasq", 4),
)  # fmt: skip


def link_local(mac: str) -> str:
    """The IPv6 address that an interface of that MAC gives itself."""
    octets = [int(part, 16) for part in mac.split(":")]
    octets[0] ^= 2
    raw = bytes((0xFE, 0x80, 0, 0, 0, 0, 0, 0, *octets[:3], 0xFF, 0xFE, *octets[3:]))
    return str(ipaddress.IPv6Address(raw))


class Network:
    """The machine's network."""

    prefix = 24

    def __init__(self, persona: Persona, drift: Drift) -> None:
        self._persona, self._drift = persona, drift
        self.device = "br-lan" if persona.busybox else "eno1" if persona.mac.startswith("94:18") else "eth0"
        self.network = str(ipaddress.ip_network(f"{persona.ipv4}/24", strict=False).network_address)
        self.gateway = f"{self.network.rpartition('.')[0]}.1"

    def interfaces(self, now: float) -> list[Interface]:
        """lo and the wire."""
        drift = self._drift
        local = int(drift.counter("lo", now, 0.04))
        rx, tx = drift.counter("rx", now, 5.2), drift.counter("tx", now, 3.1)
        return [
            Interface(
                "lo", 1, "00:00:00:00:00:00", "127.0.0.1", 8, "::1", 128, 65536, local * 91, local, local * 91, local
            ),
            Interface(
                self.device, 2, self._persona.mac, self._persona.ipv4, self.prefix, link_local(self._persona.mac), 64,
                1500, int(rx * 163), int(rx), int(tx * 211), int(tx),
            ),
        ]  # fmt: skip

    def routes(self) -> list[Route]:
        """The IPv4 routes."""
        own = self._persona.ipv4
        return [
            Route(ANY, 0, self.gateway, self.device, own),
            Route(self.network, self.prefix, ANY, self.device, own),
        ]

    def neighbours(self) -> list[tuple[str, str]]:
        """Address and MAC of those nearby."""
        return [(self.gateway, "00:1a:8c:" + ":".join(self._drift.hex("gateway", 6)[n : n + 2] for n in (0, 2, 4)))]

    def sockets(self, tasks: Sequence[Task], session: Session) -> list[Socket]:
        """Those that listen, and the session's own connection."""
        rows = _ROUTER_SOCKETS if self._persona.busybox else _SERVER_SOCKETS
        by_name: dict[str, Task] = {}
        found: list[Socket] = []
        for task in tasks:
            by_name.setdefault(task.comm, task)
        for place, (protocol, address, port, program, fd) in enumerate(rows):
            if program not in by_name:
                continue
            pid = by_name[program].pid
            inode = 14_000 + 1_000 * place + self._drift.between(f"socket{protocol}{port}", 0, 990)
            nowhere = "::" if protocol.endswith("6") else ANY
            state = "LISTEN" if protocol.startswith("tcp") else "UNCONN"
            found.append(Socket(protocol, state, address, port, nowhere, 0, pid, program, fd, inode))
        if session.peer:
            found.append(self._connection(by_name, tasks, session))
        return found

    def _connection(self, by_name: dict[str, Task], tasks: Sequence[Task], session: Session) -> Socket:
        program = {23: "telnetd", 2323: "telnetd"}.get(session.port, "dropbear" if self._persona.busybox else "sshd")
        latest = [task.pid for task in tasks if task.comm == program]
        inode = 30_000 + int(session.since) % 900_000
        protocol = "tcp6" if ":" in session.peer else "tcp"
        local = link_local(self._persona.mac) if protocol == "tcp6" else self._persona.ipv4
        pid = latest[-1] if latest else by_name["init"].pid if "init" in by_name else 1
        return Socket(protocol, "ESTAB", local, session.port, session.peer, session.peer_port, pid, program, 4, inode)

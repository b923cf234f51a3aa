"""All the sockets of an installation, made before anybody is locked in. One that cannot be had is no reason to stop."""

import errno
import os
import socket
from collections.abc import Sequence

from msgspec import Struct

from samovar.event import Transport
from samovar.process.spec import Port, Spec, TapSpec

BACKLOG = 4096
NAMED = 5  # ports that are named in a summary
RECEIVE_BUFFER = 1 << 20  # bytes, for each UDP socket
_SO_RCVBUFFORCE = 33  # linux/socket.h; needs CAP_NET_ADMIN
_IP_PKTINFO = 8  # linux/in.h
_ADVICE = {
    errno.EACCES: "no right to ports below 1024: run as root, or add --port-offset",
    errno.EADDRINUSE: "another program listens there: stop it, or add --port-offset",
    errno.EADDRNOTAVAIL: "this machine does not have that address: see --listen",
    errno.EMFILE: "too many open files: raise the limit (ulimit -n)",
    errno.EAFNOSUPPORT: "this machine has no IPv6: see --listen",
}


class Opened(Struct):
    """What could be opened, and one line for each port that could not."""

    taps: list[tuple[int, socket.socket]]  # (index in spec.taps, socket)
    data: list[tuple[int, socket.socket]]  # (slot, listening socket of a passive data port)
    web: socket.socket | None
    ports: list[Port]
    failures: list[str]

    def close(self) -> None:
        """Close them all."""
        for _, sock in self.taps:
            sock.close()
        for _, sock in self.data:
            sock.close()
        if self.web is not None:
            self.web.close()


def open_all(spec: Spec) -> Opened:
    """Bind everything that ``spec`` names."""
    opened = Opened([], [], None, [], [])
    for index, tap in enumerate(spec.taps):
        try:
            sock = (_udp if tap.transport == "udp" else _tcp)(tap.host, tap.bind_port)
        except OSError as error:
            opened.failures.append(_failure(f"{tap.sensor} {shown(tap.host, tap.bind_port)}", error))
            continue
        opened.taps.append((index, sock))
        opened.ports.append(_port(tap, sock))
    if spec.data_ports is not None:
        _open_data(spec, spec.data_ports, opened)
    if spec.web is not None:
        try:
            opened.web = _tcp(*spec.web)
        except OSError as error:
            opened.failures.append(_failure(f"web page {shown(*spec.web)}", error))
    return opened


def summary(failures: Sequence[str]) -> str:
    """All failures in one line: the ports by reason, a few of each by name."""
    reasons: dict[str, list[str]] = {}
    for failure in failures:
        what, _, reason = failure.partition(": ")
        reasons.setdefault(reason, []).append(what)
    return "; ".join(
        ", ".join(ports[:NAMED]) + (f" and {len(ports) - NAMED} more" if len(ports) > NAMED else "") + f" ({reason})"
        for reason, ports in reasons.items()
    )


def shown(host: str, port: int) -> str:
    """``host:port``, with brackets around IPv6."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def bound(sock: socket.socket) -> str:
    """Where it is bound, as ``host:port``."""
    host, port = sock.getsockname()[:2]
    return shown(host, port)


def _open_data(spec: Spec, span: tuple[int, int], opened: Opened) -> None:
    """Each worker gets ports of its own, so that a data connection reaches the worker that has the session."""
    for port in range(span[0], span[1] + 1):
        slot = (port - span[0]) % spec.workers
        for host in spec.data_hosts:
            try:
                opened.data.append((slot, _tcp(host, port, backlog=16)))
            except OSError as error:
                opened.failures.append(_failure(f"data port {shown(host, port)}", error))


def _tcp(host: str, port: int, backlog: int = BACKLOG) -> socket.socket:
    sock = _made(host, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # accepted sockets inherit it
        sock.bind((host, port))
        sock.listen(backlog)
    except OSError:
        sock.close()
        raise
    return sock


def _udp(host: str, port: int) -> socket.socket:
    sock = _made(host, socket.SOCK_DGRAM)
    try:
        try:
            sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, RECEIVE_BUFFER)
        except PermissionError:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        sock.bind((host, port))
    except OSError:
        sock.close()
        raise
    return sock


def _made(host: str, kind: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    sock = socket.socket(family, kind | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return sock


def _port(tap: TapSpec, sock: socket.socket) -> Port:
    transport: Transport = "udp" if tap.transport == "udp" else "tcp"
    return Port(sensor=tap.sensor, family=tap.family, transport=transport, port=tap.port, bound=bound(sock))


def _failure(what: str, error: OSError) -> str:
    code = error.errno or 0
    return f"{what}: {_ADVICE.get(code, os.strerror(code))}"

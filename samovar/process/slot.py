"""The places that the fork server's processes take, with the sockets that outlive them."""

import socket

from msgspec import Struct

from samovar.process.backoff import Backoff
from samovar.process.spec import WorkerStatus

CHANNEL_BUFFER = 4 << 20
DATAGRAM_BUFFER = 1 << 20  # some thousand datagrams that wait for a worker
_SO_SNDBUFFORCE = 32  # linux/socket.h; needs CAP_NET_ADMIN


class Slot(Struct):
    """One worker's place, or the broker's: that is the one after the last worker's."""

    number: int
    name: str
    hub_end: socket.socket
    worker_end: socket.socket
    datagrams: tuple[socket.socket, socket.socket] | None  # the broker's end and the worker's
    backoff: Backoff
    pid: int = 0
    began: float = 0.0
    ready: bool = False
    restarts: int = -1
    missing: tuple[str, ...] = ()
    due: float | None = None

    def status(self) -> WorkerStatus:
        """How it stands."""
        return WorkerStatus(
            slot=self.number,
            pid=self.pid,
            ready=self.ready,
            restarts=max(self.restarts, 0),
            layers_missing=self.missing,
        )

    def close(self) -> None:
        """Close the sockets."""
        for sock in (self.hub_end, self.worker_end, *(self.datagrams or ())):
            sock.close()


def make(workers: int, *, udp: bool) -> list[Slot]:
    """The places of so many workers and, where there is UDP, of the broker."""
    slots = [_slot(number, f"worker {number}", udp=udp) for number in range(workers)]
    return [*slots, _slot(workers, "broker", udp=False)] if udp else slots


def _slot(number: int, name: str, *, udp: bool) -> Slot:
    hub_end, worker_end = pair(CHANNEL_BUFFER)
    datagrams = pair(DATAGRAM_BUFFER) if udp else None
    return Slot(number, name, hub_end, worker_end, datagrams, Backoff())


def pair(buffer: int) -> tuple[socket.socket, socket.socket]:
    """Two connected SEQPACKET ends with so large buffers, as far as we may."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for end in ends:
        try:
            end.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, buffer)
        except PermissionError:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, buffer)
    return ends

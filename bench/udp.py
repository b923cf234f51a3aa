"""CPU of one datagram there and one back through the broker: broker and worker, locked, as installed; no dialogue.

``floor`` is the same with one bare epoll loop: what the kernel and the interpreter take by themselves. ``direct`` is
one process with the broker's rules, as where there is no broker. Each datagram comes from a new port, so each is a
new flow. ``alone``: one at a time, so that each wakes the processes anew; else ``TOGETHER`` at a time.
The client is this process. The best of several rounds each, taken in turns, because the machine is shared.
"""

import asyncio
import json
import os
import select
import socket
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from samovar.listen.bucket import ReplyRate
from samovar.listen.poll import Poll
from samovar.listen.udp import DirectDatagrams, UdpSocket
from samovar.process.broker import Broker, UdpTap, run_broker
from samovar.process.control import Link, Ready, Stop
from samovar.process.datagrams import DatagramChannel, TapDatagrams
from samovar.process.fence import Fence
from samovar.process.lockdown import lock_broker, lock_worker
from samovar.process.slot import DATAGRAM_BUFFER, pair
from samovar.process.spec import Spec

DATAGRAMS = 4000
TOGETHER = 40
ROUNDS = 5
SIZE = 64  # bytes
AMPLE = 1 << 30  # no rate withholds a reply
Work = Callable[[Link], None]


def visit(address: tuple[str, int], together: int) -> None:
    """Send and hear the echo, so many at a time."""
    for _ in range(DATAGRAMS // together):
        clients = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(together)]
        for client in clients:
            client.settimeout(10)
            client.connect(address)
            client.send(bytes(SIZE))
        for client in clients:
            client.recv(SIZE)
            client.close()


def bare(sock: socket.socket, link: Link) -> None:
    """Receive and send back, no more."""
    sock.setblocking(False)
    with select.epoll() as poll:
        poll.register(sock, select.EPOLLIN)
        poll.register(link, select.EPOLLIN)
        link.send(Ready())
        while link.fileno() not in [fd for fd, _ in poll.poll()]:
            try:
                while True:
                    sock.sendto(*sock.recvfrom(65_535))
            except BlockingIOError:
                pass


def serve(datagrams: DirectDatagrams | TapDatagrams, lock: Callable[[], object], link: Link) -> None:
    """Echo in an event loop, as a worker does."""
    loop, poll = asyncio.new_event_loop(), Poll()

    def received(token: int, ip: str, port: int, local_ip: str, local_port: int, data: bytes) -> None:
        datagrams.reply(token, data, False)

    lock()
    poll.start(loop)
    loop.add_reader(link, loop.stop)
    datagrams.start(poll, received)
    link.send(Ready())
    loop.run_forever()


def broker(sock: socket.socket, worker: socket.socket, link: Link) -> None:
    """The real one, locked."""
    spec = Spec(data="", taps=(), udp_replies_per_minute=AMPLE, udp_replies_per_second=AMPLE)
    report, _unread = pair(DATAGRAM_BUFFER)
    fence = Fence(sock.fileno(), sock.fileno() + 1)
    lock = partial(lock_broker, fence, os.getppid())
    taps = (UdpTap(0, UdpSocket(sock), 0),)
    run_broker(Broker(slot=1, spec=spec, taps=taps, workers=(worker,), report=report, lifeline=link, lock=lock))


class Child:
    """A process that works until it is told to stop."""

    def __init__(self, work: Work) -> None:
        self._link, theirs = Link.pair()
        self._pid = os.fork()
        if self._pid == 0:
            status = 1
            try:
                self._link.close()
                work(theirs)
                status = 0
            finally:
                os._exit(status)
        theirs.close()
        if not isinstance(self._link.receive()[0], Ready):
            raise RuntimeError("a child has ended at once")

    def cpu(self) -> int:
        """Nanoseconds until now."""
        return int(Path(f"/proc/{self._pid}/schedstat").read_text().split()[0])

    def end(self) -> None:
        """Stop it and wait for its end."""
        self._link.send(Stop(grace=0.0))
        os.waitpid(self._pid, 0)
        self._link.close()


def measure(together: int, sock: socket.socket, works: Sequence[Work]) -> list[float]:
    """Microseconds of CPU a round trip, of each process."""
    children = [Child(work) for work in works]
    before = [child.cpu() for child in children]
    visit(sock.getsockname(), together)
    spent = [(child.cpu() - start) / DATAGRAMS / 1000 for child, start in zip(children, before, strict=True)]
    for child in children:
        child.end()
    return spent


def turn(together: int) -> dict[str, float]:
    """Every kind once."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        (floor,) = measure(together, sock, [partial(bare, sock)])
        rules = DirectDatagrams(sock, ReplyRate(AMPLE, AMPLE, 0.0), 0)
        (direct,) = measure(together, sock, [partial(serve, rules, int)])
        ours, theirs = pair(DATAGRAM_BUFFER)
        with ours, theirs:
            fence = Fence(theirs.fileno(), theirs.fileno() + 1)
            works = [
                partial(serve, DatagramChannel(theirs).tap(0), partial(lock_worker, fence, os.getpid())),
                partial(broker, sock, ours),
            ]
            worker, passing = measure(together, sock, works)
    return {"floor": floor, "direct": direct, "broker": passing, "worker": worker, "both": passing + worker}


def main() -> None:
    """Measure all in one run."""
    figures: dict[str, float] = {}
    for suffix, together in (("_alone", 1), ("", TOGETHER)):
        rounds = [turn(together) for _ in range(ROUNDS)]
        figures |= {f"{name}{suffix}": round(min(figures[name] for figures in rounds), 1) for name in rounds[0]}
    print(json.dumps({f"udp_us_per_round_trip_{name}": value for name, value in figures.items()}))


if __name__ == "__main__":
    main()

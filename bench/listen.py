"""CPU of one plain connection in listen: accept, banner, one line, close; recording included, sink excluded.

``floor`` is the same conversation with a bare epoll loop: what the kernel and the interpreter take by themselves.
``alone``: one connection at a time, so that each step wakes the process anew; else ``TOGETHER`` at a time.
The client is another process. The best of several rounds each, taken in turns, because the machine is shared.
``opencanary``: its FTP server's banner and QUIT, unless ``--no-peer``.
"""

import argparse
import asyncio
import json
import multiprocessing
import select
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench.peers import opencanary
from bench.peers.process import Server, cpu
from samovar.listen import Limits, Listener, Tap
from tests.listen.support import Echo, Memory
from tests.personas import persona

CONNECTIONS = 2000
TOGETHER = 40  # a scan, or a worm's many sources
ROUNDS = 5
PEER_PORT = 28_021


def visit(port: int, together: int) -> None:
    """Connect, read, say, read, close; so many at a time."""
    for _ in range(CONNECTIONS // together):
        sockets = [socket.create_connection(("127.0.0.1", port), 10) for _ in range(together)]
        for sock in sockets:
            sock.recv(64)
        for sock in sockets:
            sock.send(b"QUIT\r\n")
        for sock in sockets:
            sock.recv(64)
            sock.close()


def client(sock: socket.socket, together: int) -> multiprocessing.process.BaseProcess:
    """A visitor, running."""
    process = multiprocessing.get_context("spawn").Process(target=visit, args=(sock.getsockname()[1], together))
    process.start()
    return process


async def measure(together: int) -> float:
    """Microseconds of CPU a connection."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as sock:
        memory = Memory()
        listener = Listener([Tap(Echo(), sock, "tcp")], persona(), memory, Limits(), None, "bench")
        await listener.start()
        before = time.process_time()
        visitor = client(sock, together)
        await asyncio.wait_for(asyncio.to_thread(visitor.join), 120)
        spent = time.process_time() - before
        await listener.stop(0)
        assert len(memory.events) == 3 * CONNECTIONS
    return spent / CONNECTIONS * 1e6


def floor(together: int) -> float:
    """Microseconds of CPU a connection costs at least."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as sock, select.epoll() as poll:
        sock.setblocking(False)
        poll.register(sock, select.EPOLLIN)
        connections: dict[int, socket.socket] = {}
        visitor = client(sock, together)
        before, done, deadline = time.process_time(), 0, time.monotonic() + 120
        while done < CONNECTIONS and time.monotonic() < deadline:
            for fd, _ in poll.poll(1):
                if fd == sock.fileno():
                    connection, _ = sock.accept()
                    connection.setblocking(False)
                    connection.send(b"hello\n")
                    connections[connection.fileno()] = connection
                    poll.register(connection, select.EPOLLIN)
                else:
                    connection = connections.pop(fd)
                    connection.recv(4096)
                    poll.unregister(connection)
                    connection.close()
                    done += 1
        spent = time.process_time() - before
        visitor.join(10)
    return spent / CONNECTIONS * 1e6


def peer(server: Server, together: int) -> float:
    """Microseconds of opencanary's CPU a connection."""
    before = cpu(server.pids())
    visit(PEER_PORT, together)
    return (cpu(server.pids()) - before) / CONNECTIONS * 1e6


def best(kinds: dict[str, Callable[[], float]]) -> dict[str, float]:
    """The least of some rounds for each, taken in turns."""
    rounds = [{name: kind() for name, kind in kinds.items()} for _ in range(ROUNDS)]
    return {name: round(min(figures[name] for figures in rounds), 1) for name in kinds}


def main() -> None:
    """Measure both in one run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-peer", action="store_true")
    kinds: dict[str, Callable[[], float]] = {
        "floor_alone": lambda: floor(1),
        "asyncio_alone": lambda: asyncio.run(measure(1)),
        "uvloop_alone": lambda: uvloop.run(measure(1)),
        "floor": lambda: floor(TOGETHER),
        "asyncio": lambda: asyncio.run(measure(TOGETHER)),
        "uvloop": lambda: uvloop.run(measure(TOGETHER)),
    }
    if parser.parse_args().no_peer:
        figures = best(kinds)
    else:
        with opencanary.opencanary(ftp=PEER_PORT) as server:
            server.wait_for(PEER_PORT)
            figures = best(kinds | {
                "opencanary_alone": lambda: peer(server, 1), "opencanary": lambda: peer(server, TOGETHER)
            })  # fmt: skip
        figures |= {
            f"ratio{kind}": round(figures[f"opencanary{kind}"] / figures[f"uvloop{kind}"], 1) for kind in ("_alone", "")
        }
    print(json.dumps({f"listen_us_per_connection_{name}": value for name, value in figures.items()}))


if __name__ == "__main__":
    main()

"""CPU of one plain connection in listen: accept, banner, one line, close; recording included, sink excluded."""

import asyncio
import json
import multiprocessing
import socket
import sys
import time
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from samovar.listen import Limits, Listener, Tap
from tests.listen.support import Echo, Memory
from tests.personas import persona

CONNECTIONS = 4000


def visit(port: int) -> None:
    """Connect, read, say, read, close; one after the other."""
    for _ in range(CONNECTIONS):
        with socket.create_connection(("127.0.0.1", port), 10) as sock:
            sock.recv(64)
            sock.send(b"quit\n")
            sock.recv(64)


async def measure() -> float:
    """Microseconds of CPU a connection."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as sock:
        listener = Listener([Tap(Echo(), sock, "tcp")], persona(), Memory(), Limits(), None, "bench")
        await listener.start()
        client = multiprocessing.get_context("spawn").Process(target=visit, args=(sock.getsockname()[1],))
        client.start()
        before = time.process_time()
        await asyncio.wait_for(asyncio.to_thread(client.join), 120)
        spent = time.process_time() - before
        await listener.stop(0)
    return spent / CONNECTIONS * 1e6


if __name__ == "__main__":
    figures = {"asyncio": asyncio.run(measure()), "uvloop": uvloop.run(measure())}
    print(json.dumps({f"listen_us_per_connection_{name}": round(value, 1) for name, value in figures.items()}))

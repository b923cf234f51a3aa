"""Ten thousand idle connections: what one costs in memory, and whether all are answered still.

Two processes: this one listens, another one connects. Memory is this process's private and shared share (PSS).
"""

import asyncio
import json
import multiprocessing
import resource
import socket
import sys
import time
from multiprocessing.connection import Connection
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from samovar.listen import Limits, Listener, Tap
from tests.listen.support import Echo, Memory
from tests.personas import persona

CONNECTIONS = 10_000
PATIENCE = 60.0


class Nothing(Memory):
    """A sink that keeps nothing: only sessions are to be weighed."""

    def event(self, event: object) -> None:
        pass


def crowd(port: int, pipe: Connection) -> None:
    """Connect all, report; when told, say a line on each and count the answers; hang up."""
    may_open(CONNECTIONS + 100)
    clients = [socket.create_connection(("127.0.0.1", port), PATIENCE) for _ in range(CONNECTIONS)]
    pipe.send(sum(one.recv(64) == b"hello\n" for one in clients))
    pipe.recv()
    for one in clients:
        one.sendall(b"ping\n")
    pipe.send(sum(one.recv(64) == b"ping\n" for one in clients))
    for one in clients:
        one.close()


def may_open(count: int) -> None:
    """Allow so many descriptors."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    if hard != resource.RLIM_INFINITY and hard < count:
        sys.exit(f"this needs {count} descriptors, and {hard} are allowed")
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def memory() -> int:
    """Bytes this process takes."""
    with open("/proc/self/smaps_rollup") as rollup:
        return next(int(row.split()[1]) * 1024 for row in rollup if row.startswith("Pss:"))


async def measure() -> dict[str, float]:
    """The figures."""
    may_open(CONNECTIONS + 100)
    ours, theirs = multiprocessing.Pipe()
    with socket.create_server(("127.0.0.1", 0), backlog=4096) as sock:
        limits = Limits(sessions=CONNECTIONS, sessions_per_source=CONNECTIONS)
        listener = Listener([Tap(Echo(PATIENCE * 10), sock, "tcp")], persona(), Nothing(), limits, None, "bench")
        await listener.start()
        port = sock.getsockname()[1]
        process = multiprocessing.get_context("spawn").Process(target=crowd, args=(port, theirs))
        process.start()
        before, began = memory(), time.process_time()
        greeted = await asyncio.wait_for(asyncio.to_thread(ours.recv), PATIENCE)
        after, opened = memory(), time.process_time()
        await asyncio.sleep(5)
        idle = time.process_time() - opened
        ours.send("go")
        answered = await asyncio.wait_for(asyncio.to_thread(ours.recv), PATIENCE)
        await asyncio.to_thread(process.join, PATIENCE)
        await listener.stop(1)
    return {
        "idle_connections": CONNECTIONS,
        "idle_greeted": greeted,
        "idle_answered": answered,
        "idle_bytes_per_connection": round((after - before) / CONNECTIONS),
        "idle_cpu_percent": round(idle / 5 * 100, 2),
        "idle_us_to_open": round((opened - began) / CONNECTIONS * 1e6, 1),
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure())))

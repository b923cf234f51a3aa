"""HTTP: requests a CPU second of the server, on new connections and kept alive. One JSON line.

The server is the whole way from accept to the recorded event, in one process; the client is another, the sink
counts and drops. ``sensor`` is the share of our protocol code alone, without sockets and records. opencanary serves
the same requests in the same run, to its own log, unless ``--no-peer``; its page is 1 kB.
"""

import argparse
import asyncio
import json
import multiprocessing
import socket
import sys
import time
from pathlib import Path

import uvloop

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench.peers import opencanary
from bench.peers.process import Server, cpu
from samovar.exchange import Exchange
from samovar.listen.limits import Limits
from samovar.listen.listener import Listener, Tap
from samovar.sensor import Send
from samovar.sensors.http import Http
from samovar.testing import peer_for
from tests.listen.support import Memory
from tests.personas import persona

REQUESTS = 4000
PEER_PORT = 28_080
KEPT = 100  # requests on one connection that is kept alive
GET = (
    b"GET /index.html HTTP/1.1\r\nHost: 203.0.113.5\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: */*\r\n"
    b"Accept-Encoding: gzip, deflate\r\nAccept-Language: en\r\nConnection: %b\r\n\r\n"
)


def visit(port: int, kept: int) -> None:
    """``REQUESTS`` requests one after the other, ``kept`` on each connection."""
    request = GET % (b"keep-alive" if kept > 1 else b"close")
    for _ in range(REQUESTS // kept):
        with socket.create_connection(("127.0.0.1", port), 10) as sock:
            for _ in range(kept):
                sock.sendall(request)
                left = None
                seen = b""
                while left is None or left > 0:
                    data = sock.recv(65536)
                    if not data:
                        raise ConnectionError("the server hung up")
                    seen += data
                    if left is None and b"\r\n\r\n" in seen:
                        head, _, body = seen.partition(b"\r\n\r\n")
                        left = int(head.partition(b"Content-Length: ")[2].split(b"\r\n")[0]) - len(body)
                    elif left is not None:
                        left -= len(data)


async def measure(kept: int) -> float:
    """Requests a second of the server's CPU."""
    with socket.create_server(("127.0.0.1", 0), backlog=512) as sock:
        sock.setblocking(False)
        listener = Listener([Tap(Http(), sock, "tcp")], persona(), Memory(), Limits(), None, "bench")
        await listener.start()
        client = multiprocessing.get_context("spawn").Process(
            target=visit, args=(sock.getsockname()[1], kept), daemon=True
        )
        client.start()
        before = time.process_time()
        await asyncio.wait_for(asyncio.to_thread(client.join), 120)
        spent = time.process_time() - before
        await listener.stop(0)
    if client.exitcode:
        raise SystemExit("the client failed")
    return REQUESTS / spent


def sensor_alone() -> float:
    """Microseconds of CPU that a request costs in the dialogue itself."""
    request = GET % b"keep-alive"
    before = time.process_time()
    for _ in range(REQUESTS // KEPT):
        exchange = Exchange(Http().talk(peer_for(Http()), persona()))
        list(exchange.start())
        for _ in range(KEPT):
            list(exchange.receive(request))
            sent = list(exchange.answer(b"1790000000.0"))
            if len(sent) != 1 or not isinstance(sent[0], Send):
                raise SystemExit("not answered")
    return (time.process_time() - before) / REQUESTS * 1e6


def peer(server: Server, kept: int) -> float:
    """Requests a second of opencanary's CPU."""
    before = cpu(server.pids())
    visit(PEER_PORT, kept)
    return REQUESTS / (cpu(server.pids()) - before)


def main() -> None:
    """Measure both in one run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-peer", action="store_true")
    kinds = {"new_connection": 1, "kept_alive": KEPT}
    figures = {f"http_requests_per_cpu_second_{name}": round(uvloop.run(measure(kept))) for name, kept in kinds.items()}
    if not parser.parse_args().no_peer:
        with opencanary.opencanary(http=PEER_PORT) as server:
            server.wait_for(PEER_PORT)
            theirs = {name: round(peer(server, kept)) for name, kept in kinds.items()}
        for name, value in theirs.items():
            ours = figures[f"http_requests_per_cpu_second_{name}"]
            figures |= {f"opencanary_{name}": value, f"ratio_{name}": round(ours / value, 1)}
    print(json.dumps(figures | {"http_sensor_us_per_request": round(sensor_alone(), 1)}))


if __name__ == "__main__":
    main()

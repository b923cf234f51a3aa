"""CPU of the web: overview answers from the cache and not, and a live feed at 100 events a second.

Prints one JSON line. Server CPU only (the server's thread); the store is a fake that answers at once, so this is
what the web itself costs. ``--seconds`` bounds the feed's part.
"""

import argparse
import http.client
import json
import socket
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from samovar.store.interface import Summary
from samovar.web.app import create_app
from samovar.web.live import Live
from samovar.web.server import serve
from samovar.web.settings import WebConfig
from samovar.web.users import api_token
from tests.web.fakes import FakeReader, FakeState, make_event, make_events

RATE = 100


class Instant(FakeReader):
    """A store whose summary costs nothing."""

    def summary(self, *_: object) -> Summary:
        return Summary((), 0, 0, 0, 0)


def server_cpu(thread: threading.Thread) -> float:
    """CPU seconds of the server's thread."""
    return time.clock_gettime(time.pthread_getcpuclockid(thread.ident or 0))


def measure(requests: int, seconds: int) -> dict[str, float]:
    """All figures."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        reader, live, config = Instant(make_events(10)), Live(), WebConfig()
        sock = socket.create_server(("127.0.0.1", 0))
        port = sock.getsockname()[1]
        app = create_app(reader, live, FakeState(data, reader), config, data=data)
        server = serve(app, sock, config, closing=live.stop)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        for _ in range(500):
            if server.started:
                break
            time.sleep(0.01)
        headers = {"Authorization": f"Bearer {api_token(data)}", "Host": "localhost"}
        figures = {
            "cached_us_per_request": ask(thread, port, headers, requests, distinct=False),
            "uncached_us_per_request": ask(thread, port, headers, requests, distinct=True),
            "live_100_per_s_1_client_cpu_percent": feed(thread, port, headers, live, seconds),
        }
        server.stop()
        thread.join(10)
    return figures


def ask(thread: threading.Thread, port: int, headers: dict[str, str], count: int, *, distinct: bool) -> float:
    """Microseconds of CPU a request (the server's loop; the store's threads are not in it)."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    before = server_cpu(thread)
    for n in range(count):
        q = f"port:{n % 65000}" if distinct else ""
        link.request("GET", f"/api/v1/summary?from=2026-01-01&to=2026-12-01&q={q}", headers=headers)
        answer = link.getresponse()
        answer.read()
        if answer.status != 200:
            raise SystemExit(f"HTTP {answer.status}")
    link.close()
    return round((server_cpu(thread) - before) / count * 1e6, 1)


def feed(thread: threading.Thread, port: int, headers: dict[str, str], live: Live, seconds: int) -> float:
    """Per cent of one core for one feed of RATE events a second."""
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    link.request("GET", "/api/v1/live?q=country:*", headers=headers)
    answer = link.getresponse()
    reading = threading.Thread(target=drain, args=(answer,), daemon=True)
    reading.start()
    events = [make_event(datetime.now(UTC), n) for n in range(RATE // 10)]
    before, began = server_cpu(thread), time.monotonic()
    for _ in range(seconds * 10):
        live.publish(events)
        time.sleep(0.1)
    cpu = server_cpu(thread) - before
    return round(100 * cpu / (time.monotonic() - began), 2)


def drain(answer: http.client.HTTPResponse) -> None:
    """Take what comes, keep nothing."""
    while answer.readline():
        pass


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--seconds", type=int, default=10)
    options = parser.parse_args()
    print(json.dumps({"bench": "web", **measure(options.requests, options.seconds)}))


if __name__ == "__main__":
    main()

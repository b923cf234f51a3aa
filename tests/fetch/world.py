"""Two programs for ``test_network``: ``world.py internet`` serves a few public addresses, ``world.py sensor URL...``
runs an installation with the settings of the default, and prints what it answers."""

import asyncio
import json
import socket
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from samovar.fetch.config import FetchConfig
from tests.fetch.servers import NameServer
from tests.fetch.test_process import installed

SAMPLE = b"#!/bin/sh\necho sample\n"
SITE, SITE6, NAMES = "93.184.216.34", "2606:2800:220:1::1", "9.9.9.9"


class _Site(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(SAMPLE)))
        self.end_headers()
        self.wfile.write(SAMPLE)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class _Site6(ThreadingHTTPServer):
    address_family = socket.AF_INET6


async def internet() -> None:
    """Serve until killed."""
    for server in (ThreadingHTTPServer((SITE, 80), _Site), _Site6((SITE6, 80), _Site)):
        Thread(target=server.serve_forever, daemon=True).start()
    names = {"evil.example.": [SITE], "six.example.": [SITE6], "inner.example.": ["192.0.2.1"]}
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: NameServer(names), (NAMES, 53))
    print("ready", flush=True)
    await asyncio.Event().wait()


def sensor(urls: list[str]) -> None:
    """Ask for each."""
    with installed(FetchConfig()) as installation:
        print(json.dumps({url: installation.ask(f"fetch {url}") for url in urls}))


if __name__ == "__main__":
    if sys.argv[1] == "internet":
        asyncio.run(internet())
    else:
        sensor(sys.argv[2:])

"""The real app over generated events, on a thread and a free port, for a browser to look at."""

import json
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from samovar.event import Event
from samovar.web.app import create_app
from samovar.web.live import Live
from samovar.web.server import serve
from samovar.web.settings import WebConfig
from samovar.web.users import Users
from tests.web.fakes import FakeReader, FakeState, make_event, make_events

USER, PASSWORD = "ada", "correct horse battery"
EVENTS = 450
DEADLINE = 20.0


@dataclass(frozen=True)
class Site:
    """One running app."""

    url: str
    reader: FakeReader
    live: Live
    state: FakeState
    token: str | None  # of the first run

    def attack(self, number: int, **fields: object) -> Event:
        """One event now, as the pipeline publishes it."""
        event = make_event(datetime.now(UTC), number, **fields)
        self.reader.all.append(event)
        self.live.publish([event])
        return event

    def cookie(self) -> tuple[str, str]:
        """Sign in without a browser; the session's cookie."""
        body = json.dumps({"user": USER, "password": PASSWORD}).encode()
        headers = {"content-type": "application/json", "origin": self.url}
        asked = urllib.request.Request(f"{self.url}/api/v1/login", body, headers)
        with urllib.request.urlopen(asked, timeout=DEADLINE) as answer:
            name, _, value = answer.headers["set-cookie"].partition(";")[0].partition("=")
        return name, value


@contextmanager
def running(folder: Path, *, user: bool = True) -> Iterator[Site]:
    """The app with one user, or at its first run; ends with the block."""
    users = Users(folder)
    if user:
        users.add(USER, PASSWORD)
    token = users.offer_setup()
    reader = FakeReader(make_events(EVENTS, every=80_000 / EVENTS))
    config = WebConfig()
    live = Live(streams_per_user=config.streams_per_user)
    state = FakeState(folder, reader, demo=True)
    app = create_app(reader, live, state, config, data=folder)
    with socket.create_server(("127.0.0.1", 0)) as sock:
        url = f"http://127.0.0.1:{sock.getsockname()[1]}"
        server = serve(app, sock, config, closing=live.stop)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        try:
            end = time.monotonic() + DEADLINE
            while not server.started:
                assert time.monotonic() < end
                time.sleep(0.02)
            yield Site(url, reader, live, state, token)
        finally:
            server.stop()
            thread.join(DEADLINE)

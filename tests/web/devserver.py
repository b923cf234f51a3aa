"""The real app over generated events, to develop the page against: ``python -m tests.web.devserver --port 8000``.

Shows how to get in: as ``--user`` with ``--password``, or with the first run's token. Data is kept in a
temporary folder unless ``--data`` names one.
"""

import argparse
import signal
import socket
import tempfile
import threading
from datetime import UTC, datetime
from pathlib import Path

from samovar.web.app import create_app
from samovar.web.live import Live
from samovar.web.server import serve
from samovar.web.settings import WebConfig
from samovar.web.users import Users
from tests.web.fakes import FakeReader, FakeState, make_event, make_events

MAX_HISTORY = 200_000


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(description="the real web app over generated events")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--events", type=int, default=6000, help="events in the last 24 hours")
    parser.add_argument("--live", type=float, default=2.0, help="events a second into the live feed")
    parser.add_argument("--user", default="admin")
    parser.add_argument("--password", default="", help="make --user with it; otherwise the first run is shown")
    parser.add_argument("--data", type=Path, default=None)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="web-dev-") as folder:
        run(options, options.data or Path(folder))


def run(options: argparse.Namespace, data: Path) -> None:
    """Serve from ``data``."""
    data.mkdir(parents=True, exist_ok=True)
    users = Users(data)
    if options.password and users.get(options.user) is None:
        users.add(options.user, options.password)
    reader = FakeReader(make_events(options.events, every=86400 / max(1, options.events)))
    config = WebConfig()
    live = Live(streams_per_user=config.streams_per_user)
    app = create_app(reader, live, FakeState(data, reader, demo=True), config, data=data)
    sock = socket.create_server(("127.0.0.1", options.port))
    port = sock.getsockname()[1]
    server = serve(app, sock, config, closing=live.stop)
    stopped = threading.Event()

    def end(_number: int, _frame: object) -> None:
        stopped.set()
        server.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, end)
    feeder = threading.Thread(target=feed, args=(options.live, reader, live, stopped), daemon=True)
    feeder.start()
    token = users.offer_setup()
    print(f"http://127.0.0.1:{port}/" + (f"#token={token}" if token else ""), flush=True)
    server.run()
    stopped.set()
    feeder.join(5)


def feed(rate: float, reader: FakeReader, live: Live, stopped: threading.Event) -> None:
    """Publish ``rate`` events a second until stopped."""
    number, owed = len(reader.all), 0.0
    while rate > 0 and not stopped.wait(0.05):
        owed += rate * 0.05
        batch = [make_event(datetime.now(UTC), number + n) for n in range(int(owed))]
        owed -= len(batch)
        number += len(batch)
        if batch:
            reader.all.extend(batch)
            del reader.all[:-MAX_HISTORY]
            live.publish(batch)


if __name__ == "__main__":
    main()

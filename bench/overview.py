"""Store: CPU to take an event in, bytes on disk an event, and the overview's panels. One JSON line."""

import argparse
import json
import time
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.traffic import END, events
from samovar.store import DuckStore
from samovar.store.interface import Position, Span

_TERMS = (("user_name",), ("samovar_login_password",), ("user_name", "samovar_login_password"),
          ("process_command_line",), ("source_ip",), ("source_as_organization_name",),
          ("destination_port",), ("source_geo_country_iso_code",), ("samovar_client_version",))  # fmt: skip


def panels(store: DuckStore, hours: int) -> list[float]:
    """Milliseconds of each panel."""
    span = Span(END - timedelta(hours=hours), END)
    asks = [lambda: store.summary(None, span), lambda: store.map(None, span, size=2000)]
    asks += [lambda by=by: store.histogram(None, span, by=by, buckets=120, top=10, unit="attacks")
             for by in ("event_module", "destination_port", "source_geo_country_iso_code")]  # fmt: skip
    asks += [lambda f=f: store.terms(None, span, f, size=50, unit="attacks") for f in _TERMS]
    taken = []
    for ask in asks:
        start = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - start) * 1e3)
    return taken


def main() -> None:
    """Fill a store with --events over --days, then ask."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=60)
    options = parser.parse_args()
    now = 0.0
    cpu = 0.0
    with TemporaryDirectory() as folder, DuckStore(Path(folder), clock=lambda: now) as store:
        made = events(options.events, END - timedelta(days=options.days), END)
        store.clear()
        while batch := list(islice(made, 2_000)):
            now = batch[0].timestamp.timestamp()
            start = time.process_time()
            store.ingest(batch, Position(0, 1))
            cpu += time.process_time() - start
        result: dict[str, float] = {"events": options.events}
        result["ingest_cpu_us"] = round(cpu / options.events * 1e6, 1)
        result["bytes_per_event"] = round(store.size() / options.events, 1)
        for name, hours in (("24h", 24), ("7d", 168), ("30d", 720)):
            panels(store, hours)
            times = sorted(ms for _ in range(3) for ms in panels(store, hours))
            result[f"panel_p95_ms_{name}"] = round(times[int(len(times) * 0.95)], 1)
    print(json.dumps(result))


if __name__ == "__main__":
    main()

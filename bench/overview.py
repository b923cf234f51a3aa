"""Store: CPU to take an event in, bytes on disk an event, and the overview's panels. One JSON line."""

import argparse
import json
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.traffic import END, events
from samovar.store import DuckStore, StoreConfig
from samovar.store.interface import Position, Span

_HISTOGRAMS = ("event_module", "destination_port", "source_geo_country_iso_code")
_TERMS = (("user_name",), ("samovar_login_password",), ("user_name", "samovar_login_password"),
          ("process_command_line",), ("source_ip",), ("source_as_organization_name",),
          ("destination_port",), ("source_geo_country_iso_code",), ("samovar_client_version",))  # fmt: skip


def panels(store: DuckStore, hours: int) -> dict[str, Callable[[], object]]:
    """The overview's questions by name."""
    span = Span(END - timedelta(hours=hours), END)
    asks: dict[str, Callable[[], object]] = {
        "summary": lambda: store.summary(None, span),
        "map": lambda: store.map(None, span, size=2000),
    }
    for by in _HISTOGRAMS:
        asks["histogram " + by] = lambda by=by: store.histogram(  # type: ignore[misc]  # mypy sees no lambda default
            None, span, by=by, buckets=120, top=10, unit="attacks"
        )
    for fields in _TERMS:
        asks["terms " + "+".join(fields)] = lambda f=fields: store.terms(  # type: ignore[misc]  # as above
            None, span, f, size=50, unit="attacks"
        )
    return asks


def measured(store: DuckStore, hours: int) -> dict[str, list[float]]:
    """For each panel and the sum of all: median of three in ms of wall and of CPU time."""
    found = {}
    for name, ask in panels(store, hours).items():
        ask()
        walls, cpus = [], []
        for _ in range(3):
            wall, cpu = time.perf_counter(), time.process_time()
            ask()
            walls.append((time.perf_counter() - wall) * 1e3)
            cpus.append((time.process_time() - cpu) * 1e3)
        found[name] = [round(statistics.median(walls), 1), round(statistics.median(cpus), 1)]
    found["all"] = [round(sum(column), 1) for column in zip(*found.values(), strict=True)]
    return found


def fill(store: DuckStore, count: int, days: int, turn: Callable[[float], None]) -> float:
    """Take ``count`` events in; returns the CPU seconds of that."""
    cpu = 0.0
    made = events(count, END - timedelta(days=days), END)
    while batch := list(islice(made, 2_000)):
        turn(batch[0].timestamp.timestamp())
        start = time.process_time()
        store.ingest(batch, Position(0, 1))
        cpu += time.process_time() - start
    return cpu


def run(folder: Path, options: argparse.Namespace) -> dict[str, object]:
    """Fill the store in ``folder`` unless it is filled already, then ask."""
    now = (END - timedelta(days=options.days)).timestamp()

    def turn(moment: float) -> None:
        nonlocal now
        now = moment

    filled = any(folder.glob("day-*"))
    with DuckStore(folder, StoreConfig(timeout=120), clock=lambda: END.timestamp() if filled else now) as store:
        cpu = 0.0 if filled else fill(store, options.events, options.days, turn)
        start = time.process_time()
        store.seal()
        sealing = time.process_time() - start
        return {
            "events": options.events,
            "ingest_cpu_us": round(cpu / options.events * 1e6, 1),
            "seal_cpu_us": round(sealing / options.events * 1e6, 1),
            "bytes_per_event": round(store.size() / options.events, 1),
            "panels_wall_cpu_ms": {
                name: measured(store, hours) for name, hours in (("24h", 24), ("7d", 168), ("30d", 720))
            },
        }


def main() -> None:
    """Measure with --events over --days; --store DIR keeps the filled store and uses it again."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--days", type=int, default=60)
    parser.add_argument("--store", type=Path)
    options = parser.parse_args()
    if options.store:
        options.store.mkdir(parents=True, exist_ok=True)
        result = run(options.store, options)
    else:
        with TemporaryDirectory() as folder:
            result = run(Path(folder), options)
    print(json.dumps(result))


if __name__ == "__main__":
    main()

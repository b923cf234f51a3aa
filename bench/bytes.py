"""Store: bytes on disk an event of the demo's week, all days sealed, roll-ups and all. One JSON line; goal <= 200."""

import argparse
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from samovar.demo import generate
from samovar.event import Event
from samovar.store import DuckStore, rollup
from samovar.store.interface import Position

END = datetime(2026, 11, 24, tzinfo=UTC)


def fill(store: DuckStore, made: Iterator[Event], count: int) -> int:
    """Take events in, 2,000 at a time, and seal them."""
    taken = 0
    while batch := list(islice(made, min(2_000, count - taken))):
        store.ingest(batch, Position())
        taken += len(batch)
    return taken


def main() -> None:
    """Store about --events."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=300_000)
    options = parser.parse_args()
    made = chain.from_iterable(generate(options.events, end=END))
    now = END.timestamp()
    day = options.events // 7 + 1
    cpu = time.process_time()
    taken = 0
    with TemporaryDirectory() as folder, DuckStore(Path(folder), clock=lambda: now) as store:
        while more := fill(store, made, day):
            taken += more
            now += 86_400
        store.ingest([], Position())
        store.seal()
        cpu = time.process_time() - cpu
        with store._days.cursor() as cursor:
            rows = sum(
                cursor.execute(f"SELECT count(*) FROM {day.alias}.{rollup.TABLE}").fetchall()[0][0]
                for day in store._days.days[:-1]
            )
        print(json.dumps({
            "events": taken,
            "bytes_per_event": round(store.size() / taken, 1),
            "rollup_rows_per_event": round(rows / taken, 3),
            "cpu_us_per_event": round(cpu / taken * 1e6, 1),
        }))  # fmt: skip


if __name__ == "__main__":
    main()

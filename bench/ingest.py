"""Store: events taken in a second while four people watch the overview. One JSON line.

One thread takes events in, at --rate or flat out; four threads refresh the overview of 24 hours and 7 days without
rest. ``dropped`` are events that were due by --rate and had not been taken in at the end (0 where it keeps up).
"""

import argparse
import json
import resource
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory

from bench.overview import panels
from bench.traffic import END, events
from samovar.event import Event
from samovar.store import DuckStore
from samovar.store.interface import Position

_BATCH = 1_000
_WATCHERS = (24, 24, 168, 168)  # hours that each looks back


def watch(store: DuckStore, hours: int, done: threading.Event, rounds: list[float]) -> None:
    """Ask all panels again and again."""
    while not done.is_set():
        start = time.perf_counter()
        for ask in panels(store, hours).values():
            ask()
            if done.is_set():
                return
        rounds.append((time.perf_counter() - start) * 1e3)


def take(
    store: DuckStore, batches: Iterator[list[Event]], seconds: float, rate: int
) -> tuple[int, float, float, list[float]]:
    """Take batches in for ``seconds``; returns events, seconds, this thread's CPU seconds, and the ms of each batch."""
    taken, stalls, cpu = 0, [], 0.0
    start = time.perf_counter()
    while (passed := time.perf_counter() - start) < seconds and (batch := next(batches, None)):
        if rate and passed < taken / rate:
            time.sleep(taken / rate - passed)
        begun, used = time.perf_counter(), time.thread_time()
        store.ingest(batch, Position(1, taken))
        cpu += time.thread_time() - used
        stalls.append((time.perf_counter() - begun) * 1e3)
        taken += len(batch)
    return taken, time.perf_counter() - start, cpu, stalls


def week(count: int) -> Iterator[list[Event]]:
    """The ``count`` events of the week before, in batches."""
    past = events(count, END - timedelta(days=7), END)
    while batch := list(islice(past, 2_000)):
        yield batch


def parsed() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--before", type=int, default=300_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--rate", type=int, default=0, help="events a second; 0: as many as go")
    return parser.parse_args()


def main() -> None:
    """Fill a week with --before events, then take in for --seconds beside four watchers."""
    options = parsed()
    now = 0.0
    with TemporaryDirectory() as folder, DuckStore(Path(folder), clock=lambda: now) as store:
        for batch in week(options.before):
            now = batch[0].timestamp.timestamp()
            store.ingest(batch, Position())
        store.seal()
        source = events(20 * _BATCH, END - timedelta(hours=1), END, seed=2)
        batches = [list(islice(source, _BATCH)) for _ in range(20)]  # made before, so that only the store is measured
        done, rounds = threading.Event(), [list[float]() for _ in _WATCHERS]
        watchers = [
            threading.Thread(target=watch, args=(store, hours, done, mine))
            for hours, mine in zip(_WATCHERS, rounds, strict=True)
        ]
        cpu = time.process_time()
        for watcher in watchers:
            watcher.start()
        taken, seconds, own, stalls = take(store, cycle(batches), options.seconds, options.rate)
        cpu = time.process_time() - cpu
        done.set()
        for watcher in watchers:
            watcher.join()
    stalls.sort()
    refreshes = sorted(one for mine in rounds for one in mine)
    print(json.dumps({
        "events": taken,
        "events_per_s": round(taken / seconds),
        "dropped": max(0, round(options.rate * seconds) - taken - _BATCH) if options.rate else 0,
        "ingest_cpu_us": round(own / taken * 1e6, 1),
        "batch_ms_p50_p95_max": [round(stalls[int((len(stalls) - 1) * q)], 1) for q in (0.5, 0.95, 1)],
        "refreshes": len(refreshes),
        "refresh_ms_p50": round(refreshes[len(refreshes) // 2], 1) if refreshes else None,
        "cpu_share": round(cpu / seconds, 2),
        "rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    }))  # fmt: skip


if __name__ == "__main__":
    main()

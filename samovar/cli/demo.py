"""``samovar demo``: a simulated week on a DATA of its own, then the page over it."""

import sys
import time
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path

from samovar.cli.apart import apart
from samovar.cli.up import up


def demo(data: Path, args: Namespace) -> int:
    """Fill DATA once, then start without any sensor in reach of others."""
    target = Path(args.data or "demo-data")
    events = apart(lambda: _fill(target, args))
    if events:
        print(f"{events} simulated events are in {target}.")
    if args.fill_only:
        return 0
    if args.listen is None:
        args.listen = ["127.0.0.1"]  # simulated and real attacks shall not mix by accident
    return up(target, args)


def _fill(target: Path, args: Namespace) -> int:
    from datetime import UTC, datetime, timedelta

    from samovar.cli.compose import settings
    from samovar.demo import Calendar, expected, is_whole, load, room
    from samovar.store import DuckStore
    from samovar.store.interface import Position

    if is_whole(target):
        return 0
    chosen = settings(target, args)
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    print(room(target, expected(args.events), chosen.disk), file=sys.stderr, flush=True)
    end = datetime.now(UTC)
    calendar = Calendar(end - timedelta(days=7))
    store = DuckStore(target / "store", chosen.store, clock=calendar)
    progress = _progress(time.monotonic())
    try:
        done = load(target, store, Position, events=args.events, end=end, calendar=calendar, progress=progress)
        store.seal()
        return done
    finally:
        store.close()


def _progress(start: float) -> Callable[[int, int], None]:
    """Says how far it is: on a terminal in one line that changes, else in a line for each tenth."""
    said = 0

    def say(done: int, total: int) -> None:
        nonlocal said
        share = done / max(total, 1)
        passed = time.monotonic() - start
        line = f"Simulating a week of attacks: {share:6.1%}, {round(done / max(passed, 0.001)):,} events/s"
        if sys.stderr.isatty():
            print(f"\r{line} ", end="\n" if share >= 1 else "", file=sys.stderr, flush=True)
        elif int(share * 10) > said:
            said = int(share * 10)
            print(line, file=sys.stderr, flush=True)

    return say

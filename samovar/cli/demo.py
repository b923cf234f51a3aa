"""``samovar demo``: a simulated week on a DATA of its own, then the page over it."""

import sys
from argparse import Namespace
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
    from samovar.cli.compose import settings
    from samovar.demo import is_demo, load
    from samovar.store import DuckStore
    from samovar.store.interface import Position

    if is_demo(target):
        return 0
    target.mkdir(mode=0o700, parents=True, exist_ok=True)
    store = DuckStore(target / "store", settings(target, args).store)
    try:
        return load(target, store, Position, events=args.events, progress=_progress)
    finally:
        store.close()
        if sys.stderr.isatty():
            print(file=sys.stderr)


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty():
        print(f"\rSimulating a week of attacks: {done / max(total, 1):6.1%}", end="", file=sys.stderr, flush=True)

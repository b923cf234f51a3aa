"""The commands that change or copy: persona, reindex, backup, user."""

import getpass
import os
import shutil
import sys
import time
from argparse import Namespace
from pathlib import Path

import msgspec

from samovar.cli.ask import Api
from samovar.cli.compose import settings
from samovar.cli.running import running
from samovar.cli.text import safe, table
from samovar.persona import SECRET_FIELDS, Persona
from samovar.persona.draw import load
from samovar.pipeline import reindex as rebuild
from samovar.spool import Spool
from samovar.store import DuckStore
from samovar.store.interface import Position
from samovar.web.users import Users

_SMALL = ("persona.json", "samovar.toml", "demo", "web", "geo")


def persona(data: Path, args: Namespace) -> None:
    """Show the machine that the honeypots pretend to be; drawn now if there is none yet."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    chosen: Persona = load(data, settings(data, args).persona)
    shown = {
        name: value for name, value in msgspec.to_builtins(chosen).items() if args.secrets or name not in SECRET_FIELDS
    }
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(shown), indent=2).decode())
        return
    rows = [(name, _short(value, args.secrets)) for name, value in shown.items()]
    table(("field", "value"), rows)
    print("\nTo fix a field, write it under [persona] in the configuration.")


def reindex(data: Path, args: Namespace) -> None:
    """Rebuild the store from the spool."""
    if running(data):
        raise ValueError("stop Samovar first: the running hub owns the store")
    if not (data / "spool").is_dir():
        raise ValueError(f"there is no spool in {data}")
    from samovar.cli.enrichers import enrichers

    chosen = settings(data, args)
    spool = Spool(data / "spool", chosen.spool)
    store = DuckStore(data / "store", chosen.store)
    try:
        done = rebuild(spool, enrichers(data, chosen), store, Position, progress)
    finally:
        store.close()
        spool.close()
    print(f"\n{done} events are in the store again.")


def backup(data: Path, args: Namespace) -> None:
    """Copy everything to a directory that does not exist yet."""
    target = Path(args.target)
    if target.exists():
        raise ValueError(f"{target} exists already: name a directory that does not")
    state = running(data)
    store = Path(Api(data, state).backup()) if state and state.url else Path("store")
    target.mkdir(mode=0o700, parents=True)
    # The spool only grows, so a copy made now holds all that the store's copy does, and perhaps more.
    _copy(data / store, target / "store")
    for name in ("spool", "files", "recordings", *_SMALL):
        _copy(data / name, target / name)
    if store.name != "store":
        shutil.rmtree(data / store)
    print(f"Everything is in {target}; to restore, copy it back as DATA.")


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        # Segments are compressed and dropped while we copy: what has gone is in the store's copy.
        shutil.copytree(source, target, copy_function=_copy_file)
    elif source.exists():
        shutil.copy2(source, target)


def _copy_file(source: str, target: str) -> None:
    try:
        shutil.copy2(source, target)
    except FileNotFoundError:
        if os.path.lexists(source):
            raise


def user(data: Path, args: Namespace) -> None:
    """Who may see the page."""
    users = Users(data)
    if args.act == "list":
        table(("user",), [(known.name,) for known in users.all()])
        return
    if not args.name:
        raise ValueError(f"name the user: samovar user {args.act} NAME")
    if args.act == "remove":
        users.remove(args.name)
    elif args.act == "add":
        users.add(args.name, _password())
    else:
        users.passwd(args.name, _password())
    print(f"Done: {safe(args.name)}.")


def progress(events: int, share: float) -> None:
    """A line that shows how far long work has come."""
    if sys.stderr.isatty():
        print(f"\r{share:6.1%}  {events} events", end="", file=sys.stderr, flush=True)


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password (12 characters or more): ")
    if getpass.getpass("Once more: ") != first:
        raise ValueError("the two are not the same; nothing was changed")
    return first


def _short(value: object, whole: bool) -> str:
    if isinstance(value, list):
        return ", ".join(_short(item, whole) for item in value)
    if isinstance(value, int) and value > 1_000_000_000:
        return f"{value} ({time.strftime('%Y-%m-%d %H:%M', time.gmtime(value))})"
    shown = str(value)
    return shown if whole or len(shown) < 100 else shown.splitlines()[0] + " ..."

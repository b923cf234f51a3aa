"""Parses the command line and calls the command, which is imported only then: ``samovar up`` must start at once."""

import argparse
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from samovar import __version__
from samovar.cli.text import fail
from samovar.editions import EDITIONS

INSTALLED = Path("/var/lib/samovar")
SEARCH = "search text, e.g. 'country:RU and not user:root' (docs/reference/search.md)"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code: 0 done, 1 could not, 2 wrong use."""
    args = parser().parse_args(arguments)
    module, _, name = args.command.partition(":")
    try:
        command: Callable[[Path, argparse.Namespace], int | None] = getattr(importlib.import_module(module), name)
        return command(_data(args), args) or 0
    except BrokenPipeError:
        # Whoever read our output has enough of it (| head).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    except (ValueError, OSError) as error:
        fail(str(error))


def _data(args: argparse.Namespace) -> Path:
    if chosen := args.data or os.environ.get("SAMOVAR_DATA"):
        return Path(chosen)
    return INSTALLED if INSTALLED.is_dir() and os.access(INSTALLED, os.R_OK | os.X_OK) else Path("samovar-data")


def parser() -> argparse.ArgumentParser:
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--data", metavar="DIR", help="where everything is kept (default: $SAMOVAR_DATA, else ./samovar-data)"
    )
    common.add_argument("--config", metavar="FILE", help="configuration (default: DIR/samovar.toml if there)")
    root = argparse.ArgumentParser(
        prog="samovar",
        description="The all-in-one honeypot platform: many honeypots, one program, one page.",
        epilog="A first hour is described in docs/tutorial.md.",
    )
    root.add_argument("--version", action="version", version=f"samovar {__version__}")
    commands = root.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, target: str, help: str, example: str = "") -> argparse.ArgumentParser:
        command = commands.add_parser(
            name,
            parents=[common],
            help=help,
            description=help[0].upper() + help[1:] + ".",
            epilog=f"Example: {example}" if example else None,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        command.set_defaults(command=f"samovar.cli.{target}")
        return command

    _add_running(add)
    _add_reading(add)
    _add_managing(add)
    for name, target in (("_hub", "hub:hub"), ("_forkserver", "workers:forkserver")):
        hidden = commands.add_parser(name, parents=[common])
        hidden.set_defaults(command=f"samovar.cli.{target}")
    return root


Add = Callable[..., argparse.ArgumentParser]


def _add_running(add: Add) -> None:
    up = add("up", "up:up", "start the honeypots, the store and the page", "samovar up --edition standard")
    _add_up_options(up)
    demo = add("demo", "demo:demo", "show a simulated week, on a DATA of its own", "samovar demo --events 1000000")
    _add_up_options(demo)
    demo.add_argument("--events", type=int, metavar="N", help="how many events (default: the article's week)")
    demo.add_argument("--fill-only", action="store_true", help="make the data, do not start")


def _add_up_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("--edition", choices=EDITIONS, help="which honeypots run (default: standard)")
    command.add_argument("--listen", metavar="ADDR", nargs="+", help="addresses to listen on (default: all)")
    command.add_argument(
        "--port-offset", type=int, metavar="N", help="added to every port (default: 0, or 20000 where 22 is not ours)"
    )
    command.add_argument("--web", metavar="ADDR:PORT", help="address of the page (default: 127.0.0.1:64296)")
    command.add_argument("--quiet", action="store_true", help="no table, no line per attack")


def _add_reading(add: Add) -> None:
    summary = add("summary", "show:summary", "attacks per family and protocol", "samovar summary --last 7d")
    _add_search(summary)
    top = add("top", "show:top", "most frequent values of a field", "samovar top user password --last 7d -n 20")
    top.add_argument("field", nargs="+", help="short or ECS name: country, user, password, source.ip, ...")
    top.add_argument("-n", type=int, default=10, metavar="N", help="how many (default: 10)")
    top.add_argument("--unit", choices=("attacks", "events", "sources", "logins"), default="events")
    _add_search(top, positional=False)
    events = add("events", "show:events", "recorded events", "samovar events --last 1h 'sensor:ssh and action:login'")
    events.add_argument("--format", choices=("jsonl", "csv", "table"), help="default: table on a terminal, else jsonl")
    events.add_argument("--limit", type=int, default=0, metavar="N", help="at most so many (default: all)")
    _add_search(events)
    _add_charts(add)
    sessions = add("sessions", "show:sessions", "sessions, newest first", "samovar sessions --last 1h command:*wget*")
    sessions.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many (default: 50)")
    _add_search(sessions)
    session = add("session", "show:session", "all events of one session", "samovar session 0642f1c2...")
    session.add_argument("session", help="a session's id, from `samovar sessions`")
    session.add_argument("--format", choices=("jsonl", "csv", "table"))
    replay = add("replay", "replay:replay", "show a recorded terminal again", "samovar replay 0642f1c2... --speed 2")
    replay.add_argument("session", help="a session's id, from `samovar sessions`")
    replay.add_argument("--speed", type=float, default=1.0, metavar="N", help="so many times as fast (default: 1)")
    replay.add_argument(
        "--idle", type=float, default=2.0, metavar="SECONDS", help="wait at most so long for what comes (default: 2)"
    )
    replay.add_argument("--cat", action="store_true", help="print all of it at once")
    for name, target, help in (
        ("status", "state:status", "what runs, and how it is"),
        ("sensors", "state:sensors", "what listens where"),
    ):
        add(name, target, help).add_argument("--json", action="store_true", help="print JSON")


def _add_charts(add: Add) -> None:
    histogram = add("histogram", "chart:histogram", "counts over time", "samovar histogram --by country --last 7d")
    histogram.add_argument("--by", metavar="FIELD", help="a column for each common value: family, country ...")
    histogram.add_argument("--buckets", type=int, default=24, metavar="N", help="about so many rows (default: 24)")
    histogram.add_argument("--unit", choices=("attacks", "events", "sources", "logins"), default="attacks")
    _add_search(histogram)
    places = add("map", "chart:places", "where attacks come from", "samovar map --last 7d -n 20")
    places.add_argument("-n", type=int, default=30, metavar="N", help="how many places (default: 30)")
    _add_search(places)
    files = add("files", "chart:files", "files that attackers brought", "samovar files --last 7d")
    files.add_argument("--limit", type=int, default=50, metavar="N", help="at most so many (default: 50)")
    _add_search(files)
    source = add("source", "chart:source", "one address across all honeypots", "samovar source 192.0.2.7 --last 7d")
    source.add_argument("ip", help="its address")
    _add_time(source)


def _add_search(command: argparse.ArgumentParser, positional: bool = True) -> None:
    if positional:
        command.add_argument("query", nargs="?", default="", metavar="QUERY", help=SEARCH)
    else:
        command.add_argument("--query", default="", metavar="QUERY", help=SEARCH)
    _add_time(command)


def _add_time(command: argparse.ArgumentParser) -> None:
    command.add_argument("--last", metavar="TIME", help="how far back: 15m, 24h, 7d (default: 24h)")
    command.add_argument("--from", dest="start", metavar="TIME", help="from this time on (ISO 8601)")
    command.add_argument("--to", dest="end", metavar="TIME", help="up to this time")
    command.add_argument("--json", action="store_true", help="print JSON")


def _add_managing(add: Add) -> None:
    check = add("check", "check:check", "look at configuration, ports, rights, disk and clock, and say what to do")
    _add_up_options(check)
    check.add_argument("--json", action="store_true", help="print JSON")
    persona = add("persona", "manage:persona", "the machine that the honeypots pretend to be")
    persona.add_argument("--secrets", action="store_true", help="show keys and salt too")
    persona.add_argument("--json", action="store_true", help="print JSON")
    add("reindex", "manage:reindex", "rebuild the store from the spool (stop Samovar first)")
    backup = add("backup", "manage:backup", "copy everything, also while running", "samovar backup /mnt/samovar-monday")
    backup.add_argument("target", metavar="DIR", help="a directory that does not exist yet")
    user = add("user", "manage:user", "who may see the page", "samovar user add alice")
    user.add_argument("act", choices=("list", "add", "remove", "password"))
    user.add_argument("name", nargs="?", help="user name")

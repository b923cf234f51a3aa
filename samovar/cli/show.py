"""The commands that read: summary, events, top, sessions, session."""

import csv
import sys
from argparse import Namespace
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import msgspec

from samovar.cli.ask import answers
from samovar.cli.text import safe, table
from samovar.cli.times import span
from samovar.event import ECS_NAMES, Event
from samovar.store.interface import Span, Unit

COLUMNS = (
    "@timestamp", "event.dataset", "source.ip", "source.geo.country_iso_code", "destination.port", "event.action",
    "user.name", "samovar.login.password", "process.command_line", "url.original",
)  # fmt: skip
SCREEN = 1000  # rows of a table that are aligned together
_PYTHON_NAMES = {ecs: python for python, ecs in ECS_NAMES.items()}


def summary(data: Path, args: Namespace) -> None:
    """Attacks, login attempts and distinct sources per family and protocol."""
    found = answers(data).summary(args.query, chosen_span(args))
    if args.json:
        print_json(found)
        return
    rows = [(row.family, row.protocol, row.attacks, row.logins, row.sources) for row in found.rows]
    rows.append(("all", "", found.attacks, found.logins, found.sources))
    table(("family", "protocol", "attacks", "logins", "sources"), rows, right=(2, 3, 4))


def top(data: Path, args: Namespace) -> None:
    """The most frequent values of a field, or of several together."""
    unit: Unit = args.unit
    found = answers(data).terms(args.query, chosen_span(args), args.field, args.n, unit)
    if args.json:
        print_json(found)
        return
    header = (*(ECS_NAMES.get(name, name) for name in found.fields), unit, "sources", "share")
    total = max(found.total, 1)
    rows = [(*row.values, row.count, row.sources, f"{100 * row.count / total:.1f} %") for row in found.rows]
    width = len(header)
    table(header, rows, right=(width - 3, width - 2, width - 1))


def events(data: Path, args: Namespace) -> None:
    """Events, oldest first, as JSON lines, CSV or a table."""
    found = answers(data).events(args.query, chosen_span(args))
    if args.limit:
        found = islice(found, args.limit)
    _write(found, args.format or ("table" if sys.stdout.isatty() else "jsonl"))


def sessions(data: Path, args: Namespace) -> None:
    """Sessions, newest first."""
    found = answers(data).sessions(args.query, chosen_span(args), args.limit)
    if args.json:
        print_json(found)
        return
    table(
        ("session", "start", "protocol", "source", "country", "port", "events", "logins", "commands"),
        [
            (row.id, clock(row.start), row.protocol, row.source_ip, row.country, row.destination_port, row.events,
             row.logins, row.commands)
            for row in found
        ],
        right=(5, 6, 7, 8),
    )  # fmt: skip


def session(data: Path, args: Namespace) -> None:
    """Everything that one session did."""
    found = answers(data).session(args.session)
    if not found:
        raise ValueError(f"no session {safe(args.session)} is recorded")
    _write(iter(found), args.format or ("table" if sys.stdout.isatty() else "jsonl"))


def _write(found: Iterator[Event], form: str) -> None:
    if form == "jsonl":
        for event in found:
            sys.stdout.buffer.write(msgspec.json.encode(event) + b"\n")
        sys.stdout.buffer.flush()
    elif form == "csv":
        writer = csv.writer(sys.stdout)
        writer.writerow(COLUMNS)
        for event in found:
            writer.writerow([_guarded(cell) for cell in _cells(event)])
    else:
        rows = (_cells(event) for event in found)
        while part := list(islice(rows, SCREEN)):  # there may be millions
            table(COLUMNS, part)


def _cells(event: Event) -> list[str]:
    values = (getattr(event, _PYTHON_NAMES[name]) for name in COLUMNS)
    return [clock(v) if isinstance(v, datetime) else "" if v is None else safe(v) for v in values]


def _guarded(cell: str) -> str:
    # A spreadsheet would take these for a formula.
    return "'" + cell if cell.startswith(("=", "+", "-", "@")) else cell


def clock(moment: datetime) -> str:
    """A time for people, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")


def chosen_span(args: Namespace) -> Span:
    """The stretch of time that the options name."""
    return span(args.last, args.start, args.end, datetime.now(UTC))


def print_json(value: object) -> None:
    """For programs."""
    print(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())

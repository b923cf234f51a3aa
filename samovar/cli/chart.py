"""The page's other figures on the command line: histogram, map, files, source."""

from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from samovar.cli.ask import answers
from samovar.cli.show import chosen_span, clock, print_json
from samovar.cli.text import size, table


def histogram(data: Path, args: Namespace) -> None:
    """Counts over time, a row for each stretch, a column for each of the commonest values."""
    found = answers(data).histogram(args.query, chosen_span(args), args.by or "", args.buckets, args.unit)
    if args.json:
        print_json(found)
        return
    named = [(series.key or ("others" if args.by else args.unit), series.counts) for series in found.series]
    rows = [
        (clock(datetime.fromtimestamp(start, UTC)), *(counts[i] for _, counts in named), found.sources[i])
        for i, start in enumerate(found.times)
    ]
    table(("from", *(key for key, _ in named), "sources"), rows, right=range(1, len(named) + 2))


def places(data: Path, args: Namespace) -> None:
    """Where attacks come from, most first."""
    found = answers(data).map(args.query, chosen_span(args), args.n)
    if args.json:
        print_json(found)
        return
    rows = [(cell.country, cell.city, f"{cell.lat:.2f}", f"{cell.lon:.2f}", cell.count) for cell in found]
    table(("country", "city", "latitude", "longitude", "attacks"), rows, right=(2, 3, 4))


def files(data: Path, args: Namespace) -> None:
    """What attackers brought; the bytes are in DATA/files."""
    found = answers(data).artefacts(args.query, chosen_span(args), args.limit)
    if args.json:
        print_json(found)
        return
    rows = [
        (f.sha256, size(f.size), f.name, clock(f.first_seen), clock(f.last_seen), f.count, f.sources) for f in found
    ]
    table(("sha256", "size", "name", "first seen", "last seen", "times", "sources"), rows, right=(1, 5, 6))


def source(data: Path, args: Namespace) -> None:
    """All that one address did, across all honeypots."""
    found = answers(data).source(args.ip, chosen_span(args))
    if args.json:
        print_json(found)
        return
    network = f"AS{found.as_number} {found.as_organization}" if found.as_number else ""
    seen = [clock(moment) if moment else "" for moment in (found.first_seen, found.last_seen)]
    table(
        ("", ""),
        [("address", found.ip), ("country", found.country), ("network", network), ("first seen", seen[0]),
         ("last seen", seen[1]), ("attacks", found.attacks), ("events", found.events)],
    )  # fmt: skip
    for title, terms in (("sensor", found.protocols), ("tried", found.credentials), ("command", found.commands)):
        if terms:
            print()
            table((title, "count"), [(" / ".join(term.values), term.count) for term in terms], right=(1,))

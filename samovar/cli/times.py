"""Stretches of time on the command line."""

import re
from datetime import UTC, datetime, timedelta

from samovar.cli.text import safe
from samovar.store.interface import Span

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}


def span(last: str | None, start: str | None, end: str | None, now: datetime) -> Span:
    """The stretch of time that ``--last``, ``--from`` and ``--to`` name. Raises ValueError with one clear line."""
    until = _instant(end) if end else now
    if start:
        return Span(_instant(start), until)
    return Span(until - timedelta(seconds=duration(last or "24h")), until)


def duration(text: str) -> int:
    """Seconds of ``90s``, ``15m``, ``24h``, ``7d``, ``2w``."""
    found = re.fullmatch(r"(\d{1,6})([smhdw])", text)
    if not found:
        raise ValueError(f"'{safe(text)}' is not a length of time; try 15m, 24h, 7d or 2w")
    return int(found[1]) * _UNITS[found[2]]


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{safe(text)}' is not a time; try 2026-11-24 or 2026-11-24T05:52") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

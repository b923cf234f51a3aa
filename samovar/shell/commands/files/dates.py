"""Dates as touch, date and find take them."""

import re
from datetime import UTC, datetime


def stamp(text: str, now: float) -> float | None:
    """touch -t's [[CC]YY]MMDDhhmm[.ss]."""
    found = re.fullmatch(r"(\d\d)?(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?", text)
    if found is None:
        return None
    year = datetime.fromtimestamp(now, UTC).year
    if found[2]:
        year = int(found[1] + found[2])
    elif found[1]:
        year = (2000 if int(found[1]) < 69 else 1900) + int(found[1])
    try:
        month, day, hour, minute = (int(found[i]) for i in (3, 4, 5, 6))
        return datetime(year, month, day, hour, minute, int(found[7] or 0), tzinfo=UTC).timestamp()
    except ValueError:
        return None


_UNITS = {"sec": 1, "second": 1, "min": 60, "minute": 60, "hour": 3600, "day": 86_400, "week": 604_800}
_UNITS |= {"month": 2_592_000, "year": 31_536_000}
_FORMS = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y%m%d", "%H:%M", "%d %b %Y", "%b %d %Y",
)  # fmt: skip


def when(text: str, now: float) -> float | None:
    """A date as it is usually given: @seconds, ISO, "now", "yesterday", "2 days ago"."""
    text = text.strip()
    if text.startswith("@"):
        return float(text[1:]) if re.fullmatch(r"@-?\d{1,12}(\.\d{1,9})?", text) else None
    if text in ("now", "today", ""):
        return now
    if text in ("yesterday", "tomorrow"):
        return now + (86_400 if text == "tomorrow" else -86_400)
    found = re.fullmatch(r"([+-]?\d{1,6})\s*(\w+?)s?(\s+ago)?", text)
    if found and found[2] in _UNITS:
        return now + int(found[1]) * _UNITS[found[2]] * (-1 if found[3] else 1)
    for form in _FORMS:
        try:
            moment = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        if form == "%H:%M":
            today = datetime.fromtimestamp(now, UTC)
            moment = moment.replace(year=today.year, month=today.month, day=today.day)
        return moment.timestamp()
    return None

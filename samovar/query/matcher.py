"""Does a tree match an event? In Python, for the live feed; stores answer the same question in SQL.

Letters are compared without case one code point at a time, as the store's ``lower()`` does.
"""

import ipaddress
import operator
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

import msgspec

from samovar.event import Event
from samovar.query.fields import DETAIL, FIELDS, WORD_FIELDS
from samovar.query.tree import And, Compare, Exists, Like, Network, Node, Not, Or, Word
from samovar.query.values import instant, number

Match = Callable[[Event], bool]
_Scalar = str | int | float | bool


def match(node: Node | None, event: Event) -> bool:
    """Whether ``event`` is among what ``node`` finds (None finds everything)."""
    return matcher(node)(event)


@lru_cache(maxsize=256)
def matcher(node: Node | None) -> Match:
    """A function that answers ``match(node, event)``, made once for many events."""
    match node:
        case None:
            return lambda event: True
        case And(nodes):
            return _all(tuple(matcher(child) for child in nodes))
        case Or(nodes):
            return _any(tuple(matcher(child) for child in nodes))
        case Not(child):
            inner = matcher(child)
            return lambda event: not inner(event)
        case Exists(field):
            return lambda event: _get(event, field) is not None
        case Network(field, cidr):
            return _network(field, cidr)
        case Like(field, pattern):
            return _like(field, pattern)
        case Word(text):
            return _word(text)
        case Compare(field, op, value):
            return _compare(field, op, value)


def fold(text: str) -> str:
    """``text`` in lower case, each code point by itself."""
    return text.lower() if text.isascii() else "".join(c.lower()[0] for c in text)


def glob(pattern: str) -> Callable[[str], bool]:
    """Matches whole texts, case-insensitive, in time proportional to text times pattern."""
    first, *rest = _segments(fold(pattern))
    if not rest:
        return lambda text: first.at(folded := fold(text), 0) == len(folded)
    *middle, last = rest

    def matches(text: str) -> bool:
        folded = fold(text)
        end = first.at(folded, 0)
        for segment in middle:
            end = -1 if end < 0 else segment.after(folded, end)
        start = len(folded) - last.size
        return 0 <= end <= start and last.at(folded, start) >= 0

    return matches


class _Segment:
    """A stretch of a pattern without ``*``: it has a fixed size, so a leftmost find is always right."""

    def __init__(self, parts: list[str | None]) -> None:
        self.size = len(parts)
        self._regex = re.compile("".join("." if c is None else re.escape(c) for c in parts), re.DOTALL)

    def at(self, text: str, start: int) -> int:
        """End of this segment at ``start``, or -1."""
        found = self._regex.match(text, start)
        return found.end() if found else -1

    def after(self, text: str, start: int) -> int:
        """End of this segment at the first place from ``start`` on, or -1."""
        found = self._regex.search(text, start)
        return found.end() if found else -1


def pieces(pattern: str) -> list[str | None]:
    """A pattern's characters: "*" and None (any one) stand for others, the rest comes as ``\\`` and itself."""
    found: list[str | None] = []
    characters = iter(pattern)
    for character in characters:
        if character == "\\":
            found.append("\\" + next(characters, "\\"))
        elif character == "?":
            found.append(None)
        else:
            found.append("*" if character == "*" else "\\" + character)
    return found


def _segments(pattern: str) -> list[_Segment]:
    segments: list[list[str | None]] = [[]]
    for piece in pieces(pattern):
        if piece == "*":
            segments.append([])
        else:
            segments[-1].append(None if piece is None else piece[1:])
    return [_Segment(segment) for segment in segments]


def _all(parts: tuple[Match, ...]) -> Match:
    return lambda event: all(part(event) for part in parts)


def _any(parts: tuple[Match, ...]) -> Match:
    return lambda event: any(part(event) for part in parts)


def _get(event: Event, field: str) -> _Scalar | datetime | None:
    if field.startswith(DETAIL):
        return event.samovar_detail.get(field[len(DETAIL) :])
    value: _Scalar | datetime | None = getattr(event, field)
    return value


def shown(value: _Scalar) -> str:
    """A value of the open map as text: what is no text as JSON writes it."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _like(field: str, pattern: str) -> Match:
    matches = glob(pattern)

    def test(event: Event) -> bool:
        value = _get(event, field)
        return value is not None and not isinstance(value, datetime) and matches(shown(value))

    return test


def _network(field: str, cidr: str) -> Match:
    network = ipaddress.ip_network(cidr)

    def test(event: Event) -> bool:
        try:
            address = ipaddress.ip_address(str(_get(event, field)))
        except ValueError:
            return False
        if network.version == 4 and isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
            address = address.ipv4_mapped
        return address in network

    return test


def _word(text: str) -> Match:
    wanted = fold(text)

    def test(event: Event) -> bool:
        for name in WORD_FIELDS:
            value = getattr(event, name)
            if value is not None and wanted in fold(value):
                return True
        details = event.samovar_detail
        return bool(details) and wanted in fold("\n".join(shown(v) for v in details.values()))

    return test


def _compare(field: str, op: str, value: str) -> Match:
    if field.startswith(DETAIL):
        return _compare_detail(field, op, value)
    wanted: str | float | datetime | None = value
    match FIELDS[field].type:
        case "integer":
            wanted = int(value)
        case "number":
            wanted = float(value)
        case "time":
            wanted = instant(value)
    holds = _OPERATORS[op]

    def test(event: Event) -> bool:
        held = getattr(event, field)
        return held is not None and holds(held, wanted)

    return test


def _compare_detail(field: str, op: str, value: str) -> Match:
    """Numbers are compared with numbers, everything else as text (truth only for equality)."""
    key = field[len(DETAIL) :]
    wanted = number(value)
    holds = _OPERATORS[op]

    def test(event: Event) -> bool:
        held = event.samovar_detail.get(key)
        if isinstance(held, bool):
            return op == "=" and shown(held) == value
        if isinstance(held, str):
            return holds(held, value) if wanted is None or op == "=" else False
        return held is not None and wanted is not None and holds(float(held), wanted)

    return test


_OPERATORS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
}

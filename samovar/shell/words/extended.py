"""Patterns with groups, ``@(a|b*)``: matched by sets of places, each place and node looked at once."""

import re
from collections.abc import Callable
from functools import lru_cache

from samovar.shell.words.scope import ExpansionFault
from samovar.shell.words.tokens import BRACKET, MAX_REMEMBERED, STAR, tokens

MAX_STEPS = 60_000
MAX_GROUPS = 40  # one in the other

Node = str | tuple[str, tuple[tuple["Node", ...], ...]]
Sequence = tuple[Node, ...]


def _compiled(pattern: str) -> Sequence:
    return (_remembered if len(pattern) <= MAX_REMEMBERED else _whole_sequence)(pattern)


def _whole_sequence(pattern: str) -> Sequence:
    sequence, _ = _sequence(pattern, 0, 0)
    return sequence


_remembered = lru_cache(128)(_whole_sequence)


def _sequence(pattern: str, place: int, depth: int) -> tuple[Sequence, int]:
    """The nodes up to a ``|`` or ``)`` of the group we are in, or the end."""
    nodes: list[Node] = []
    literal = place
    while place < len(pattern):
        char = pattern[place]
        if char == "\\":
            place += 2
        elif char == "[" and (bracket := BRACKET(pattern, place)):
            place = bracket.end()
        elif char in "?*+@!" and pattern.startswith("(", place + 1) and depth < MAX_GROUPS:
            group = _group(pattern, place + 2, depth + 1)
            if group is None:
                place += 2
                continue
            nodes += tokens(pattern[literal:place])
            nodes.append((char, group[0]))
            place = literal = group[1]
        elif depth and char in "|)":
            break
        else:
            place += 1
    place = min(place, len(pattern))
    nodes += tokens(pattern[literal:place])
    return tuple(nodes), place


def _group(pattern: str, place: int, depth: int) -> tuple[tuple[Sequence, ...], int] | None:
    alternatives: list[Sequence] = []
    while True:
        sequence, place = _sequence(pattern, place, depth)
        alternatives.append(sequence)
        if place >= len(pattern):
            return None
        place += 1
        if pattern[place - 1] == ")":
            return tuple(alternatives), place


class Matcher:
    """One text and what is known of it; ``steps`` counts the work."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.steps = 0
        self.known: dict[tuple[int, int], frozenset[int]] = {}

    def sequence(self, nodes: Sequence, starts: frozenset[int]) -> frozenset[int]:
        """Where matches end that begin at one of these places."""
        for node in nodes:
            if not starts:
                break
            starts = self.node(node, starts)
        return starts

    def node(self, node: Node, starts: frozenset[int]) -> frozenset[int]:
        self.steps += len(starts) + 1
        if node == STAR:
            self.steps += len(self.text)
            self.check()
            return frozenset(range(min(starts), len(self.text) + 1))
        self.check()
        if isinstance(node, str):
            step = re.compile(node).match
            return frozenset(place + 1 for place in starts if step(self.text, place))
        return frozenset().union(*(self.group(node, start) for start in starts))

    def check(self) -> None:
        if self.steps > MAX_STEPS:
            raise ExpansionFault("xmalloc: cannot allocate memory for pattern", fatal=True, status=2)

    def group(self, node: tuple[str, tuple[Sequence, ...]], start: int) -> frozenset[int]:
        key = id(node), start
        if key not in self.known:
            self.known[key] = self._group(node, start)
        return self.known[key]

    def _group(self, node: tuple[str, tuple[Sequence, ...]], start: int) -> frozenset[int]:
        kind, alternatives = node
        once = self.alternatives(alternatives, frozenset((start,)))
        if kind == "@":
            return once
        if kind == "?":
            return once | {start}
        if kind == "!":
            self.steps += len(self.text)
            self.check()
            return frozenset(range(start, len(self.text) + 1)) - once
        reached, fresh = set(once), once - {start}
        while fresh:
            more = self.alternatives(alternatives, fresh)
            fresh = more - reached
            reached |= fresh
        if kind == "*":
            reached.add(start)
        return frozenset(reached)

    def alternatives(self, alternatives: tuple[Sequence, ...], starts: frozenset[int]) -> frozenset[int]:
        return frozenset().union(*(self.sequence(nodes, starts) for nodes in alternatives))


def whole(text: str, pattern: str) -> bool:
    """Whether it matches all of the text."""
    return len(text) in ends(text, pattern)


def ends(text: str, pattern: str) -> frozenset[int]:
    """Where matches from the beginning end."""
    return Matcher(text).sequence(_compiled(pattern), frozenset((0,)))


def begins(text: str, pattern: str) -> list[int]:
    """Where matches that reach the end begin."""
    nodes, matcher = _compiled(pattern), Matcher(text)
    return [start for start in range(len(text) + 1) if len(text) in matcher.sequence(nodes, frozenset((start,)))]


def finder(text: str, pattern: str) -> Callable[[int], tuple[int, int] | None]:
    """What finds the first and there longest match from a place on; all its calls share one budget."""
    nodes, matcher = _compiled(pattern), Matcher(text)

    def find(begin: int) -> tuple[int, int] | None:
        for start in range(begin, len(text) + 1):
            if found := matcher.sequence(nodes, frozenset((start,))):
                return start, max(found)
        return None

    return find

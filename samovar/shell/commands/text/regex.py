"""Regular expressions in time linear in the subject: POSIX's leftmost longest match, or Perl's first one.

Whether and where something matches is found by an automaton whose states are made as they are needed; groups and
Perl's rules by backtracking that never tries the same place twice. Back-references cannot be linear: their steps are
bounded. All work is paid by ``spend``.
"""

from collections.abc import Callable

from samovar.shell.commands.text.automaton import Automaton
from samovar.shell.commands.text.backtrack import Backtracker
from samovar.shell.commands.text.pattern import EVERY, Dialect, Parser, PatternFault, Tree
from samovar.shell.commands.text.program import compiled, literal_of, reversed_tree

__all__ = ["Match", "PatternFault", "Regex"]


class Match:
    """Where it matched; group 0 is the whole."""

    def __init__(self, text: str, spans: list[tuple[int, int]]) -> None:
        self.text, self.spans = text, spans
        self.start, self.end = spans[0]

    def group(self, number: int) -> str:
        """A group's text; empty where it took no part."""
        if number >= len(self.spans) or self.spans[number][0] < 0:
            return ""
        start, end = self.spans[number]
        return self.text[start:end]


class Regex:
    """A compiled pattern. Raises PatternFault where it is none."""

    def __init__(
        self,
        pattern: str,
        dialect: Dialect,
        spend: Callable[[int], None],
        *,
        ignore_case: bool = False,
        multiline: bool = False,
        dot: int = EVERY,
        whole: str = "",
    ) -> None:
        """``whole``: "line" or "word", as grep's -x and -w."""
        parser = Parser(pattern, dialect, ignore_case=ignore_case, dot=dot)
        tree = parser.tree()
        if whole == "line":
            tree = ("cat", [("assert", "start"), tree, ("assert", "end")])
        elif whole == "word":
            tree = ("cat", [("assert", "begin-word"), tree, ("assert", "end-word")])
        self.groups, self._spend = parser.groups, spend
        self._literal = literal_of(tree)
        self._plain = tree[0] in ("set", "cat") and self._literal == _text_of(tree) and bool(self._literal)
        program, backs = compiled(tree)
        self._slow = backs or dialect == "perl"
        self._tracker = Backtracker(program, parser.groups, spend, multiline=multiline, first=dialect == "perl")
        self._forward = Automaton(program, spend, multiline=multiline)
        self._floating = Automaton(program, spend, multiline=multiline, floating=True)
        self._tree, self._multiline = tree, multiline
        self._backward: Automaton | None = None
        self._marked: tuple[str | None, list[int]] = (None, [])
        spend(1 + len(program) // 20)

    def test(self, text: str) -> bool:
        """Whether it matches somewhere."""
        if self._literal and self._literal not in text:
            return False
        if self._plain:
            return True
        if self._slow:
            return self.search(text) is not None
        return self._floating.matches(text)

    def search(self, text: str, start: int = 0, *, groups: bool = False) -> Match | None:
        """The match that begins first at or behind ``start``; its groups if asked for."""
        if self._literal and text.find(self._literal, start) < 0:
            return None
        if self._plain:
            place = text.find(self._literal, start)
            return Match(text, [(place, place + len(self._literal))])
        if self._slow:
            spans = self._tracker.search(text, start)
            return Match(text, spans) if spans else None
        begin = self._first(text, start)
        if begin < 0:
            return None
        end = self._forward.longest(text, begin)
        if not groups or not self.groups:
            return Match(text, [(begin, end)])
        spans = self._tracker.match(text, begin, end)
        return Match(text, spans or [(begin, end)])

    def all(self, text: str) -> list[Match]:
        """All matches that do not overlap, empty ones too, as ``s///g`` takes them (without groups)."""
        found: list[Match] = []
        place = 0
        while place <= len(text) and (match := self.search(text, place)) is not None:
            if match.start == match.end and found and found[-1].end == match.start:
                place = match.end + 1
                continue
            found.append(match)
            place = match.end if match.end > match.start else match.end + 1
        return found

    def _first(self, text: str, start: int) -> int:
        """Where the first match at or behind ``start`` begins; -1 if there is none."""
        if self._marked[0] is not text:
            if not self._floating.matches(text):
                self._marked = text, []
            else:
                if self._backward is None:
                    program, _ = compiled(reversed_tree(self._tree))
                    self._backward = Automaton(program, self._spend, multiline=self._multiline, floating=True)
                self._marked = text, self._backward.places(text)
        places = self._marked[1]  # falling
        low, high = 0, len(places)
        while low < high:
            middle = (low + high) // 2
            if places[middle] >= start:
                low = middle + 1
            else:
                high = middle
        return places[low - 1] if low else -1


def _text_of(tree: Tree) -> str:
    """The text of a tree that is nothing but single characters; "" of another."""
    parts = tree[1] if tree[0] == "cat" else [tree]
    found = ""
    for part in parts:
        if part[0] != "set" or part[1].bit_count() != 1:
            return ""
        found += chr(part[1].bit_length() - 1)
    return found

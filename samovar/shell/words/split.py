"""Collects what the parts of a word expand to, and makes fields of it."""

import re

from samovar.shell.words.glob import may_match, pathnames
from samovar.shell.words.limits import MAX_FIELDS, MAX_TEXT, no_memory
from samovar.shell.words.pattern import escaped
from samovar.shell.words.scope import Scope

QUOTED, BARE, SPLIT = 0, 1, 2  # stands for itself; a pattern; a pattern that is split first
PAID = 1_000  # characters a step
Segment = tuple[str, int]


class Fields:
    """The fields of a word so far, each of segments: text, and how it was written."""

    def __init__(self, scope: Scope, *, splitting: bool = True) -> None:
        self.scope = scope
        self.splitting = splitting
        self.done: list[list[Segment]] = []
        self.current: list[Segment] = []
        self.size = 0

    def add(self, text: str, kind: int) -> None:
        """Text behind what is there."""
        self.size += len(text)
        if self.size > MAX_TEXT:
            raise no_memory(self.size)
        if len(text) >= PAID:  # so that many words cannot each hold a large value for nothing
            self.scope.spend(len(text) // PAID)
        self.current.append((text, kind))

    def add_all(self, texts: list[str], kind: int) -> None:
        """Each a field of its own, the first one with what is before, the last with what follows."""
        for number, text in enumerate(texts):
            if number:
                self.done.append(self.current)
                self.current = []
            self.add(text, kind)
        if len(self.done) > MAX_FIELDS:
            raise no_memory(len(self.done) * 8)

    def all(self) -> list[list[Segment]]:
        """All fields."""
        return [*self.done, self.current]

    def text(self) -> str:
        """All as one text, unsplit."""
        if not self.done and len(self.current) == 1:
            return self.current[0][0]
        return " ".join(["".join([text for text, _ in field]) for field in self.all()])

    def pattern(self) -> str:
        """All as a pattern: what was quoted matches itself only."""
        return " ".join(
            "".join(escaped(text) if kind == QUOTED else text for text, kind in field) for field in self.all()
        )

    def finished(self) -> list[str]:
        """Split, matched with files, quotes gone."""
        scope = self.scope
        found: list[str] = []
        separators = scope.value("IFS")
        noglob = "f" in scope.flags
        for field in self.all():
            for pieces in split(field, separators if separators is not None else " \t\n"):
                text = "".join([piece for piece, _ in pieces])
                if not noglob and any(kind and may_match(piece) for piece, kind in pieces):
                    pattern = "".join([piece if kind else escaped(piece) for piece, kind in pieces])
                    found += pathnames(pattern, text, scope)
                elif not noglob and len(pieces) > 1 and may_match("".join([p for p, kind in pieces if kind])):
                    found += pathnames("".join([p if kind else escaped(p) for p, kind in pieces]), text, scope)
                else:
                    found.append(text)
            if len(found) > MAX_FIELDS:
                raise no_memory(len(found) * 8)
        return found


def _separator(separators: str) -> tuple[re.Pattern[str], str]:
    """What finds runs of separators, and those that are blank."""
    separators = "".join(sorted(set(separators)))
    blank = "".join(char for char in separators if char in " \t\n")
    return re.compile(f"([{re.escape(separators)}]+)"), blank


_BLANKS = _separator(" \t\n")


def split(field: list[Segment], separators: str) -> list[list[Segment]]:
    """Split a field at the separators in its SPLIT segments."""
    if not separators or not any(kind == SPLIT for _, kind in field):
        kept = [segment for segment in field if segment[0] or segment[1] == QUOTED]
        return [kept] if kept else []
    runs, blank = _BLANKS if separators == " \t\n" else _separator(separators)
    found: list[list[Segment]] = []
    current: list[Segment] = []
    absorbing = False  # the last field was ended by blanks, to which one other separator may still belong
    for text, kind in field:
        if kind != SPLIT:
            if text or kind == QUOTED:
                current.append((text, kind))
            continue
        for number, piece in enumerate(runs.split(text)):
            if number % 2 == 0:
                if piece:
                    current.append((piece, SPLIT))
                continue
            for char in piece if piece.strip(blank) else piece[:1]:
                if char in blank:
                    if current:
                        found.append(current)
                        current, absorbing = [], True
                elif current or not absorbing:
                    found.append(current or [("", QUOTED)])
                    current, absorbing = [], False
                else:
                    absorbing = False
        if len(found) > MAX_FIELDS:
            raise no_memory(len(found) * 8)
    if current:
        found.append(current)
    return found

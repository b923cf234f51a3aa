"""Patterns of grep, sed and awk, as far as they are read: fixed text, ``.*``, ``^``, ``$``, alternatives.

A real expression engine could be made to run for ever; this takes time linear in the line.
"""

import re

from msgspec import Struct


class Pattern(Struct, frozen=True):
    """Alternatives of (begins the line, texts that follow one another, ends the line)."""

    choices: tuple[tuple[bool, tuple[str, ...], bool], ...]
    fold: bool = False

    def find(self, line: str) -> tuple[int, int] | None:
        """Where it matches first."""
        line = line.lower() if self.fold else line
        found = [span for choice in self.choices if (span := _span(choice, line)) is not None]
        return min(found, default=None)


def pattern(source: str, *, fold: bool = False, fixed: bool = False) -> Pattern:
    """Read a pattern, basic or extended."""
    source = source.lower() if fold else source
    if fixed:
        return Pattern(((False, (source,), False),), fold)
    choices = []
    for choice in re.split(r"\\?\|", source)[:64]:
        begins, ends = choice.startswith("^"), choice.endswith("$") and not choice.endswith("\\$")
        body = re.sub(r"\[(\w)[^]]*\]", r"\1", choice[begins : len(choice) - ends])  # a class is its first letter
        parts = re.split(r"\.[*+]", re.sub(r"[()]", "", body))
        choices.append((begins, tuple(re.sub(r"\\(.)", r"\1", part) for part in parts), ends))
    return Pattern(tuple(choices), fold)


def _span(choice: tuple[bool, tuple[str, ...], bool], line: str) -> tuple[int, int] | None:
    begins, parts, ends = choice
    start = 0 if begins and line.startswith(parts[0]) else line.find(parts[0])
    if start < 0 or (begins and start > 0):
        return None
    at = start
    for part in parts:
        at = line.find(part, at)
        if at < 0:
            return None
        at += len(part)
    if ends and at != len(line):
        if not line.endswith(parts[-1]) or len(line) - len(parts[-1]) < at - len(parts[-1]):
            return None
        if len(parts) == 1:
            start = len(line) - len(parts[0])
        at = len(line)
    return start, at

"""Runs a pattern's program by trying one way after the other, and none twice: for groups, Perl's rules, and (with a
bound on the steps) back-references."""

from collections.abc import Callable

from samovar.shell.commands.text.automaton import holds, kind_of
from samovar.shell.commands.text.program import KEEP, Instruction

MAX_STEPS = 400_000
_Saved = tuple[int, ...]


class Backtracker:
    """``first``: the first match found counts, as in Perl; else the longest."""

    def __init__(
        self, program: list[Instruction], groups: int, spend: Callable[[int], None], *, multiline: bool, first: bool
    ) -> None:
        self._program, self._spend, self._multiline, self._first = program, spend, multiline, first
        self._slots = 2 * groups + 3  # the last is \K's
        self._exact = any(instruction[0] == "back" for instruction in program)
        self._steps = 0

    def search(self, text: str, start: int) -> list[tuple[int, int]] | None:
        """The first match at or behind ``start``, with its groups."""
        self._steps = 0
        seen: set[object] = set()
        for begin in range(start, len(text) + 1):
            found = self._run(self._program, text, begin, -1, seen)
            if found:
                return found
            if self._exact:
                seen.clear()
        return None

    def match(self, text: str, begin: int, end: int) -> list[tuple[int, int]] | None:
        """The groups of the match from ``begin`` to ``end``."""
        self._steps = 0
        return self._run(self._program, text, begin, end, set())

    def _run(
        self, program: list[Instruction], text: str, begin: int, end: int, seen: set[object]
    ) -> list[tuple[int, int]] | None:
        """Try from ``begin``; a match has to end at ``end`` unless that is -1."""
        stack: list[tuple[int, int, _Saved]] = [(0, begin, (-1,) * self._slots)]
        best: tuple[int, _Saved] | None = None
        paid = self._steps
        while stack:
            at, place, saved = stack.pop()
            key = (at, place, saved) if self._exact else (at, place)
            if key in seen:
                continue
            seen.add(key)
            self._steps += 1
            if self._steps - paid >= 16:
                self._spend(1)
                paid = self._steps
            if self._steps > MAX_STEPS:
                break
            if program[at][0] == "match":
                if end >= 0 and place != end:
                    continue
                if best is None or place > best[0]:
                    best = place, saved
                if end >= 0 or self._first or place == len(text):
                    break
                continue
            self._follow(program, text, (at, place, saved), stack)
        return self._spans(begin, best) if best else None

    def _spans(self, begin: int, best: tuple[int, _Saved]) -> list[tuple[int, int]]:
        end, saved = best
        begin = saved[KEEP] if saved[KEEP] >= 0 else begin
        return [(begin, end), *((saved[slot], saved[slot + 1]) for slot in range(2, self._slots - 1, 2))]

    def _follow(
        self,
        program: list[Instruction],
        text: str,
        now: tuple[int, int, _Saved],
        stack: list[tuple[int, int, _Saved]],
    ) -> None:
        at, place, saved = now
        instruction = program[at]
        kind = instruction[0]
        if kind == "set":
            if place < len(text) and instruction[1] >> (ord(text[place]) & 255) & 1:
                stack.append((at + 1, place + 1, saved))
        elif kind == "split":
            stack.append((instruction[2], place, saved))
            stack.append((instruction[1], place, saved))
        elif kind == "jump":
            stack.append((instruction[1], place, saved))
        elif kind == "save":
            slot = instruction[1] % self._slots
            stack.append((at + 1, place, (*saved[:slot], place, *saved[slot + 1 :])))
        elif kind == "assert":
            before, after = text[place - 1 : place] if place else "", text[place : place + 1]
            if holds(instruction[1], kind_of(before), kind_of(after), self._multiline):
                stack.append((at + 1, place, saved))
        elif kind == "back":
            start, end = saved[2 * instruction[1]], saved[2 * instruction[1] + 1]
            if end >= 0 and text.startswith(text[start:end], place):
                stack.append((at + 1, place + end - start, saved))
        elif self._looks(instruction, text, place):
            stack.append((at + 1, place, saved))

    def _looks(self, instruction: Instruction, text: str, place: int) -> bool:
        _, program, width, ahead, negative = instruction
        if ahead:
            found = self._run(program, text, place, -1, set()) is not None
        else:
            begins = range(place + 1) if width < 0 else range(max(place - width, 0), place - width + 1)
            found = any(self._run(program, text, begin, place, set()) is not None for begin in begins)
        return found != bool(negative)

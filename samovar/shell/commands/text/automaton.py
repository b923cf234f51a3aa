"""Runs a pattern's program over a text, all ways at once; states are made when they are first needed and kept."""

from collections.abc import Callable

from samovar.shell.commands.text.pattern import WORD
from samovar.shell.commands.text.program import Instruction

MAX_STATES = 1_000
EDGE, LINE, LETTER, OTHER = range(4)  # what a neighbour is: no character, a newline, of a word, another


def kind_of(char: str) -> int:
    """What a neighbouring character is; "" for none."""
    if not char:
        return EDGE
    if char == "\n":
        return LINE
    return LETTER if WORD >> (ord(char) & 255) & 1 else OTHER


def holds(name: str, before: int, after: int, multiline: bool) -> bool:
    """Whether an assertion holds between two neighbours."""
    left, right = before == LETTER, after == LETTER
    if name == "start":
        return before == EDGE or (multiline and before == LINE)
    if name == "end":
        return after == EDGE or (multiline and after == LINE)
    if name == "first":
        return before == EDGE
    if name == "last":
        return after == EDGE
    if name in ("word", "inside"):
        return (left != right) == (name == "word")
    if name == "begin-word":
        return not left
    if name == "end-word":
        return not right
    return not left and right if name == "open" else left and not right


class _State:
    __slots__ = ("before", "dead", "hit", "next", "places")

    def __init__(self, places: frozenset[int], before: int, hit: bool, dead: bool) -> None:
        self.places, self.before, self.hit, self.dead = places, before, hit, dead
        self.next: dict[str, _State] = {}


class Automaton:
    """``floating``: a match may begin at every place."""

    def __init__(
        self, program: list[Instruction], spend: Callable[[int], None], *, multiline: bool, floating: bool = False
    ) -> None:
        self._program, self._spend, self._multiline, self._floating = program, spend, multiline, floating
        self._states: dict[tuple[frozenset[int], int, bool], _State] = {}
        self._starts: dict[int, _State] = {}

    def matches(self, text: str) -> bool:
        """Whether there is a match (where it floats)."""
        state = self._start("")
        for count, char in enumerate(text):
            state = state.next.get(char) or self._step(state, char)
            if state.hit:
                self._spend(count >> 7)
                return True
        self._spend(len(text) >> 7)
        return (state.next.get("") or self._step(state, "")).hit

    def longest(self, text: str, start: int) -> int:
        """Where the longest match from ``start`` ends; -1 if there is none."""
        state, best = self._start(text[start - 1] if start else ""), -1
        place = start
        size = len(text)
        while True:
            char = text[place] if place < size else ""
            state = state.next.get(char) or self._step(state, char)
            if state.hit:
                best = place
            if state.dead or not char:
                break
            place += 1
        self._spend((place - start) >> 7)
        return best

    def places(self, text: str) -> list[int]:
        """Read from the end: where the mirrored program ends, that is where matches begin; falling."""
        state, found, place = self._start(""), list[int](), len(text)
        for char in reversed(text):
            state = state.next.get(char) or self._step(state, char)
            if state.hit:
                found.append(place)
            place -= 1
        if (state.next.get("") or self._step(state, "")).hit:
            found.append(0)
        self._spend(len(text) >> 6)
        return found

    def _start(self, before: str) -> _State:
        kind = kind_of(before)
        if kind not in self._starts:
            self._starts[kind] = _State(frozenset((0,)), kind, False, False)
        return self._starts[kind]

    def _step(self, state: _State, char: str) -> _State:
        """The state behind one more character ("" is the end); ``hit`` tells of the place before it."""
        program, multiline, before, after = self._program, self._multiline, state.before, kind_of(char)
        stack, seen, places, hit = list(state.places), set(state.places), set[int](), False
        bit = ord(char) & 255 if char else -1
        while stack:
            place = stack.pop()
            instruction = program[place]
            kind = instruction[0]
            if kind == "set":
                if bit >= 0 and instruction[1] >> bit & 1:
                    places.add(place + 1)
                continue
            if kind == "match":
                hit = True
                continue
            if kind == "split":
                follow = instruction[1:]
            elif kind == "jump":
                follow = (instruction[1],)
            else:
                passes = kind != "assert" or holds(instruction[1], before, after, multiline)
                follow = (place + 1,) if passes else ()
            for other in follow:
                if other not in seen:
                    seen.add(other)
                    stack.append(other)
        self._spend(1 + (len(seen) >> 4))
        if self._floating and char:
            places.add(0)
        return self._keep(state, char, (frozenset(places), after, hit))

    def _keep(self, state: _State, char: str, key: tuple[frozenset[int], int, bool]) -> _State:
        if len(self._states) >= MAX_STATES:
            self._states.clear()
            self._starts.clear()
            state.next.clear()
        found = self._states.get(key)
        if found is None:
            found = self._states[key] = _State(*key, dead=not key[0])
        state.next[char] = found
        return found

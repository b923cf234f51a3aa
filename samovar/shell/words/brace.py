"""Brace expansion: ``{a,b}``, ``{1..10..2}``, ``{a..z}``."""

import re
from itertools import chain

from samovar.shell.syntax.tree import Bare, Part, Word
from samovar.shell.words.limits import MAX_FIELDS, MAX_TEXT, no_memory

MAX_DEPTH = 40
MAX_BRACES = 10_000  # a text with more is taken as it is
_OPAQUE = 0x10000  # characters from here on stand for the parts that are not bare
_SEQUENCE = re.compile(r"(?:(-?\d{1,18})\.\.(-?\d{1,18})|([A-Za-z])\.\.([A-Za-z]))(?:\.\.(-?\d{1,18}))?").fullmatch
_OPAQUES = re.compile(r"[^\x00-\xff]")
_MARKS = re.compile(r"[{},]")


class _Open:
    """A brace that has been opened: the alternatives before, the one being read, and where it stands."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.alternatives: list[list[object]] = []
        self.current: list[object] = []


def expanded(word: tuple[Part, ...]) -> list[Word]:
    """The words that a word stands for; itself where it holds no brace expression."""
    if not any(type(part) is Bare and "{" in part.text for part in word):
        return [word]
    opaque: list[Part] = []
    text = ""
    for part in word:
        if isinstance(part, Bare):
            text += part.text
        else:
            text += chr(_OPAQUE + len(opaque) % 0xFFFFF)
            opaque.append(part)
    return [_parts(made, opaque) for made in strings(text)]


def _parts(text: str, opaque: list[Part]) -> tuple[Part, ...]:
    parts: list[Part] = []
    begin = 0
    for mark in _OPAQUES.finditer(text) if opaque else ():
        if mark.start() > begin:
            parts.append(Bare(text[begin : mark.start()]))
        parts.append(opaque[ord(mark[0]) - _OPAQUE])
        begin = mark.end()
    if begin < len(text) or not parts:
        parts.append(Bare(text[begin:]))
    return tuple(parts)


def strings(text: str) -> list[str]:
    """The texts that a text stands for."""
    if text.count("{") > MAX_BRACES:
        return [text]
    tree = _tree(text)
    return _product(tree) if any(not isinstance(piece, str) for piece in tree) else [text]


def _tree(text: str) -> list[object]:
    """Text and alternatives, in one pass; braces that are no expression stay text."""
    stack = [_Open(-1)]
    begin = 0
    for mark in _MARKS.finditer(text):
        place, top = mark.start(), stack[-1]
        if len(stack) == 1 and mark[0] != "{":
            continue
        if len(stack) > MAX_DEPTH:
            return [text]
        if place > begin:
            top.current.append(text[begin:place])
        begin = place + 1
        if mark[0] == "{":
            stack.append(_Open(place))
        elif mark[0] == ",":
            top.alternatives.append(top.current)
            top.current = []
        else:
            stack.pop()
            stack[-1].current += _closed(top, text[top.start + 1 : place] if place - top.start < 64 else "")
    if begin < len(text):
        stack[-1].current.append(text[begin:])
    while len(stack) > 1:
        top = stack.pop()
        stack[-1].current += ["{", *_flat(top)]
    return stack[0].current


def _flat(top: _Open) -> list[object]:
    """The inside of a brace that is none, as it was."""
    pieces: list[object] = []
    for alternative in top.alternatives:
        pieces += [*alternative, ","]
    return pieces + top.current


def _closed(top: _Open, inside: str) -> list[object]:
    if top.alternatives:
        return [[*top.alternatives, top.current]]
    if not top.alternatives and (found := _SEQUENCE(inside)):
        return [[[value] for value in _sequence(found)]]
    return ["{", *_flat(top), "}"]


def _sequence(found: re.Match[str]) -> list[str]:
    first, last, letter, end, by = found.groups()
    start, stop = (int(first), int(last)) if first is not None else (ord(letter), ord(end))
    step = max(abs(int(by or 1)), 1)
    if abs(stop - start) // step >= MAX_FIELDS:
        raise no_memory(abs(stop - start) // step * 8)
    numbers = range(start, stop + 1, step) if stop >= start else range(start, stop - 1, -step)
    if first is None:
        return [chr(number) for number in numbers]
    padded = any(re.match(r"-?0\d", text) for text in (first, last))
    width = max(len(first), len(last)) if padded else 0
    return [f"{number:0{width}d}" for number in numbers]


def _product(pieces: list[object]) -> list[str]:
    made = [""]
    size = 0
    for piece in pieces:
        if isinstance(piece, str):
            made = [text + piece for text in made]
        else:
            options = list(chain.from_iterable(_product(option) for option in piece))  # type: ignore[attr-defined]
            if len(made) * len(options) > MAX_FIELDS:
                raise no_memory(len(made) * len(options) * 8)
            size = len(made) * sum(map(len, options)) + len(options) * sum(map(len, made))
            if size > 4 * MAX_TEXT:
                raise no_memory(size)
            made = [text + option for text in made for option in options]
        if len(made) * len(made[0] if made else "") > 4 * MAX_TEXT:
            raise no_memory(len(made) * len(made[0]))
    return made

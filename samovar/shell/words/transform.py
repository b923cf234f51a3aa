"""What the operators of ``${...}`` make of a value: pure functions on text."""

import re

from samovar.shell.syntax.quotes import decoded
from samovar.shell.words.limits import MAX_TEXT, no_memory
from samovar.shell.words.pattern import finder, matches, prefix, suffix

Replacement = list[tuple[str, bool]]  # pieces of text; True: the matched text stands here


def removed(value: str, operator: str, pattern: str) -> str:
    """``# ## % %%``: without the beginning or end that matches."""
    longest = len(operator) == 2
    if operator[0] == "#":
        length = prefix(value, pattern, longest=longest)
        return value if length is None else value[length:]
    length = suffix(value, pattern, longest=longest)
    return value if length is None else value[: len(value) - length]


def replaced(value: str, operator: str, pattern: str, replacement: Replacement) -> str:
    """``/ // /# /%``: with what matches replaced."""
    if not pattern:
        return value if operator in ("/", "//") else _anchored_empty(value, operator, replacement)
    if operator in ("/#", "/%"):
        length = prefix(value, pattern, longest=True) if operator == "/#" else suffix(value, pattern, longest=True)
        if length is None:
            return value
        if operator == "/#":
            return _filled(replacement, value[:length]) + value[length:]
        return value[: len(value) - length] + _filled(replacement, value[len(value) - length :])
    return _everywhere(value, pattern, replacement, once=operator == "/")


def _anchored_empty(value: str, operator: str, replacement: Replacement) -> str:
    text = _filled(replacement, "")
    return text + value if operator == "/#" else value + text


def _everywhere(value: str, pattern: str, replacement: Replacement, *, once: bool) -> str:
    if not value:
        return _filled(replacement, "") if not pattern.strip("*") else ""
    pieces: list[str] = []
    place = size = 0
    find = finder(value, pattern)
    while place < len(value):
        found = find(place)
        if found is None or found[0] >= len(value):
            break
        begin, end = found
        text = _filled(replacement, value[begin:end])
        if end == begin:  # nothing: it is put in front of the next character
            end += not once
            text += value[begin:end]
        pieces += [value[place:begin], text]
        size += len(text) + begin - place
        place = end
        if size > MAX_TEXT:
            raise no_memory(size)
        if once:
            break
    return "".join(pieces) + value[place:]


def _filled(replacement: Replacement, matched: str) -> str:
    return "".join(matched if hole else text for text, hole in replacement)


def cased(value: str, operator: str, pattern: str) -> str:
    """``^ ^^ , ,,``: the first or all characters that match, in the other case."""
    change = _upper if operator[0] == "^" else _lower
    if len(operator) == 1:
        fits = value and (not pattern or matches(value[0], pattern))
        return change(value[0]) + value[1:] if fits else value
    if not pattern:
        return change(value)
    return "".join(change(char) if matches(char, pattern) else char for char in value)


def _upper(text: str) -> str:
    """Bytes beyond ASCII have no case in the C locale."""
    return text.encode("latin-1", "replace").upper().decode("latin-1")


def _lower(text: str) -> str:
    return text.encode("latin-1", "replace").lower().decode("latin-1")


def quoted(value: str) -> str:
    """``@Q``: as it could be typed."""
    if any(char < " " or char >= "\x7f" for char in value):
        return "$'" + _UNPRINTABLE.sub(_escape, value) + "'"
    return "'" + value.replace("'", "'\\''") + "'"


_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\xff'\\]")
_LETTERS = {"\a": "a", "\b": "b", "\x1b": "E", "\f": "f", "\n": "n", "\r": "r", "\t": "t", "\v": "v"}
_LETTERS |= {"'": "'", "\\": "\\"}


def _escape(found: re.Match[str]) -> str:
    return "\\" + (_LETTERS.get(found[0]) or f"{ord(found[0]):03o}")


def transformed(name: str, value: str, letter: str) -> str | None:
    """``@U @L @u @Q @E @P @A``; None for a letter that bash does not know."""
    match letter:
        case "U" | "L" | "u":
            return cased(value, {"U": "^^", "L": ",,", "u": "^"}[letter], "")
        case "Q" | "K" | "k":
            return quoted(value)
        case "E":
            return decoded(value)
        case "P":
            return value
        case "A":
            return f"{name}={quoted(value)}"
        case "a":
            return ""
    return None

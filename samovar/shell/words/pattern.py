"""Glob patterns: ``* ? [...]`` and, in ``extended``, ``?(a|b) *(...) +(...) @(...) !(...)``.

Between stars a pattern is of fixed length, so matching is a search for one piece after the other: O(n * m) at worst.
"""

import re
from functools import lru_cache
from typing import NamedTuple

CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r" \t\n\r\f\v",
    "blank": r" \t", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f", "cntrl": r"\x00-\x1f\x7f", "print": r" -~",
    "graph": "!-~", "word": r"\w", "ascii": r"\x00-\x7f",
}  # fmt: skip
STAR = "*"
_EXTENDED = re.compile(r"[?*+@!]\(").search
_SPECIAL = re.compile(r"[*?\[\]\\(|)!+@^-]")
BRACKET = re.compile(r"\[([!^]?+)(\]?+(?:\[:[a-z]+:\]|\[=[\s\S]=\]|\[\.[\s\S]\.\]|\\[\s\S]|[^\]\\])*+)\]").match
_ITEM = re.compile(r"\[:([a-z]+):\]|\[[=.]([\s\S])[=.]\]|\\([\s\S])|([\s\S])")


def escaped(text: str) -> str:
    """The pattern that matches this text only."""
    return _SPECIAL.sub(r"\\\g<0>", text)


@lru_cache(512)
def tokens(pattern: str) -> tuple[str, ...]:
    """A plain pattern's tokens: ``*``, or the regular expression of one character."""
    found: list[str] = []
    place, closable = 0, pattern.rfind("]")
    while place < len(pattern):
        char = pattern[place]
        place += 1
        if char == "*":
            if not found or found[-1] != STAR:
                found.append(STAR)
        elif char == "?":
            found.append(r"[\s\S]")
        elif char == "[" and place <= closable and (bracket := BRACKET(pattern, place - 1)):
            found.append(_bracket(bracket[1], bracket[2]))
            place = bracket.end()
        elif char == "\\" and place < len(pattern):
            found.append(re.escape(pattern[place]))
            place += 1
        else:
            found.append(re.escape(char))
    return tuple(found)


def _bracket(negated: str, inside: str) -> str:
    """A bracket expression as one of ``re``; an impossible one matches nothing."""
    items: list[str] = []
    singles = [(found[1], found[2] or found[3] or found[4]) for found in _ITEM.finditer(inside)]
    place = 0
    while place < len(singles):
        name, char = singles[place]
        if name:
            items.append(CLASSES.get(name, ""))
        elif place + 2 < len(singles) and singles[place + 1][1] == "-" and singles[place + 2][1]:
            last = singles[place + 2][1]
            if char <= last:
                items.append(f"{re.escape(char)}-{re.escape(last)}")
            place += 2
        else:
            items.append(re.escape(char))
        place += 1
    body = "".join(items)
    if not body:
        return r"[\s\S]" if negated else r"(?!)[\s\S]"
    return f"[{'^' if negated else ''}{body}]"


class Plain(NamedTuple):
    """A pattern without groups: its pieces between stars, and whether a star is at either end."""

    pieces: tuple[tuple[re.Pattern[str], int], ...]  # with the number of characters each matches
    star_first: bool
    star_last: bool

    def rest(self, text: str, begin: int) -> int | None:
        """Where the earliest match of all pieces but the last ends, the first being at ``begin`` without a star."""
        place = begin
        for number, (piece, size) in enumerate(self.pieces[:-1]):
            if number == 0 and not self.star_first:
                if piece.match(text, place) is None:
                    return None
                place += size
                continue
            found = piece.search(text, place)
            if found is None:
                return None
            place = found.end()
        return place

    def end(self, text: str, begin: int, *, longest: bool) -> int | None:
        """Where a match from ``begin`` on ends."""
        if not self.pieces:
            return len(text) if longest and self.star_first else begin
        place = self.rest(text, begin)
        if place is None:
            return None
        piece, size = self.pieces[-1]
        if len(self.pieces) == 1 and not self.star_first:
            found = place + size if piece.match(text, place) else None
        elif longest and not self.star_last:
            found = next((at + size for at in range(len(text) - size, place - 1, -1) if piece.match(text, at)), None)
        else:
            hit = piece.search(text, place)
            found = hit.end() if hit else None
        return len(text) if found is not None and longest and self.star_last else found

    def whole(self, text: str) -> bool:
        """Whether it matches all of the text."""
        if not self.pieces:
            return self.star_first or not text
        if self.star_last:
            return self.end(text, 0, longest=False) is not None
        piece, size = self.pieces[-1]
        if len(self.pieces) == 1 and not self.star_first:
            return len(text) == size and piece.match(text) is not None
        place = self.rest(text, 0)
        return place is not None and place <= len(text) - size and piece.match(text, len(text) - size) is not None

    def find(self, text: str, begin: int) -> tuple[int, int] | None:
        """The first and there longest match from ``begin`` on."""
        start: int | None = begin
        if self.pieces and not self.star_first:
            hit = self.pieces[0][0].search(text, begin)
            if hit is None:
                return None
            start = hit.start()
        end = self.end(text, start or 0, longest=True)  # where it fails here, less text will not do
        return None if end is None or start is None else (start, end)


@lru_cache(512)
def plain(pattern: str, backwards: bool = False) -> Plain:
    """Compile a pattern without groups. ``backwards``: for reversed texts."""
    found = tokens(pattern)[:: -1 if backwards else 1]
    pieces: list[list[str]] = [[]]
    for token in found:
        if token == STAR:
            pieces.append([])
        else:
            pieces[-1].append(token)
    compiled = tuple((re.compile("".join(piece)), len(piece)) for piece in pieces if piece)
    return Plain(compiled, found[:1] == (STAR,), found[-1:] == (STAR,))


def is_extended(pattern: str) -> bool:
    """Whether it holds a group."""
    return _EXTENDED(pattern) is not None


def matches(text: str, pattern: str) -> bool:
    """Whether a pattern matches all of a text."""
    if is_extended(pattern):
        from samovar.shell.words.extended import whole

        return whole(text, pattern)
    return plain(pattern).whole(text)


def prefix(text: str, pattern: str, *, longest: bool) -> int | None:
    """The length of the beginning that matches."""
    if is_extended(pattern):
        from samovar.shell.words.extended import ends

        found = ends(text, pattern)
        return None if not found else max(found) if longest else min(found)
    return plain(pattern).end(text, 0, longest=longest)


def suffix(text: str, pattern: str, *, longest: bool) -> int | None:
    """The length of the end that matches."""
    if is_extended(pattern):
        from samovar.shell.words.extended import begins

        found = begins(text, pattern)
        return None if not found else len(text) - (min(found) if longest else max(found))
    return plain(pattern, True).end(text[::-1], 0, longest=longest)


def find(text: str, pattern: str, begin: int) -> tuple[int, int] | None:
    """The first and there longest match from ``begin`` on."""
    if is_extended(pattern):
        from samovar.shell.words.extended import first

        return first(text, pattern, begin)
    return plain(pattern).find(text, begin)

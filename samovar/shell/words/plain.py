"""Patterns without groups: fixed pieces between stars, searched for one after the other, so O(n * m) at worst."""

import re
from functools import lru_cache
from typing import NamedTuple

from samovar.shell.words.tokens import MAX_REMEMBERED, STAR, tokens


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
def plain(pattern: str, *, backwards: bool = False) -> Plain:
    """Compile a pattern without groups. ``backwards``: for reversed texts."""
    return (_remembered if len(pattern) <= MAX_REMEMBERED else _plain)(pattern, backwards)


def _plain(pattern: str, backwards: bool) -> Plain:
    found = tokens(pattern)[:: -1 if backwards else 1]
    pieces: list[list[str]] = [[]]
    for token in found:
        if token == STAR:
            pieces.append([])
        else:
            pieces[-1].append(token)
    compiled = tuple((re.compile("".join(piece)), len(piece)) for piece in pieces if piece)
    return Plain(compiled, found[:1] == (STAR,), found[-1:] == (STAR,))


_remembered = lru_cache(512)(_plain)

"""Glob patterns: ``* ? [...]`` and the groups ``?(a|b) *(...) +(...) @(...) !(...)``."""

from collections.abc import Callable

from samovar.shell.words import extended
from samovar.shell.words.limits import no_memory
from samovar.shell.words.plain import plain
from samovar.shell.words.tokens import escaped, is_extended, literal

__all__ = ["escaped", "finder", "matches", "prefix", "suffix"]

MAX_PATTERN = 4_096
MAX_WORK = 50_000_000  # characters of the text times those of the pattern


def affordable(text: str, pattern: str) -> None:
    """Raises where matching these would take long."""
    if len(pattern) > MAX_PATTERN or len(text) * len(pattern) > MAX_WORK:
        raise no_memory(len(pattern) * 16)


def matches(text: str, pattern: str) -> bool:
    """Whether a pattern matches all of a text."""
    only = literal(pattern)
    if only is not None:
        return text == only
    affordable(text, pattern)
    if is_extended(pattern):
        return extended.whole(text, pattern)
    return plain(pattern).whole(text)


def prefix(text: str, pattern: str, *, longest: bool) -> int | None:
    """The length of the beginning that matches."""
    only = literal(pattern)
    if only is not None:
        return len(only) if text.startswith(only) else None
    affordable(text, pattern)
    if is_extended(pattern):
        found = extended.ends(text, pattern)
        return None if not found else max(found) if longest else min(found)
    return plain(pattern).end(text, 0, longest=longest)


def suffix(text: str, pattern: str, *, longest: bool) -> int | None:
    """The length of the end that matches."""
    only = literal(pattern)
    if only is not None:
        return len(only) if text.endswith(only) else None
    affordable(text, pattern)
    if is_extended(pattern):
        found = extended.begins(text, pattern)
        return None if not found else len(text) - (min(found) if longest else max(found))
    return plain(pattern, backwards=True).end(text[::-1], 0, longest=longest)


def finder(text: str, pattern: str) -> Callable[[int], tuple[int, int] | None]:
    """What finds the first and there longest match from a place on."""
    only = literal(pattern)
    if only is not None:
        size = len(only)
        return lambda begin: None if (place := text.find(only, begin)) < 0 else (place, place + size)
    affordable(text, pattern)
    if is_extended(pattern):
        return extended.finder(text, pattern)
    compiled = plain(pattern)
    return lambda begin: compiled.find(text, begin)

"""Pathname expansion."""

import re

from samovar.shell.words.limits import MAX_FIELDS, no_memory
from samovar.shell.words.pattern import matches
from samovar.shell.words.scope import ExpansionFault, Scope
from samovar.shell.words.tokens import is_extended, tokens

_GLOB = re.compile(r"[*?\[]|[+@!]\(").search
_ESCAPED = re.compile(r"\\([\s\S])")
MAX_ENTRIES = 50_000  # directory entries looked at for one pattern


def may_match(text: str) -> bool:
    """Whether unquoted text has a character that makes a pattern."""
    return _GLOB(text) is not None


def pathnames(pattern: str, literal: str, scope: Scope) -> list[str]:
    """The files that match; without any the text itself, or none with nullglob, or a fault with failglob."""
    found = _matching(pattern, scope)
    if found:
        return sorted(found)
    if "failglob" in scope.flags:
        raise ExpansionFault(f"no match: {literal}")
    return [] if "nullglob" in scope.flags else [literal]


def _matching(pattern: str, scope: Scope) -> list[str]:
    lead = len(pattern) - len(pattern.lstrip("/"))
    paths = [pattern[:lead]]
    components = re.split(r"(/+)", pattern[lead:]) if not is_extended(pattern) else _components(pattern[lead:])
    looked = 0
    for number in range(0, len(components), 2):
        component = components[number]
        slash = components[number + 1] if number + 1 < len(components) else ""
        live = _live(component)
        made: list[str] = []
        for path in paths:
            if component == "":
                made += [path] if number else []
                continue
            if not live:
                name = path + _ESCAPED.sub(r"\1", component)
                if scope.exists(name, directory=bool(slash)):
                    made.append(name + slash)
                continue
            names = _names(component, path, scope)
            looked += len(names) + 1
            made += [path + name + slash for name in names if not slash or scope.exists(path + name, directory=True)]
            if looked > MAX_ENTRIES or len(made) > MAX_FIELDS:
                raise no_memory(looked * 64)
        paths = made
    return paths


def _components(pattern: str) -> list[str]:
    """Split at slashes, but not inside groups: those stay one component with what is around them."""
    pieces, level, begin = [], 0, 0
    for place, char in enumerate(pattern):
        level += (char == "(") - (char == ")")
        if char == "/" and level <= 0:
            pieces += [pattern[begin:place], "/"]
            begin = place + 1
    return [*pieces, pattern[begin:]]


def _live(component: str) -> bool:
    if is_extended(component):
        return True
    return any(token == "*" or token[0] in "[(" for token in tokens(component))


def _names(component: str, path: str, scope: Scope) -> list[str]:
    names = scope.listing(path or ".")
    scope.spend(1 + len(names) // 20)
    hidden = component.startswith((".", "\\.")) or "dotglob" in scope.flags
    folded = "nocaseglob" in scope.flags
    pattern = component.lower() if folded else component
    if is_extended(pattern):
        scope.spend(sum(len(name) * len(name) for name in names) * len(pattern) // 100)
    return [
        name
        for name in names
        if (hidden or not name.startswith(".")) and matches(name.lower() if folded else name, pattern)
    ]

"""Looks parameters up: variables, arrays, elements, positional and indirect ones."""

import re
from typing import NamedTuple

from samovar.shell.words.arithmetic import evaluate
from samovar.shell.words.scope import Array, ExpansionFault, Scope

_NAME = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[([\s\S]*)\])?|[0-9]+|[@*#?$!-]").fullmatch
_ALL = ("@", "*")


class Found(NamedTuple):
    """A parameter's value. ``values`` for all of an array or the positional ones; ``shown`` is its name in messages."""

    shown: str
    value: str | None
    values: list[str] | None = None
    joined: bool = False  # as ``*`` joins
    name: str = ""
    place: str | None = None  # the element's key
    array: Array | None = None

    def is_unset(self, *, empty: bool) -> bool:
        """Whether ``-`` (with a colon: ``empty``) takes the default."""
        if self.values is not None:
            return not self.values or (empty and self.values == [""])
        return self.value is None or (empty and self.value == "")


def elements(array: Array) -> list[str]:
    """An array's values in order."""
    return list(array.values()) if array.named else [array[key] for key in keys(array)]


def keys(array: Array) -> list[str]:
    """An array's keys in order."""
    return list(array) if array.named else sorted(array, key=int)


def key(name: str, index: str, scope: Scope, array: Array | None) -> str:
    """The key that an index text stands for."""
    if array is not None and array.named:
        return index
    number = evaluate(index, scope)
    if number < 0:
        number += max(map(int, array)) + 1 if array else 0
        if number < 0:
            raise ExpansionFault(f"{name}: bad array subscript")
    return str(number)


def look_up(name: str, index: str | None, scope: Scope) -> Found:
    """The value of a name, with its index's text if there is one."""
    if index is None:
        if name in _ALL:
            return Found(name, None, list(scope.parameters), name == "*", name)
        return Found(name, scope.value(name), name=name, array=scope.array(name))
    array = scope.array(name)
    shown = f"{name}[{index}]"
    if index in _ALL:
        value = None if array is not None else scope.value(name)
        values = elements(array) if array is not None else [] if value is None else [value]
        return Found(shown, None, values, index == "*", name, index, array)
    place = key(name, index, scope, array)
    if array is not None:
        return Found(shown, array.get(place), None, False, name, place, array)
    value = scope.value(name) if place == "0" else None
    return Found(shown, value, None, False, name, place, array)


def indirect(name: str, index: str | None, scope: Scope) -> Found:
    """``${!name}``: what the value names."""
    found = look_up(name, index, scope)
    target = " ".join(found.values) if found.values is not None else found.value
    if target is None:
        raise ExpansionFault(f"{found.shown}: invalid indirect expansion")
    parts = _NAME(target)
    if parts is None:
        raise ExpansionFault(f"{target}: invalid variable name")
    return look_up(parts[1] or target, parts[2], scope)


def length(found: Found) -> str:
    """``${#name}``."""
    return str(len(found.values) if found.values is not None else len(found.value or ""))


def sliced(found: Found, offset: int, size: int | None, text: str, scope: Scope) -> Found:
    """``${name:offset:size}``, of text or of values."""
    if found.values is None:
        value = found.value or ""
        start, end = _bounds(len(value), offset, size, text)
        return found._replace(value=value[start:end] if start <= end else "")
    values = found.values
    if found.array is not None and not found.array.named:
        return _of_array(found, found.array, offset, size, text)
    if found.name in _ALL and found.place is None:
        if offset == 0 or -offset == len(values) + 1:
            values, offset = [scope.value("0") or "", *values], 0
        elif offset > 0:
            offset -= 1
        elif -offset > len(values):
            return found._replace(values=[])
    if size is not None and size < 0:
        raise ExpansionFault(f"{text}: substring expression < 0")
    start = offset if offset >= 0 else len(values) + offset
    if start < 0:
        return found._replace(values=[])
    return found._replace(values=values[start : None if size is None else start + size])


def _of_array(found: Found, array: Array, offset: int, size: int | None, text: str) -> Found:
    if size is not None and size < 0:
        raise ExpansionFault(f"{text}: substring expression < 0")
    if offset < 0:
        offset += max(map(int, array), default=-1) + 1
        if offset < 0:
            return found._replace(values=[])
    values = [array[place] for place in keys(array) if int(place) >= offset]
    return found._replace(values=values[:size])


def _bounds(total: int, offset: int, size: int | None, text: str) -> tuple[int, int]:
    start = offset if offset >= 0 else total + offset
    if start < 0 or start > total:
        return 1, 0
    if size is None:
        return start, total
    end = start + size if size >= 0 else total + size
    if end < start:
        raise ExpansionFault(f"{text}: substring expression < 0")
    return start, min(end, total)

"""Expands ``$name`` and ``${name...}`` with every operator."""

import re
from collections.abc import Generator

from samovar.shell.kernel.wait import Wait
from samovar.shell.syntax.tree import Parameter, Word
from samovar.shell.words.arithmetic import evaluate
from samovar.shell.words.limits import bounded
from samovar.shell.words.parameter import Found, indirect, keys, length, look_up, sliced
from samovar.shell.words.scope import ExpansionFault
from samovar.shell.words.split import QUOTED, SPLIT, Fields
from samovar.shell.words.transform import Replacement, cased, removed, replaced, transformed

Steps = Generator[Wait, bytes, None]
_DEFAULTS = frozenset(("-", "=", "?", "+", ":-", ":=", ":?", ":+"))
_EACH = frozenset(("//", "^^", ",,"))
_HOLE = re.compile(r"\\([&\\])|(&)")


def parameter(part: Parameter, made: Fields, *, quoted: bool) -> Steps:
    """Add what a parameter expands to."""
    scope = made.scope
    if part.bad:
        raise ExpansionFault(f"{part.bad}: bad substitution")
    if part.operator == "prefix":
        _put(made, Found("", None, scope.names(part.name), part.word == "*", "@"), quoted=quoted)
        return
    index = None
    if part.index is not None:
        from samovar.shell.words.expand import single

        index = yield from single(part.index, scope)
    if part.operator == "keys":
        array = scope.array(part.name)
        names = keys(array) if array is not None else ["0"] if scope.value(part.name) is not None else []
        _put(made, Found("", None, names, index == "*", "@"), quoted=quoted)
        return
    found = (indirect if part.indirect else look_up)(part.name, index, scope)
    if part.operator in _DEFAULTS:
        yield from _default(part, found, made, quoted=quoted)
        return
    if found.value is None and found.values is None and "u" in scope.flags:
        sign = "$" if found.shown.isdecimal() else ""
        raise ExpansionFault(f"{sign}{found.shown}: unbound variable", fatal=True)
    if part.operator == "length":
        _put(made, found._replace(value=length(found), values=None), quoted=quoted)
        return
    if part.operator:
        found = yield from _operated(part, found, made)
    _put(made, found, quoted=quoted)


def _put(made: Fields, found: Found, *, quoted: bool) -> None:
    """Add a value; several as fields of their own, or joined."""
    kind = QUOTED if quoted else SPLIT
    if found.values is None:
        if found.value or quoted:
            made.add(found.value or "", kind)
        return
    if found.joined and (quoted or not made.splitting):
        separators = made.scope.value("IFS")
        made.add((" " if separators is None else separators[:1]).join(found.values), kind)
    elif not made.splitting:
        made.add(" ".join(found.values), kind)
    else:
        made.add_all(found.values, kind)


def _default(part: Parameter, found: Found, made: Fields, *, quoted: bool) -> Steps:
    from samovar.shell.words.expand import operand, single

    operator = part.operator[-1]
    unset = found.is_unset(empty=part.operator[0] == ":")
    if operator == "+":
        if not unset:
            yield from operand(part.word, made, quoted=quoted)
        elif quoted:
            made.add("", QUOTED)
        return
    if not unset:
        _put(made, found, quoted=quoted)
    elif operator == "-":
        yield from operand(part.word, made, quoted=quoted)
    elif operator == "?":
        message = yield from single(part.word, made.scope)
        usual = "parameter null or not set" if part.operator == ":?" else "parameter not set"
        raise ExpansionFault(f"{found.shown}: {message or usual}", fatal=True)
    else:
        value = yield from single(part.word, made.scope)
        if not (found.name[:1].isalpha() or found.name[:1] == "_"):
            raise ExpansionFault(f"${found.name}: cannot assign in this way")
        made.scope.assign(found.name, value, found.place)
        _put(made, found._replace(value=value, values=None), quoted=quoted)


def _operated(part: Parameter, found: Found, made: Fields) -> Generator[Wait, bytes, Found]:
    """Apply a pattern, substring or transformation operator."""
    from samovar.shell.words.expand import pattern

    operator, scope = part.operator, made.scope
    if operator == ":":
        return (yield from _substring(part, found, made))
    if operator == "@":
        return _transformation(part, found)
    glob = yield from pattern(part.word, scope)
    replacement: Replacement = []
    if operator[0] == "/" and part.replacement is not None:
        replacement = yield from _replacement(part.replacement, made)

    def act(value: str) -> str:
        each = len(value) // 10 if operator in _EACH else 0  # these may act on every character
        scope.spend(1 + each + len(value) * (10 + len(glob)) // 20_000)
        if operator[0] in "#%":
            return removed(value, operator, glob)
        if operator[0] == "/":
            return bounded(replaced(value, operator, glob, replacement))
        return cased(value, operator, glob)

    if found.values is not None:
        return found._replace(values=[act(value) for value in found.values])
    return found._replace(value=act(found.value)) if found.value is not None else found


def _replacement(word: Word, made: Fields) -> Generator[Wait, bytes, Replacement]:
    """A replacement's text, in which an unquoted ``&`` is what was matched."""
    from samovar.shell.words.expand import operand

    inner = Fields(made.scope, splitting=False)
    yield from operand(word, inner, quoted=False)
    pieces: Replacement = []
    for field in inner.all():
        for text, kind in field:
            begin = 0
            for hole in _HOLE.finditer(text) if kind != QUOTED else ():
                pieces.append((text[begin : hole.start()] + (hole[1] or ""), False))
                if hole[2]:
                    pieces.append(("", True))
                begin = hole.end()
            pieces.append((text[begin:], False))
    return pieces


def _substring(part: Parameter, found: Found, made: Fields) -> Generator[Wait, bytes, Found]:
    from samovar.shell.words.expand import single

    offset = evaluate((yield from single(part.word, made.scope)), made.scope)
    text, size = "", None
    if part.replacement is not None:
        text = yield from single(part.replacement, made.scope)
        size = evaluate(text, made.scope)
    return sliced(found, offset, size, text, made.scope)


def _transformation(part: Parameter, found: Found) -> Found:
    letter = part.word if isinstance(part.word, str) else ""
    if found.value is None and found.values is None:
        return found
    if transformed("", "", letter) is None:
        raise ExpansionFault(f"${{{found.shown}@{letter}}}: bad substitution")
    if letter == "a":
        kind = "" if found.array is None else "A" if found.array.named else "a"
        return found._replace(value=kind, values=None)
    if letter == "A" and found.array is not None and found.values is not None:
        array, shown = found.array, "A" if found.array.named else "a"
        listed = " ".join(f'[{place}]="{array[place]}"' for place in keys(array))
        return found._replace(value=f"declare -{shown} {found.name}=({listed})", values=None)
    if found.values is not None:
        return found._replace(values=[transformed(found.name, value, letter) or "" for value in found.values])
    return found._replace(value=transformed(found.name, found.value or "", letter) or "")

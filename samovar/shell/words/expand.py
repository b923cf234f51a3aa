"""Words to fields: brace, tilde, parameter, command and arithmetic expansion, splitting, pathnames, quote removal."""

import re
from collections.abc import Generator, Iterable

from samovar.shell.kernel.wait import Wait
from samovar.shell.syntax.tree import (
    Arithmetic,
    Bare,
    Command,
    Double,
    Parameter,
    Part,
    ProcessFile,
    Quoted,
    Word,
)
from samovar.shell.words import brace
from samovar.shell.words.arithmetic import evaluate
from samovar.shell.words.limits import MAX_FIELDS, MAX_TEXT, no_memory
from samovar.shell.words.operate import parameter
from samovar.shell.words.scope import ExpansionFault, Scope
from samovar.shell.words.split import BARE, QUOTED, SPLIT, Fields

Texts = Generator[Wait, bytes, str]
_TILDE = re.compile(r"~([A-Za-z0-9_.+-]*)(?=/|\Z|:)").match
_TILDES = re.compile(r"(?:(?<=\A)|(?<=:))~([A-Za-z0-9_.+-]*)(?=/|\Z|:)")
_ASSIGNED = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\+?=").match
_REGEX = re.compile(r"[\\^$.|?*+()\[\]{}]")


def fields(words: Iterable[Word], scope: Scope) -> Generator[Wait, bytes, list[str]]:
    """The fields that the words expand to."""
    found: list[str] = []
    size = 0
    for word in words:
        if isinstance(word, str):
            found.append(word)
            continue
        alternatives = brace.expanded(word) if type(word[0]) is Bare or len(word) > 1 else (word,)
        if len(alternatives) > 1:
            scope.spend(len(alternatives) // 4)
        for alternative in alternatives:
            if isinstance(alternative, str):
                found.append(alternative)
                continue
            made = Fields(scope)
            yield from _parts(_with_tilde(alternative, scope), made, BARE)
            found += made.finished()
            size += made.size
        if len(found) > MAX_FIELDS or size > 4 * MAX_TEXT:
            raise no_memory(len(found) * 8 + size)
    return found


def single(word: Word, scope: Scope) -> Texts:
    """The one text that a word expands to: an assignment's value, a redirection's target."""
    if isinstance(word, str):
        return word
    made = Fields(scope, splitting=False)
    yield from _parts(_with_tildes(word, scope), made, BARE)
    return made.text()


def document(word: Word, scope: Scope) -> Texts:
    """The text of a here-document."""
    if isinstance(word, str):
        return word
    made = Fields(scope, splitting=False)
    yield from _parts(word, made, BARE)
    return made.text()


def pattern(word: Word, scope: Scope) -> Texts:
    """The pattern that a word expands to: its quoted parts stand for themselves."""
    made = yield from _unsplit(word, scope)
    return made.pattern()


def regex(word: Word, scope: Scope) -> Texts:
    """The regular expression that a word expands to: its quoted parts stand for themselves."""
    made = yield from _unsplit(word, scope)
    return "".join(
        _REGEX.sub(r"\\\g<0>", text) if kind == QUOTED else text for field in made.all() for text, kind in field
    )


def _unsplit(word: Word, scope: Scope) -> Generator[Wait, bytes, Fields]:
    made = Fields(scope, splitting=False)
    if isinstance(word, str):
        made.add(word, QUOTED)
    else:
        yield from _parts(_with_tilde(word, scope), made, BARE)
    return made


def operand(word: Word, made: Fields, *, quoted: bool) -> Generator[Wait, bytes, None]:
    """The word of ``${name-word}``, in place: bare text in it is split as a value is."""
    if isinstance(word, str):
        if word or quoted:
            made.add(word, QUOTED)
        return
    yield from _parts(word if quoted else _with_tilde(word, made.scope), made, SPLIT, quoted=quoted)


def _parts(parts: tuple[Part, ...], made: Fields, bare: int, *, quoted: bool = False) -> Generator[Wait, bytes, None]:
    """Add what the parts expand to. ``quoted``: they are inside double quotes."""
    kind = QUOTED if quoted else SPLIT
    for part in parts:
        if isinstance(part, Bare):
            made.add(part.text, QUOTED if quoted else bare)
        elif isinstance(part, Quoted):
            made.add(part.text, QUOTED)
        elif isinstance(part, Parameter):
            yield from parameter(part, made, quoted=quoted)
        elif isinstance(part, Double):
            yield from _parts(part.parts, made, bare, quoted=True)
        elif isinstance(part, Command):
            if part.fault:
                raise ExpansionFault(f"command substitution: line 1: {part.fault}")
            made.add((yield from made.scope.captured(part.script)), kind)
        elif isinstance(part, Arithmetic):
            expression = yield from single(part.expression, made.scope)
            made.add(str(evaluate(expression, made.scope)), kind)
        else:
            assert isinstance(part, ProcessFile)
            made.add((yield from made.scope.process_file(part.operator, part.script)), kind)


# tilde ----------------------------------------------------------------------------------------------


def _home(user: str, scope: Scope) -> str | None:
    if user in ("+", "-"):
        return scope.value("PWD" if user == "+" else "OLDPWD")
    return scope.home(user)


def _with_tilde(parts: tuple[Part, ...], scope: Scope) -> tuple[Part, ...]:
    """A ``~`` or ``~user`` at the beginning of a word, or of the value in one that looks like an assignment."""
    first = parts[0]
    if type(first) is not Bare or "~" not in first.text:
        return parts
    text = first.text
    if not text.startswith("~"):
        assigned = _ASSIGNED(text)
        if assigned is None:
            return parts
        rest = _with_tildes((Bare(text[assigned.end() :]), *parts[1:]), scope)
        return (Bare(assigned[0]), *rest)
    found = _TILDE(text)
    if found is None or text[found.end() : found.end() + 1] == ":" or (found.end() == len(text) and len(parts) > 1):
        return parts
    home = _home(found[1], scope)
    if home is None:
        return parts
    rest_text = text[found.end() :]
    return (Quoted(home), *((Bare(rest_text),) if rest_text else ()), *parts[1:])


def _with_tildes(parts: tuple[Part, ...], scope: Scope) -> tuple[Part, ...]:
    """Those of an assignment's value: also behind each colon."""
    made: list[Part] = []
    for number, part in enumerate(parts):
        if type(part) is not Bare or "~" not in part.text:
            made.append(part)
            continue
        begin, text = 0, part.text
        for found in _TILDES.finditer(text):
            if (found.start() == 0 and number) or (found.end() == len(text) and number + 1 < len(parts)):
                continue
            home = _home(found[1], scope)
            if home is not None:
                made += [Bare(text[begin : found.start()]), Quoted(home)]
                begin = found.end()
        made.append(Bare(text[begin:]))
    return tuple(made)

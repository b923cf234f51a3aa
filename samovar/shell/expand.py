"""Words of a command as the shell makes them of source words: quotes, ``$``, splitting, file name patterns.

Characters that a pattern would read are marked where they are quoted (moved up by 256, out of Latin-1), and
moved back at the end. Work is paid for with the scope's steps, so that no line can cost much.
"""

import re
from fnmatch import fnmatchcase
from typing import Protocol

from samovar.shell.arithmetic import ArithmeticFault, evaluate
from samovar.shell.files import Files
from samovar.shell.lexer import skip_piece

_PATTERN = "*?["
_QUOTE = {ord(c): ord(c) + 256 for c in _PATTERN}
_UNQUOTE = {ord(c) + 256: c for c in _PATTERN}
_ESCAPE = {ord(c) + 256: f"[{c}]" for c in _PATTERN}
_NAME = re.compile(r"[A-Za-z_]\w*|[0-9?$#@*!-]")
_BRACED = re.compile(r"(#?)([A-Za-z_]\w*|\d+|[?$#@*!])(?:(:?[-+=?])(.*)|(%%?|##?)(.*))?", re.DOTALL)
_MOST = 512  # names that one pattern gives; characters that a trim looks at


class ExpansionFault(Exception):
    """The command is not run; says why."""


class Scope(Protocol):
    """What words are expanded in."""

    files: Files
    home: str

    def value(self, name: str) -> str | None: ...
    def assign(self, name: str, value: str) -> None: ...
    def captured(self, source: str) -> str: ...
    def path(self, name: str) -> str: ...
    def spend(self, steps: int) -> None: ...


def expand(raw: str, scope: Scope) -> list[str]:
    """All words of one source word."""
    words: list[str] = []
    for field in _fields(raw, scope):
        words += _paths(field, scope) if any(c in field for c in _PATTERN) else [field.translate(_UNQUOTE)]
    return words


def single(raw: str, scope: Scope) -> str:
    """A source word as one word, as an assignment or a redirection takes it."""
    return " ".join(_fields(raw, scope)).translate(_UNQUOTE)


def matches(value: str, raw: str, scope: Scope) -> bool:
    """Whether a value is as a ``case`` pattern says."""
    return fnmatchcase(value, " ".join(_fields(raw, scope)).translate(_ESCAPE))


def _fields(raw: str, scope: Scope) -> list[str]:
    fields: list[str] = []
    field, started, i = "", False, 0
    scope.spend(len(raw) // 100)
    while i < len(raw):
        c = raw[i]
        if c in "'\"\\" or raw.startswith("$'", i):
            value, i = _quoted(raw, i, scope)
            field, started = field + value.translate(_QUOTE), True
        elif c in "$`":
            value, i = _value(raw, i, scope)
            for number, part in enumerate(re.split(r"[ \t\n]+", value)):
                if number and started:
                    fields.append(field)
                    field, started = "", False
                field, started = field + part, started or bool(part)
        else:
            home = c == "~" and i == 0 and raw[1:2] in ("", "/")
            field, started, i = field + (scope.home if home else c), True, i + 1
    return [*fields, field] if started else fields


def _quoted(raw: str, i: int, scope: Scope) -> tuple[str, int]:
    if raw[i] == "\\":
        return raw[i + 1 : i + 2].replace("\n", ""), i + 2
    if raw[i] == "$":
        end = skip_piece(raw, i + 1)
        return unescape(raw[i + 2 : end - 1]), end
    end = skip_piece(raw, i)
    inner = raw[i + 1 : end - 1]
    return (inner if raw[i] == "'" else substitute(inner, scope)), end


def substitute(text: str, scope: Scope) -> str:
    """The inside of double quotes or of a here-document, with its values."""
    done: list[str] = []
    i = 0
    scope.spend(len(text) // 100)
    while i < len(text):
        if text[i] == "\\" and i + 1 < len(text) and text[i + 1] in '"\\$`\n':
            done.append(text[i + 1].replace("\n", ""))
            i += 2
        elif text[i] in "$`":
            value, i = _value(text, i, scope)
            done.append(value)
        else:
            done.append(text[i])
            i += 1
    return "".join(done)


def _value(text: str, i: int, scope: Scope) -> tuple[str, int]:
    """The value of what starts with the ``$`` or backquote at ``i``, and where it ends."""
    end = skip_piece(text, i)
    inner = text[i + 2 : end - 1]
    if text.startswith("$((", i) and inner.endswith(")"):
        value = _computed(substitute(inner[1:-1], scope), scope)
    elif text.startswith("$(", i):
        value = scope.captured(inner)
    elif text[i] == "`":
        value = scope.captured(re.sub(r"\\([`\\$])", r"\1", text[i + 1 : end - 1]))
    elif text.startswith("${", i):
        value = _braced(inner, scope)
    elif (named := _NAME.match(text, i + 1)) is not None:
        value, end = scope.value(named[0]) or "", named.end()
    else:
        value, end = "$", i + 1
    scope.spend(len(value) // 1024)
    return value, end


def _computed(source: str, scope: Scope) -> str:
    try:
        return str(evaluate(source, scope.value))
    except ArithmeticFault as fault:
        raise ExpansionFault(f"{source.strip()}: {fault}") from fault


def _braced(inner: str, scope: Scope) -> str:
    found = _BRACED.fullmatch(inner)
    if found is None:
        raise ExpansionFault(f"${{{inner}}}: bad substitution")
    length, name, choice, other, trim, pattern = found.groups()
    value = scope.value(name)
    if length:
        return str(len(value or ""))
    if trim:
        return _trimmed(value or "", trim, substitute(pattern, scope))
    if choice and (not value if ":" in choice else value is None) == ("+" not in choice):
        value = substitute(other, scope)
        if "=" in choice:
            scope.assign(name, value)
    elif choice and "+" in choice:
        value = ""
    return value or ""


def _trimmed(value: str, trim: str, pattern: str) -> str:
    sizes = range(min(len(value), _MOST) + 1)
    for size in sizes if len(trim) == 1 else reversed(sizes):
        split = size if trim[0] == "#" else len(value) - size
        head, tail = value[:split], value[split:]
        if fnmatchcase(head if trim[0] == "#" else tail, pattern):
            return tail if trim[0] == "#" else head
    return value


def _paths(field: str, scope: Scope) -> list[str]:
    """The files that a pattern names; itself where there are none."""
    found = ["/" if field.startswith("/") else ""]
    for part in [part for part in field.split("/") if part]:
        wild = any(c in part for c in _PATTERN)
        pattern, reached = part.translate(_ESCAPE), []
        for base in found:
            if not wild:
                names = [part.translate(_UNQUOTE)]
            else:
                scope.spend(10)
                names = [name for name in scope.files.names(scope.path(base or ".")) if fnmatchcase(name, pattern)]
            prefix = base if base in ("", "/") else base + "/"
            reached += [prefix + name for name in names if not wild or name[0] != "." or part[0] == "."]
        found = reached[:_MOST]
    alive = [path for path in found if path and scope.files.find(scope.path(path)) is not None]
    return alive or [field.translate(_UNQUOTE)]


def unescape(text: str) -> str:
    """Text with the backslashes of ``echo -e``, ``printf`` and ``$''`` done."""
    known = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\", "a": "\a", "b": "\b", "e": "\x1b", "'": "'", '"': '"'}

    def one(found: "re.Match[str]") -> str:
        code = found[1]
        if code[0] == "x":
            return chr(int(code[1:], 16))
        return known[code] if code in known else chr(int(code, 8) & 0xFF)

    return re.sub(r"\\(x[0-9a-fA-F]{1,2}|0?[0-7]{1,3}|[ntrabe'\"\\])", one, text)

"""Tree -> text: the inverse of ``parse``."""

from samovar.query.fields import kind, spelt
from samovar.query.matcher import pieces
from samovar.query.tree import And, Compare, Exists, Like, Network, Node, Not, Or, Word

_SIGNS = frozenset('()":<>= \t\r\n')


def format(node: Node | None) -> str:
    """A search that parses to ``node``."""
    match node:
        case None:
            return ""
        case And(nodes):
            return " and ".join(_inner(child, and_=True) for child in nodes)
        case Or(nodes):
            return " or ".join(_inner(child, and_=False) for child in nodes)
        case Not(child):
            return "not " + _inner(child, and_=True)
        case Word(text):
            return _quote(text)
        case Exists(field):
            return f"{_field(field)}:*"
        case Network(field, cidr):
            return f"{_field(field)}:{cidr}"
        case Like(field, pattern):
            return f"{_field(field)}:{_pattern(pattern)}"
        case Compare(field, op, value):
            sign = ":" if op == "=" else op
            return f"{_field(field)}{sign}{_value(field, value)}"


def _inner(node: Node, *, and_: bool) -> str:
    nested = isinstance(node, Or) or (and_ and isinstance(node, And)) or (not and_ and isinstance(node, Or))
    return f"({format(node)})" if nested else format(node)


def _field(name: str) -> str:
    return "".join(_escaped(c) for c in spelt(name))


def _value(field: str, value: str) -> str:
    plain = value and kind(field) == "text" and value.isalnum() and value.isascii()
    return value if plain or kind(field) not in ("text", "time") else _quote(value)


def _quote(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _pattern(pattern: str) -> str:
    """A pattern's own backslashes serve here too; what would end or begin a token gets one."""
    return "".join("*" if p == "*" else "?" if p is None else _escaped(p[1:]) for p in pieces(pattern))


def _escaped(character: str) -> str:
    special = character in _SIGNS or character in "\\*?!-" or character.isspace()
    return "\\" + character if special else character

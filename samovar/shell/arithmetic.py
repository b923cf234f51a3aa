"""Shell arithmetic, ``$(( ))``: 64-bit integers that wrap round, names that stand for variables. Pure."""

import re
from collections.abc import Callable

_TOKEN = re.compile(
    r"\s*(0[xX][0-9a-fA-F]{1,16}|\d{1,20}|[A-Za-z_]\w*|<<|>>|<=|>=|==|!=|&&|\|\||\*\*|[-+*/%()<>!~&|^])"
)
_BINARY: dict[str, tuple[int, Callable[[int, int], int]]] = {
    "||": (1, lambda a, b: int(bool(a or b))),
    "&&": (2, lambda a, b: int(bool(a and b))),
    "|": (3, lambda a, b: a | b),
    "^": (4, lambda a, b: a ^ b),
    "&": (5, lambda a, b: a & b),
    "==": (6, lambda a, b: int(a == b)),
    "!=": (6, lambda a, b: int(a != b)),
    "<": (7, lambda a, b: int(a < b)),
    ">": (7, lambda a, b: int(a > b)),
    "<=": (7, lambda a, b: int(a <= b)),
    ">=": (7, lambda a, b: int(a >= b)),
    "<<": (8, lambda a, b: a << (b & 63)),
    ">>": (8, lambda a, b: a >> (b & 63)),
    "+": (9, lambda a, b: a + b),
    "-": (9, lambda a, b: a - b),
    "*": (10, lambda a, b: a * b),
    "/": (10, lambda a, b: abs(a) // abs(b) * (1 if (a < 0) == (b < 0) else -1)),
    "%": (10, lambda a, b: abs(a) % abs(b) * (-1 if a < 0 else 1)),
    "**": (11, lambda a, b: pow(a, max(b, 0), 1 << 64)),
}
_UNARY: dict[str, Callable[[int], int]] = {
    "-": lambda a: -a,
    "+": lambda a: a,
    "!": lambda a: int(not a),
    "~": lambda a: ~a,
}


class ArithmeticFault(Exception):
    """What bash says after the expression."""


def evaluate(source: str, lookup: Callable[[str], str | None]) -> int:
    """The value of an expression; raises ArithmeticFault."""
    tokens, at = [], 0
    while source[at:].strip():
        found = _TOKEN.match(source, at)
        if found is None:
            raise ArithmeticFault(f'syntax error: operand expected (error token is "{source[at:].strip()}")')
        tokens.append(found[1])
        at = found.end()
    if not tokens:
        return 0
    reader = _Reader(tokens, lookup)
    value = reader.binary(0)
    if reader.tokens:
        raise ArithmeticFault(f'syntax error in expression (error token is "{" ".join(reader.tokens)}")')
    return value


class _Reader:
    def __init__(self, tokens: list[str], lookup: Callable[[str], str | None]) -> None:
        self.tokens, self._lookup = tokens, lookup

    def binary(self, floor: int) -> int:
        """An expression of operators that bind more tightly than ``floor``."""
        left = self._unary()
        while self.tokens and self.tokens[0] in _BINARY and _BINARY[self.tokens[0]][0] > floor:
            name = self.tokens.pop(0)
            level, operate = _BINARY[name]
            right = self.binary(level)
            if name in "/%" and not right:
                raise ArithmeticFault('division by 0 (error token is "0")')
            left = _wrapped(operate(left, right))
        return left

    def _unary(self) -> int:
        token = self.tokens.pop(0) if self.tokens else ""
        if token in _UNARY:
            return _wrapped(_UNARY[token](self._unary()))
        if token == "(":
            value = self.binary(0)
            if not self.tokens or self.tokens.pop(0) != ")":
                raise ArithmeticFault("missing `)'")
            return value
        if token[:1].isdigit():
            return _number(token)
        if re.fullmatch(r"[A-Za-z_]\w*", token):
            return _number(self._lookup(token) or "0")
        raise ArithmeticFault(f'syntax error: operand expected (error token is "{token}")')


def _number(text: str) -> int:
    if re.fullmatch("0[xX][0-9a-fA-F]{1,16}", text):
        return _wrapped(int(text, 16))
    if re.fullmatch("0[0-7]{1,20}", text):
        return _wrapped(int(text, 8))
    return _wrapped(int(text)) if re.fullmatch(r"-?[0-9]{1,20}", text) else 0


def _wrapped(value: int) -> int:
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)

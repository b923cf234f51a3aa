"""Arithmetic: C's operators on 64-bit integers, over a scope's variables."""

import re
from collections.abc import Callable

from samovar.shell.words.scope import ExpansionFault, Scope

MAX_NESTING = 60  # of operators, parentheses, and variables that hold expressions
_SPACE = re.compile(r"[ \t\n\r]*+").match
_TOKEN = re.compile(
    r"([0-9][0-9A-Za-z_@#]*)|([A-Za-z_][A-Za-z0-9_]*)|(<<=|>>=|\*\*|\+\+|--|&&|\|\||<<|>>|[-+*/%&|^<>=!]=|[-+*/%&|^<>=!~?:,()])"
).match
_DIGITS = {char: number for number, char in enumerate("0123456789abcdefghijklmnopqrstuvwxyz")}
_DIGITS |= {char: number for number, char in enumerate("ABCDEFGHIJKLMNOPQRSTUVWXYZ", 36)} | {"@": 62, "_": 63}
_LEVELS = {
    "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "!=": 6, "<": 7, ">": 7, "<=": 7, ">=": 7,
    "<<": 8, ">>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10, "**": 11,
}  # fmt: skip
_ASSIGNMENTS = frozenset("= += -= *= /= %= &= |= ^= <<= >>=".split())  # noqa: SIM905


def wrapped(number: int) -> int:
    """As a signed 64-bit integer."""
    return (number + (1 << 63)) % (1 << 64) - (1 << 63)


def evaluate(text: str, scope: Scope) -> int:
    """The value of an expression. Raises ExpansionFault in bash's words."""
    if text.isdecimal() and len(text) < 19 and (text[0] != "0" or text == "0"):
        return int(text)
    scope.spend(1 + len(text) // 8)
    return _Expression(text, scope, 0).value()


class _Expression:
    """One pass over an expression that evaluates as it goes; ``idle`` > 0: only syntax counts."""

    def __init__(self, text: str, scope: Scope, depth: int) -> None:
        self.text, self.scope, self.depth = text, scope, depth
        self.place = self.begin = 0
        self.kind = 0  # of the token at hand: 1 number, 2 name, 3 operator, 0 the end
        self.token = ""
        self.idle = 0
        self.nested = depth

    def fault(self, message: str, begin: int | None = None) -> ExpansionFault:
        """An error, with the rest of the text from the offending token on."""
        rest = self.text[self.begin if begin is None else begin :][:200]
        shown = self.text.lstrip(" \t\n")[:200]
        return ExpansionFault(f'{shown}: {message} (error token is "{rest}")')

    def next(self) -> None:
        """Go on to the next token."""
        begin = _SPACE(self.text, self.place).end()  # type: ignore[union-attr]
        if begin >= len(self.text):  # an error there is said of the token before
            self.kind, self.token, self.place = 0, "", begin
            return
        self.begin = begin
        found = _TOKEN(self.text, begin)
        if found is not None:
            self.kind, self.token, self.place = found.lastindex or 0, found[0], found.end()
            return
        known = "operand expected" if self.kind in (0, 3) and self.token != ")" else "invalid arithmetic operator"
        raise self.fault(f"syntax error: {known}")

    def value(self) -> int:
        """Of the whole text; 0 of an empty one."""
        self.next()
        if not self.kind:
            return 0
        number = self.comma()
        if self.kind:
            raise self.fault("syntax error in expression")
        return number

    def comma(self) -> int:
        number = self.assignment()
        while self.token == ",":
            self.next()
            number = self.assignment()
        return number

    def deeper(self) -> None:
        """One level of nesting more."""
        self.nested += 1
        if self.nested > MAX_NESTING:
            raise self.fault("expression recursion level exceeded")

    def assignment(self) -> int:
        """An assignment or conditional expression."""
        if self.kind == 2:
            kept = self.place, self.begin, self.kind, self.token
            name = self.token
            index = self.index()
            self.next()
            if self.kind == 3 and self.token in _ASSIGNMENTS:
                return self.assigned(name, index)
            self.place, self.begin, self.kind, self.token = kept
        self.deeper()
        number = self.binary(1)
        if self.token == "?" and self.kind == 3:
            number = self.choice(number)
        elif self.kind == 3 and self.token in _ASSIGNMENTS:
            raise self.fault("attempted assignment to non-variable")
        self.nested -= 1
        return number

    def assigned(self, name: str, index: str | None) -> int:
        operator = self.token[:-1]
        self.next()
        self.deeper()
        begin = self.begin
        right = self.assignment()
        self.nested -= 1
        if self.idle:
            return 0
        number = self.combine(operator, self.variable(name, index), right, begin) if operator else right
        self.store(name, index, number)
        return number

    def choice(self, condition: int) -> int:
        self.next()
        if not self.kind or self.token == ":":
            raise self.fault("expression expected")
        self.idle += not condition
        first = self.comma()
        self.idle -= not condition
        if self.token != ":" or self.kind != 3:
            raise self.fault("`:' expected for conditional expression")
        self.next()
        if not self.kind:
            raise self.fault("expression expected")
        self.idle += bool(condition)
        second = self.assignment()
        self.idle -= bool(condition)
        return first if condition else second

    def binary(self, level: int) -> int:
        """Operators of that precedence or higher."""
        left = self.unary()
        while self.kind == 3 and (power := _LEVELS.get(self.token, 0)) >= level:
            operator = self.token
            self.next()
            begin = self.begin
            skip = (operator == "&&" and not left) or (operator == "||" and bool(left))
            self.idle += skip
            self.deeper()
            right = self.binary(power + (operator != "**"))
            self.nested -= 1
            self.idle -= skip
            if operator in ("&&", "||"):
                left = int(bool(left and right) if operator == "&&" else bool(left or right))
            else:
                left = 0 if self.idle else self.combine(operator, left, right, begin)
        return left

    def combine(self, operator: str, left: int, right: int, begin: int) -> int:
        if operator in ("/", "%") and right == 0:
            raise self.fault("division by 0", begin)
        if operator == "**" and right < 0:
            raise self.fault("exponent less than 0")
        return wrapped(_OPERATIONS[operator](left, right))

    def unary(self) -> int:
        """Prefix operators and what they stand before."""
        if self.kind == 1:
            number = self.number()
            self.next()
            return number
        if self.kind == 2:
            return self.name()
        if self.kind == 3:
            operator = self.token
            if operator in ("++", "--"):
                return self.step_before(operator)
            if operator in ("-", "+", "!", "~"):
                self.next()
                self.deeper()
                number = self.unary()
                self.nested -= 1
                return (
                    wrapped(-number if operator == "-" else ~number if operator == "~" else number)
                    if (operator != "!")
                    else int(not number)
                )
            if operator == "(":
                return self.parenthesis()
        raise self.fault("syntax error: operand expected", self.begin)

    def parenthesis(self) -> int:
        self.next()
        self.deeper()
        number = self.comma()
        self.nested -= 1
        if self.token != ")":
            raise self.fault("missing `)'")
        self.next()
        return number

    def step_before(self, operator: str) -> int:
        self.next()
        if self.kind != 2:  # two signs
            self.deeper()
            number = self.unary()
            self.nested -= 1
            return number
        name, index = self.token, self.index()
        self.next()
        if self.idle:
            return 0
        number = wrapped(self.variable(name, index) + (1 if operator == "++" else -1))
        self.store(name, index, number)
        return number

    def name(self) -> int:
        name, index = self.token, self.index()
        self.next()
        number = 0 if self.idle else self.variable(name, index)
        if self.kind == 3 and self.token in ("++", "--"):
            if not self.idle:
                self.store(name, index, wrapped(number + (1 if self.token == "++" else -1)))
            self.next()
        return number

    def index(self) -> str | None:
        """The text in brackets behind a name."""
        if not self.text.startswith("[", self.place):
            return None
        level = 0
        for place in range(self.place, len(self.text)):
            level += (self.text[place] == "[") - (self.text[place] == "]")
            if not level:
                inside = self.text[self.place + 1 : place]
                self.place = place + 1
                return inside
        raise self.fault("bad array subscript")

    def element(self, name: str, index: str) -> str:
        """The key that an index stands for."""
        array = self.scope.array(name)
        if array is not None and array.named:
            return index.strip("\"'")
        number = self.inner(index)
        if number < 0:
            number += max(map(int, array)) + 1 if array else 0
        if number < 0:
            raise ExpansionFault(f"{name}[{index}]: bad array subscript")
        return str(number)

    def variable(self, name: str, index: str | None) -> int:
        if index is None:
            text = self.scope.value(name)
        else:
            key = self.element(name, index)
            array = self.scope.array(name)
            text = array.get(key) if array is not None else self.scope.value(name) if key == "0" else None
        if text is None and "u" in self.scope.flags:
            raise ExpansionFault(f"{name}: unbound variable", fatal=True)
        return self.inner(text) if text else 0

    def inner(self, text: str) -> int:
        """The value of a variable's or index's text, which is an expression again."""
        if text.isdecimal() and len(text) < 19 and text[0] != "0":
            return int(text)
        self.scope.spend(1 + len(text) // 8)
        self.deeper()
        number = _Expression(text, self.scope, self.nested).value()
        self.nested -= 1
        return number

    def store(self, name: str, index: str | None, number: int) -> None:
        self.scope.assign(name, str(number), None if index is None else self.element(name, index))

    def constant(self, message: str) -> ExpansionFault:
        """An error in a number, behind which bash looks at nothing."""
        return ExpansionFault(f'{self.text[: self.place].lstrip()}: {message} (error token is "{self.token}")')

    def number(self) -> int:
        """Of a constant: 0x, 0, BASE#."""
        text = self.token
        base, digits = 10, text
        if "#" in text:
            before, _, digits = text.partition("#")
            base = int(before) if before.isdecimal() and len(before) < 5 else 0
            if not 2 <= base <= 64:
                raise self.constant("invalid arithmetic base")
            if not digits:
                raise self.constant("invalid integer constant")
        elif text[:2] in ("0x", "0X"):
            base, digits = 16, text[2:]
        elif text[0] == "0":
            base = 8
        number = 0
        for char in digits:
            digit = _DIGITS.get(char.lower() if base <= 36 and char.isalpha() else char, 99)
            if digit >= base:
                raise self.constant("value too great for base" if digit < 99 else "invalid number")
            number = (number * base + digit) & 0xFFFFFFFFFFFFFFFF
        return wrapped(number)


def _divide(left: int, right: int) -> int:
    quotient = abs(left) // abs(right)
    return quotient if (left < 0) == (right < 0) else -quotient


_OPERATIONS: dict[str, Callable[[int, int], int]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": _divide,
    "%": lambda a, b: a - _divide(a, b) * b,
    "**": lambda a, b: pow(a, b, 1 << 64),
    "<<": lambda a, b: a << (b & 63),
    ">>": lambda a, b: a >> (b & 63),
    "&": lambda a, b: a & b,
    "|": lambda a, b: a | b,
    "^": lambda a, b: a ^ b,
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    ">": lambda a, b: a > b,
    "<=": lambda a, b: a <= b,
    ">=": lambda a, b: a >= b,
}

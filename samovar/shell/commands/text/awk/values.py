"""awk's values: a float, a str, or a Strnum: text from outside that looks like a number."""

import math
import re

_NUMBER = re.compile(
    r"[ \t\n\v\f\r]*([+-]?(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
    r"|[iI][nN][fF]|[nN][aA][nN]))"
)
MAX_INTEGER = 2_147_483_647


class Strnum(str):
    """Text with the number that it is."""

    __slots__ = ("number",)
    number: float


Value = float | str


def _strnum(text: str, number: float) -> Strnum:
    made = Strnum(text)
    made.number = number
    return made


UNSET = _strnum("", 0.0)


def _converted(text: str) -> float:
    if "x" in text or "X" in text:
        try:
            return float(int(text, 16))
        except OverflowError:
            return math.inf
    return float(text)


def outside(text: str) -> str:
    """Text from outside: a number too, if it looks like one."""
    found = _NUMBER.match(text)
    if found is None or text[found.end() :].strip(" \t\n\v\f\r"):
        return text
    return _strnum(text, _converted(found[1]))


def number(value: Value) -> float:
    """The value as a number."""
    if isinstance(value, float):
        return value
    if isinstance(value, Strnum):
        return value.number
    found = _NUMBER.match(value)
    return _converted(found[1]) if found else 0.0


def truth(value: Value) -> bool:
    """Whether it counts as true."""
    if isinstance(value, float):
        return value != 0
    return value.number != 0 if isinstance(value, Strnum) else bool(value)


def integer(value: Value) -> int:
    """The value cut to an integer of C."""
    found = number(value)
    if math.isnan(found):
        return -MAX_INTEGER - 1
    return int(max(-MAX_INTEGER - 1, min(MAX_INTEGER, found)))


def is_integer(value: float) -> bool:
    """Whether it is shown without a format."""
    return abs(value) <= MAX_INTEGER and value == int(value)


def compared(left: Value, right: Value) -> int:
    """-1, 0 or 1: as numbers if both are, else as text."""
    if isinstance(left, float | Strnum) and isinstance(right, float | Strnum):
        a, b = number(left), number(right)
        return (a > b) - (a < b)
    first, second = text_of(left), text_of(right)
    return (first > second) - (first < second)


def text_of(value: Value, form: str = "%.6g") -> str:
    """The value as text; ``form`` is CONVFMT or OFMT."""
    if isinstance(value, str):
        return value
    if is_integer(value):
        return str(int(value))
    if math.isnan(value):
        return "-nan" if math.copysign(1, value) < 0 else "nan"
    if form == "%.6g" or math.isinf(value):
        return f"{value:.6g}"
    from samovar.shell.commands.text.awk.format import formatted

    return formatted(form, [value], "printf")

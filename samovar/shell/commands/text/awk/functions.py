"""awk's own functions that need neither files nor commands."""

import math
from collections.abc import Callable
from datetime import UTC, datetime

from samovar.shell.commands.text.awk.format import formatted
from samovar.shell.commands.text.awk.state import State
from samovar.shell.commands.text.awk.values import Value, integer, number


def _guarded(function: Callable[[float], float], value: float) -> float:
    try:
        return function(value)
    except OverflowError:
        return math.inf
    except ValueError:
        return -math.inf if function is math.log and value == 0 else math.copysign(math.nan, -1)


_MATH: dict[str, Callable[[float], float]] = {
    "sin": math.sin, "cos": math.cos, "exp": math.exp, "log": math.log, "sqrt": math.sqrt, "int": math.trunc,
}  # fmt: skip


def call(state: State, name: str, given: list[Value]) -> Value:
    """The function's value."""
    if name in _MATH:
        value = number(given[0])
        return value if name == "int" and math.isinf(value) else float(_guarded(_MATH[name], value))
    if name == "atan2":
        return math.atan2(number(given[0]), number(given[1]))
    if name == "sprintf":
        made = formatted(state.text(given[0]), given[1:], "sprintf")
        state.process.spend(len(made) >> 9)
        return made
    if name == "strftime":
        return _strftime(state, given)
    if name == "mktime":
        return _mktime(state.text(given[0]))
    if name == "systime":
        return float(int(state.process.now))
    text = state.text(given[0]) if given else state.text(state.field(0))
    if name == "length":
        return float(len(text))
    if name == "index":
        return float(text.find(state.text(given[1])) + 1)
    if name == "substr":
        return _substr(text, integer(given[1]), integer(given[2]) if len(given) > 2 else None)
    if name == "tolower":
        return "".join(char.lower() if char < "\x80" else char for char in text)
    return "".join(char.upper() if char < "\x80" else char for char in text)


def _substr(text: str, start: int, length: int | None) -> str:
    # mawk 1.3.4 20200120 lengthens what begins before the text by as much, instead of shortening it.
    if start <= 0:
        length, start = (None if length is None else length - start), 1
    if length is None:
        return text[start - 1 :]
    return text[start - 1 : start - 1 + length] if length > 0 else ""


def _strftime(state: State, given: list[Value]) -> str:
    form = state.text(given[0]) if given else "%c"
    when = number(given[1]) if len(given) > 1 else state.process.now
    try:
        return datetime.fromtimestamp(when, UTC).strftime(form[:200])
    except (ValueError, OverflowError, OSError):
        return ""


def _mktime(text: str) -> float:
    try:
        year, month, day, hour, minute, second = (int(part[:6]) for part in text.split()[:6])
        return datetime(year, month, day, hour, minute, second, tzinfo=UTC).timestamp()
    except ValueError:
        return -1.0


def replaced(state: State, pattern: str, form: str, text: str, every: bool) -> tuple[str, int]:
    """``sub`` and ``gsub``: the new text and how many were replaced."""
    regex = state.regex(pattern)
    first = None if every else regex.search(text)
    matches = regex.all(text) if every else [first] if first is not None else []
    made: list[str] = []
    place = 0
    parts = _parts(form)
    for match in matches:
        made.append(text[place : match.start])
        made.extend(match.group(0) if part is None else part for part in parts)
        place = match.end
    made.append(text[place:])
    state.process.spend(1 + len(made) // 10 + (sum(map(len, made)) >> 9))
    return "".join(made), len(matches)


def _parts(form: str) -> list[str | None]:
    parts: list[str | None] = []
    plain = ""
    place = 0
    while place < len(form):
        char = form[place]
        if char == "\\" and form[place + 1 : place + 2] in ("&", "\\"):
            plain += form[place + 1]
            place += 1
        elif char == "&":
            parts += [plain, None]
            plain = ""
        else:
            plain += char
        place += 1
    return [*parts, plain]

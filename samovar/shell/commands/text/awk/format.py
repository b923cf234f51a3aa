"""printf and sprintf."""

import math
import re

from samovar.shell.commands.text.awk.tree import Fatal, RunTime
from samovar.shell.commands.text.awk.values import Value, integer, number, text_of

_DIRECTIVE = re.compile(r"%([-+ #0]*)(\*|[0-9]*)(?:\.(\*|[0-9]*))?(?:[hlLqjzt]*)(.?)", re.DOTALL)
MAX_WIDTH = 8_192  # mawk's buffer


class _Arguments:
    def __init__(self, form: str, values: list[Value], name: str) -> None:
        self.form, self.values, self.name, self.used = form, values, name, 0

    def take(self) -> Value:
        if self.used >= len(self.values):
            raise RunTime(f'not enough arguments passed to {self.name}("{self.form}")')
        self.used += 1
        return self.values[self.used - 1]

    def size(self, text: str | None) -> int | None:
        if text is None:
            return None
        wanted = integer(self.take()) if text == "*" else int(text[:6] or "0")
        if abs(wanted) > MAX_WIDTH:
            raise Fatal(f"program limit exceeded: sprintf buffer size={MAX_WIDTH}")
        return wanted


def formatted(form: str, values: list[Value], name: str) -> str:
    """The values as the format shows them. Raises RunTime."""
    arguments, made = _Arguments(form, values, name), list[str]()
    try:
        _fill(arguments, made)
    except RunTime as fault:
        fault.made = "".join(made)
        raise
    return "".join(made)


def _fill(arguments: _Arguments, made: list[str]) -> None:
    form, place, count, size = arguments.form, 0, 0, 0
    while (start := form.find("%", place)) >= 0:
        made.append(form[place:start])
        found = _DIRECTIVE.match(form, start)
        assert found is not None  # every part of it may be empty
        place = found.end()
        if found[4] == "%" and place == start + 2:
            made.append("%")
            continue
        count += 1
        width, precision = arguments.size(found[2]), arguments.size(found[3])
        if found[4] not in "diouxXeEfFgGcs" or not found[4]:
            raise RunTime(f'improper conversion(number {count}) in {arguments.name}("{form}")')
        made.append(_shown(found[1], width or 0, precision, found[4], arguments.take()))
        size += len(made[-1])
        if size > MAX_WIDTH * 128:
            raise Fatal(f"program limit exceeded: sprintf buffer size={MAX_WIDTH}")
    made.append(form[place:])


def _shown(flags: str, width: int, precision: int | None, kind: str, value: Value) -> str:
    if width < 0:
        flags, width = flags + "-", -width
    if kind in "cs":
        text = _character(value) if kind == "c" else text_of(value)
        if kind == "s" and precision is not None and precision >= 0:
            text = text[:precision]
        return text.ljust(width) if "-" in flags else text.rjust(width)
    flags = "".join(dict.fromkeys(flags))
    point = f".{precision}" if precision is not None and precision >= 0 else ""
    if kind in "eEfFgG":
        found = number(value)
        if math.isnan(found) or math.isinf(found):
            flags = flags.replace("0", "")
        return f"%{flags}{width or ''}{point}{kind}" % found
    whole = integer(value)
    if kind in "ouxX":
        whole = max(whole, 0)
    if point:
        flags = flags.replace("0", "")
    if kind == "o" and "#" in flags:
        flags, text = flags.replace("#", ""), f"0{whole:o}"
        return text.ljust(width) if "-" in flags else text.rjust(width)
    return f"%{flags}{width or ''}{point}{'d' if kind in 'iu' else kind}" % whole


def _character(value: Value) -> str:
    if isinstance(value, float):
        return chr(int(integer(value)) & 255)
    return value[:1]

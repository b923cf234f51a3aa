"""printf, as bash's builtin and coreutils' program have it."""

from collections.abc import Callable
from datetime import UTC, datetime

from samovar.shell.commands.options import misuse
from samovar.shell.commands.text.echo import unescaped
from samovar.shell.kernel.process import Process

_FLAGS = "-+ #0'"
MAX_WIDTH = 65_536
MAX_TEXT = 1 << 20


class _Ended(Exception):
    pass


class _Printer:
    def __init__(self, arguments: list[str], spend: Callable[[int], None]) -> None:
        self.arguments, self.faults, self.used = arguments, list[str](), False
        self._spend = spend

    def once(self, form: str) -> str:
        """The format, one time."""
        found: list[str] = []
        place = 0
        while place < len(form):
            c = form[place]
            if c == "%":
                text, place = self._directive(form, place + 1)
                found.append(text)
            else:
                end = form.find("%", place)
                end = len(form) if end < 0 else end
                text, ended = unescaped(form[place:end], octal_zero=False)
                found.append(text)
                if ended:
                    self.arguments.clear()
                    break
                place = end
        self._spend(1 + len(found) // 10)
        return "".join(found)

    def _directive(self, form: str, place: int) -> tuple[str, int]:
        start = place
        if form[place : place + 1] == "%":
            return "%", place + 1
        while place < len(form) and form[place] in _FLAGS:
            place += 1
        flags = form[start:place]
        width, place = self._number(form, place)
        precision = None
        if form[place : place + 1] == ".":
            precision, place = self._number(form, place + 1)
            precision = precision or 0
        while place < len(form) and form[place] in "hlLqjzt" and form[place + 1 : place + 2].isalpha():
            place += 1
        if form[place : place + 1] == "(":
            end = form.find(")T", place)
            if end > 0:
                return self._time(form[place + 1 : end]), end + 2
        letter = form[place : place + 1]
        if not letter:
            self.faults.append(f"`{form[start - 1 :]}': missing format character")
            return "", place
        if letter not in "diouxXcsbqeEfFgGaA":
            self.faults.append(f"`{letter}': invalid format character")
            raise _Ended
        if width is not None and width < 0:
            flags, width = flags + "-", -width
        return self._convert(letter, flags, width, precision), place + 1

    def _number(self, form: str, place: int) -> tuple[int | None, int]:
        if form[place : place + 1] == "*":
            return max(min(self._integer(self._next()), MAX_WIDTH), -MAX_WIDTH), place + 1
        start = place
        while place < len(form) and form[place].isdecimal():
            place += 1
        return (min(int(form[start:place][:7]), MAX_WIDTH) if place > start else None), place

    def _next(self) -> str:
        self.used = True
        return self.arguments.pop(0) if self.arguments else ""

    def _convert(self, letter: str, flags: str, width: int | None, precision: int | None) -> str:
        spec = "%" + flags.replace("'", "") + (str(width) if width is not None else "")
        dotted = spec + (f".{min(precision, MAX_WIDTH)}" if precision is not None else "")
        argument = self._next()
        if letter in "sbq":
            if letter == "b":
                argument, ended = unescaped(argument)
                if ended:
                    self.arguments.clear()
                    return (dotted + "s") % argument
            return (dotted + "s") % (quoted(argument) if letter == "q" else argument)
        if letter == "c":
            return (spec + "s") % argument[:1]
        if letter in "diouxX":
            number = self._integer(argument)
            if letter in "ouxX":
                number &= 0xFFFFFFFFFFFFFFFF
            if letter == "o" and "#" in flags:
                return (dotted.replace("#", "") + "s") % ("0" + format(number, "o"))
            return (dotted + ("d" if letter in "diu" else letter)) % number
        value = self._float(argument)
        if letter in "aA":
            return (spec + "s") % value.hex()
        return (dotted + letter) % value

    def _integer(self, text: str) -> int:
        if text[:1] in ("'", '"'):
            return ord(text[1]) if len(text) > 1 else 0
        stripped = text.strip()[:80]
        if not stripped:
            return 0
        sign, digits = (-1, stripped[1:]) if stripped[0] == "-" else (1, stripped.removeprefix("+"))
        base = 16 if digits[:2] in ("0x", "0X") else 8 if digits[:1] == "0" else 10
        body = digits[2:] if base == 16 else digits
        allowed = "0123456789abcdefABCDEF" if base == 16 else "01234567" if base == 8 else "0123456789"
        good = body[: next((i for i, c in enumerate(body) if c not in allowed), len(body))]
        if good != body or not body:
            self.faults.append(f"{text}: invalid {'octal ' if base == 8 else 'hex ' if base == 16 else ''}number")
        number = sign * int(good or "0", base)
        return max(min(number, (1 << 63) - 1), -(1 << 63))

    def _float(self, text: str) -> float:
        try:
            return float(text.strip()[:80] or "0") if not text.startswith(("'", '"')) else float(self._integer(text))
        except ValueError:
            return float(self._integer(text))

    def _time(self, form: str) -> str:
        seconds = self._integer(self._next() or "0")
        try:
            return datetime.fromtimestamp(max(seconds, 0), UTC).strftime(form[:200].encode("ascii", "ignore").decode())
        except (OverflowError, ValueError, OSError):
            return ""


def quoted(text: str) -> str:
    """``%q``: so that a shell reads it as one word."""
    if not text:
        return "''"
    if any(c < " " or c > "~" for c in text):
        escapes = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\E", "\a": "\\a", "'": "\\'", "\\": "\\\\"}
        return "$'" + "".join(escapes.get(c, c if " " <= c <= "~" else f"\\{ord(c):03o}") for c in text) + "'"
    return "".join(c if c.isalnum() or c in "_@%+=:,./-" else "\\" + c for c in text)


def format_all(form: str, arguments: list[str], spend: Callable[[int], None]) -> tuple[str, list[str]]:
    """The format for all arguments; the output, and messages such as "x: invalid number"."""
    printer = _Printer(list(arguments), spend)
    found: list[str] = []
    size = 0
    try:
        while True:
            printer.used = False
            text = printer.once(form)
            found.append(text)
            size += len(text)
            if not printer.arguments or not printer.used or size > MAX_TEXT:
                break
    except _Ended:
        pass
    return "".join(found), printer.faults


def printf(p: Process) -> int:
    """The program."""
    if len(p.argv) < 2:
        return misuse(p)
    text, faults = format_all(p.argv[1], p.argv[2:], p.spend)
    p.out(text)
    for fault in faults:
        word, _, message = fault.partition(": ")
        p.err(f"{p.name}: '{word}': expected a numeric value\n" if "invalid" in message else f"{p.name}: {fault}\n")
    return int(bool(faults))

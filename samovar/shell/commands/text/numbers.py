"""seq, expr, factor, shuf."""

import re
from collections.abc import Callable, Generator

from samovar.shell.commands.files.names import quoted
from samovar.shell.commands.options import misuse, parse
from samovar.shell.commands.text.pattern import PatternFault
from samovar.shell.commands.text.regex import Regex
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_NUMBER = re.compile(r"[+-]?(\d{1,18}\.?\d{0,15}|\.\d{1,15})(e[+-]?\d{1,2})?", re.IGNORECASE)


def seq(p: Process) -> Body:
    """Numbers in a row."""
    words, separator, form, equal = p.argv[1:], "\n", "", False
    while words and words[0].startswith("-") and not _NUMBER.fullmatch(words[0]):
        word = words.pop(0)
        if word in ("-w", "--equal-width"):
            equal = True
        elif word[:2] in ("-s", "-f"):
            value = word[2:] or (words.pop(0) if words else "")
            separator, form = (value, form) if word[1] == "s" else (separator, value)
        elif word.startswith(("--separator=", "--format=")):
            name, _, value = word.partition("=")
            separator, form = (value, form) if name == "--separator" else (separator, value)
        elif word != "--":
            return misuse(p, f"invalid option -- '{word[1:2]}'")
    if not words or len(words) > 3:
        said = "missing operand" if not words else f"extra operand {quoted(words[3])}"
        return misuse(p, said)
    for word in words:
        if not _NUMBER.fullmatch(word):
            return misuse(p, f"invalid floating point argument: {quoted(word)}")
    digits = max((len(word.partition(".")[2]) for word in words[:2]), default=0) if len(words) > 1 else 0
    scale = 10**digits
    numbers = [round(float(word) * scale) for word in words]
    first, last = (numbers[0] if len(numbers) > 1 else scale), numbers[-1]
    step = numbers[1] if len(numbers) > 2 else scale
    if not step:
        return misuse(p, f"invalid Zero increment value: {quoted(words[1])}")
    width = max(len(_shown(first, digits)), len(_shown(last, digits))) if equal else 0

    def shown(at: int) -> str:
        return form % (at / scale) if _plain(form) else _padded(_shown(at, digits), width)

    yield from _counted(p, range(first, last + (1 if step > 0 else -1), step), separator, shown)
    return 0


def _counted(p: Process, numbers: range, separator: str, shown: Callable[[int], str]) -> Generator[Wait, bytes, None]:
    before = ""
    for at in numbers:
        p.out(before + shown(at))
        before = separator
        p.spend(at % 16 == 0)
        if p.kernel.due or p.crowded:
            yield from p.flush()
    p.out("\n" if before else "")


def _plain(form: str) -> bool:
    return bool(re.fullmatch(r"[^%]{0,200}%[-+ 0#']*\d{0,3}(\.\d{1,3})?[efgEFG][^%]{0,200}", form))


def _shown(value: int, digits: int) -> str:
    if not digits:
        return str(value)
    sign, body = ("-", -value) if value < 0 else ("", value)
    text = str(body).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}"


def _padded(text: str, width: int) -> str:
    return "-" + text[1:].rjust(width - 1, "0") if text.startswith("-") else text.rjust(width, "0")


class _Misuse(Exception):
    pass


class _Expression:
    """expr's grammar: | & comparisons + - * / % : and the keyword functions."""

    def __init__(self, p: Process, words: list[str]) -> None:
        self.p, self.words, self.at, self.depth = p, words, 0, 0

    def value(self, level: int = 0) -> str:
        self.depth += 1
        if self.depth > 200:
            raise _Misuse("syntax error")
        left = self.value(level + 1) if level < 5 else self._primary()
        while self.at < len(self.words) and self.words[self.at] in _LEVELS[level]:
            operator = self.words[self.at]
            self.at += 1
            right = self.value(level + 1) if level < 5 else self._primary()
            left = self._apply(operator, left, right)
        self.depth -= 1
        return left

    def _next(self) -> str:
        if self.at >= len(self.words):
            raise _Misuse(
                f"syntax error: missing argument after {quoted(self.words[-1])}" if self.words else "missing operand"
            )
        self.at += 1
        return self.words[self.at - 1]

    def _primary(self) -> str:
        word = self._next()
        if word == "(":
            inner = self.value()
            if self.at >= len(self.words) or self._next() != ")":
                raise _Misuse(f"syntax error: expecting ')' after {quoted(self.words[self.at - 1])}")
            return inner
        if word == "+" and self.at < len(self.words):
            return self._next()
        if self.at < len(self.words):
            if word == "length":
                return str(len(self._primary()))
            if word == "index":
                text, chars = self._primary(), self._primary()
                return str(next((i for i, c in enumerate(text, 1) if c in chars), 0))
            if word == "substr":
                text, start, size = self._primary(), self._primary(), self._primary()
                if not _integer(start) or not _integer(size) or int(start) < 1 or int(size) < 1:
                    return ""
                return text[int(start) - 1 : int(start) - 1 + int(size)]
            if word == "match":
                return self._match(self._primary(), self._primary())
        return word

    def _apply(self, operator: str, left: str, right: str) -> str:
        if operator == "|":
            return left if left not in ("", "0") else right if right not in ("", "0") else "0"
        if operator == "&":
            return left if left not in ("", "0") and right not in ("", "0") else "0"
        if operator == ":":
            return self._match(left, right)
        if operator in ("<", "<=", "=", "==", "!=", ">=", ">"):
            pair = (int(left), int(right)) if _integer(left) and _integer(right) else (left, right)
            first, second = pair
            holds = {
                "<": first < second, "<=": first <= second, "=": first == second, "==": first == second,  # type: ignore[operator]
                "!=": first != second, ">=": first >= second, ">": first > second,  # type: ignore[operator]
            }[operator]  # fmt: skip
            return str(int(holds))
        if not _integer(left) or not _integer(right):
            raise _Misuse("non-integer argument")
        one, two = int(left), int(right)
        if operator in "/%":
            if not two:
                raise _Misuse("division by zero")
            quotient = abs(one) // abs(two) * (1 if (one < 0) == (two < 0) else -1)
            return str(quotient if operator == "/" else one - quotient * two)
        result = one + two if operator == "+" else one - two if operator == "-" else one * two
        if abs(result) > 10**4000:
            raise _Misuse("memory exhausted")
        return str(result)

    def _match(self, text: str, pattern: str) -> str:
        try:
            regex = Regex("^" + pattern if not pattern.startswith("^") else pattern, "basic", self.p.spend)
            found = regex.search(text, groups=True)
        except PatternFault as fault:
            raise _Misuse(str(fault)) from None
        grouped = regex.groups > 0
        if found is None:
            return "" if grouped else "0"
        return found.group(1) if grouped else str(found.end - found.start)


_LEVELS = (("|",), ("&",), ("<", "<=", "=", "==", "!=", ">=", ">"), ("+", "-"), ("*", "/", "%"), (":",))


def _integer(text: str) -> bool:
    return bool(re.fullmatch(r"-?\d{1,4000}", text))


def expr(p: Process) -> int:
    """Evaluate an expression of words."""
    words = p.argv[1:]
    if words[:1] == ["--"]:
        words = words[1:]
    if not words:
        return misuse(p, "missing operand", 2)
    expression = _Expression(p, words)
    try:
        value = expression.value()
        if expression.at < len(words):
            raise _Misuse(f"syntax error: unexpected argument {quoted(words[expression.at])}")
    except _Misuse as fault:
        return p.fail(str(fault), 2)
    p.out(value + "\n")
    return int(value in ("", "0") or (_integer(value) and int(value) == 0))


_MAX_FACTOR = 10**14


def factor(p: Process) -> Body:
    """Prime factors."""
    words = p.argv[1:]
    if not words:
        words = (yield from p.everything()).decode("latin-1").split()
    status = 0
    for word in words:
        if not word.isdecimal() or not word.isascii() or len(word) > 15 or int(word) > _MAX_FACTOR:
            status = p.fail(f"{quoted(word)} is not a valid positive integer")
            continue
        number, found, divisor = int(word), [], 2
        while divisor * divisor <= number:
            if number % divisor:
                divisor += 1 + (divisor > 2)
                p.spend(divisor % 1001 == 0)
                continue
            found.append(divisor)
            number //= divisor
        found += [number] if number > 1 else []
        p.out(f"{int(word)}:{''.join(f' {prime}' for prime in found)}\n")
        yield from p.flush()
    return status


def shuf(p: Process) -> Body:
    """Lines in another order."""
    options = parse(
        p, "ei:n:o:rz", {"echo": "e", "input-range=": "i", "head-count=": "n", "output=": "o", "repeat": "r"}
    )
    if "i" in options:
        low, _, high = options.value("i").partition("-")
        if not low.isdecimal() or not high.isdecimal() or int(high) - int(low) > 100_000:
            return p.fail(f"invalid input range: {quoted(options.value('i'))}")
        lines = [str(number) for number in range(int(low), int(high) + 1)]
    elif "e" in options:
        lines = options.rest
    else:
        try:
            data = yield from p.load(options.rest[0] if options.rest else "-")
        except Fault as fault:
            return p.fail(f"{options.rest[0]}: {fault.text}")
        lines = data.decode("latin-1").splitlines()
    p.spend(1 + len(lines) // 50)
    noise = p.kernel.noise(f"shuf {p.pid}", min(len(lines) * 4, 1 << 20))
    order = sorted(range(len(lines)), key=lambda i: noise[i * 4 % len(noise) : i * 4 % len(noise) + 4])
    count = int(options.value("n")[:6]) if options.value("n").isdecimal() else len(lines)
    p.out("".join(lines[i] + "\n" for i in order[:count]))
    return 0

"""Reads a sed script."""

import re

from msgspec import Struct

from samovar.shell.commands.text.pattern import PatternFault
from samovar.shell.commands.text.regex import Regex
from samovar.shell.kernel.process import Process

_MAX_COMMANDS = 2_000


class Misuse(Exception):
    """The script is none; ``char`` is where, -1: nowhere."""

    def __init__(self, message: str, char: int) -> None:
        super().__init__(message)
        self.char = char


class Address(Struct):
    """A line number, ``$``, a pattern, a step (``first~step``), or a count behind (``+n``, ``~n``)."""

    kind: str
    number: int = 0
    step: int = 0
    regex: Regex | None = None


class Step(Struct):
    """One command."""

    name: str
    addresses: list[Address] = []
    negated: bool = False
    text: str = ""
    regex: Regex | None = None
    flags: str = ""
    number: int = 0
    jump: int = -1
    active: bool = False
    until: int = 0


class Reader:
    """Reads a script."""

    def __init__(self, p: Process, source: str, *, extended: bool) -> None:
        self.p, self.s, self.at, self.extended = p, source, 0, extended
        self.steps: list[Step] = []
        self.labels: dict[str, int] = {}
        self.last: Regex | None = None

    def read(self) -> list[Step]:
        """The whole script. Raises Misuse."""
        blocks: list[int] = []
        jumps: list[tuple[int, str]] = []
        while True:
            self._skip(" \t\n;")
            if self.at >= len(self.s):
                break
            if self.s[self.at] == "#":
                self._line()
                continue
            step = Step("", self._addresses())
            self._skip(" \t")
            while self._peek() == "!":
                step.negated, self.at = True, self.at + 1
                self._skip(" \t")
            if self.at >= len(self.s):
                raise Misuse("missing command", self.at)
            step.name = self._next()
            self._command(step, blocks, jumps)
            if len(self.steps) > _MAX_COMMANDS:
                raise Misuse("memory exhausted", self.at)
        if blocks:
            raise Misuse("unmatched `{'", 0)
        for place, label in jumps:
            if label and label not in self.labels:
                raise Misuse(f"can't find label for jump to `{label}'", -1)
            self.steps[place].jump = self.labels[label] if label else len(self.steps)
        return self.steps

    def _command(self, step: Step, blocks: list[int], jumps: list[tuple[int, str]]) -> None:
        name = step.name
        if name == "}":
            if not blocks:
                raise Misuse("unexpected `}'", self.at)
            self.steps[blocks.pop()].jump = len(self.steps)
            return
        if name == ":":
            self.labels[self._word()] = len(self.steps)
            return
        self.steps.append(step)
        if name == "{":
            blocks.append(len(self.steps) - 1)
            return
        if name == "s":
            self._substitution(step)
        elif name == "y":
            self._translation(step)
        elif name in "btT":
            jumps.append((len(self.steps) - 1, self._word()))
        elif name in "aic":
            step.text = self._text()
        elif name in "rRwW":
            self._skip(" \t")
            step.text = self._line()
        elif name in "qQlL":
            self._skip(" \t")
            digits = re.match(r"\d{0,9}", self.s[self.at :])
            step.number = int(digits[0] or 0) if digits else 0
            self.at += len(digits[0]) if digits else 0
        elif name not in "dDgGhHnNpPxz=eF":
            raise Misuse(f"unknown command: `{name}'", self.at)
        if name not in "aicrRwW{":
            self._skip(" \t")
            if self.at < len(self.s) and self.s[self.at] not in ";\n}#":
                raise Misuse("extra characters after command", self.at + 1)

    # pieces ---------------------------------------------------------------------------------------------

    def _peek(self) -> str:
        return self.s[self.at : self.at + 1]

    def _next(self) -> str:
        self.at += 1
        return self.s[self.at - 1 : self.at]

    def _skip(self, chars: str) -> None:
        while self.at < len(self.s) and self.s[self.at] in chars:
            self.at += 1

    def _line(self) -> str:
        end = self.s.find("\n", self.at)
        end = len(self.s) if end < 0 else end
        line, self.at = self.s[self.at : end], end
        return line

    def _word(self) -> str:
        self._skip(" \t")
        end = self.at
        while end < len(self.s) and self.s[end] not in "\n;":
            end += 1
        word, self.at = self.s[self.at : end].strip(), end
        return word

    def _text(self) -> str:
        self._skip(" \t")
        if self._peek() == "\\":
            self.at += 1
            self._skip(" \t")
            if self._peek() == "\n":
                self.at += 1
        if self.at >= len(self.s):
            raise Misuse("expected \\ after `a', `c' or `i'", self.at)
        out: list[str] = []
        while self.at < len(self.s):
            c = self._next()
            if c == "\\" and self.at < len(self.s):
                following = self._next()
                out.append({"t": "\t", "n": "n"}.get(following, following))
            elif c == "\n":
                break
            else:
                out.append(c)
        return "".join(out) + "\n"

    def _addresses(self) -> list[Address]:
        first = self._address()
        if first is None:
            return []
        self._skip(" \t")
        if self._peek() != ",":
            return [first]
        self.at += 1
        self._skip(" \t")
        second = self._address()
        if second is None:
            raise Misuse("unexpected `,'", self.at)
        return [first, second]

    def _address(self) -> Address | None:
        c = self._peek()
        if c == "$":
            self.at += 1
            return Address("last")
        if c in "/\\" and c:
            self.at += 1 + (c == "\\")
            closing = self.s[self.at - 1 : self.at]
            pattern = self._delimited(closing, "unterminated address regex")
            flags = ""
            while self._peek() and self._peek() in "IM":
                flags += self._next()
            return Address("regex", regex=self._regex(pattern, flags))
        found = re.match(r"([+~]?)(\d{1,9})(?:~(\d{1,9}))?", self.s[self.at :])
        if found is None:
            return None
        self.at += found.end()
        if found[3] is not None:
            return Address("step", int(found[2]), int(found[3]))
        return Address({"+": "more", "~": "multiple"}.get(found[1], "line"), int(found[2]))

    def _delimited(self, closing: str, fault: str) -> str:
        out, bracket = list[str](), False
        while self.at < len(self.s):
            c = self._next()
            if c == closing and not bracket:
                return "".join(out)
            if c == "\\" and self.at < len(self.s):
                following = self._next()
                out.append(
                    following
                    if following == closing and closing not in "|+?(){}"
                    else ("\n" if bracket else "[\n]")  # a bare newline parts alternatives
                    if following == "n"
                    else c + following
                )
                continue
            if c == "[" and not bracket:
                bracket = "]" in self.s[self.at + 1 :].split("\n")[0]
                if self._peek() in "^]" and self._peek():
                    out.append(c)
                    c = self._next()
                    if c == "^" and self._peek() == "]":
                        out.append(c)
                        c = self._next()
            elif c == "]":
                bracket = False
            elif c == "\n" and fault.startswith("unterminated address"):
                break
            out.append(c)
        raise Misuse(fault, len(self.s))

    def _regex(self, pattern: str, flags: str) -> Regex:
        if not pattern and self.last is not None:
            return self.last
        try:
            self.last = Regex(
                pattern.replace("\\t", "\t"),
                "extended" if self.extended else "basic",
                self.p.spend,
                ignore_case="I" in flags or "i" in flags,
                multiline="M" in flags or "m" in flags,
            )
        except PatternFault as fault:
            raise Misuse(str(fault), self.at) from None
        return self.last

    def _substitution(self, step: Step) -> None:
        closing = self._next()
        if closing in ("", "\n", "\\"):
            raise Misuse("unterminated `s' command", self.at)
        pattern = self._delimited(closing, "unterminated `s' command")
        step.text = self._replacement(closing)
        while self._peek() and self._peek() in "gpiIeMm0123456789":
            step.flags += self._next()
        if self._peek() == "w":
            self.at += 1
            self._skip(" \t")
            step.flags += "w" + self._line()
        elif self._peek() and self._peek() not in ";\n} \t#":
            raise Misuse("unknown option to `s'", self.at + 1)
        step.regex = self._regex(pattern, step.flags.partition("w")[0])
        digits = re.sub(r"\D", "", step.flags.partition("w")[0])
        step.number = int(digits[:6] or 1)
        if digits and not step.number:
            raise Misuse("number option to `s' command may not be zero", self.at)
        groups = max((int(found) for found in re.findall(r"\\([1-9])", step.text.replace("\\\\", ""))), default=0)
        if groups > step.regex.groups:
            raise Misuse(f"invalid reference \\{groups} on `s' command's RHS", self.at)

    def _replacement(self, closing: str) -> str:
        out: list[str] = []
        while self.at < len(self.s):
            c = self._next()
            if c == closing:
                return "".join(out)
            if c == "\\" and self.at < len(self.s):
                following = self._next()
                out.append(following if following == closing and following not in "&123456789" else c + following)
            else:
                out.append(c)
        raise Misuse("unterminated `s' command", len(self.s))

    def _translation(self, step: Step) -> None:
        closing = self._next()
        one = self._replacement(closing).replace("\\n", "\n").replace("\\\\", "\\")
        two = self._replacement(closing).replace("\\n", "\n").replace("\\\\", "\\")
        if len(one) != len(two):
            raise Misuse("strings for `y' command are different lengths", self.at)
        step.text, step.flags = one, two

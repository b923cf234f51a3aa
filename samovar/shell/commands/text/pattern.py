"""Regular expressions read: POSIX basic and extended with GNU's additions, awk's, and much of Perl's, to one tree.

A set of characters is an int of 256 bits. A tree is made of tuples, the kind first:
("set", mask), ("cat", [trees]), ("alt", [trees]), ("rep", tree, low, high or None, greedy), ("group", number, tree),
("assert", name), ("back", number), ("look", tree, ahead, negative), ("keep",).
"""

from typing import Any, Literal

Tree = tuple[Any, ...]
Dialect = Literal["basic", "extended", "awk", "perl"]

EVERY = (1 << 256) - 1
NEWLINE = 1 << 10
MAX_REPEAT = 32_767
MAX_DEPTH = 60


class PatternFault(Exception):
    """A pattern that is none; the message in glibc's words."""


def mask_of(chars: str) -> int:
    """The set of these characters."""
    mask = 0
    for char in chars:
        mask |= 1 << (ord(char) & 255)
    return mask


def _range(first: int, last: int) -> int:
    return ((1 << (last - first + 1)) - 1) << first


UPPER, LOWER, DIGIT = _range(65, 90), _range(97, 122), _range(48, 57)
SPACE = mask_of(" \t\n\v\f\r")
WORD = UPPER | LOWER | DIGIT | mask_of("_")
PRINT = _range(32, 126)
CLASSES = {
    "alpha": UPPER | LOWER, "upper": UPPER, "lower": LOWER, "digit": DIGIT, "alnum": UPPER | LOWER | DIGIT,
    "space": SPACE, "blank": mask_of(" \t"), "punct": PRINT & ~(UPPER | LOWER | DIGIT | 1 << 32),
    "print": PRINT, "graph": PRINT & ~(1 << 32), "cntrl": _range(0, 31) | 1 << 127,
    "xdigit": DIGIT | _range(65, 70) | _range(97, 102),
}  # fmt: skip
_SHORT = {"w": WORD, "W": EVERY & ~WORD, "s": SPACE, "S": EVERY & ~SPACE}
_PERL = _SHORT | {"d": DIGIT, "D": EVERY & ~DIGIT, "h": mask_of(" \t"), "N": EVERY & ~NEWLINE}
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "a": "\a"}
_ASSERT = {"b": "word", "B": "inside", "<": "open", ">": "close", "`": "first", "'": "last"}
_PERL_ASSERT = {"b": "word", "B": "inside", "A": "first", "z": "last", "Z": "last"}


def folded(mask: int) -> int:
    """The set with both cases of its letters."""
    return mask | (mask & UPPER) << 32 | (mask & LOWER) >> 32


class Parser:
    """Reads one pattern."""

    def __init__(self, text: str, dialect: Dialect, *, ignore_case: bool = False, dot: int = EVERY) -> None:
        self.text, self.dialect, self.fold, self.dot = text, dialect, ignore_case, dot
        self.place, self.groups, self.depth = 0, 0, 0
        self.closed: set[int] = set()
        self.basic, self.perl = dialect == "basic", dialect == "perl"

    def tree(self) -> Tree:
        """The whole pattern. Raises PatternFault."""
        found = self._alternatives()
        if self.place < len(self.text):
            raise PatternFault("Unmatched ) or \\)")
        return found

    def _set(self, mask: int) -> Tree:
        return "set", folded(mask) if self.fold else mask

    def _at(self, token: str) -> bool:
        return self.text.startswith(token, self.place)

    def _alternatives(self) -> Tree:
        bar = "\\|" if self.basic else "|"
        found = [self._sequence()]
        while self._at(bar) or (self._at("\n") and not self.perl and self.dialect != "awk"):
            self.place += len(bar) if self._at(bar) else 1
            found.append(self._sequence())
        return found[0] if len(found) == 1 else ("alt", found)

    def _sequence(self) -> Tree:
        parts: list[Tree] = []
        bar, close = ("\\|", "\\)") if self.basic else ("|", ")")
        newline_bars = not self.perl and self.dialect != "awk"
        while self.place < len(self.text) and not self._at(bar):
            if (self._at(close) and (self.depth or self.basic or self.perl)) or (newline_bars and self._at("\n")):
                break
            before = len(parts)
            atom = self._atom(first=not parts)
            if atom is not None:
                parts.append(atom)
            if len(parts) > before:
                self._repeats(parts)
        return parts[0] if len(parts) == 1 else ("cat", parts)

    def _repeats(self, parts: list[Tree]) -> None:
        while (found := self._quantifier()) is not None:
            if parts[-1][0] == "assert" and self.basic:
                raise PatternFault("Invalid preceding regular expression")
            greedy = True
            if self.perl and self._at("?"):
                self.place, greedy = self.place + 1, False
            elif self.perl and self._at("+"):
                self.place += 1
            parts[-1] = ("rep", parts[-1], *found, greedy)

    def _quantifier(self) -> tuple[int, int | None] | None:
        plain = {"*": (0, None)} if self.basic else {"*": (0, None), "+": (1, None), "?": (0, 1)}
        char = self.text[self.place : self.place + 1]
        if char in plain:
            self.place += 1
            return plain[char]
        if self.basic:
            found = {"\\+": (1, None), "\\?": (0, 1)}.get(self.text[self.place : self.place + 2])
            if found:
                self.place += 2
                return found
        opening = "\\{" if self.basic else "{"
        if self.dialect == "awk" or not self._at(opening):
            return None
        return self._interval(opening)

    def _interval(self, opening: str) -> tuple[int, int | None] | None:
        closing = "\\}" if self.basic else "}"
        end = self.text.find(closing, self.place)
        body = self.text[self.place + len(opening) : end] if end >= 0 else ""
        low, comma, high = body.partition(",")
        if end < 0 or not (low + high).isdecimal() or (low and not low.isdecimal()) or (high and not high.isdecimal()):
            if not self.basic:
                return None
            raise PatternFault("Unmatched \\{" if end < 0 else "Invalid content of \\{\\}")
        least = int(low[:6] or "0")
        most = (int(high[:6]) if high else None) if comma else least
        if max(least, most or 0) > MAX_REPEAT:
            raise PatternFault("Regular expression too big")
        if most is not None and most < least:
            raise PatternFault("Invalid content of \\{\\}")
        self.place = end + len(closing)
        return least, most

    def _atom(self, *, first: bool) -> Tree | None:
        char = self.text[self.place]
        self.place += 1
        if char == "\\":
            return self._escape()
        if char == "[":
            return self._set(self._bracket())
        if char == ".":
            return "set", self.dot
        if char == "^" and (not self.basic or first):
            return self._start() if self.basic else ("assert", "start")
        if char == "$" and (not self.basic or self._ends_here()):
            return "assert", "end"
        if char == "(" and not self.basic:
            return self._group()
        if char in "*+?" and first and not self.basic:
            if self.perl:
                raise PatternFault("quantifier does not follow a repeatable item")
            return None if char == "*" else self._set(mask_of(char))
        return self._set(mask_of(char))

    def _start(self) -> Tree:
        """``^`` of a basic expression: a star behind it is no operator."""
        if self._at("*"):
            self.place += 1
            return "cat", [("assert", "start"), self._set(mask_of("*"))]
        return "assert", "start"

    def _ends_here(self) -> bool:
        return self.place >= len(self.text) or self.text.startswith(("\\)", "\\|", "\n"), self.place)

    def _group(self) -> Tree:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise PatternFault("Regular expression too big")
        look = self._special() if self.perl and self._at("?") else None
        number = 0
        if look is None:
            self.groups += 1
            number = self.groups
        inner = self._alternatives()
        close = "\\)" if self.basic else ")"
        if not self._at(close):
            raise PatternFault("missing closing parenthesis" if self.perl else "Unmatched ( or \\(")
        self.place += len(close)
        self.depth -= 1
        self.closed.add(number)
        if look is None:
            return "group", number, inner
        return inner if look == ":" else ("look", inner, "<" not in look, "!" in look)

    def _special(self) -> str:
        """What follows ``(?``."""
        for token in ("<=", "<!", ":", "=", "!"):
            if self.text.startswith(token, self.place + 1):
                self.place += 1 + len(token)
                return token
        end = min((i for i in (self.text.find(c, self.place) for c in ":)") if i >= 0), default=-1)
        if end < 0 or self.text[self.place + 1 : end].strip("imsx"):
            raise PatternFault("unrecognized character after (? or (?-")
        self.fold = self.fold or "i" in self.text[self.place : end]
        self.place = end + (self.text[end] == ":")
        return ":"

    def _escape(self) -> Tree | None:
        if self.place >= len(self.text):
            raise PatternFault("\\ at end of pattern" if self.perl else "Trailing backslash")
        char = self.text[self.place]
        self.place += 1
        if self.dialect == "awk":
            return self._set(mask_of(self._character(char)))
        if self.basic and char == "(":
            return self._group()
        if self.basic and char == "{":
            raise PatternFault("Invalid preceding regular expression")
        if char in "123456789":
            if int(char) not in self.closed:
                raise PatternFault("Invalid back reference")
            return "back", int(char)
        if char == "K" and self.perl:
            return ("keep",)
        asserts, sets = (_PERL_ASSERT, _PERL) if self.perl else (_ASSERT, _SHORT)
        if char in asserts:
            return "assert", asserts[char]
        if char in sets:
            return "set", sets[char]
        return self._set(mask_of(self._character(char) if self.perl else char))

    def _character(self, char: str) -> str:
        """What awk and Perl read behind a backslash."""
        if char == "x" and self.perl:
            digits = self.text[self.place : self.place + 2]
            if digits and not digits.strip("0123456789abcdefABCDEF"):
                self.place += len(digits)
                return chr(int(digits, 16))
        if char in "01234567":
            start = self.place - 1
            while self.place < start + 3 and self.text[self.place : self.place + 1] in tuple("01234567"):
                self.place += 1
            return chr(int(self.text[start : self.place], 8) & 255)
        return _ESCAPES.get(char, char)

    # [...] ----------------------------------------------------------------------------------------------

    def _bracket(self) -> int:
        text, start = self.text, self.place
        negative = self._at("^")
        self.place += negative
        mask, first = 0, True
        while first or not self._at("]"):
            if self.place >= len(text):
                raise PatternFault(self._unmatched(start + negative))
            first = False
            mask |= self._member()
        self.place += 1
        body = text[start : self.place - 1]
        if len(body) > 2 and body[0] == body[-1] == ":" and self.dialect not in ("perl", "awk"):
            raise PatternFault("character class syntax is [[:space:]], not [:space:]")
        mask = folded(mask) if self.fold else mask
        return EVERY & ~mask if negative else mask

    def _unmatched(self, start: int) -> str:
        if not self.perl and start >= len(self.text):
            return "Invalid regular expression"
        return "missing terminating ] for character class" if self.perl else "Unmatched [, [^, [:, [., or [="

    def _member(self) -> int:
        text = self.text
        if self._at("[:"):
            end = text.find(":]", self.place)
            if end >= 0:
                name = text[self.place + 2 : end]
                if name not in CLASSES:
                    raise PatternFault("Invalid character class name")
                self.place = end + 2
                return CLASSES[name]
        if self.perl and self._at("\\") and text[self.place + 1 : self.place + 2] in tuple(_PERL):
            self.place += 2
            return _PERL[text[self.place - 1]]
        first = self._single()
        if self._at("-") and self.place + 1 < len(text) and text[self.place + 1] != "]":
            self.place += 1
            last = self._single()
            if last < first:
                raise PatternFault("Invalid range end")
            return _range(first, last)
        return 1 << first

    def _single(self) -> int:
        text = self.text
        if text.startswith(("[.", "[="), self.place):
            end = text.find(text[self.place + 1] + "]", self.place + 2)
            if end == self.place + 3:
                self.place = end + 2
                return ord(text[end - 1]) & 255
        char = text[self.place]
        self.place += 1
        if char == "\\" and self.dialect in ("awk", "perl") and self.place < len(text):
            self.place += 1
            char = self._character(text[self.place - 1])
        return ord(char) & 255

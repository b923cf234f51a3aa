"""awk source as tokens."""

import re

from msgspec import Struct

from samovar.shell.commands.text.awk.values import number

KEYWORDS = frozenset(
    [
        "BEGIN",
        "END",
        "function",
        "func",
        "if",
        "else",
        "while",
        "for",
        "do",
        "break",
        "continue",
        "next",
        "nextfile",
        "exit",
        "return",
        "delete",
        "in",
        "getline",
        "print",
        "printf",
    ]
)
BUILTINS = frozenset(
    [
        "length",
        "substr",
        "index",
        "split",
        "sub",
        "gsub",
        "match",
        "sprintf",
        "sin",
        "cos",
        "atan2",
        "exp",
        "log",
        "sqrt",
        "int",
        "rand",
        "srand",
        "tolower",
        "toupper",
        "system",
        "close",
        "fflush",
        "systime",
        "strftime",
        "mktime",
    ]
)
_SPACE = re.compile(r"(?:[ \t\r\f\v]|\\\r?\n|#[^\n]*)+")
_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_NUMBER = re.compile(r"0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+|[eE])?")
_OPERATOR = re.compile(r"\+\+|--|\+=|-=|\*=|/=|%=|\^=|==|<=|>=|!=|!~|&&|\|\||>>|[-+*/%^!<>=~?:,;$(){}\[\]|]")
_ESCAPES = {
    "n": "\n",
    "t": "\t",
    "f": "\f",
    "b": "\b",
    "r": "\r",
    "a": "\a",
    "v": "\v",
    "\\": "\\",
    '"': '"',
    "/": "\\/",
}
_ESCAPE = re.compile(r"\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|.)", re.DOTALL)
_VALUES = frozenset(("name", "number", "string", "builtin", "regex"))


class Token(Struct):
    """One token; ``kind`` is the operator or keyword itself, or name, call, builtin, number, string, regex, error."""

    kind: str
    text: str
    line: int


def unescaped(text: str) -> str:
    """A string's text without escapes."""

    def one(found: re.Match[str]) -> str:
        what = found[1]
        if what[0] == "x" and len(what) > 1:
            return chr(int(what[1:], 16))
        if what[0] in "01234567":
            return chr(int(what, 8) & 255)
        if what == "\n":
            return ""
        return _ESCAPES.get(what, "\\" + what)

    return _ESCAPE.sub(one, text) if "\\" in text else text


class Lexer:
    """Makes all tokens of one program; what is wrong is a token ``error``, the last one."""

    def __init__(self, source: str) -> None:
        self.source, self.place, self.line = source + "\n", 0, 1
        self.tokens: list[Token] = []
        self.braces = self.parens = 0

    def all(self) -> list[Token]:
        """The tokens; the last one is ``eof`` or ``error``."""
        while self._next():
            pass
        if self.tokens[-1:] == [] or self.tokens[-1].kind != "error":
            if self.braces > 0:
                self._fail("missing } near end of file")
            else:
                self._add("eof", "end of file")
        return self.tokens

    def _add(self, kind: str, text: str) -> bool:
        self.tokens.append(Token(kind, text, self.line))
        return True

    def _fail(self, text: str, bare: bool = False) -> bool:
        self._add("error", f"{self.line}: {text}" if bare else f"line {self.line}: {text}")
        return False

    def _next(self) -> bool:
        source = self.source
        if found := _SPACE.match(source, self.place):
            self.line += found[0].count("\n")
            self.place = found.end()
        if self.place >= len(source):
            return False
        char = source[self.place]
        if char == "\n":
            self._add("\n", "end of line")
            self.line += 1
            self.place += 1
            return True
        if char == '"':
            return self._string()
        if char == "/" and not self._after_value():
            return self._regex()
        if found := _WORD.match(source, self.place):
            return self._word(found)
        if found := _NUMBER.match(source, self.place):
            self.place = found.end()
            return self._add("number", found[0])
        return self._operator(char)

    def _after_value(self) -> bool:
        last = self.tokens[-1] if self.tokens else None
        return last is not None and (last.kind in _VALUES or last.kind in (")", "]", "$", "++", "--"))

    def _word(self, found: re.Match[str]) -> bool:
        self.place = found.end()
        word = found[0]
        if word in KEYWORDS:
            return self._add("function" if word == "func" else word, word)
        if word in BUILTINS:
            return self._add("builtin", word)
        return self._add("call" if self.source.startswith("(", self.place) else "name", word)

    def _operator(self, char: str) -> bool:
        found = _OPERATOR.match(self.source, self.place)
        if found is None:
            return self._fail(f"unexpected character '{char}'", bare=True)
        self.place = found.end()
        text = found[0]
        if text in "{}":
            self.braces += 1 if text == "{" else -1
            if self.braces < 0:
                return self._fail(f"extra '}}'\nmawk: line {self.line}: syntax error at or near end of line")
            if text == "}" and self.parens > 0:
                return self._fail("missing ) near }")
        elif text in "()":
            self.parens += 1 if text == "(" else -1
            if self.parens < 0:
                return self._fail("extra ')'")
        return self._add(text, text)

    def _string(self) -> bool:
        start = self.place + 1
        end = self._end(start, '"')
        if end < 0:
            stop = self.source.index("\n", start)
            return self._fail(f"runaway string constant {self.source[start - 1 : min(stop, start + 9)]} ...")
        raw = self.source[start:end]
        self._add("string", unescaped(raw))
        self.line += raw.count("\n")
        self.place = end + 1
        return True

    def _regex(self) -> bool:
        start = self.place + 1
        end = self._end(start, "/")
        if end < 0:
            stop = self.source.index("\n", start)
            return self._fail(f"runaway regular expression /{self.source[start : min(stop, start + 9)]} ...")
        self._add("regex", self.source[start:end].replace("\\/", "/").replace('\\"', '"'))
        self.place = end + 1
        return True

    def _end(self, place: int, closing: str) -> int:
        source, inside = self.source, False
        while place < len(source):
            char = source[place]
            if char == "\\":
                place += 1
            elif char == "\n":
                return -1
            elif closing == "/" and char == "[" and not inside:
                inside = True
                if source[place + 1 : place + 2] == "^":
                    place += 1
                if source[place + 1 : place + 2] == "]":
                    place += 1
            elif char == "]" and inside:
                inside = False
            elif char == closing and not inside:
                return place
            place += 1
        return -1


def constant(text: str) -> float:
    """A number of the source."""
    return number(text)

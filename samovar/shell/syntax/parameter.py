"""Reads ``${...}``."""

import re

from samovar.shell.syntax.tree import Bare, Parameter, Part, Quoted, Word
from samovar.shell.syntax.words import Words, joined

_LENGTH = re.compile(r"#(?:([A-Za-z_][A-Za-z0-9_]*)(?=[\[}])|([0-9]+|[@*#?$!-])(?=\}))").match
_INDIRECT = re.compile(r"!(?=[A-Za-z_0-9]|[@*#?$!]\})").match
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]").match
_OPERATOR = re.compile(r":?[-=?+]|##?|%%?|/[/#%]?|\^\^?|,,?|:|@(?=[A-Za-z]\})").match
_LITERAL = re.compile(r"""[^}/:()?'"\\$`]+""").match
_PATTERNS = frozenset("# ## % %% / // /# /% ^ ^^ , ,,".split())  # noqa: SIM905


class Parameters(Words):
    """What stands between ``${`` and its ``}``."""

    def braced(self, *, quoted: bool) -> Parameter:
        text, start = self.text, self.pos
        found = self._parameter(start, quoted=quoted)
        if found is not None and text.startswith("}", self.pos):
            self.pos += 1
            return found
        self.pos = start
        self.operand("}", start, quoted=quoted)  # a bad one ends at its brace all the same
        self.pos += 1
        return Parameter("", bad=text[start - 2 : self.pos])

    def _parameter(self, start: int, *, quoted: bool) -> Parameter | None:
        text = self.text
        if length := _LENGTH(text, start):
            self.pos = length.end()
            return Parameter(length[1] or length[2], "length", index=self._index(start, length[1]))
        indirect = _INDIRECT(text, start) is not None
        name = _NAME(text, start + indirect)
        if name is None:
            return None
        self.pos = name.end()
        if indirect and text[self.pos : self.pos + 2] in ("*}", "@}"):
            self.pos += 1
            return Parameter(name[0], "prefix", text[self.pos - 1])
        index = self._index(start, name[0])
        if indirect and index in ("@", "*") and text.startswith("}", self.pos):
            return Parameter(name[0], "keys", index=index)
        operator = _OPERATOR(text, self.pos)
        if operator is None:
            return Parameter(name[0], index=index, indirect=indirect)
        self.pos = operator.end()
        word, replacement = self._operands(operator[0], start, quoted=quoted)
        return Parameter(name[0], operator[0], word, replacement, index, indirect)

    def _index(self, start: int, name: str | None) -> Word | None:
        if not name or not (name[0].isalpha() or name[0] == "_") or not self.text.startswith("[", self.pos):
            return None
        self.pos += 1
        parts: list[Part] = []
        self.brackets(parts, start)
        return joined(parts)

    def _operands(self, operator: str, start: int, *, quoted: bool) -> tuple[Word, Word | None]:
        if operator == "@":
            self.pos += 1
            return self.text[self.pos - 1], None
        if operator == ":":
            offset = self.operand(":}", start, quoted=True, counting=True)
            if not self.text.startswith(":", self.pos):
                return offset, None
            self.pos += 1
            return offset, self.operand("}", start, quoted=True, counting=True)
        if operator not in _PATTERNS:
            return self.operand("}", start, quoted=quoted), None
        if operator[0] != "/":
            return self.operand("}", start, quoted=False, pattern=True), None
        return self._replacement(operator, start)

    def _replacement(self, operator: str, start: int) -> tuple[Word, Word | None]:
        first = operator == "//" and self.text.startswith(
            "/", self.pos
        )  # the first character is the pattern's, even a slash
        self.pos += first
        pattern = self.operand("/}", start, quoted=False, pattern=True)
        if first:
            pattern = joined([Bare("/"), *((Quoted(pattern),) if isinstance(pattern, str) else pattern)])
        if not self.text.startswith("/", self.pos):
            return pattern, None
        self.pos += 1
        return pattern, self.operand("}", start, quoted=False)

    def operand(self, stops: str, start: int, *, quoted: bool, pattern: bool = False, counting: bool = False) -> Word:
        """The word up to one of ``stops``. ``counting``: it is arithmetic, whose ``? :`` and ( ) belong together."""
        parts: list[Part] = []
        text, level, questions = self.text, 0, 0
        while self.pos < len(text):
            char = text[self.pos]
            if literal := _LITERAL(text, self.pos):
                parts.append(Quoted(literal[0]) if quoted else Bare(literal[0]))
                self.pos = literal.end()
                continue
            if char in stops and (char == "}" or not (level or questions)):
                return joined(parts, split=not quoted and not pattern)
            if char in "}/:()?" or (char == "'" and quoted):
                if counting:
                    level += (char == "(") - (char == ")")
                    questions += (char == "?") - (char == ":" and questions > 0)
                parts.append(Quoted(char) if quoted else Bare(char))
                self.pos += 1
            elif char == '"' and quoted:
                self.pos += 1
                parts.append(self.double(self.pos - 1))
            elif quoted:
                self.quoted(parts, char, '$`"\\}\n')
            else:
                self.special(parts, char)
        raise self.open_quote("}", start - 2)

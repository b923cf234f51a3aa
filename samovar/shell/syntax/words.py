"""Reads the parts of a word: literal text, quotes, and the openings of expansions."""

import re
from collections.abc import Mapping
from itertools import groupby

from samovar.shell.syntax.fault import NOTHING, Dialect, Incomplete, SyntaxFault
from samovar.shell.syntax.quotes import decoded
from samovar.shell.syntax.tree import (
    Arithmetic,
    Bare,
    Command,
    Double,
    Parameter,
    Part,
    ProcessFile,
    Quoted,
    Script,
    Word,
)

MAX_DEPTH = 64
_LITERAL = re.compile(r"""[^ \t\n|&;<>()'"\\$`]+""").match
_IN_DOUBLE = re.compile(r'[^"\\$`]+').match
_IN_DOCUMENT = re.compile(r"[^\\$`]+").match
_IN_ARITHMETIC = re.compile(r"""[^()'"\\$`;]+""").match
_IN_BACKQUOTES = re.compile(r"[^`\\]+|\\[\s\S]").match
_IN_BRACKETS = re.compile(r"""[^\[\]'"\\$`]+""").match
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]").match
_ANSI = re.compile(r"(?:[^'\\]+|\\[\s\S])*+").match
_LIVE = re.compile(r"[~{*?\[(]").search


class Words:
    """A place in a source text, and the words from there on."""

    def __init__(
        self, text: str, *, dialect: Dialect, extglob: bool, aliases: Mapping[str, str], depth: int = 0
    ) -> None:
        self.text = text
        self.pos = 0
        self.line = 1
        self.dialect: Dialect = dialect
        self.extglob = extglob
        self.aliases = aliases
        self.depth = depth
        self.separated = False
        self.commands: dict[int, tuple[Command, int]] = {}  # distance from the end -> $(( that is no arithmetic

    def substitution(self) -> Script:
        """The script behind ``$(``, through its ``)``."""
        raise NotImplementedError

    def inner(self, text: str) -> Script:
        """The script that a text of its own is."""
        raise NotImplementedError

    def braced(self, *, quoted: bool) -> Parameter:
        """What follows ``${``, through its ``}``."""
        raise NotImplementedError

    def deeper(self) -> None:
        """One level of nesting more; its end takes it back."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise SyntaxFault("syntax error: memory exhausted", self.line_at(self.pos))

    def line_at(self, place: int) -> int:
        """The number of the line there."""
        return 1 + self.text.count("\n", 0, place)

    def open_quote(self, closing: str, start: int) -> Incomplete:
        """What began at ``start`` has no end."""
        return Incomplete.quote(closing, self.line_at(start))

    def read(self, *, regex: bool = False) -> list[Part]:
        """The parts of the word here. ``regex``: ( ) and | belong to it, as behind ``=~``."""
        parts: list[Part] = []
        text = self.text
        while self.pos < len(text):
            if literal := _LITERAL(text, self.pos):
                parts.append(Bare(literal[0]))
                self.pos = literal.end()
                continue
            char = text[self.pos]
            if char in "<>" and text.startswith("(", self.pos + 1) and self.dialect == "bash":
                self.pos += 2
                parts.append(ProcessFile(char, self.substitution()))  # type: ignore[arg-type]
            elif char in "|&;<>) \t\n":
                if char != "|" or not regex:
                    break
                self.pos += 1
                parts.append(Bare(char))
            elif char == "(":
                if not regex and not (self.extglob and parts and _opens_pattern(parts[-1])):
                    break
                self.pattern_group(parts)
            else:
                self.special(parts, char)
        return parts

    def pattern_group(self, parts: list[Part]) -> None:
        """``( ... )`` inside a pattern or regular expression, as bare text with its quotes and expansions."""
        start, level, text = self.pos, 0, self.text
        while self.pos < len(text):
            char = text[self.pos]
            if char in "()":
                level += 1 if char == "(" else -1
            elif char in "'\"\\$`":
                self.special(parts, char)
                continue
            literal = _LITERAL(text, self.pos)
            parts.append(Bare(literal[0] if literal else char))
            self.pos = literal.end() if literal else self.pos + 1
            if not level:
                return
        raise self.open_quote(")", start)

    def special(self, parts: list[Part], char: str) -> None:
        """A quote, backslash or expansion outside double quotes."""
        text, start = self.text, self.pos
        if char == "\\":
            self.pos += 2
            if not text.startswith("\n", start + 1):
                parts.append(Quoted(text[start + 1 : start + 2] or "\\"))
        elif char == "'":
            end = text.find("'", start + 1)
            if end < 0:
                raise self.open_quote("'", start)
            parts.append(Quoted(text[start + 1 : end]))
            self.pos = end + 1
        elif char == '"':
            self.pos += 1
            parts.append(self.double(start))
        elif char == "$" and text.startswith("$'", start):
            parts.append(self.ansi(start))
        elif char == "$" and text.startswith('$"', start):
            self.pos += 2
            parts.append(self.double(start + 1))
        else:
            self.expansion(parts, char, quoted=False)

    def ansi(self, start: int) -> Quoted:
        """``$'...'``."""
        found = _ANSI(self.text, start + 2)
        if found is not None and self.text.startswith("'", found.end()):
            self.pos = found.end() + 1
            return Quoted(decoded(found[0]))
        raise self.open_quote("'", start)

    def double(self, start: int) -> Double | Quoted:
        """Double-quoted text, from behind its first quote (at ``start``)."""
        parts: list[Part] = []
        text = self.text
        while self.pos < len(text):
            if literal := _IN_DOUBLE(text, self.pos):
                parts.append(Quoted(literal[0]))
                self.pos = literal.end()
                continue
            char = text[self.pos]
            if char == '"':
                self.pos += 1
                whole = joined(parts)
                return Quoted(whole) if isinstance(whole, str) else Double(whole)
            self.quoted(parts, char, '$`"\\\n')
        raise self.open_quote('"', start)

    def quoted(self, parts: list[Part], char: str, escapable: str) -> None:
        """A backslash or expansion inside double quotes."""
        if char != "\\":
            self.expansion(parts, char, quoted=True)
            return
        following = self.text[self.pos + 1 : self.pos + 2]
        self.pos += 2
        if following != "\n" or "\n" not in escapable:
            parts.append(Quoted(following if following and following in escapable else "\\" + following))

    def document(self) -> Word:
        """The whole text as an unquoted here-document."""
        parts: list[Part] = []
        while self.pos < len(self.text):
            if literal := _IN_DOCUMENT(self.text, self.pos):
                parts.append(Quoted(literal[0]))
                self.pos = literal.end()
            else:
                self.quoted(parts, self.text[self.pos], "$`\\\n")
        whole = joined(parts)
        return whole if isinstance(whole, str) else (Double(whole),)

    def expansion(self, parts: list[Part], char: str, *, quoted: bool) -> None:
        """``$`` or a backquote, with what belongs to it."""
        text, start = self.text, self.pos
        if char == "`":
            parts.append(self.backquotes(quoted=quoted))
            return
        self.pos += 1
        following = text[start + 1 : start + 2]
        if name := _NAME(text, start + 1):
            self.pos = name.end()
            parts.append(Parameter(name[0]))
        elif following == "{":
            self.pos += 1
            self.deeper()
            parts.append(self.braced(quoted=quoted))
            self.depth -= 1
        elif following == "(":
            parts.append(self.parenthesis(start))
        elif following == "[" and self.dialect == "bash":
            self.pos += 1
            inside: list[Part] = []
            self.brackets(inside, start)
            parts.append(Arithmetic(joined(inside)))
        else:
            parts.append(Quoted("$") if quoted else Bare("$"))

    def parenthesis(self, start: int) -> Part:
        """``$(...)`` or ``$((...))``, which may yet be a command that begins with ``(``."""
        self.pos = start + 2
        if not self.text.startswith("(", self.pos):
            return Command(self.substitution())
        key = len(self.text) - start
        if key in self.commands:
            command, rest = self.commands[key]
            self.pos = len(self.text) - rest
            return command
        self.pos += 1
        self.deeper()
        found = self.arithmetic(start)
        self.depth -= 1
        if found is not None:
            return Arithmetic(found)
        self.pos = start + 2
        command = Command(self.substitution())
        self.commands[key] = command, len(self.text) - self.pos
        return command

    def arithmetic(self, start: int, *, separator: str = "") -> Word | None:
        """An expression through its ``))`` (or up to the separator); None where it ends with one parenthesis only."""
        parts: list[Part] = []
        text, level, self.separated = self.text, 0, False
        while self.pos < len(text):
            char = text[self.pos]
            if literal := _IN_ARITHMETIC(text, self.pos):
                parts.append(Quoted(literal[0]))
                self.pos = literal.end()
                continue
            if char == separator and not level:
                self.separated = True
                return joined(parts)
            if char == ")" and not level:
                self.pos += 2
                return joined(parts) if text.startswith("))", self.pos - 2) else None
            if char in "();":
                level += (char == "(") - (char == ")")
                parts.append(Quoted(char))
                self.pos += 1
            elif char == '"':
                self.pos += 1
                parts.append(self.double(self.pos - 1))
            elif char == "'":  # no quote to arithmetic, but it may hold parentheses
                begin = self.pos
                self.special([], char)
                parts.append(Quoted(text[begin : self.pos]))
            else:
                self.quoted(parts, char, '$`"\\\n')
        raise self.open_quote(")", start)

    def brackets(self, parts: list[Part], start: int) -> None:
        """An index or old arithmetic, from behind ``[`` through its ``]``."""
        text, level = self.text, 0
        while self.pos < len(text):
            char = text[self.pos]
            if literal := _IN_BRACKETS(text, self.pos):
                parts.append(Quoted(literal[0]))
                self.pos = literal.end()
            elif char in "[]":
                self.pos += 1
                if char == "]" and not level:
                    return
                level += 1 if char == "[" else -1
                parts.append(Quoted(char))
            else:
                self.special(parts, char)
        raise self.open_quote("]", start)

    def backquotes(self, *, quoted: bool) -> Command:
        """An old command substitution: a text of its own, once its backslashes are undone."""
        start = self.pos
        pieces: list[str] = []
        self.pos += 1
        while piece := _IN_BACKQUOTES(self.text, self.pos):
            found = piece[0]
            self.pos = piece.end()
            escaped = found[0] == "\\" and (found[1] in "$`\\" or (quoted and found[1] == '"'))
            pieces.append(found[1] if escaped else found)
        if not self.text.startswith("`", self.pos):
            raise self.open_quote("`", start)
        self.pos += 1
        self.deeper()
        try:
            return Command(self.inner("".join(pieces)))
        except Incomplete as fault:
            return Command(NOTHING, fault.wanted)
        except SyntaxFault as fault:
            return Command(NOTHING, fault.message)
        finally:
            self.depth -= 1


def _opens_pattern(part: Part) -> bool:
    return isinstance(part, Bare) and part.text[-1] in "?*+@!"


def joined(parts: list[Part], *, split: bool = False) -> Word:
    """The word of these parts: finished text where nothing in it is live. ``split``: bare text may yet be split."""
    for part in parts:
        if type(part) is Bare:
            if split or _LIVE(part.text):
                break
        elif type(part) is not Quoted:
            break
    else:
        return "".join([part.text for part in parts])  # type: ignore[union-attr]
    merged: list[Part] = []
    for kind, run in groupby(parts, type):
        if kind is Bare or kind is Quoted:
            merged.append(kind("".join([part.text for part in run])))  # type: ignore
        else:
            merged.extend(run)
    return tuple(merged)

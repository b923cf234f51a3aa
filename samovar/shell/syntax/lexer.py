"""Cuts source into tokens: operators, words, assignments and the numbers in front of redirections.

The token at hand is in attributes, since there is one at a time: ``token`` is an operator's text, "\\n", "" at the
end, ``WORD`` or ``NUMBER``; ``word`` a word's value, ``raw`` its text where it is unquoted and plain, else "".
"""

import re

from msgspec.structs import force_setattr

from samovar.shell.syntax.fault import Incomplete, SyntaxFault
from samovar.shell.syntax.parameter import Parameters
from samovar.shell.syntax.quotes import unquoted
from samovar.shell.syntax.tree import Assignment, Bare, Double, Parameter, Part, Quoted, Redirect, Word
from samovar.shell.syntax.words import joined

WORD, NUMBER = "W", "N"
REDIRECTS = frozenset("< > >> >| <> <& >& &> &>> << <<- <<<".split())  # noqa: SIM905
MAX_ALIASES = 200
MAX_MISPLACED = 50  # brackets in arrays that turn out to be no index: each was read twice
_TOKEN = re.compile(
    r"""[ \t]*+(?:([^ \t\n|&;<>()'"\\$`*?\[{~\#][^ \t\n|&;<>()'"\\$`*?\[{~]*+)(?=[ \t\n;|&)])"""
    r"""|(?:\[\[?|\{\}?)(?=[ \t\n;])"""
    r"|(&>>|<<<|<<-|;;&|&&|\|\||;;|;&|>>|<<|<&|>&|<>|>\||\|&|&>|[\n;|&()]|[<>](?!\()))"
).match
_GAP = re.compile(r"(?:[ \t]+|\\\n)*+").match
_NUMBER = re.compile(r"([0-9]{1,9}|\{[A-Za-z_][A-Za-z0-9_]*\})(?=[<>])(?!<\(|>\()").match
_ASSIGNMENT = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(?:(\+?)=|(\[))").match
_VALUE = re.compile(r"(\+?)=").match
_DASH = {"&>": "&", "&>>": "&", "|&": "|", "<<<": "<<", ";&": ";", ";;&": ";;"}  # what POSIX knows of them


class Lexer(Parameters):
    """Goes through a source text token by token."""

    token = ""
    word: Word | Assignment = ""
    raw = ""
    start = 0
    before = 0  # the end of the token before
    partial = False  # more text may follow
    expanded = 0
    misplaced = 0
    alias_next = False

    def prepare(self) -> None:
        """State that is not shared."""
        self.pending: list[tuple[Redirect, str, bool]] = []  # here-documents whose text is still to come
        self.active: list[tuple[str, int]] = []  # aliases being expanded, with the length of the text behind

    def next(self, assign: bool = True) -> None:
        """Go on to the next token. ``assign``: it may be an assignment."""
        self.before = self.pos
        found = _TOKEN(self.text, self.pos)
        if found is None:
            self._slow(assign)
            return
        kind = found.lastindex
        self.pos = found.end()
        if kind == 2:
            self.start = found.start(2)
            self.token = token = found[2]
            self.raw = ""
            if token == "\n":
                self.line += 1
                if self.pending:
                    self._documents()
            elif token in _DASH and self.dialect == "ash":
                self.token = _DASH[token]
                self.pos = self.start + len(self.token)
            return
        self.token = WORD
        if kind is None:  # a bracket or brace that stands alone
            self.raw = self.word = found[0].lstrip(" \t")
            self.start = self.pos - len(self.raw)
            return
        self.raw = self.word = raw = found[1]
        self.start = found.start(1)
        if assign:
            if "=" in raw and (name := _ASSIGNMENT(raw)) and not name[3] and not (name[2] and self.dialect == "ash"):
                self.word = Assignment(name[1], raw[name.end() :], None, name[2] == "+")
                self.raw = ""
            elif self.aliases:
                self._alias(raw)

    def _slow(self, assign: bool) -> None:
        """Everything that is not one plain word or operator."""
        text = self.text
        gap = _GAP(text, self.pos)
        if gap is not None and "\n" in gap[0]:
            self.line += gap[0].count("\n")
            self.pos = gap.end()
            if self.partial and self.pos >= len(text):
                raise Incomplete(line=self.line)
            before = self.before
            self.next(assign)
            self.before = before
            return
        self.start = gap.end() if gap is not None else self.pos
        if text.startswith("#", self.start):
            self.pos = max(text.find("\n", self.start), self.start)
            before = self.before
            self.next(assign)
            self.before = before
            return
        self.pos = self.start
        if self.pos >= len(text):
            self.token = self.raw = ""
            return
        if number := _NUMBER(text, self.pos):
            self.pos = number.end()
            self.token, self.word, self.raw = NUMBER, number[0], ""
            return
        self.token = WORD
        line, start = self.line, self.start
        value = self._assignment() if assign else None
        if value is None:
            value = self._word()
        self.word = value
        self.line = line + text.count("\n", start, self.pos)
        self.token = WORD
        self.start = start
        if assign and self.aliases and self.raw:
            self._alias(self.raw)

    def _word(self) -> Word:
        start = self.pos
        parts = self.read()
        word = joined(parts)
        self.raw = self.text[start : self.pos] if parts and all(type(part) is Bare for part in parts) else ""
        if self.pos == start:  # nothing else can begin so
            self.pos += 1
        return word

    def special_word(self, *, regex: bool = False) -> None:
        """Go on to a token that is, if a word, a pattern or regular expression of ``[[``."""
        gap = _GAP(self.text, self.pos)
        begin = gap.end() if gap is not None else self.pos
        if not regex or self.text[begin : begin + 1] in ("", "\n", "&", ";", "<", ">", ")"):
            kept, self.extglob = self.extglob, True
            self.next(False)
            self.extglob = kept
            return
        self.before, self.start, self.pos, line = self.pos, begin, begin, self.line
        word = joined(self.read(regex=True), split=True)
        self.token, self.word, self.raw = WORD, word, self.text[begin : self.pos]
        self.line = line + self.text.count("\n", self.before, self.pos)
        self.start = begin

    # assignments ----------------------------------------------------------------------------------------

    def _assignment(self) -> Assignment | Word | None:
        start = self.pos
        found = _ASSIGNMENT(self.text, start)
        if found is None or (self.dialect == "ash" and (found[2] or found[3])):
            return None
        index: Word | None = None
        append = found[2] == "+"
        self.pos = found.end()
        self.raw = ""
        if found[3]:
            inside: list[Part] = []
            self.brackets(inside, self.pos - 1)
            index = joined(inside)
            value = _VALUE(self.text, self.pos)
            if value is None:  # a word that only begins so: its brackets may match files
                rest: list[Part] = [Bare(f"{found[1]}["), *_bare(inside), Bare("]"), *self.read()]
                return joined(rest)
            append = value[1] == "+"
            self.pos = value.end()
        if self.text.startswith("(", self.pos) and self.dialect == "bash" and index is None:
            return Assignment(found[1], None, None, append, self._elements())
        return Assignment(found[1], joined(self.read()), index, append)

    def _elements(self) -> tuple[tuple[Word | None, Word], ...]:
        """``(a b [3]=c)``."""
        elements: list[tuple[Word | None, Word]] = []
        opening = self.pos
        self.pos += 1
        self.deeper()
        while True:
            place = self._place()
            if place is not None:
                elements.append((place, joined(self.read())))
                continue
            self.next(False)
            if self.token == WORD:
                elements.append((None, self.word))  # type: ignore[arg-type]
            elif self.token == ")":
                self.depth -= 1
                return tuple(elements)
            elif self.token == "":
                raise self.open_quote(")", opening)
            elif self.token != "\n":
                self.unexpected()

    def _place(self) -> Word | None:
        """``[index]=`` of an element, if there is one."""
        gap = _GAP(self.text, self.pos)
        begin = gap.end() if gap is not None else self.pos
        if not self.text.startswith("[", begin) or self.misplaced >= MAX_MISPLACED:
            return None
        kept, self.pos = self.pos, begin + 1
        inside: list[Part] = []
        try:
            self.brackets(inside, begin)
            if self.text.startswith("=", self.pos):
                self.pos += 1
                return joined(inside)
        except Incomplete:
            self.misplaced = MAX_MISPLACED
        self.misplaced += 1
        self.pos = kept
        return None

    # aliases --------------------------------------------------------------------------------------------

    def _alias(self, raw: str) -> None:
        """Put an alias's text in the word's place, and read that."""
        rest = len(self.text) - self.pos
        self.active = [(name, behind) for name, behind in self.active if behind < len(self.text) - self.start]
        value = self.aliases.get(raw)
        if value is None or any(name == raw for name, _ in self.active) or self.expanded >= MAX_ALIASES:
            return
        self.expanded += 1
        self.active.append((raw, rest))
        self.text = self.text[: self.start] + value + self.text[self.pos :]
        self.pos = self.start
        self.next()

    # here-documents -------------------------------------------------------------------------------------

    def expect_document(self, redirect: Redirect, source: str) -> None:
        """The text of this one comes behind the next newline."""
        self.pending.append((redirect, source, any(char in source for char in "'\"\\")))

    def _documents(self) -> None:
        pending, self.pending = self.pending, []
        for redirect, source, verbatim in pending:
            lines = self._document_lines(unquoted(source) if verbatim else source, redirect.operator == "<<-", verbatim)
            text = "".join(lines)
            force_setattr(redirect, "document", text if verbatim else self._document(text))

    def _document_lines(self, delimiter: str, strip: bool, verbatim: bool) -> list[str]:
        lines: list[str] = []
        text, joining = self.text, False
        while self.pos < len(text):
            end = text.find("\n", self.pos) + 1 or len(text)
            line = text[self.pos : end]
            self.pos = end
            self.line += 1
            if strip and not joining:
                line = line.lstrip("\t")
            if line.rstrip("\n") == delimiter and not joining:
                return lines
            lines.append(line)
            joining = not verbatim and (len(line) - len(line.rstrip("\n").rstrip("\\")) - 1) % 2 == 1
        if self.partial:
            raise Incomplete(line=self.line)
        return lines

    def _document(self, text: str) -> Word:
        if "$" not in text and "`" not in text and "\\" not in text:
            return text
        try:
            return self.fresh(text).document()
        except (Incomplete, SyntaxFault):
            return (Double((Parameter("", bad=text[:200]),)),)

    def fresh(self, text: str) -> "Lexer":
        """A lexer like this one on another text, one level deeper."""
        raise NotImplementedError

    def unexpected(self, expecting: str = "") -> None:
        """Raise what fits the token at hand."""
        raise NotImplementedError


def _bare(parts: list[Part]) -> list[Part]:
    return [Bare(part.text) if isinstance(part, Quoted) else part for part in parts]

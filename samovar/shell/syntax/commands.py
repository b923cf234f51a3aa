"""The grammar of compound commands and function definitions."""

import re
from collections.abc import Callable

from samovar.shell.syntax.conditional import Conditions
from samovar.shell.syntax.fault import SyntaxFault
from samovar.shell.syntax.lexer import NUMBER, REDIRECTS, WORD
from samovar.shell.syntax.tree import (
    ArithmeticCommand,
    Branch,
    Case,
    Compound,
    Conditional,
    CountingFor,
    For,
    Function,
    Group,
    If,
    Item,
    Node,
    Redirect,
    Script,
    Select,
    Subshell,
    While,
    Word,
)

_NO_BODY = frozenset(("function", "coproc"))
_EMPTY = re.compile(r"[ \t]*+\)").match


class Commands(Conditions):
    """Commands that begin with a reserved word or a parenthesis."""

    def body(self, closing: str) -> Script:
        """A list that may not be empty; ``closing`` is what ends it."""
        raise NotImplementedError

    def script(self) -> Script:
        """A list up to what cannot begin a command."""
        raise NotImplementedError

    def command(self) -> Node:
        """One command of a pipeline."""
        raise NotImplementedError

    def redirect(self, assign: bool) -> Redirect:
        """The redirection at hand."""
        raise NotImplementedError

    def expect(self, raw: str) -> None:
        """Go past this reserved word."""
        if self.token != WORD or self.raw != raw:
            self.unexpected(raw)
        self.next()

    def lines(self) -> None:
        """Go past newlines."""
        while self.token == "\n":
            self.next()

    def compound(self, begin: Callable[["Commands"], Compound | Function]) -> Compound | Function:
        """A compound command with its redirections, one level deeper."""
        self.deeper()
        node = begin(self)
        self.depth -= 1
        return node

    def redirects(self) -> tuple[Redirect, ...]:
        """Those behind a compound command."""
        found: list[Redirect] = []
        while self.token in REDIRECTS or self.token == NUMBER:
            found.append(self.redirect(False))
        return tuple(found)

    def group(self) -> Group:
        """``{ ...; }``."""
        self.next()
        body = self.body("}")
        self.expect("}")
        return Group(body, self.redirects())

    def parenthesis_command(self) -> Compound:
        """``((...))`` or a subshell."""
        line, start = self.line, self.start
        if self.text.startswith("(", self.pos) and self.dialect == "bash":
            resumed = self.pos
            self.pos += 1
            expression = self.arithmetic(start)
            if expression is not None:
                self.line += self.text.count("\n", start, self.pos)
                self.next(False)
                return ArithmeticCommand(expression, self.redirects(), line)
            self.pos = resumed
        self.next()
        body = self.body(")")
        if self.token != ")":
            self.unexpected(")")
        self.next(False)
        return Subshell(body, self.redirects())

    def if_(self) -> If:
        branches: list[tuple[Script, Script]] = []
        otherwise = None
        self.next()
        while True:
            condition = self.body("then")
            self.expect("then")
            branches.append((condition, self.body("fi")))
            if self.token != WORD or self.raw != "elif":
                break
            self.next()
        if self.token == WORD and self.raw == "else":
            self.next()
            otherwise = self.body("fi")
        self.expect("fi")
        return If(tuple(branches), otherwise, self.redirects())

    def while_(self) -> While:
        until = self.raw == "until"
        self.next()
        condition = self.body("do")
        return While(condition, self.do(), until, self.redirects())

    def do(self, *, braces: bool = False) -> Script:
        """``do ... done``."""
        if braces and self.token == WORD and self.raw == "{":
            self.next()
            body = self.body("}")
            self.expect("}")
            return body
        self.expect("do")
        body = self.body("done")
        self.expect("done")
        return body

    def for_(self) -> For | CountingFor | Select:
        line, kind = self.line, self.raw
        self.next(False)
        if self.token == "(" and kind == "for" and self.text.startswith("(", self.pos) and self.dialect == "bash":
            return self._counting()
        if self.token != WORD:
            self.unexpected()
        name = self.text[self.start : self.pos]
        if self.dialect == "ash" and not (name.isascii() and name.isidentifier()):
            raise SyntaxFault("", self.line, ash="syntax error: bad for loop variable")
        self.next()
        words: list[Word] | None = None
        if self.token == ";":
            self.next()
            self.lines()
        else:
            self.lines()
            if self.token == WORD and self.raw == "in":
                words = self._words()
        body = self.do(braces=True)
        listed = tuple(words) if words is not None else None
        if kind == "select":
            return Select(name, listed, body, self.redirects())
        return For(name, listed, body, self.redirects(), line)

    def _words(self) -> list[Word]:
        words: list[Word] = []
        self.next(False)
        while self.token == WORD:
            words.append(self.word)  # type: ignore[arg-type]
            self.next(False)
        if self.token not in (";", "\n"):
            self.unexpected()
        self.next()
        self.lines()
        return words

    def _counting(self) -> CountingFor:
        start = self.start
        self.pos += 1
        expressions: list[Word] = []
        while True:
            expression = self.arithmetic(start, separator=";")
            if expression is None:
                self.unexpected()
            expressions.append(expression)  # type: ignore[arg-type]
            if not self.separated:
                break
            self.pos += 1
        if len(expressions) != 3:
            message = "syntax error: arithmetic expression required"
            raise SyntaxFault(message, self.line_at(start), self.text[start : self.pos])
        self.line += self.text.count("\n", start, self.pos)
        self.next()
        if self.token == ";":
            self.next()
        self.lines()
        first, condition, step = expressions
        return CountingFor(first, condition, step, self.do(braces=True), self.redirects())

    def case(self) -> Case:
        self.next(False)
        if self.token != WORD:
            self.unexpected()
        word: Word = self.word  # type: ignore[assignment]
        self.next(False)
        self.lines()
        if self.token != WORD or self.raw != "in":
            self.unexpected("in")
        self.next(False)
        branches: list[Branch] = []
        while True:
            while self.token == "\n":
                self.next(False)
            if self.token == WORD and self.raw == "esac":
                break
            branches.append(self._branch())
        self.expect("esac")
        return Case(word, tuple(branches), self.redirects())

    def _branch(self) -> Branch:
        if self.token == "(":
            self.next(False)
        patterns: list[Word] = []
        while True:
            if self.token != WORD:
                self.unexpected()
            patterns.append(self.word)  # type: ignore[arg-type]
            self.next(False)
            if self.token != "|":
                break
            self.next(False)
        if self.token != ")":
            self.unexpected(")")
        self.next()
        body = self.script()
        end = ";;"
        if self.token in (";;", ";&", ";;&"):
            end = self.token
            self.next(False)
        elif self.token != WORD or self.raw != "esac":
            self.unexpected(";;")
        return Branch(tuple(patterns), body, end)  # type: ignore[arg-type]

    def conditional_command(self) -> Conditional:
        """``[[ ... ]]``."""
        line = self.line
        condition = self.conditional()
        self.next(False)
        return Conditional(condition, self.redirects(), line)

    def function(self) -> Function:
        """``function name [()] body``."""
        start = self.start
        self.next(False)
        if self.token != WORD:
            self.unexpected()
        name = self.text[self.start : self.pos]
        self.next()
        if self.token == "(" and _EMPTY(self.text, self.pos):
            return self.definition(name, start)
        return self._function(name, start)

    def definition(self, name: str, start: int) -> Function:
        """``name () body``, from its first parenthesis."""
        self.next(False)
        if self.token != ")":
            self.unexpected(")")
        self.next()
        return self._function(name, start)

    def _function(self, name: str, start: int) -> Function:
        self.lines()
        begin = BEGINNINGS.get(self.raw) if self.token == WORD and self.raw not in _NO_BODY else None
        if begin is None and self.token != "(":
            if self.dialect == "bash" or self.token != WORD:
                self.unexpected()
            body = self.command()
        else:
            body = self.compound(begin or Commands.parenthesis_command)
        return Function(name, body, self.text[start : self.before])

    def coprocess(self) -> Group:
        """``coproc [NAME] command``, which runs beside us."""
        start = self.start
        self.next()
        if self.token == WORD and self.raw and self.raw not in BEGINNINGS:
            kept = self.pos, self.line, self.start, self.word, self.raw
            self.next()
            if self.token != "(" and (self.token != WORD or self.raw not in BEGINNINGS):
                self.pos, self.line, self.start, self.word, self.raw = kept
                self.token = WORD
        node = self.command()
        return Group(Script((Item(node, True, self.text[start : self.before]),)))


BEGINNINGS: dict[str, Callable[[Commands], Compound | Function]] = {
    "{": Commands.group,
    "if": Commands.if_,
    "while": Commands.while_,
    "until": Commands.while_,
    "for": Commands.for_,
    "case": Commands.case,
    "select": Commands.for_,
    "[[": Commands.conditional_command,
    "function": Commands.function,
    "coproc": Commands.coprocess,
}

"""Shell source to its tree."""

import re
from collections.abc import Mapping

from msgspec.structs import replace

from samovar.shell.syntax.commands import BEGINNINGS, Commands
from samovar.shell.syntax.fault import END_OF_FILE, Dialect, Incomplete, SyntaxFault, complaint
from samovar.shell.syntax.lexer import NUMBER, REDIRECTS, WORD
from samovar.shell.syntax.tree import (
    AndOr,
    Assignment,
    Compound,
    Function,
    Item,
    Node,
    Pipeline,
    Redirect,
    Script,
    Simple,
    Word,
)

__all__ = ["Incomplete", "SyntaxFault", "complaint", "parse"]

_RESERVED = frozenset("then else elif fi do done esac } in ! ]]".split())  # noqa: SIM905
_NOT_ASH = frozenset(("select", "[[", "function", "coproc", "]]"))
_DECLARATIONS = frozenset("export local declare readonly typeset alias".split())  # noqa: SIM905
_ENDS = frozenset(("", ")", ";;", ";&", ";;&"))
_CLOSERS = frozenset("then else elif fi do done esac }".split())  # noqa: SIM905
_PLAIN = re.compile(r"[ \t]*+([A-Za-z0-9_./+-][A-Za-z0-9_./:,%@+^ -]*+)\n?").fullmatch
_FIRST = frozenset((*BEGINNINGS, *_RESERVED, "time"))


def parse(
    source: str,
    *,
    dialect: Dialect = "bash",
    aliases: Mapping[str, str] | None = None,
    extglob: bool = False,
    partial: bool = False,
) -> Script:
    """The tree of a source text. Raises Incomplete or SyntaxFault.

    ``partial``: more may follow, so an unfinished here-document and a final backslash are Incomplete too.
    ``extglob``: that option is on; it is also where the source turns it on.
    """
    if not aliases and (plain := _PLAIN(source)):
        text = plain[1].rstrip(" ")
        words = text.split()
        if words[0] not in _FIRST:
            return Script((Item(Simple(tuple(words)), False, text),))
    if not source.endswith("\n"):
        backslashes = len(source) - len(source.rstrip("\\"))
        source += "\\\n" if backslashes % 2 else "\n"
    parser = Parser(source, dialect=dialect, extglob=extglob or "extglob" in source, aliases=aliases or {})
    parser.prepare()
    parser.partial = partial
    try:
        return parser.whole()
    except (Incomplete, SyntaxFault) as fault:
        fault.before = Script(tuple(parser.complete))
        raise
    except RecursionError:
        raise SyntaxFault("syntax error: memory exhausted", parser.line) from None


class Parser(Commands):
    """The whole grammar, by recursive descent."""

    complete: list[Item]

    def fresh(self, text: str) -> "Parser":
        parser = Parser(text, dialect=self.dialect, extglob=self.extglob, aliases={}, depth=self.depth + 1)
        parser.prepare()
        return parser

    def inner(self, text: str) -> Script:
        return self.fresh(text + "\n").whole()

    def whole(self) -> Script:
        """All of the text. ``complete`` holds the items of its finished lines, also where it fails."""
        self.complete = []
        items: list[Item] = []
        self.next()
        self._items(items, self.complete)
        if self.token != "":
            self.unexpected()
        return Script(tuple(items))

    def substitution(self) -> Script:
        self.deeper()
        kept = self.token, self.word, self.raw, self.start, self.before
        line = self.line
        try:
            self.next()
            script = self.script()
            if self.token != ")":
                self.unexpected(")")
        except Incomplete as fault:
            if fault.wanted != END_OF_FILE:
                raise
            raise Incomplete.quote(")", self.line_at(len(self.text))) from None
        self.token, self.word, self.raw, self.start, self.before = kept
        self.line = line
        self.depth -= 1
        return script

    # lists ----------------------------------------------------------------------------------------------

    def script(self) -> Script:
        items: list[Item] = []
        self._items(items)
        return Script(tuple(items))

    def body(self, closing: str) -> Script:
        items: list[Item] = []
        self._items(items)
        if not items:
            self.unexpected(closing if self.token == "" else "")
        return Script(tuple(items))

    def _items(self, items: list[Item], complete: list[Item] | None = None) -> None:
        unit = 0
        while True:
            while self.token == "\n":
                if complete is not None and len(complete) < len(items):
                    complete += items[len(complete) :]
                    unit += 1
                self.next()
            if self.token in _ENDS or (self.token == WORD and self.raw in _CLOSERS):
                return
            start = self.start
            node = self._and_or()
            source = self.text[start : self.before]
            token = self.token
            if token == "&":
                items.append(Item(node, True, source, unit))
                self.next()
            else:
                items.append(Item(node, False, source, unit))
                if token == ";":
                    self.next()
                elif token != "\n":
                    return

    def _and_or(self) -> Node:
        first = self._pipeline()
        if self.token != "&&" and self.token != "||":
            return first
        rest = []
        while self.token == "&&" or self.token == "||":
            operator = self.token
            self.next()
            self.lines()
            rest.append((operator, self._pipeline()))
        return AndOr(first, tuple(rest))  # type: ignore[arg-type]

    def _pipeline(self) -> Node:
        negated, timed = False, ""
        if self.token == WORD and (self.raw == "!" or self.raw == "time"):
            negated, timed = self._prefixes()
            if self.token in ("\n", ";", ""):
                return Pipeline((Simple((), line=self.line),), negated, timed)
        node = self.command()
        if self.token != "|" and self.token != "|&":
            return Pipeline((node,), negated, timed) if negated or timed else node
        commands = [node]
        while self.token == "|" or self.token == "|&":
            if self.token == "|&":
                commands[-1] = _with_errors(commands[-1])
            self.next()
            self.lines()
            commands.append(self.command())
        return Pipeline(tuple(commands), negated, timed)

    def _prefixes(self) -> tuple[bool, str]:
        negated, timed = False, ""
        while self.token == WORD and (self.raw == "!" or (self.raw == "time" and self.dialect == "bash")):
            if self.raw == "!":
                negated = not negated
            else:
                timed = timed or "time"
            self.next()
            if timed == "time" and self.token == WORD and self.raw == "-p":
                timed = "time -p"
                self.next()
        return negated, timed

    # commands -------------------------------------------------------------------------------------------

    def command(self) -> Node:
        token = self.token
        if token == WORD:
            raw = self.raw
            if raw in BEGINNINGS and (self.dialect == "bash" or raw not in _NOT_ASH):
                return self.compound(BEGINNINGS[raw])
            if raw in _RESERVED and (self.dialect == "bash" or raw not in _NOT_ASH):
                self.unexpected()
            return self._simple()
        if token == "(":
            return self.compound(Commands.parenthesis_command)
        if token in REDIRECTS or token == NUMBER:
            return self._simple()
        self.unexpected()
        raise AssertionError

    def _simple(self) -> Node:
        words: list[Word | Assignment] = []
        assignments: list[Assignment] = []
        redirects: list[Redirect] = []
        assign, line, start = True, self.line, self.start
        while True:
            token = self.token
            if token == WORD:
                word = self.word
                if not words:
                    if type(word) is Assignment:
                        assignments.append(word)
                        self.next()
                        continue
                    words.append(word)
                    name = self.text[self.start : self.pos]
                    assign = self.raw in _DECLARATIONS
                    self.next(assign)
                    if self.token == "(" and not assignments and not redirects:
                        return self.definition(name, start)
                else:
                    words.append(word)
                    self.next(assign)
            elif token in REDIRECTS or token == NUMBER:
                redirects.append(self.redirect(assign))
            else:
                return Simple(tuple(words), tuple(assignments), tuple(redirects), line)

    def redirect(self, assign: bool) -> Redirect:
        number, variable = None, ""
        if self.token == NUMBER:
            text: str = self.word  # type: ignore[assignment]
            if text[0] == "{":
                variable = text[1:-1]
            else:
                number = int(text)
            self.next(False)
        operator = self.token
        self.next(False)
        if self.token != WORD:
            self.unexpected()
        found = Redirect(operator, self.word, number, variable)  # type: ignore[arg-type]
        if operator == "<<" or operator == "<<-":
            self.expect_document(found, self.text[self.start : self.pos])
        self.next(assign)
        return found

    # faults ---------------------------------------------------------------------------------------------

    def unexpected(self, expecting: str = "") -> None:
        hint = f' (expecting "{expecting}")' if expecting else ""
        token = self.token
        if token == "":
            ash = f"syntax error: unexpected end of file{hint}"
            raise Incomplete(line=self.line_at(len(self.text)), ash=ash)
        source = self.text[self.start : self.pos]
        shown = "newline" if token == "\n" else source if token in (WORD, NUMBER) else token
        kind = f'"{shown}"'
        if token == WORD and not (self.raw in BEGINNINGS or self.raw in _RESERVED):
            kind = "word"
        elif token in REDIRECTS or token == NUMBER:
            kind = "redirection"
        elif token == "\n":
            kind = "newline"
        place = self.pos if token == WORD else self.start
        begin = self.text.rfind("\n", 0, place if token == WORD else self.start) + 1
        line = self.text[begin : max(self.text.find("\n", begin), begin)]
        message = f"syntax error near unexpected token `{shown}'"
        raise SyntaxFault(message, self.line_at(place), line, f"syntax error: unexpected {kind}{hint}")


def _with_errors(node: Node) -> Node:
    """``|&``: standard error goes where standard output goes."""
    if isinstance(node, (Function, Pipeline, AndOr)):
        return node
    both: Simple | Compound = node
    return replace(both, redirects=(*both.redirects, Redirect(">&", "1", 2)))

"""Words and operators to a tree, by recursive descent. Depth is bounded; time is linear in the length."""

from samovar.shell.lexer import Incomplete, SyntaxFault, Token, tokenize
from samovar.shell.tree import (
    AndOr,
    Background,
    Block,
    Case,
    For,
    Function,
    If,
    Loop,
    Node,
    Pipeline,
    Redirect,
    Simple,
)

MAX_DEPTH = 40
REDIRECTS = ("&>>", "<<<", "<<-", ">>", ">&", "<&", "&>", "<<", ">|", "<>", "<", ">")
_CLOSERS = ("then", "else", "elif", "fi", "do", "done", "esac", "}")


def parse(source: str) -> Block:
    """The tree of a whole source; raises SyntaxFault or Incomplete."""
    parser = _Parser(tokenize(source))
    block = parser.block(())
    if parser.token.kind != "end":
        raise SyntaxFault(parser.token.text)
    return block


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def token(self) -> Token:
        return self._tokens[self._at] if self._at < len(self._tokens) else Token("end", "newline")

    def take(self) -> Token:
        token = self.token
        self._at += 1
        return token

    def at(self, *texts: str) -> bool:
        return self.token.kind in ("op", "word") and self.token.text in texts

    def expect(self, *texts: str) -> str:
        if self.token.kind == "end":
            raise Incomplete
        if not self.at(*texts):
            raise SyntaxFault(self.token.text)
        return self.take().text

    def newlines(self) -> None:
        while self.at("\n"):
            self.take()

    def block(self, stops: tuple[str, ...], *, needed: bool = False) -> Block:
        body: list[Node] = []
        self.newlines()
        while self.token.kind != "end" and not self.at(*stops) and not self.at(*_CLOSERS):
            node = self.and_or()
            body.append(Background(node) if self.at("&") else node)
            if not self.at(";", "&", "\n"):
                break
            self.take()
            self.newlines()
        if needed and not body:
            if self.token.kind == "end":
                raise Incomplete
            raise SyntaxFault(self.token.text)
        return Block(tuple(body))

    def and_or(self) -> Node:
        first = self.pipeline()
        rest: list[tuple[str, Node]] = []
        while self.at("&&", "||"):
            op = self.take().text
            self.newlines()
            rest.append((op, self.pipeline()))
        return AndOr(first, tuple(rest)) if rest else first

    def pipeline(self) -> Node:
        negated = False
        while self.at("!", "time") and self.token.kind == "word":
            negated ^= self.take().text == "!"
        commands = [self.command()]
        while self.at("|", "|&"):
            self.take()
            self.newlines()
            commands.append(self.command())
        return Pipeline(tuple(commands), negated) if negated or len(commands) > 1 else commands[0]

    def command(self) -> Node:
        if self.token.kind == "end":
            raise Incomplete
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise SyntaxFault(self.token.text)
        try:
            return self._compound() or self._simple()
        finally:
            self._depth -= 1

    def _compound(self) -> Node | None:
        if self.token.kind == "op":
            if not self.at("("):
                return None
            self.take()
            body = self.block((")",), needed=True)
            self.expect(")")
            return Block(body.body, True, self.redirects())
        match self.token.text:
            case "{":
                self.take()
                body = self.block((), needed=True)
                self.expect("}")
                return Block(body.body, False, self.redirects())
            case "if":
                return self._if()
            case "while" | "until":
                until = self.take().text == "until"
                condition = self.block((), needed=True)
                return Loop(condition, self._do(), until, self.redirects())
            case "for":
                return self._for()
            case "case":
                return self._case()
            case _ if [t.text for t in self._tokens[self._at + 1 : self._at + 3]] == ["(", ")"]:
                name = self.take().text
                self._at += 2
                self.newlines()
                return Function(name, self.command())
            case text if text in _CLOSERS:
                raise SyntaxFault(text)
        return None

    def _do(self) -> Block:
        self.newlines()
        self.expect("do")
        body = self.block((), needed=True)
        self.expect("done")
        return body

    def _if(self) -> If:
        branches = []
        otherwise = None
        word = self.take().text
        while word in ("if", "elif"):
            condition = self.block((), needed=True)
            self.expect("then")
            branches.append((condition, self.block((), needed=True)))
            word = self.expect("elif", "else", "fi")
        if word == "else":
            otherwise = self.block((), needed=True)
            self.expect("fi")
        return If(tuple(branches), otherwise, self.redirects())

    def _for(self) -> For:
        self.take()
        name = self.take()
        if name.kind != "word":
            raise SyntaxFault(name.text)
        self.newlines()
        words: list[str] | None = None
        if self.at("in"):
            self.take()
            words = []
            while self.token.kind == "word":
                words.append(self.take().text)
            self.expect(";", "\n")
        elif self.at(";"):
            self.take()
        return For(name.text, None if words is None else tuple(words), self._do(), self.redirects())

    def _case(self) -> Case:
        self.take()
        word = self.take()
        if word.kind != "word":
            raise Incomplete if word.kind == "end" else SyntaxFault(word.text)
        self.newlines()
        self.expect("in")
        self.newlines()
        branches = []
        while not self.at("esac"):
            if self.at("("):
                self.take()
            patterns = [self._pattern()]
            while self.expect("|", ")") == "|":
                patterns.append(self._pattern())
            branches.append((tuple(patterns), self.block((";;",))))
            if self.at(";;"):
                self.take()
                self.newlines()
            elif not self.at("esac"):
                raise Incomplete if self.token.kind == "end" else SyntaxFault(self.token.text)
        self.take()
        return Case(word.text, tuple(branches), self.redirects())

    def _pattern(self) -> str:
        token = self.take()
        if token.kind != "word":
            raise Incomplete if token.kind == "end" else SyntaxFault(token.text)
        return token.text

    def redirects(self) -> tuple[Redirect, ...]:
        found = []
        while (self.token.kind == "op" and self.token.text in REDIRECTS) or self.token.kind == "io":
            found.append(self._redirect())
        return tuple(found)

    def _redirect(self) -> Redirect:
        fd = int(self.take().text[:4]) if self.token.kind == "io" else -1
        op = self.take().text
        target = self.take()
        if target.kind == "end":
            raise SyntaxFault("newline")
        if target.kind == "op":
            raise SyntaxFault(target.text)
        body = self.take().text if op in ("<<", "<<-") else ""
        return Redirect(fd if fd >= 0 else int(op[0] != "<"), op, target.text, body, target.text[:1] in "'\"\\")

    def _simple(self) -> Node:
        words: list[str] = []
        found: list[Redirect] = []
        while True:
            more = self.redirects()
            found += more
            if self.token.kind == "word":
                words.append(self.take().text)
            elif not more:
                break
        if not words and not found:
            raise SyntaxFault(self.token.text)
        return Simple(tuple(words), tuple(found))

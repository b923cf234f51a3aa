"""Shell source to a tree. Recursive descent over tokens; words stay source text, which ``expand`` reads.

All text here and in the other modules of this package is bytes decoded as Latin-1, so that nothing an
attacker types is lost or refused. Depth is bounded; time is linear in the length of the source.
"""

from msgspec import Struct

MAX_DEPTH = 40
REDIRECTS = ("&>>", "<<<", "<<-", ">>", ">&", "<&", "&>", "<<", ">|", "<>", "<", ">")
OPERATORS = ("&>>", "<<<", "<<-", "&&", "||", ";;", ">>", ">&", "<&", "&>", "<<", ">|", "<>", "|&")
_SPECIAL = " \t\n|&;<>()"
_CLOSERS = ("then", "else", "elif", "fi", "do", "done", "esac", "}")


class SyntaxFault(Exception):
    """``token`` stands where it cannot."""

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self.token = token


class Incomplete(Exception):
    """The command goes on in the next line."""


class Redirect(Struct, frozen=True):
    fd: int
    op: str
    target: str
    body: str = ""  # of a here-document
    quoted: bool = False  # ... that is not expanded


class Simple(Struct, frozen=True):
    words: tuple[str, ...]
    redirects: tuple[Redirect, ...] = ()


class Pipeline(Struct, frozen=True):
    commands: tuple["Node", ...]
    negated: bool = False


class AndOr(Struct, frozen=True):
    first: "Node"
    rest: tuple[tuple[str, "Node"], ...]


class Block(Struct, frozen=True):
    body: tuple["Node", ...]
    subshell: bool = False
    redirects: tuple[Redirect, ...] = ()


class If(Struct, frozen=True):
    branches: tuple[tuple[Block, Block], ...]
    otherwise: Block | None = None
    redirects: tuple[Redirect, ...] = ()


class Loop(Struct, frozen=True):
    condition: Block
    body: Block
    until: bool = False
    redirects: tuple[Redirect, ...] = ()


class For(Struct, frozen=True):
    name: str
    words: tuple[str, ...] | None
    body: Block
    redirects: tuple[Redirect, ...] = ()


class Background(Struct, frozen=True):
    node: "Node"


Node = Simple | Pipeline | AndOr | Block | If | Loop | For | Background


class Token(Struct, frozen=True):
    kind: str  # "word", "op", "io" (the digit before a redirection), "end"
    text: str


def parse(source: str) -> Block:
    """The tree of a whole source; raises SyntaxFault or Incomplete."""
    parser = _Parser(tokenize(source))
    block = parser.block(())
    if parser.token.kind != "end":
        raise SyntaxFault(parser.token.text)
    return block


def tokenize(source: str) -> list[Token]:
    """Words and operators; a here-document's text follows its word as one more word."""
    tokens: list[Token] = []
    awaited: list[int] = []  # tokens that stand for here-documents whose text is still to come
    i = 0
    while i < len(source):
        c = source[i]
        if c in " \t\r":
            i += 1
        elif source.startswith("\\\n", i):
            i += 2
        elif c == "#":
            end = source.find("\n", i)
            i = len(source) if end < 0 else end
        elif c in _SPECIAL and not source.startswith(("<(", ">("), i):
            op = next((o for o in OPERATORS if source.startswith(o, i)), c)
            i += len(op)
            tokens.append(Token("op", op))
            if op == "\n" and awaited:
                i = _read_documents(source, i, tokens, awaited)
        else:
            end = skip_word(source, i)
            word = source[i:end]
            digit = word.isdigit() and end < len(source) and source[end] in "<>"
            tokens.append(Token("io" if digit else "word", word))
            i = end
            if len(tokens) > 1 and tokens[-2].text in ("<<", "<<-") and tokens[-2].kind == "op":
                awaited.append(len(tokens))
                tokens.append(Token("word", ""))
    if awaited:
        raise Incomplete
    return tokens


def _read_documents(source: str, i: int, tokens: list[Token], awaited: list[int]) -> int:
    for place in awaited:
        end_word = tokens[place - 1].text.replace("'", "").replace('"', "").replace("\\", "")
        strip = tokens[place - 2].text == "<<-"
        lines = []
        while True:
            if i >= len(source):
                raise Incomplete
            stop = source.find("\n", i)
            line = source[i:] if stop < 0 else source[i:stop]
            i = len(source) if stop < 0 else stop + 1
            line = line.lstrip("\t") if strip else line
            if line == end_word:
                break
            lines.append(line + "\n")
        tokens[place] = Token("word", "".join(lines))
    awaited.clear()
    return i


def skip_word(source: str, i: int) -> int:
    """Where the word that starts at ``i`` ends."""
    while i < len(source):
        c = source[i]
        if c in _SPECIAL:
            if source.startswith(("<(", ">("), i):
                i = skip_parens(source, i + 1)
                continue
            return i
        if c == "\\":
            if i + 1 >= len(source):
                return i + 1
            i += 2
        else:
            i = skip_piece(source, i)
    return i


def skip_piece(source: str, i: int) -> int:
    """Past a quoted stretch, a substitution or a single character."""
    c = source[i]
    if c == "'":
        end = source.find("'", i + 1)
        if end < 0:
            raise Incomplete
        return end + 1
    if c in '"`':
        i += 1
        while i < len(source) and source[i] != c:
            if source[i] == "\\":
                i += 2
            elif c == '"' and source[i] in "$`":
                i = skip_piece(source, i)
            else:
                i += 1
        if i >= len(source):
            raise Incomplete
        return i + 1
    if source.startswith("$(", i):
        return skip_parens(source, i + 1)
    if source.startswith("${", i):
        end = i + 2
        while end < len(source) and source[end] != "}":
            end = skip_piece(source, end) if source[end] in "'\"`$" else end + 1
        if end >= len(source):
            raise Incomplete
        return end + 1
    return i + 1


def skip_parens(source: str, i: int) -> int:
    """Past the parenthesis that closes the one at ``i``."""
    depth = 0
    while i < len(source):
        c = source[i]
        if c == "\\":
            i += 2
            continue
        if c in "'\"`":
            i = skip_piece(source, i)
            continue
        depth += (c == "(") - (c == ")")
        i += 1
        if depth == 0:
            return i
    raise Incomplete


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

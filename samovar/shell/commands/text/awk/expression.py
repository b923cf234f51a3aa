"""awk's expressions: tokens to a tree."""

from typing import NoReturn

from samovar.shell.commands.text.awk.lexer import Token, constant
from samovar.shell.commands.text.awk.tree import Fatal, Node

MAX_DEPTH = 60
_ASSIGN = frozenset(("=", "+=", "-=", "*=", "/=", "%=", "^="))
_STARTS = frozenset(("name", "call", "builtin", "number", "string", "regex", "$", "!", "(", "-", "+", "++", "--"))
_ARITY = {
    "length": (0, 1), "substr": (2, 3), "index": (2, 2), "split": (2, 3), "sub": (2, 3), "gsub": (2, 3),
    "match": (2, 2), "sprintf": (1, 999), "sin": (1, 1), "cos": (1, 1), "atan2": (2, 2), "exp": (1, 1),
    "log": (1, 1), "sqrt": (1, 1), "int": (1, 1), "rand": (0, 0), "srand": (0, 1), "tolower": (1, 1),
    "toupper": (1, 1), "system": (1, 1), "close": (1, 1), "fflush": (0, 1), "systime": (0, 0),
    "strftime": (0, 3), "mktime": (1, 1),
}  # fmt: skip


class Expressions:
    """Reads expressions, and keeps the place among the tokens."""

    def __init__(self, tokens: list[Token]) -> None:
        self.tokens, self.place, self.depth = tokens, 0, 0
        self.no_greater = False  # in print: > leads to a file
        self.calls: list[tuple[str, int]] = []
        self.given: list[tuple[str, int, int]] = []

    # tokens ---------------------------------------------------------------------------------------------

    @property
    def token(self) -> Token:
        """The next token. Raises Fatal where the source is wrong."""
        token = self.tokens[self.place]
        if token.kind == "error":
            raise Fatal(token.text)
        return token

    def at(self, *kinds: str) -> bool:
        """Whether the next token is one of these."""
        return self.token.kind in kinds

    def take(self) -> Token:
        """The next token, gone past."""
        token = self.token
        if token.kind == "eof":
            self.fault()
        self.place += 1
        return token

    def accept(self, kind: str) -> bool:
        """Go past this token if it is the next."""
        if self.at(kind):
            self.place += 1
            return True
        return False

    def need(self, kind: str) -> Token:
        """Go past this token, or it is a fault."""
        if not self.at(kind):
            self.fault()
        return self.take()

    def skip(self, *kinds: str) -> None:
        """Go past all of these."""
        while self.at(*kinds):
            self.place += 1

    def fault(self) -> NoReturn:
        """The next token cannot be here."""
        token = self.token
        raise Fatal(f"line {token.line}: syntax error at or near {'' if token.kind == '~' else token.text}")

    def enter(self) -> None:
        """One level deeper."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Fatal("yacc stack overflow")

    # levels ---------------------------------------------------------------------------------------------

    def expression(self) -> Node:
        """Any expression."""
        self.enter()
        condition = self._or()
        if self.at(*_ASSIGN):
            if condition[0] not in ("var", "index", "field"):
                self.fault()
            operator = self.take().kind
            self.skip("\n")
            condition = ("assign", operator[:-1], condition, self.expression())
        elif self.accept("?"):
            self.skip("\n")
            then = self.expression()
            self.skip("\n")
            self.need(":")
            self.skip("\n")
            condition = ("choose", condition, then, self.expression())
        self.depth -= 1
        return condition

    def _or(self) -> Node:
        left = self._and()
        while self.accept("||"):
            self.skip("\n")
            left = ("or", left, self._and())
        return left

    def _and(self) -> Node:
        left = self._in()
        while self.accept("&&"):
            self.skip("\n")
            left = ("and", left, self._in())
        return left

    def _in(self) -> Node:
        left = self._match()
        while self.accept("in"):
            left = ("in", [left], self.need("name").text)
        return left

    def _match(self) -> Node:
        left = self._comparison()
        while self.at("~", "!~"):
            operator = self.take().kind
            left = ("match", operator == "~", left, self._comparison())
        return left

    def _comparison(self) -> Node:
        left = self._piped()
        while self.at("<", "<=", "==", "!=", ">=") or (self.at(">") and not self.no_greater):
            left = ("compare", self.take().kind, left, self._piped())
        return left

    def _piped(self) -> Node:
        left = self.concatenation()
        while self.at("|") and self.tokens[self.place + 1].kind == "getline":
            self.place += 2
            left = ("getline", "|", left, self._target())
        return left

    def concatenation(self) -> Node:
        """Values side by side."""
        parts = [self._sum()]
        while self.token.kind in _STARTS and not self.at("+", "-"):
            parts.append(self._sum())
        return parts[0] if len(parts) == 1 else ("concat", parts)

    def _sum(self) -> Node:
        left = self._product()
        while self.at("+", "-"):
            operator = self.take().kind
            left = ("binary", operator, left, self._product())
        return left

    def _product(self) -> Node:
        left = self._unary()
        while self.at("*", "/", "%"):
            operator = self.take().kind
            left = ("binary", operator, left, self._unary())
        return left

    def _unary(self) -> Node:
        if self.at("!", "-", "+"):
            self.enter()
            made = ("unary", self.take().kind, self._unary())
            self.depth -= 1
            return made
        return self._power()

    def _power(self) -> Node:
        left = self._postfix()
        if self.accept("^"):
            self.enter()
            left = ("binary", "^", left, self._unary())
            self.depth -= 1
        return left

    def _postfix(self) -> Node:
        made = self._primary()
        if made[0] in ("var", "index", "field") and self.at("++", "--"):
            return ("step", self.take().kind, made, False)
        return made

    def _primary(self) -> Node:
        token = self.token
        kind = token.kind
        if kind not in _STARTS and kind != "getline":
            self.fault()
        self.take()
        if kind == "number":
            return ("const", constant(token.text))
        if kind == "string":
            return ("const", token.text)
        if kind == "regex":
            return ("regex", token.text)
        if kind == "$":
            return self._field()
        if kind in ("++", "--"):
            target = self._primary()
            if target[0] not in ("var", "index", "field"):
                self.fault()
            return ("step", kind, target, True)
        if kind == "(":
            return self._group()
        if kind == "getline":
            into = self._target()
            if self.accept("<"):
                return ("getline", "<", self._postfix(), into)
            return ("getline", "", None, into)
        return self._named(token)

    def _field(self) -> Node:
        self.enter()
        made = ("field", ("unary", self.take().kind, self._primary()) if self.at("-", "+", "!") else self._primary())
        self.depth -= 1
        return made

    def _group(self) -> Node:
        values = self.values(")")
        if not values:
            self.fault()
        self.need(")")
        if len(values) == 1:
            return ("group", values[0])
        if not self.accept("in"):
            self.fault()
        return ("in", values, self.need("name").text)

    def _target(self) -> Node | None:
        if self.at("$", "name"):
            return self._primary()
        return None

    def subscript(self) -> list[Node]:
        """``[i, j]``."""
        self.need("[")
        keys = self.values("]")
        if not keys:
            self.fault()
        self.need("]")
        return keys

    def values(self, closing: str) -> list[Node]:
        """Expressions between commas; in brackets > compares."""
        found: list[Node] = []
        kept = self.no_greater
        if closing:
            self.no_greater = False
            if self.at(closing):
                self.no_greater = kept
                return found
        found.append(self.expression())
        while self.accept(","):
            self.skip("\n")
            found.append(self.expression())
        self.no_greater = kept
        return found

    def closes_statement(self) -> bool:
        """Whether the statement, or its values, end where this parenthesis is closed."""
        depth = 0
        for place in range(self.place, len(self.tokens)):
            kind = self.tokens[place].kind
            depth += (kind == "(") - (kind == ")")
            if not depth:
                return self.tokens[place + 1].kind in (";", "\n", "}", ">", ">>", "|", "eof", "error")
        return True

    def _named(self, token: Token) -> Node:
        if token.kind == "name":
            return ("index", token.text, self.subscript()) if self.at("[") else ("var", token.text)
        if token.kind == "builtin":
            return self._builtin(token)
        self.need("(")
        self.skip("\n")
        given = self.values(")")
        self.skip("\n")
        self.need(")")
        self.calls.append((token.text, token.line))
        self.given.append((token.text, len(given), token.line))
        return ("call", token.text, given)

    def _builtin(self, token: Token) -> Node:
        name = token.text
        low, high = _ARITY[name]
        if not self.at("("):
            if name == "length":
                return ("builtin", name, [])
            self.fault()
        self.take()
        self.skip("\n")
        given = self.values(")")
        if name in ("sub", "gsub", "split") and len(given) < low:
            self.fault()
        self.need(")")
        if not low <= len(given) <= high:
            raise Fatal(f"line {token.line}: wrong number of arguments in call to {name}")
        return ("builtin", name, given)

"""Recursive descent over the search language.

query   = or
or      = and { "or" and }
and     = unary { ["and"] unary }
unary   = ("not" | "!" | "-") unary | "(" or ")" | term
term    = field operator value | field ":" "(" group ")" | word | phrase
"""

from collections.abc import Callable
from typing import Literal, cast

from samovar.event import FAMILIES
from samovar.query.error import QueryError
from samovar.query.fields import SENSOR, kind, nearest, resolve
from samovar.query.lexer import Lexer, Token
from samovar.query.tree import And, Compare, Exists, Like, Network, Node, Not, Or, Word
from samovar.query.values import canonical, network, wants

MAX_DEPTH = 48
MAX_NODES = 512
_Operator = Literal["=", ">", ">=", "<", "<="]


def parse(text: str) -> Node | None:
    """The tree of a search, or None for an empty one. Raises QueryError, and nothing else."""
    lexer = Lexer(text)
    if not lexer.peek():
        return None
    return _Parser(lexer).whole()


class _Parser:
    def __init__(self, lexer: Lexer) -> None:
        self._lexer = lexer
        self._depth = 0
        self._nodes = 0

    def whole(self) -> Node:
        node = self._or(self._term)
        if rest := self._lexer.peek():
            raise QueryError(f"{rest!r} is not expected here", self._lexer.position)
        return node

    def _or(self, term: Callable[[], Node]) -> Node:
        nodes = [self._and(term)]
        while self._lexer.keyword("or"):
            nodes.append(self._and(term))
        return nodes[0] if len(nodes) == 1 else Or(tuple(nodes))

    def _and(self, term: Callable[[], Node]) -> Node:
        nodes = [self._unary(term)]
        while self._lexer.keyword("and") or self._another():
            nodes.append(self._unary(term))
        return nodes[0] if len(nodes) == 1 else And(tuple(nodes))

    def _another(self) -> bool:
        if self._lexer.peek() in ("", ")"):
            return False
        before = self._lexer.position
        is_or = self._lexer.keyword("or")
        self._lexer.position = before
        return not is_or

    def _unary(self, term: Callable[[], Node]) -> Node:
        self._depth += 1
        self._nodes += 1
        if self._depth > MAX_DEPTH:
            raise QueryError(f"nested too deeply (at most {MAX_DEPTH} levels)", self._lexer.position)
        if self._nodes > MAX_NODES:
            raise QueryError(f"too many terms (at most {MAX_NODES})", self._lexer.position)
        try:
            return self._operand(term)
        finally:
            self._depth -= 1

    def _operand(self, term: Callable[[], Node]) -> Node:
        lexer = self._lexer
        start = lexer.position
        if lexer.keyword("not") or lexer.accept("!") or lexer.accept("-"):
            return Not(self._unary(term))
        if lexer.keyword("and", "or"):
            raise QueryError("a term is missing before this word; quote it to search for it", start)
        if lexer.accept("("):
            node = self._or(term)
            self._close(start)
            return node
        return term()

    def _close(self, opened: int) -> None:
        if self._lexer.accept(")"):
            return
        if self._lexer.peek():
            raise QueryError("')' is expected here", self._lexer.position)
        raise QueryError("this parenthesis is never closed", opened)

    def _term(self) -> Node:
        word = self._lexer.word()
        operator = "" if word.quoted else self._lexer.operator()
        return self._field(word, operator) if operator else _word(word)

    def _field(self, word: Token, operator: str) -> Node:
        field = SENSOR if word.text.lower() == SENSOR else resolve(word.text)
        if field is None:
            hint = nearest(word.text)
            advice = f"did you mean {hint!r}?" if hint else "put it in quotation marks to search for the text"
            raise QueryError(f"there is no field {word.text[:64]!r}; {advice}", word.position)
        if operator == ":":
            opened = self._lexer.position
            if self._lexer.accept("("):
                node = self._or(lambda: _equals(field, self._lexer.value()))
                self._close(opened)
                return node
            operator = self._lexer.operator() or ":"
        value = self._lexer.value()
        if operator == "!=":
            return Not(_equals(field, value))
        if operator in (":", "="):
            return _equals(field, value)
        return _ordered(field, cast(_Operator, operator), value)


def _word(token: Token) -> Node:
    pattern = token.pattern
    if not token.quoted:
        if pattern.strip("*") == "":
            return Exists("event_id")
        if token.wild:
            raise QueryError(
                "wildcards need a field, as in command:*wget*; a bare word is found anywhere in a text",
                token.position,
            )
    if not token.text:
        raise QueryError("an empty phrase finds nothing", token.position)
    return Word(token.text)


def _equals(field: str, token: Token) -> Node:
    if field == SENSOR:
        return _sensor(token)
    if not token.quoted and token.pattern == "*":
        return Exists(field)
    type_ = kind(field)
    if token.wild and type_ in ("text", "ip"):
        return Like(field, token.pattern)
    if type_ == "ip" and "/" in token.text and (cidr := network(token.text)):
        return Network(field, cidr)
    return Compare(field, "=", _canonical(field, token))


def _sensor(token: Token) -> Node:
    if not token.quoted and token.pattern == "*":
        return Exists("event_dataset")
    if (name := token.text.lower()) in FAMILIES:
        return Compare("event_module", "=", name)
    return Like("event_dataset", "*." + token.pattern.lower())


def _ordered(field: str, operator: _Operator, token: Token) -> Node:
    if field == SENSOR or kind(field) == "ip":
        raise QueryError(f"this field has no order; write it with ':', not {operator!r}", token.position)
    return Compare(field, operator, _canonical(field, token))


def _canonical(field: str, token: Token) -> str:
    value = canonical(field, token.text)
    if value is None:
        raise QueryError(f"{token.text[:64]!r} does not fit: this field takes {wants(field)}", token.position)
    return value

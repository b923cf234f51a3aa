"""The grammar of ``[[ ... ]]``."""

from samovar.shell.syntax.fault import Incomplete, SyntaxFault
from samovar.shell.syntax.lexer import NUMBER, WORD, Lexer
from samovar.shell.syntax.tree import Condition, Logic, Test, Word

_UNARY = frozenset("-a -b -c -d -e -f -g -h -k -n -o -p -r -s -t -u -v -w -x -z -G -L -N -O -R -S".split())  # noqa: SIM905
_BINARY = frozenset("= == != =~ -eq -ne -lt -le -gt -ge -nt -ot -ef".split())  # noqa: SIM905


class Conditions(Lexer):
    """What stands between the double brackets."""

    def conditional(self) -> Condition:
        """From behind ``[[`` to its ``]]``, which stays the token at hand."""
        self.next(False)
        condition = self._or()
        if self._ended():
            return condition
        if self.token == "":
            raise self._end_of_file()
        raise self._wrong("syntax error in conditional expression", ": unexpected token `{}'")

    def _ended(self) -> bool:
        return self.token == WORD and self.raw == "]]"

    def _lines(self) -> None:
        while self.token == "\n":
            self.next(False)

    def _or(self) -> Condition:
        left = self._and()
        if self.token != "||":
            return left
        self.next(False)
        self.deeper()
        right = self._or()
        self.depth -= 1
        return Logic("||", left, right)

    def _and(self) -> Condition:
        left = self._term()
        if self.token != "&&":
            return left
        self.next(False)
        self.deeper()
        right = self._and()
        self.depth -= 1
        return Logic("&&", left, right)

    def _term(self) -> Condition:
        self._lines()
        if self.token == "(":
            return self._parenthesis()
        if self.token == NUMBER:
            self.token = WORD
        if self.token == "":
            raise Incomplete("unexpected token `EOF' in conditional command", self._line())
        if self.token != WORD:
            raise self._wrong("", "unexpected token `{}' in conditional command")
        if self.raw == "]]":
            raise SyntaxFault("", self._line())
        if self.raw == "!":
            self.next(False)
            self.deeper()
            term = self._term()
            self.depth -= 1
            return Logic("!", term)
        if self.raw in _UNARY:
            return self._unary(self.raw)
        return self._binary()

    def _parenthesis(self) -> Condition:
        self.next(False)
        self.deeper()
        condition = self._or()
        self.depth -= 1
        if self.token != ")":
            raise self._wrong("expected `)'", "unexpected token `{}', expected `)'", always=True)
        self.next(False)
        self._lines()
        return condition

    def _unary(self, operator: str) -> Condition:
        self.next(False)
        word = self._argument("unary")
        self.next(False)
        self._lines()
        return Test(operator, "", word)

    def _binary(self) -> Condition:
        left: Word = self.word  # type: ignore[assignment]
        self.next(False)
        operator = self.token if self.token in ("<", ">") else self.raw if self.token == WORD else ""
        if operator in _BINARY or operator in ("<", ">"):
            self.special_word(regex=operator == "=~") if operator in ("=", "==", "!=", "=~") else self.next(False)
            right = self._argument("binary")
            self.next(False)
            self._lines()
            return Test(operator, left, right)
        if self._ended() or self.token in ("&&", "||", ")"):
            return Test("-n", "", left)
        raise self._wrong("conditional binary operator expected", "unexpected token `{}', {}")

    def _argument(self, kind: str) -> Word:
        if self.token in (WORD, NUMBER) and self.raw != "]]":
            return self.word  # type: ignore[return-value]
        raise self._wrong("", f"unexpected argument `{{}}' to conditional {kind} operator", always=True)

    def _line(self) -> int:
        return self.line_at(self.start)

    def _end_of_file(self) -> Incomplete:
        return Incomplete("unexpected EOF while looking for `]]'", self._line())

    def _wrong(self, plain: str, named: str, *, always: bool = False) -> SyntaxFault:
        """``named`` is said of operators, ``plain`` of words."""
        shown = "newline" if self.token == "\n" else self.raw if self.token == WORD else self.token
        if self.token in (WORD, NUMBER) and not always:
            return SyntaxFault(plain, self._line())
        message = named.format(shown, plain)
        return SyntaxFault(plain + message if named.startswith(":") else message, self._line())

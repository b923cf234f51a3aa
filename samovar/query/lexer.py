"""Cuts a search into its smallest parts. What a character means depends on what is expected, so the parser
asks for one part at a time: a word where a term begins, a value where a field has been named."""

from msgspec import Struct

from samovar.query.error import QueryError

MAX_LENGTH = 16_384
_ENDS_WORD = frozenset(' \t\r\n()":<>=')
_ENDS_VALUE = frozenset(" \t\r\n()")
_OPERATORS = (">=", "<=", "!=", ":", ">", "<", "=")


class Token(Struct, frozen=True):
    """A word or value. ``pattern`` is its text with literal ``* ? \\`` escaped, as in ``tree.Like``."""

    text: str
    pattern: str
    position: int
    quoted: bool

    @property
    def wild(self) -> bool:
        """Has a ``*`` or ``?`` that stands for other characters."""
        return self.pattern != escape(self.text)


def escape(literal: str) -> str:
    """``literal`` as a pattern that matches only itself."""
    return literal.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?")


class Lexer:
    """A place in a text."""

    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise QueryError(f"the search is too long (at most {MAX_LENGTH} characters)", MAX_LENGTH)
        self.text = text
        self.position = 0

    def skip(self) -> None:
        """Go past blanks."""
        while self.position < len(self.text) and self.text[self.position].isspace():
            self.position += 1

    def peek(self) -> str:
        """The next character that is not blank, or "" at the end."""
        self.skip()
        return self.text[self.position : self.position + 1]

    def accept(self, character: str) -> bool:
        """Take ``character`` if it is next."""
        if self.peek() != character:
            return False
        self.position += 1
        return True

    def keyword(self, *words: str) -> bool:
        """Take one of ``words`` (any case) if it stands next as a whole word."""
        self.skip()
        end = self.position
        while end < len(self.text) and self.text[end].isalpha():
            end += 1
        follows = self.text[end : end + 1]
        found = self.text[self.position : end].lower() in words
        if not found or not (follows == "" or follows.isspace() or follows in '()"'):
            return False
        self.position = end
        return True

    def operator(self) -> str:
        """Take an operator if one is next, else return ""."""
        self.skip()
        for operator in _OPERATORS:
            if self.text.startswith(operator, self.position):
                self.position += len(operator)
                return operator
        return ""

    def word(self) -> Token:
        """Take a bare word or a quoted phrase."""
        return self._token(_ENDS_WORD)

    def value(self) -> Token:
        """Take what stands after an operator: colons and signs belong to it."""
        return self._token(_ENDS_VALUE)

    def _token(self, ends: frozenset[str]) -> Token:
        if self.peek() == '"':
            return self._quoted()
        start = self.position
        text: list[str] = []
        pattern: list[str] = []
        while self.position < len(self.text):
            character = self.text[self.position]
            if character in ends or character.isspace():
                break
            self.position += 1
            if character == "\\" and self.position < len(self.text):
                character = self.text[self.position]
                self.position += 1
                pattern.append(escape(character))
            else:
                pattern.append("\\\\" if character == "\\" else character)
            text.append(character)
        if self.position == start:
            raise QueryError(f"expected a word here, not {self._here()}", start)
        return Token("".join(text), "".join(pattern), start, False)

    def _quoted(self) -> Token:
        start = self.position
        self.position += 1
        text: list[str] = []
        while self.position < len(self.text):
            character = self.text[self.position]
            self.position += 1
            if character == '"':
                literal = "".join(text)
                return Token(literal, escape(literal), start, True)
            if character == "\\" and self.text[self.position : self.position + 1] in ('"', "\\"):
                character = self.text[self.position]
                self.position += 1
            text.append(character)
        raise QueryError("this quotation mark is never closed", start)

    def _here(self) -> str:
        return repr(self.text[self.position]) if self.position < len(self.text) else "the end"

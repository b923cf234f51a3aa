"""Shell source to words and operators. Nothing is expanded; time is linear in the length of the source.

All text here and in the other modules of this package is bytes decoded as Latin-1, so that nothing an
attacker types is lost or refused.
"""

from msgspec import Struct

OPERATORS = ("&>>", "<<<", "<<-", "&&", "||", ";;", ">>", ">&", "<&", "&>", "<<", ">|", "<>", "|&")
_SPECIAL = " \t\n|&;<>()"


class SyntaxFault(Exception):
    """``token`` stands where it cannot."""

    def __init__(self, token: str) -> None:
        super().__init__(token)
        self.token = token


class Incomplete(Exception):
    """The command goes on in the next line."""


class Token(Struct, frozen=True):
    kind: str  # "word", "op", "io" (the digit before a redirection), "end"
    text: str


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

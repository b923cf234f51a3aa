"""``test`` and ``[``: POSIX's rules by the number of arguments, then a small grammar."""

from samovar.shell.interpreter.builtins.types import Builtin
from samovar.shell.interpreter.conditional import BINARY, UNARY, binary, compare, unary
from samovar.shell.interpreter.shell import Shell
from samovar.shell.kernel.process import Process

_BINARY = BINARY - {"=~"}


class Unfit(Exception):
    """The expression is none; the message."""


def holds(process: Process, words: list[str], shell: Shell | None = None) -> bool:
    """Whether a test's expression holds. Raises Unfit."""
    count = len(words)
    if count == 0:
        return False
    if count == 1:
        return bool(words[0])
    if count == 2:
        if words[0] == "!":
            return not words[1]
        if words[0] in UNARY:
            return unary(process, words[0], words[1], shell)
        raise Unfit(f"{words[0]}: unary operator expected")
    if count == 3:
        return _three(process, words, shell)
    if count == 4 and words[0] == "!":
        return not holds(process, words[1:], shell)
    if count == 4 and words[0] == "(" and words[3] == ")":
        return holds(process, words[1:3], shell)
    grammar = _Grammar(process, words, shell)
    result = grammar.either()
    if grammar.rest:
        raise Unfit("too many arguments")
    return result


def _three(process: Process, words: list[str], shell: Shell | None) -> bool:
    left, operator, right = words
    if operator in _BINARY:
        return _pair(process, left, operator, right)
    if operator in ("-a", "-o"):
        return bool(left) and bool(right) if operator == "-a" else bool(left) or bool(right)
    if left == "!":
        return not holds(process, words[1:], shell)
    if left == "(" and right == ")":
        return bool(operator)
    raise Unfit(f"{operator}: binary operator expected")


def _pair(process: Process, left: str, operator: str, right: str) -> bool:
    if operator in ("-eq", "-ne", "-lt", "-le", "-gt", "-ge"):
        return compare(operator, _integer(left), _integer(right))
    return binary(process, operator, left, right)


def _integer(text: str) -> int:
    stripped = text.strip()
    if not stripped.lstrip("+-").isdecimal() or len(stripped) > 20 or not stripped.isascii():
        raise Unfit(f"{text}: integer expression expected")
    return int(stripped)


class _Grammar:
    """``expr -o expr``, ``-a`` binds closer, ``!`` closest."""

    def __init__(self, process: Process, words: list[str], shell: Shell | None) -> None:
        self._process, self.rest, self._shell = process, list(words), shell
        self._depth = 0

    def either(self) -> bool:
        result = self._both()
        while self.rest and self.rest[0] == "-o":
            self.rest.pop(0)
            following = self._both()
            result = result or following
        return result

    def _both(self) -> bool:
        result = self._negation()
        while self.rest and self.rest[0] == "-a":
            self.rest.pop(0)
            following = self._negation()
            result = result and following
        return result

    def _negation(self) -> bool:
        self._depth += 1
        if not self.rest or self._depth > 500:
            raise Unfit("argument expected")
        if self.rest[0] == "!":
            self.rest.pop(0)
            return not self._negation()
        if self.rest[0] == "(" and not (len(self.rest) > 2 and self.rest[1] in _BINARY):
            self.rest.pop(0)
            result = self.either()
            if not self.rest or self.rest.pop(0) != ")":
                raise Unfit("`)' expected")
            return result
        if len(self.rest) > 2 and self.rest[1] in _BINARY:
            left, operator, right = self.rest[:3]
            del self.rest[:3]
            return _pair(self._process, left, operator, right)
        if len(self.rest) > 1 and self.rest[0] in UNARY:
            operator, value = self.rest[:2]
            del self.rest[:2]
            return unary(self._process, operator, value, self._shell)
        return bool(self.rest.pop(0))


def _test(shell: Shell, argv: list[str]) -> int:
    words = argv[1:]
    if argv[0] == "[":
        if not words or words[-1] != "]":
            return shell.complain("[: missing `]'", 2)
        words.pop()
    try:
        return int(not holds(shell.process, words, shell))
    except Unfit as fault:
        if shell.dialect == "ash":
            name, _, message = str(fault).rpartition(": ")
            said = {
                "integer expression expected": f"Illegal number: {name}",
                "binary operator expected": f"{name}: unexpected operator",
            }
            return shell.complain(f"{argv[0]}: {said.get(message, str(fault))}", 2)
        return shell.complain(f"{argv[0]}: {fault}", 2)


TESTING: dict[str, Builtin] = {"test": _test, "[": _test}

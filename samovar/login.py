"""Which logins succeed: one rule for every service that asks for a password. Pure."""

import re
from collections.abc import Callable, Generator, Iterable
from functools import lru_cache
from hashlib import blake2b
from re import _constants, _parser  # type: ignore[attr-defined]  # the only reader of what re will do
from typing import Any

from msgspec import Struct

from samovar.persona import Persona
from samovar.sensor import Tally

_MAX_VALUE = 256  # characters of a user or password that a pattern is held against; what is longer matches only *
_MAX_REPEATS = 2  # in one regular expression, lest its time grow with more than the square of what is sent
_MEMORY = 60_000  # tries of one credential after which its count says nothing any more
_REPEATS = (_constants.MAX_REPEAT, _constants.MIN_REPEAT)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        _judge(pattern[1:-1])
        return re.compile(pattern[1:-1], re.DOTALL)
    first, *rest = (
        "".join("." if char == "?" else re.escape(char) for char in literal) for literal in re.split(r"\*+", pattern)
    )
    if not rest:
        return re.compile(first, re.DOTALL)
    # The first place where each part fits is as good as any other: no going back.
    middle = "".join(f"(?>.*?{part})" for part in rest[:-1])
    return re.compile(f"{first}{middle}.*{rest[-1]}", re.DOTALL)


def _judge(expression: str) -> None:
    """Raise re.error for what could run for ever on what an attacker sends."""
    variable = sum(_variable(_parser.parse(expression)))
    if variable > _MAX_REPEATS:
        raise re.error(f"more than {_MAX_REPEATS} repetitions")


def _variable(parsed: Iterable[Any], inside: bool = False) -> Iterable[int]:
    """A 1 for each repetition of varying length."""
    for operation, argument in parsed:
        repeats = operation in _REPEATS and argument[0] != argument[1]
        if operation is _constants.GROUPREF or (inside and (repeats or operation is _constants.BRANCH)):
            raise re.error("a choice or repetition within a repetition, or a back-reference")
        if repeats:
            yield 1
        for part in _parts(operation, argument):
            yield from _variable(part, inside or operation in _REPEATS)


def _parts(operation: Any, argument: Any) -> list[Any]:
    if operation in _REPEATS or operation is _constants.POSSESSIVE_REPEAT:
        return [argument[2]]
    if operation is _constants.BRANCH:
        return list(argument[1])
    if operation is _constants.SUBPATTERN:
        return [argument[3]]
    if operation in (_constants.ASSERT, _constants.ASSERT_NOT):
        return [argument[1]]
    return [argument] if operation is _constants.ATOMIC_GROUP else []


class LoginRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of the rule book; the first whose user and password match decides.

    ``user`` and ``password`` are exact, or with ``*`` and ``?`` wildcards, or ``/regular expression/``.
    """

    user: str = "*"
    password: str = "*"
    deny: bool = False
    after: int = 1  # from a source's so-manieth login try on
    probability: float = 1.0  # share of sources for whom it works; the same source always sees the same

    def __post_init__(self) -> None:
        if self.after < 1 or not 0 <= self.probability <= 1:
            raise ValueError("after must be at least 1, probability between 0 and 1")
        for pattern in (self.user, self.password):
            try:
                _compiled(pattern)
            except re.error as error:
                raise ValueError(f"{pattern} is no regular expression: {error}") from None


WEAK = (
    "root|admin|toor|1234|12345|123456|1234567|12345678|123456789|password|passw0rd|qwerty|default|"
    "user|guest|test|raspberry|ubuntu|abc123|111111|000000|admin123|root123|changeme|letmein|"
    "welcome|P@ssw0rd|password1|1qaz2wsx|support|system|master|oracle|xc3511|vizxv|888888|54321"
)
DEFAULT_RULES = (LoginRule(user="/root|admin/", password=f"/{WEAK}/", after=3),)


def judged(
    rules: tuple[LoginRule, ...], persona: Persona, source_ip: str, user: str, password: str
) -> Generator[Tally, bytes, bool]:
    """Whether this source gets in with ``user`` and ``password``; a credential keeps the answer that it got first.

    The tally is all the memory there is: a credential that was accepted is counted to an odd number at each try,
    one that was refused to an even one, but for the first.
    """
    credential = Tally("login " + blake2b(f"{user}\0{password}".encode("utf-8", "replace"), digest_size=8).hexdigest())
    seen = int((yield credential))
    tries = int((yield Tally("login")))
    if 1 < seen < _MEMORY:
        yield credential
        return seen % 2 == 1
    accepted = accepts(rules, persona, source_ip, user, password, tries)
    if accepted and seen == 1:
        yield credential
    return accepted


def decide(judgement: Generator[Tally, bytes, bool], tally: Callable[[str], int]) -> bool:
    """``judged`` where the tally is at hand."""
    try:
        step = next(judgement)
        while True:
            step = judgement.send(b"%d" % tally(step.key))
    except StopIteration as done:
        return bool(done.value)


def accepts(
    rules: tuple[LoginRule, ...], persona: Persona, source_ip: str, user: str, password: str, tries: int
) -> bool:
    """What the rules say of this source's ``tries``-th try."""
    for rule in rules:
        if _matches(rule.user, user) and _matches(rule.password, password):
            if rule.deny or tries < rule.after:
                return False
            chance = int.from_bytes(persona.keyed("login", f"{source_ip}\0{rule.user}\0{rule.password}")[:4])
            return chance < rule.probability * 2**32
    return False


def _matches(pattern: str, value: str) -> bool:
    if pattern == "*":
        return True
    return len(value) <= _MAX_VALUE and _compiled(pattern).fullmatch(value) is not None

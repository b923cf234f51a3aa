"""Which logins succeed: one rule for every service that asks for a password. Pure."""

import re
from functools import lru_cache

from msgspec import Struct

from samovar.persona import Persona


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    if len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/"):
        return re.compile(pattern[1:-1], re.DOTALL)
    parts = re.split(r"([*?])", pattern)
    return re.compile("".join({"*": ".*", "?": "."}.get(part, re.escape(part)) for part in parts), re.DOTALL)


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


def accepts(
    rules: tuple[LoginRule, ...], persona: Persona, source_ip: str, user: str, password: str, tries: int
) -> bool:
    """Whether this source, at its ``tries``-th try, gets in with ``user`` and ``password``."""
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
    return _compiled(pattern).fullmatch(value) is not None

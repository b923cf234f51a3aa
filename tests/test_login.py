from collections import Counter
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.login import DEFAULT_RULES, LoginRule, accepts, decide, judged
from tests.personas import persona


def works(
    *rules: LoginRule, user: str = "root", password: str = "x", tries: int = 1, source: str = "198.51.100.7"
) -> bool:
    return accepts(rules, persona(), source, user, password, tries)


def test_the_first_rule_that_matches_decides() -> None:
    rules = (LoginRule(user="root", password="x", deny=True), LoginRule(user="root"))
    assert not works(*rules)
    assert works(*rules, password="y")
    assert works(*reversed(rules))


def test_nothing_matches_nothing_works() -> None:
    assert not works()
    assert not works(LoginRule(user="admin"))


@pytest.mark.parametrize(
    ("pattern", "value", "matches"),
    [
        ("root", "root", True),
        ("root", "root2", False),
        ("ro*", "root", True),
        ("r??t", "root", True),
        ("r.ot", "root", False),
        ("*", "", True),
        ("*", "a\nb", True),
        ("a*b", "a\nb", True),
        ("/a|b+/", "bb", True),
        ("/a|b+/", "abb", False),
        ("/", "/", True),
        ("[a]", "a", False),
    ],
)
def test_patterns(pattern: str, value: str, matches: bool) -> None:
    assert works(LoginRule(user=pattern), user=value) is matches
    assert works(LoginRule(password=pattern), password=value) is matches


def test_a_source_has_to_try_a_few_times() -> None:
    assert [works(LoginRule(after=3), tries=tries) for tries in (1, 2, 3, 4)] == [False, False, True, True]


def test_the_share_of_sources_is_as_told_and_each_sees_the_same() -> None:
    rule = LoginRule(probability=0.3)
    seen = [works(rule, source=f"198.51.{i // 256}.{i % 256}") for i in range(2000)]
    assert 450 < sum(seen) < 750
    assert seen == [works(rule, source=f"198.51.{i // 256}.{i % 256}") for i in range(2000)]
    assert not works(LoginRule(probability=0.0))
    assert works(LoginRule(probability=1.0))


def test_default_rules_want_three_tries_of_a_weak_password() -> None:
    assert not works(*DEFAULT_RULES, password="123456", tries=2)
    assert works(*DEFAULT_RULES, password="123456", tries=3)
    assert not works(*DEFAULT_RULES, password="correct horse", tries=9)
    assert not works(*DEFAULT_RULES, user="oracle", password="123456", tries=9)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_credential_is_judged(user: str, password: str) -> None:
    assert accepts((LoginRule(user="nobody*", password="/x/"), LoginRule()), persona(), "::1", user, password, 1)


@given(st.text(alphabet="ab.*?[]\\/", max_size=12))
def test_any_wildcard_pattern_is_readable(pattern: str) -> None:
    literal = pattern.replace("*", "a").replace("?", "b")
    if not (len(pattern) > 1 and pattern.startswith("/") and pattern.endswith("/")):
        assert works(LoginRule(user=pattern), user=literal)


class Source:
    """One source address and the platform's tally of it."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def tally(self, key: str) -> int:
        self.counts[key] += 1
        return self.counts[key]

    def tries(self, rules: tuple[LoginRule, ...], user: str, password: str) -> bool:
        return decide(judged(rules, persona(), "198.51.100.7", user, password), self.tally)


def test_what_worked_works_again_and_what_did_not_does_not() -> None:
    rules = (LoginRule(password="/a|b|c|d/", after=3),)
    source = Source()
    got = "".join(password if source.tries(rules, "root", password) else "." for password in "abcabccdcad")
    assert got == "..c..ccdc.d"


@given(st.lists(st.sampled_from("abcdef"), max_size=60), st.integers(1, 6))
def test_a_credential_keeps_its_first_answer(tried: list[str], after: int) -> None:
    source, first = Source(), dict[str, bool]()
    for password in tried:
        answer = source.tries((LoginRule(after=after),), "root", password)
        assert answer is first.setdefault(password, answer)


def test_a_saturated_count_lets_nobody_in() -> None:
    source = Source()
    source.tally = lambda key: 65_535  # type: ignore[method-assign]
    assert not source.tries((LoginRule(user="admin"),), "root", "x")


def test_a_long_value_matches_only_the_star() -> None:
    long = "a" * 257
    assert not works(LoginRule(user="/a+/"), user=long)
    assert not works(LoginRule(user="a*"), user=long)
    assert works(LoginRule(), user=long, password=long)


EVIL = [
    "/(a+)+b/",
    "/(a|aa)+b/",
    "/(.*)(.*)(.*)b/",
    "/(a?){30}a{30}/",
    r"/(a*)\1/",
    "/(?:x(?=a+))*/",
    "/([a-z]+[0-9]*)*/",
]


@pytest.mark.parametrize("pattern", EVIL)
def test_what_could_run_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(ValueError, match="is no regular expression"):
        LoginRule(password=pattern)


@pytest.mark.parametrize("pattern", ["/root|admin[0-9]*/", "/.*foo.*/", "/(?i)abc{3}d+/", "/(ab){2}/", "/[^a]{4,8}/"])
def test_ordinary_expressions_are_taken(pattern: str) -> None:
    assert LoginRule(password=pattern)


@given(st.text(alphabet="a*?b", max_size=30), st.text(alphabet="ab", max_size=256))
def test_wildcards_are_quick_and_mean_what_they_say(pattern: str, value: str) -> None:
    assert works(LoginRule(user=pattern), user=value) is fnmatchcase(value, pattern)

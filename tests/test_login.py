import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.login import DEFAULT_RULES, LoginRule, accepts
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

"""Expansion ends, and what it makes is bounded, whatever the words are."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.shell.syntax.parse import Incomplete, SyntaxFault, parse
from samovar.shell.syntax.tree import Assignment, Simple
from samovar.shell.words.arithmetic import evaluate
from samovar.shell.words.brace import strings
from samovar.shell.words.expand import fields
from samovar.shell.words.limits import MAX_FIELDS, MAX_TEXT
from samovar.shell.words.scope import Array, ExpansionFault
from tests.shell.words.rig import MAX_STEPS, Memory, TooMuch, finish, said

SUMS = r"""1 0 08 0x 2# 16#f x a[0] a[ ] + - ++ -- * / % ** ( ) ? : , = += == << >> && || ! ~ & | ^ < > # . " $"""
PIECES = (
    r"""$x ${x} ${y:- ${x# ${x/ ${x: ${#x} ${!x} "$@" $* } / : - * ? [a] {a,b} {1..3} ~ ' " \ a $((1+ )) $( ) ` @ %"""
)


@given(st.lists(st.sampled_from([*SUMS.split(), " "]), max_size=12).map("".join))
@settings(max_examples=1000)
def test_any_sum_has_a_value_or_a_fault(text: str) -> None:
    scope = Memory()
    scope.variables.update(x="1+2", a=Array({"0": "3"}))
    try:
        number = evaluate(text, scope)
    except ExpansionFault:
        number = 0
    assert -(2**63) <= number < 2**63


@given(st.text("{}.,ab13-", max_size=30))
def test_any_braces_have_an_end(text: str) -> None:
    assert len(strings(text)) <= MAX_FIELDS


@given(st.lists(st.sampled_from([*PIECES.split(), " "]), max_size=15).map("".join))
@settings(max_examples=500)
def test_any_words_expand_or_are_faulty(text: str) -> None:
    scope = Memory({".": ["a", "b c"]})
    scope.variables.update(x="a b*", y="")
    scope.parameters = ["p q", "", "r"]
    try:
        script = parse(f"printf '[%s]' {text}")
    except (Incomplete, SyntaxFault):
        return
    try:
        finish(scope.run(script))
    except (ExpansionFault, AssertionError, TooMuch):
        return
    assert "".join(scope.output).startswith("[")


@pytest.mark.parametrize(
    "source",
    [
        "x=aaaaaaaa; " + "x=$x$x; " * 40,
        "x=aaaaaaaa; " + "x=${x//a/$x}; " * 10,
        "x=aaaaaaaa; " + 'x="${x//a/&&&&}"; ' * 20,
        "printf '[%s]' {1..1000000000}",
        "printf '[%s]' {a..b}" + "{1..99}" * 6,
        "printf '[%s]' " + "{a,b}" * 40,
        "printf '[%s]' {1..9000}" + "a" * 2000,
        "x=$(echo {1..99999}); printf '[%s]' $x$x",
        "x=" + "a:" * 120_000 + "; IFS=:; set -- $x",
    ],
)
def test_growth_is_refused(source: str) -> None:
    scope = Memory()
    try:
        assert "cannot allocate" in said(source, scope)
    except TooMuch:
        assert scope.spent > MAX_STEPS
    held = [value for value in scope.variables.values() if isinstance(value, str)]
    assert max(map(len, held)) <= MAX_TEXT


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("x", "expression recursion level exceeded"),
        ("(" * 200 + "1" + ")" * 200, "expression recursion level exceeded"),
        ("-" * 20_001 + "1", "expression recursion level exceeded"),
        ("1" + "?1:1" * 5000, "expression recursion level exceeded"),
        ("a[" * 200 + "0" + "]" * 200, "expression recursion level exceeded"),
        ("2" + "**1" * 3000, "expression recursion level exceeded"),
    ],
)
def test_sums_do_not_nest_for_ever(expression: str, message: str) -> None:
    scope = Memory()
    scope.variables["x"] = "x+1"
    with pytest.raises(ExpansionFault, match=message):
        evaluate(expression, scope)


def test_large_values_in_many_words_are_paid_for_and_refused() -> None:
    scope = Memory()
    scope.variables["x"] = "a" * 1_000_000
    words = parse("echo" + ' "b$x"' * 10).items[0].node
    assert isinstance(words, Simple)
    with pytest.raises(ExpansionFault, match="cannot allocate"):
        finish(fields([word for word in words.words if not isinstance(word, Assignment)], scope))
    assert scope.spent >= 4_000


def test_the_budget_pays_for_directories() -> None:
    scope = Memory({".": [f"file{number}" for number in range(5000)]})
    assert said("printf '[%s]' *x", scope) == "[*x]"
    assert scope.spent >= 5000 // 20


def test_doubling_variables_costs_the_budget() -> None:
    scope = Memory()
    scope.variables.update({f"x{number}": f"x{number + 1}+x{number + 1}" for number in range(30)})
    with pytest.raises((TooMuch, ExpansionFault)):
        evaluate("x0", scope)
    assert scope.spent <= MAX_STEPS + 100

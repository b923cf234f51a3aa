"""Whatever is sent, the parser ends, in steps that grow with the text."""

import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.shell.syntax.parse import Incomplete, SyntaxFault, parse

PIECES = r"""
if then fi for in do done case esac while { } ( ) (( )) [[ ]] ; ;; & && | || ! < > << <<- <<< >& &> 2> {a}> ' " ` \ $
$( $(( ${ ${x ${x:- ${x/ ${# ${! $[ $' [ ] a a= a=( a[ a[1]= # ~ * ? @( <( x -f == =~ -eq \n \t EOF function time
coproc select : / % , ^ 08 é
""".split()  # noqa: SIM905
texts = st.lists(st.sampled_from([*PIECES, " ", "\n"]), max_size=60).map("".join)


def judged(source: str, **options: Any) -> bool:
    try:
        parse(source, **options)
    except (Incomplete, SyntaxFault):
        return False
    return True


@given(st.text(st.characters(max_codepoint=255), max_size=200))
@settings(max_examples=300)
def test_any_text_is_judged(source: str) -> None:
    judged(source)


@given(texts, st.sampled_from(["bash", "ash"]), st.booleans())
@settings(max_examples=1000)
def test_any_pieces_are_judged(source: str, dialect: str, partial: bool) -> None:
    source = source.replace("\\n", "\n")
    judged(source, dialect=dialect, partial=partial, aliases={"a": "x ", "x": "a;"})


REPEATED = [
    "(", "$(", "$((", "`", '"', "\\", "{ ", "if ", "if a; then ", "case x in x) ", "cat <<A;", "cat <<A\n", "[[ ! ",
    "[[ ( ", "a=( [", "a[", "${x:-", "${x/", '"${x:-', "@(", "f() { ", "<(", "for ((", "(((a) ", "$[", "a=([ [ ]= ",
    "a\\\n", " \\\n", "#\n", ">a ", "a=b ", "x=$(a 'b' \"$c\") d; ", "a && ", "a | ", "coproc ", "! ", "$'\\'",
]  # fmt: skip


def calls(source: str) -> int:
    count = 0

    def profile(_frame: object, _event: str, _argument: object) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        judged(source)
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("piece", REPEATED)
def test_steps_grow_with_the_text_only(piece: str) -> None:
    short, long = calls(piece * 1000), calls(piece * 4000)
    assert long <= 5 * short + 20_000


def test_ambiguous_parentheses_are_not_tried_again_and_again() -> None:
    assert calls("echo " + "$((" * 40 + "1" + ") )" * 40) < 40_000
    assert calls("(( " * 40 + "a" + ") )" * 40) < 40_000


@pytest.mark.parametrize("depth", [20, 50])
def test_deep_nesting_has_a_limit_that_scripts_do_not_reach(depth: int) -> None:
    assert judged("echo " + "$(echo " * depth + ")" * depth)
    assert judged("if a; then " * depth + "b" + "; fi" * depth)
    assert not judged("echo " + "$(echo " * 10 * depth + ")" * 10 * depth)

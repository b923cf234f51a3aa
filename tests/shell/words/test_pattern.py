"""Glob patterns match what bash's do."""

import os
import random
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.shell.words.extended import MAX_STEPS, Matcher
from samovar.shell.words.pattern import escaped, finder, matches, prefix, suffix
from samovar.shell.words.plain import plain
from samovar.shell.words.scope import ExpansionFault
from samovar.shell.words.transform import removed, replaced

BASH = "/bin/bash"
SETS = ["[ab]", "[!a]", "[a-b]", "[^b]", "[[:alpha:]]", "[[:digit:]]"]
any_text = st.text(st.characters(max_codepoint=255), max_size=40)


def made(chance: random.Random, depth: int, *, extended: bool) -> str:
    pieces = []
    for _ in range(chance.randint(1, 4)):
        kind = chance.random()
        if extended and depth < 2 and kind > 0.8:
            inside = "|".join(made(chance, depth + 1, extended=True) for _ in range(chance.randint(1, 2)))
            pieces.append(f"{chance.choice('?*+@')}({inside})")
        else:
            star = "a" if depth else "*"  # bash errs on some stars in groups, as in a*+(*)
            pieces.append(chance.choice(["a", "b", "a", "b", star, "?", chance.choice(SETS)]))
    return "".join(pieces).replace("**", "*")


def cases(seed: int, *, extended: bool) -> list[tuple[str, str]]:
    chance = random.Random(seed)
    return [
        (made(chance, 0, extended=extended), "".join(chance.choice("aabb]*") for _ in range(chance.randint(1, 6))))
        for _ in range(400)
    ]


def ours(pattern: str, text: str) -> str:
    hole = [("X", False)]
    parts = [removed(text, operator, pattern) for operator in ("#", "##", "%", "%%")]
    parts += [replaced(text, operator, pattern, hole) for operator in ("/", "//")]
    return "|".join([str(int(matches(text, pattern))), *parts])


@pytest.mark.skipif(not os.path.exists(BASH), reason="needs bash as the oracle")
@pytest.mark.parametrize("extended", [False, True])
@pytest.mark.parametrize("seed", range(3, 7))  # bash errs on a few patterns of others, as on *?+(?(aa))
def test_random_patterns_match_as_in_bash(seed: int, extended: bool) -> None:
    lines = ["shopt -s extglob"]
    wanted = cases(seed, extended=extended)
    for pattern, text in wanted:
        lines.append(f"p='{pattern}'; t='{text}'; [[ $t == $p ]] && r=1 || r=0")
        lines.append('printf "%s\\n" "$r|${t#$p}|${t##$p}|${t%$p}|${t%%$p}|${t/$p/X}|${t//$p/X}"')
    run = subprocess.run(
        [BASH], input="\n".join(lines), env={"LC_ALL": "C"}, capture_output=True, text=True, check=False
    )
    assert [f"{p} {t} {ours(p, t)}" for p, t in wanted] == [
        f"{p} {t} {said}" for (p, t), said in zip(wanted, run.stdout.splitlines(), strict=True)
    ]


@given(any_text, any_text)
def test_any_pattern_is_decided(pattern: str, text: str) -> None:
    matches(text, pattern)
    for longest in (False, True):
        length = prefix(text, pattern, longest=longest)
        assert length is None or 0 <= length <= len(text)
        length = suffix(text, pattern, longest=longest)
        assert length is None or 0 <= length <= len(text)


@given(any_text, any_text)
def test_an_escaped_text_matches_itself_only(text: str, other: str) -> None:
    assert matches(text, escaped(text))
    assert matches(other, escaped(text)) == (text == other)


def test_many_stars_do_not_multiply() -> None:
    pattern, text = "a*" * 60 + "b", "a" * 20_000
    assert not matches(text, pattern)
    assert removed(text, "##", pattern) == text
    assert finder(text, pattern)(0) is None
    assert len(plain(pattern).pieces) == 61


def test_groups_are_matched_in_bounded_steps() -> None:
    nested = "*(" * 12 + "a" + ")" * 12 + "b"
    assert not matches("a" * 30, nested)
    matcher = Matcher("a" * 5000)
    with pytest.raises(ExpansionFault):
        matcher.sequence((("*", (("a",), ("[ab]", "*"))),) * 5 + ("c",), frozenset((0,)))
    assert matcher.steps < 2 * MAX_STEPS

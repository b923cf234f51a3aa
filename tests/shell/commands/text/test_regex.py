"""The regular expressions against Python's own, and their bounds."""

import random
import re

import pytest

from samovar.shell.commands.text.regex import PatternFault, Regex
from samovar.shell.kernel.process import Killed


def regex(pattern: str, dialect: str = "extended", **more: object) -> Regex:
    """One whose work is free."""
    return Regex(pattern, dialect, lambda steps: None, **more)  # type: ignore[arg-type]


def generated(source: random.Random, depth: int = 0) -> str:
    kind = source.random()
    if depth > 3 or kind < 0.4:
        return source.choice(["a", "b", ".", "[ab]", "[^a]", "^", "$", r"\b", r"\w"])
    inner = generated(source, depth + 1)
    if kind < 0.6:
        return inner + generated(source, depth + 1)
    if kind < 0.75:
        return f"({inner}|{generated(source, depth + 1)})"
    return f"({inner})" + source.choice(["*", "+", "?", "{1,2}"])


@pytest.mark.parametrize("seed", range(1500))
def test_finds_what_python_finds_and_the_longest(seed: int) -> None:
    source = random.Random(seed)
    pattern = generated(source)
    text = "".join(source.choice("ab c") for _ in range(source.randrange(8)))
    expected, found = re.search(pattern, text), regex(pattern).search(text, groups=True)
    assert regex(pattern).test(text) == (expected is not None)
    if expected is None:
        assert found is None
        return
    assert found is not None
    assert found.start == expected.start()
    assert found.end >= expected.end()
    assert re.compile(f"(?:{pattern})").match(text, found.start)
    if not set("$^\\") & set(pattern):
        ends = range(found.start, len(text) + 1)
        assert found.end == max(e for e in ends if re.fullmatch(pattern, text[found.start : e]))


@pytest.mark.parametrize(
    ("pattern", "dialect", "text", "spans"),
    [
        (r"(\w+)=(\w+)", "extended", "  foo=bar", [(2, 9), (2, 5), (6, 9)]),
        (r"\(a\)\1", "basic", "xaa", [(1, 3), (1, 2)]),
        (r"(?<=id=)\d+?(?=;)", "perl", "id=42;", [(3, 5)]),
        (r"a\Kb", "perl", "ab", [(1, 2)]),
        ("a*", "basic", "baa", [(0, 0)]),
        ("*a", "basic", "x*a", [(1, 3)]),
        ("a|ab", "extended", "abc", [(0, 2)]),
        ("a|ab", "perl", "abc", [(0, 1)]),
        (r"x\{2,3\}", "basic", "xxxx", [(0, 3)]),
        ("a{2}", "awk", "a{2}", [(0, 4)]),
        ("[[:digit:]]+", "extended", "ab12", [(2, 4)]),
        ("[]a]+", "extended", "x]a", [(1, 3)]),
    ],
)
def test_groups_and_dialects(pattern: str, dialect: str, text: str, spans: list[tuple[int, int]]) -> None:
    found = regex(pattern, dialect).search(text, groups=True)
    assert found is not None
    assert found.spans == spans


@pytest.mark.parametrize(
    ("pattern", "dialect", "message"),
    [
        ("[a", "basic", "Unmatched [, [^, [:, [., or [="), ("(a", "extended", "Unmatched ( or \\("),
        (r"a\(", "basic", "Unmatched ( or \\("), (r"a\)", "basic", "Unmatched ) or \\)"),
        ("a\\", "basic", "Trailing backslash"), ("[z-a]", "basic", "Invalid range end"),
        (r"\1", "basic", "Invalid back reference"), ("((a{999}){999}){999}", "extended", "Regular expression too big"),
        ("[[:nope:]]", "basic", "Invalid character class name"),
    ],
)  # fmt: skip
def test_faults(pattern: str, dialect: str, message: str) -> None:
    with pytest.raises(PatternFault, match=re.escape(message)):
        regex(pattern, dialect)


def test_hostile_patterns_cost_little() -> None:
    spent = [0]

    def spend(steps: int) -> None:
        spent[0] += steps

    for pattern in ("(a*)*c", "(a|a)*c", "(a|aa)+$", "(.*)(.*)(.*)[xy]z"):
        Regex(pattern, "extended", spend).search("a" * 20_000 + "c", groups=True)
    assert spent[0] < 60_000


def test_work_with_back_references_is_paid() -> None:
    left = [200]

    def spend(steps: int) -> None:
        left[0] -= steps
        if left[0] < 0:
            raise Killed(137)

    with pytest.raises(Killed):
        Regex(r"(a*)(a*)(a*)(a*)\4\3x|(b)", "extended", spend).search("a" * 60)

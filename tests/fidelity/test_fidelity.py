"""The shell keeps what it has reached against a real one; and the measure itself is sound."""

from pathlib import Path

import pytest

from tests.fidelity import compare, corpus, reference, report
from tests.fidelity.grade import GOAL, REQUIRED, Grade, grade, shares
from tests.fidelity.result import Place, Result, load
from tests.fidelity.rules import ALWAYS, LOOSE, TAGGED, normal

HERE = Place(kernel_release="6.1.0-9-amd64", kernel_version="#1 SMP Debian")
THERE = Place(kernel_release="6.18.4", kernel_version="#7 SMP")


def out(text: str) -> Result:
    """A result that is only output."""
    return Result(text, "", 0)


@pytest.mark.parametrize("chosen", corpus.SETS)
def test_lines_are_answered_as_by_a_real_shell(chosen: str) -> None:
    exact, plausible = shares(case.grade for case in compare.cases([chosen]))
    assert exact >= REQUIRED[chosen][0]
    assert plausible >= REQUIRED[chosen][1]


def test_no_more_is_required_than_the_goal() -> None:
    assert all(one <= goal for required in REQUIRED.values() for one, goal in zip(required, GOAL, strict=True))


def test_the_collection_is_large_and_its_halves_are_apart() -> None:
    tuned, unseen = (corpus.lines(chosen) for chosen in corpus.SETS)
    own = [line for line in (*tuned, *unseen) if line.group != "attackers"]
    assert len(own) >= 400
    assert len(unseen) >= 250
    assert not {line.text for line in tuned} & {line.text for line in unseen}
    assert {line.group for line in unseen} == {line.group for line in tuned} - {"attackers"}


def test_every_line_has_a_reference_and_known_tags() -> None:
    _, results = load(reference.CACHE)
    for chosen in corpus.SETS:
        for line in corpus.lines(chosen):
            assert line.text in results
            assert set(line.tags) <= TAGGED.keys() | LOOSE.keys()


def test_few_lines_need_a_rule() -> None:
    every = [line for chosen in corpus.SETS for line in corpus.lines(chosen)]
    assert sum(bool(line.tags) for line in every) < 0.1 * len(every)


@pytest.mark.parametrize(
    ("found", "wanted", "tags", "expected"),
    [
        (out("a\n"), out("a\n"), (), Grade.EXACT),
        (out("a\n"), out("a"), (), Grade.WRONG),
        (out("a 1\n"), out("a 22\n"), (), Grade.PLAUSIBLE),
        (out("a 1\n"), out("a  22\n"), ("numbers",), Grade.EXACT),
        (out("a b\n"), out("a  b\n"), ("blanks",), Grade.EXACT),
        (out("a\n"), out("b\n"), (), Grade.WRONG),
        (out("x1\n"), out("x2\n"), ("numbers",), Grade.PLAUSIBLE),
        (Result("a", "", 1), Result("a", "", 0), ("values",), Grade.WRONG),
        (Result("a", "x", 0), Result("a", "", 0), ("values",), Grade.WRONG),
        (out("Intel X\n"), out("AMD\n"), ("values",), Grade.PLAUSIBLE),
        (out("Intel\nX\n"), out("AMD\n"), ("values",), Grade.WRONG),
        (out("PID CMD\n1 a\n2 b\n"), out("PID CMD\n9 z\n"), ("rows",), Grade.PLAUSIBLE),
        (out("PID COMMAND\n1 a\n"), out("PID CMD\n1 a\n"), ("rows",), Grade.WRONG),
        (out(""), out("PID CMD\n"), ("rows",), Grade.WRONG),
        (out("a on b\nc on d\n"), out("x on y\n"), ("list",), Grade.PLAUSIBLE),
        (out("a on b more\n"), out("x on y\n"), ("list",), Grade.WRONG),
    ],
)
def test_grades(found: Result, wanted: Result, tags: tuple[str, ...], expected: Grade) -> None:
    assert grade(found, wanted, tags) == expected


def test_each_machine_has_its_own_kernel() -> None:
    found = out("Linux web03 6.1.0-9-amd64 #1 SMP Debian x86_64\n")
    wanted = out("Linux web03 6.18.4 #7 SMP x86_64\n")
    assert grade(found, wanted, (), HERE, THERE) == Grade.EXACT
    assert grade(wanted, wanted, (), HERE, THERE) == Grade.WRONG


@pytest.mark.parametrize(
    "text",
    [
        "Tue Nov 24 11:33:49 UTC 2026",
        "Tue, 24 Nov 2026 11:34:20 +0000",
        "2026-11-24 11:33:49",
        "2026-11-24",
        "Nov 24 11:33",
        "Jul  9  2019",
    ],
)
def test_dates_are_found(text: str) -> None:
    assert normal(f"a {text} b", ("date",), HERE) == "a <date> b"
    assert normal(f"a {text} b", (), HERE) == f"a {text} b"


def test_every_rule_says_why() -> None:
    assert all(len(rule.reason.split()) > 4 for rule in (*ALWAYS, *TAGGED.values()))


def test_the_shares() -> None:
    grades = [Grade.EXACT, Grade.EXACT, Grade.PLAUSIBLE, Grade.WRONG]
    assert shares(grades) == (0.5, 0.75)


def test_a_difference_says_what_differs() -> None:
    case = compare.Case(corpus.Line("x", (), "g", "tuned"), Result("a\n", "", 1), Result("b\n", "e\n", 0), HERE, THERE)
    assert case.difference().splitlines() == [
        "    $ x",
        "      out - b",
        "      out + a",
        "      err - e",
        "      status 1, not 0",
    ]


@pytest.mark.skipif(not reference.ready(), reason="needs root and the root that scripts/debian_root.py builds")
def test_the_reference_is_what_a_real_debian_says() -> None:
    there, results = load(reference.CACHE)
    every = [line for chosen in corpus.SETS for line in corpus.lines(chosen) if line.text not in reference.KNOWN]
    sample = every[::40]
    again = reference.run_all(sample)
    for line in sample:
        found = grade(again[line.text], results[line.text], line.tags, reference.place(), there)
        assert found != Grade.WRONG, (line.text, again[line.text], results[line.text])


def test_the_page_shows_both_columns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "PAGE", tmp_path / "fidelity.md")
    report.write()
    page = report.PAGE.read_text()
    assert "| lines | Samovar: exact | exact or plausible | Cowrie 3.1.4: exact | exact or plausible |" in page
    unseen = {line.text for line in corpus.lines("unseen")}
    assert not unseen & set(page.splitlines())


def test_one_stream_can_be_compared_with_two() -> None:
    case = compare.Case(corpus.Line("x", (), "g", "tuned"), Result("ab", "", 0), Result("a", "b", 0), HERE, THERE)
    assert (case.grade, case.merged().grade) == (Grade.WRONG, Grade.EXACT)

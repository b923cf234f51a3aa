"""Writes docs/fidelity.md: totals of ours and of Cowrie's, the rules, and what differs on the tuned lines."""

from collections.abc import Iterable
from pathlib import Path

from tests.fidelity.compare import Case, cases, known
from tests.fidelity.corpus import SETS
from tests.fidelity.grade import GOAL, Grade, shares
from tests.fidelity.result import load
from tests.fidelity.rules import ALWAYS, LOOSE, TAGGED

PAGE = Path(__file__).resolve().parents[2] / "docs" / "fidelity.md"
PEER = Path(__file__).with_name("cowrie.jsonl")
HEAD = f"""# How near the shell comes to a real one

Written by `.venv/bin/python -m tests.fidelity --report`; do not edit.

Each line of `tests/fidelity/lines` was run in a real Debian 12 (`scripts/debian_root.py`: debootstrap; a fresh overlay
for each line, own namespaces, loopback only, as root, with the environment that sshd gives) and is run in Samovar's
shell. Standard output, standard error and exit status are compared. *Tuned* lines are open to the developers; *unseen*
lines are a random half of the same collection, at whose differences nobody looks. The goal, for both: {GOAL[0]:.0%}
exact, {GOAL[1]:.0%} exact or plausible.

- **exact**: all three are equal after the rules below.
- **plausible**: the same status, and output and errors of the same shape: runs of digits count as one, and so do runs
  of blanks.
- **wrong**: anything else.

The reference has no service manager, no kernel of Debian's and no network card. Where that shows, its answer is written
by hand (`KNOWN` in `tests/fidelity/reference.py`) or the line is not in the collection, as most of `systemctl`'s.
"""


def write() -> None:
    """Write the page."""
    ours = cases()
    place, results = load(PEER) if PEER.exists() else (None, {})
    theirs = known(results, place) if place is not None else []
    name = place.product if place is not None else "Cowrie: not measured"
    parts = [HEAD, _totals(ours, theirs, name), _groups(ours, theirs, name), _rules(), _differences(ours)]
    PAGE.write_text("\n".join(parts))


def summary(found: Iterable[Case]) -> str:
    """Totals in one line each set."""
    every = list(found)
    rows = []
    for chosen in SETS:
        grades = [case.grade for case in every if case.line.chosen == chosen]
        if grades:
            exact, plausible = shares(grades)
            counts = ", ".join(f"{grades.count(grade)} {grade}" for grade in Grade)
            rows.append(
                f"{chosen}: {len(grades)} lines: {counts}; {exact:.1%} exact, {plausible:.1%} at least plausible"
            )
    return "\n".join(rows)


def _share(found: list[Case]) -> tuple[str, str]:
    if not found:
        return "-", "-"
    exact, plausible = shares(case.grade for case in found)
    return f"{exact:.1%}", f"{plausible:.1%}"


def _totals(ours: list[Case], theirs: list[Case], name: str) -> str:
    rows = [
        "## Totals\n",
        f"| set | lines | Samovar: exact | exact or plausible | {name}: exact | exact or plausible |",
        "|---|---|---|---|---|---|",
    ]
    for chosen in SETS:
        one, other = ([case for case in cases if case.line.chosen == chosen] for cases in (ours, theirs))
        rows.append(f"| {chosen} | {len(one)} | {' | '.join((*_share(one), *_share(other)))} |")
    if theirs:
        silent = sum(case.found.status < 0 for case in theirs)
        merged = shares(case.merged().grade for case in theirs)[0]
        rows.append(
            f"\n{name} gave no answer within ten seconds on {silent} lines. It has one stream where a server has two; "
            f"with both read\nas one, {merged:.1%} of all its answers are exact."
        )
    return "\n".join(rows) + "\n"


def _groups(ours: list[Case], theirs: list[Case], name: str) -> str:
    rows = [
        "## By group, both sets\n",
        f"| group | lines | Samovar: exact | exact or plausible | {name}: exact | exact or plausible |",
        "|---|---|---|---|---|---|",
    ]
    for group in sorted({case.line.group for case in ours}):
        one, other = ([case for case in cases if case.line.group == group] for cases in (ours, theirs))
        rows.append(f"| {group} | {len(one)} | {' | '.join((*_share(one), *_share(other)))} |")
    return "\n".join(rows) + "\n"


def _rules() -> str:
    rows = ["## Rules\n", "| rule | holds | why |", "|---|---|---|"]
    rows += [f"| {rule.name} | always | {rule.reason} |" for rule in ALWAYS]
    rows += [f"| {rule.name} | where a line names it | {rule.reason} |" for rule in TAGGED.values()]
    rows += [f"| {name} | where a line names it; never exact by it | {reason} |" for name, reason in LOOSE.items()]
    return "\n".join(rows) + "\n"


def _differences(ours: list[Case]) -> str:
    rows = ["## Tuned lines that are not exact\n", "`python -m tests.fidelity` prints what differs in each.\n"]
    for wanted in (Grade.WRONG, Grade.PLAUSIBLE):
        found = [case.line.text for case in ours if case.line.chosen == "tuned" and case.grade == wanted]
        rows += [f"### {wanted}: {len(found)}\n", "```", *found, "```\n"] if found else []
    return "\n".join(rows)

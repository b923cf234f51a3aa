"""Grades a result against the reference: exact, plausible or wrong. By rule, never by hand.

exact: the three are equal after the rules. plausible: the same status, and outputs and errors of the same shape:
equal where runs of digits and of blanks count as one, or, where the line's tag allows it, as ``rules.LOOSE`` says.
"""

import re
from collections.abc import Iterable
from enum import StrEnum

from tests.fidelity.result import Place, Result
from tests.fidelity.rules import normal

GOAL = (0.90, 0.98)  # exact; exact or plausible
REQUIRED = {"tuned": (0.81, 0.85), "unseen": (0.78, 0.82)}  # what has been reached; raised until it is the goal
_DIGITS, _BLANKS = re.compile(r"\d+(?:[.,:]\d+)*"), re.compile(r"[ \t]+")


class Grade(StrEnum):
    """How near a line comes."""

    EXACT = "exact"
    PLAUSIBLE = "plausible"
    WRONG = "wrong"


def grade(
    found: Result, wanted: Result, tags: tuple[str, ...] = (), here: Place | None = None, there: Place | None = None
) -> Grade:
    """The grade of what was found; ``here`` and ``there`` are the machines of both."""
    empty = Place(kernel_release="\0", kernel_version="\0")
    pairs = [
        (normal(one, tags, here or empty), normal(other, tags, there or empty))
        for one, other in ((found.out, wanted.out), (found.err, wanted.err))
    ]
    if found.status != wanted.status:
        return Grade.WRONG
    if all(one == other for one, other in pairs):
        return Grade.EXACT
    (out, wanted_out), (err, wanted_err) = pairs
    if _shape(err) == _shape(wanted_err) and _alike(out, wanted_out, tags):
        return Grade.PLAUSIBLE
    return Grade.WRONG


def shares(grades: Iterable[Grade]) -> tuple[float, float]:
    """The shares that are exact, and exact or plausible."""
    counted = list(grades)
    exact = counted.count(Grade.EXACT)
    return exact / len(counted), (exact + counted.count(Grade.PLAUSIBLE)) / len(counted)


def _shape(text: str) -> str:
    return _BLANKS.sub(" ", _DIGITS.sub("0", text)).replace(" \n", "\n")


def _alike(found: str, wanted: str, tags: tuple[str, ...]) -> bool:
    if _shape(found) == _shape(wanted):
        return True
    if "values" in tags:
        return [bool(row.split()) for row in found.splitlines()] == [bool(row.split()) for row in wanted.splitlines()]
    if "list" in tags:
        return {len(row.split()) for row in found.splitlines()} == {len(row.split()) for row in wanted.splitlines()}
    if "rows" in tags:
        return bool(found) == bool(wanted) and _heading(found) == _heading(wanted)
    return False


def _heading(table: str) -> list[str]:
    return _shape(table.partition("\n")[0]).split()

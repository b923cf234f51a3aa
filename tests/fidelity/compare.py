"""Runs the corpus in the emulated shell and grades each line against the reference."""

import difflib
from collections.abc import Callable, Iterable
from typing import NamedTuple

from tests.fidelity import adapter
from tests.fidelity.corpus import SETS, Line, lines
from tests.fidelity.grade import Grade, grade
from tests.fidelity.reference import CACHE
from tests.fidelity.result import Place, Result, load
from tests.fidelity.rules import normal


class Case(NamedTuple):
    """One line, what it did, and what it should have done."""

    line: Line
    found: Result
    wanted: Result
    here: Place
    there: Place

    @property
    def grade(self) -> Grade:
        """How near it comes."""
        return grade(self.found, self.wanted, self.line.tags, self.here, self.there)

    def merged(self) -> "Case":
        """The same with output and errors as one stream, for a server that has only one."""
        found, wanted = (Result(one.out + one.err, "", one.status) for one in (self.found, self.wanted))
        return self._replace(found=found, wanted=wanted)

    def difference(self) -> str:
        """What differs after the rules."""
        rows = [f"    $ {self.line.text}"]
        for name, one, other in (("out", self.found.out, self.wanted.out), ("err", self.found.err, self.wanted.err)):
            found = normal(one, self.line.tags, self.here).splitlines()
            wanted = normal(other, self.line.tags, self.there).splitlines()
            changes = list(difflib.ndiff(wanted, found)) if found != wanted else []
            rows += [f"      {name} {row}" for row in changes if row[0] in "-+"]
            if not changes and one != other and one.endswith("\n") != other.endswith("\n"):
                rows.append(f"      {name} differs in its last newline")
        if self.found.status != self.wanted.status:
            rows.append(f"      status {self.found.status}, not {self.wanted.status}")
        return "\n".join(rows)


def attempt(line: bytes) -> Result:
    """The emulated shell's result; where it fails itself, that is the result."""
    try:
        return adapter.run(line)
    except Exception as error:
        return Result("", f"{type(error).__name__}: {error}", -1)


def cases(chosen: Iterable[str] = SETS, run: Callable[[bytes], Result] = attempt) -> list[Case]:
    """Every line of the sets, run now."""
    there, reference = load(CACHE)
    return [
        Case(line, run(line.command), reference[line.text], adapter.place(), there)
        for name in chosen
        for line in lines(name)
    ]


def known(results: dict[str, Result], here: Place, chosen: Iterable[str] = SETS) -> list[Case]:
    """Every line of the sets that was run elsewhere."""
    there, reference = load(CACHE)
    found = (line for name in chosen for line in lines(name) if line.text in results)
    return [Case(line, results[line.text], reference[line.text], here, there) for line in found]

"""The lines: one a line of lines/SET/GROUP.txt; ``␤`` stands for a newline, `` #~ RULE ...`` at the end names rules.

``tuned`` lines are open: developers look at their differences. ``unseen`` lines are a sample of the same kind
for which nobody works: only their totals are shown.
"""

from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).with_name("lines")
SETS = ("tuned", "unseen")


class Line(NamedTuple):
    """One command line, and the rules by which its output may differ."""

    text: str
    tags: tuple[str, ...]
    group: str
    chosen: str  # the set

    @property
    def command(self) -> bytes:
        """What is typed."""
        return self.text.replace("␤", "\n").encode()


def lines(chosen: str) -> list[Line]:
    """All lines of a set."""
    found = []
    for path in sorted((FOLDER / chosen).glob("*.txt")):
        for row in path.read_text().splitlines():
            text, _, tags = row.partition(" #~ ")
            found.append(Line(text, tuple(tags.split()), path.stem, chosen))
    return found

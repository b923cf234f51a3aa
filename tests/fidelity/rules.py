"""What may differ between a real machine and an emulated one, by name and reason; nothing else may.

``ALWAYS`` holds for every line. The others hold where a line's tag in the corpus names them.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

from tests.fidelity.result import Place

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_DAY = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_DATES = re.compile(
    rf"{_DAY},? +(?:{_MONTH} +\d+|\d+ {_MONTH})[ \d:]*(?:[AP]M )?(?:UTC|\+0000)?(?: \d{{4}})?"
    rf"|{_MONTH} +\d+ +(?:\d\d:\d\d|\d{{4}})"
    r"|\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: \+0000)?)?"
)
_NUMBERS = re.compile(r"(?<![A-Za-z])[ \t]*\d+(?:[.:]\d+)*")
_RANDOM = re.compile(r"[A-Za-z0-9+/.]{8,}={0,2}")
_BLANKS = re.compile(r"[ \t]+")


class Rule(NamedTuple):
    """A rule's name, its reason, and what it does to an output."""

    name: str
    reason: str
    apply: Callable[[str, Place], str]


def _kernel(text: str, place: Place) -> str:
    return text.replace(place.kernel_release, "<release>").replace(place.kernel_version, "<version>")


ALWAYS = (Rule("kernel", "each machine's own kernel release and version become a word", _kernel),)
TAGGED = {
    rule.name: rule
    for rule in (
        Rule(
            "date", "times of now, and of files that the installation made", lambda text, _: _DATES.sub("<date>", text)
        ),
        Rule(
            "numbers",
            "what the machine measures or counts (memory, load, process ids, sizes), with the padding before it",
            lambda text, _: _NUMBERS.sub(" 0", text),
        ),
        Rule("random", "names and keys that are random by intention", lambda text, _: _RANDOM.sub("<random>", text)),
        Rule("blanks", "columns as wide as their widest value", lambda text, _: _BLANKS.sub(" ", text)),
    )
}
# These two do not make outputs equal; they say what is plausible although it is not equal.
LOOSE = {
    "values": "each machine has its own: as many lines, the same of them empty",
    "list": "rows that are the machine's: rows or none, all with as many words as the reference's have",
    "rows": "a table whose rows are the machine's: the same heading, and rows or none",
}


def normal(text: str, tags: tuple[str, ...], place: Place) -> str:
    """An output without what may differ."""
    for rule in (*ALWAYS, *(TAGGED[tag] for tag in tags if tag in TAGGED)):
        text = rule.apply(text, place)
    return text

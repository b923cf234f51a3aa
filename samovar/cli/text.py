"""What the terminal is shown: escaped, aligned, in plain words."""

import re
import sys
from collections.abc import Iterable, Sequence
from typing import NoReturn

#: Control characters, bidirectional overrides, zero-width and line separators: what could deceive a reader.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\ud800-\udfff]")


def safe(value: object) -> str:
    """An attacker's text, inert and visible: what could act on a terminal is shown as its code."""
    return _UNSAFE.sub(lambda found: _code(ord(found.group())), str(value))


def fail(message: str, code: int = 1) -> NoReturn:
    """End with one clear line on stderr."""
    print(f"samovar: {message}", file=sys.stderr)
    raise SystemExit(code)


def table(header: Sequence[str], rows: Iterable[Sequence[object]], right: Sequence[int] = ()) -> None:
    """Print aligned columns; those numbered in ``right`` are flush right."""
    lines = [[safe("" if cell is None else cell) for cell in row] for row in rows]
    widths = [max([len(name), *(len(line[i]) for line in lines)]) for i, name in enumerate(header)]
    for line in [list(header), *lines]:
        cells = (
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        print("  ".join(cells).rstrip())


def size(count: int) -> str:
    """Bytes for people: ``1.2 GB``."""
    value = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000:
            return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
        value /= 1000
    return f"{value:.1f} TB"


def _code(number: int) -> str:
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"

"""sort and uniq (coreutils 9.1), in the C locale."""

import re
from collections.abc import Callable, Generator, Iterator
from functools import partial
from itertools import groupby
from typing import Any

from msgspec import Struct

from samovar.shell.commands.files.names import quoted
from samovar.shell.commands.options import Options, misuse, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_LONG = {
    "ignore-leading-blanks": "b", "dictionary-order": "d", "ignore-case": "f", "general-numeric-sort": "g",
    "ignore-nonprinting": "i", "month-sort": "M", "human-numeric-sort": "h", "numeric-sort": "n", "random-sort": "R",
    "reverse": "r", "version-sort": "V", "check=?": "c", "merge": "m", "output=": "o", "stable": "s", "key=": "k",
    "field-separator=": "t", "unique": "u", "zero-terminated": "z", "buffer-size=": "S", "parallel=": "parallel",
    "sort=": "sort", "temporary-directory=": "T",
}  # fmt: skip
_MONTHS = "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC".split()  # noqa: SIM905
_NUMBER = re.compile(r"[ \t]*(-?)(\d{0,40})(?:\.(\d{0,40}))?")
_ORDERING = "bdfghinMRrV"


class Key(Struct, frozen=True):
    """One -k: from a field and character to another, and how it is compared."""

    start: tuple[int, int]
    end: tuple[int, int] | None
    flags: str
    end_blanks: bool = False


class _Misuse(Exception):
    pass


def _key(text: str) -> Key:
    found = re.fullmatch(
        r"(\d{1,9})(?:\.(\d{1,9}))?([bdfghinMRrV]*)(?:,(\d{1,9})(?:\.(\d{1,9}))?([bdfghinMRrV]*))?", text
    )
    if found is None:
        raise _Misuse(f"invalid number at field start: invalid count at start of {quoted(text)}")
    if int(found[1]) == 0:
        raise _Misuse(f"-: invalid field specification {quoted(text)}".replace("-: ", "field number is zero: "))
    end = (int(found[4]), int(found[5] or 0)) if found[4] else None
    flags = found[3] + (found[6] or "")
    return Key((int(found[1]), int(found[2] or 1)), end, flags)


def _fields(line: str, separator: str) -> list[tuple[int, int]]:
    """Where the fields begin and end; without a separator, blanks in front belong to the field."""
    if separator:
        spans, at = [], 0
        while (stop := line.find(separator, at)) >= 0:
            spans.append((at, stop))
            at = stop + 1
        return [*spans, (at, len(line))]
    return [found.span() for found in re.finditer(r"[ \t]*[^ \t]+", line)] or [(0, len(line))]


def _part(line: str, key: Key, separator: str) -> str:
    spans = _fields(line, separator)
    field, char = key.start
    if field > len(spans):
        return ""
    start, stop = spans[field - 1]
    if "b" in key.flags:
        while start < len(line) and line[start] in " \t":
            start += 1
    start += char - 1
    if key.end is None:
        return line[start:]
    field, char = key.end
    if field > len(spans):
        return line[start:]
    first, stop = spans[field - 1]
    return line[start : stop if not char else first + char]


def _value(text: str, flags: str) -> Any:
    """What a part is compared by."""
    if "n" in flags or "h" in flags:
        found = _NUMBER.match(text)
        whole, fraction = (found[2] or "0", found[3] or "") if found else ("0", "")
        value = float(f"{whole}.{fraction or '0'}") if len(whole) < 16 else float(int(whole))
        if "h" in flags and found:
            value += 1e30 * (" kKMGTPEZY".find(text[found.end() : found.end() + 1]) + 1 if value else 0)
        return -value if found and found[1] else value
    if "g" in flags:
        try:
            return float(text.strip()[:100] or "-inf")
        except ValueError:
            return float("-inf")
    if "M" in flags:
        month = text.strip(" \t")[:3].upper()
        return _MONTHS.index(month) + 1 if month in _MONTHS else 0
    if "V" in flags:
        return [
            (piece.isdecimal(), int(piece[:18]) if piece.isdecimal() else 0, piece)
            for piece in re.findall(r"\d+|\D+", text)
        ]
    if "b" in flags:
        text = text.lstrip(" \t")
    if "d" in flags:
        text = "".join(c for c in text if c.isascii() and (c.isalnum() or c in " \t"))
    if "i" in flags:
        text = "".join(c for c in text if " " <= c <= "~")
    return text.upper() if "f" in flags else text


def sort(p: Process) -> Body:
    """Sort lines."""
    options = parse(p, "bcCdfghik:mMno:rRsS:t:T:uVz", _LONG, status=2)
    try:
        keys, separator = [_key(text) for text in options.values("k")], _separator(options)
    except _Misuse as fault:
        return p.fail(str(fault), 2)
    lines: list[str] = []
    end = "\0" if "z" in options else "\n"
    for name in options.rest or ["-"]:
        try:
            data = yield from p.load(name)
        except Fault as fault:
            return p.fail(
                f"cannot read: {name}: {fault.text}"
                if fault.code != "EISDIR"
                else f"read failed: {name}: {fault.text}",
                2,
            )
        found = data.decode("latin-1").split(end)
        lines += found[:-1] if found and not found[-1] else found
    p.spend(1 + len(lines) // 10)
    ordering = "".join(letter for letter, _ in options.flags if letter in _ORDERING)
    order = _order(lines, keys, separator, ordering, options, p)
    if "c" in options or "C" in options:
        return _checked(p, lines, order, options)
    _sorted(lines, order, options)
    text = "".join(line + end for line in lines).encode("latin-1")
    if "o" in options:
        p.store(options.value("o"), text)
        return 0
    yield from _written(p, text)
    return 0


def _written(p: Process, text: bytes) -> Generator[Wait, bytes, None]:
    for at in range(0, len(text), 65_536):
        p.write(text[at : at + 65_536])
        yield from p.flush()


def _separator(options: Options) -> str:
    text = options.value("t")
    if "t" in options and not text:
        raise _Misuse("empty tab")
    if text == "\\0":
        return "\0"
    if len(text) > 1:
        raise _Misuse(f"multi-character tab {quoted(text)}")
    return text


Order = list[tuple[Callable[[str], Any], bool]]


def _order(lines: list[str], keys: list[Key], separator: str, ordering: str, options: Options, p: Process) -> Order:
    """What to compare by, the weightiest first, and whether reversed."""
    if "R" in ordering:
        return [(lambda line: p.machine.persona.keyed(f"sort {p.pid} {p.now}", line.encode("latin-1")), False)]
    plain = ordering.replace("r", "")
    if not keys:
        return [(lambda line: _value(line, plain), "r" in ordering)]
    order: Order = []
    for key in keys:
        own = key.flags.replace("b", "")
        shown = Key(key.start, key.end, key.flags if own else key.flags + plain)
        order.append((partial(_compared, shown, separator), "r" in (key.flags if own else ordering)))
    return order


def _compared(key: Key, separator: str, line: str) -> Any:
    return _value(_part(line, key, separator), key.flags)


def _sorted(lines: list[str], order: Order, options: Options) -> None:
    if "s" not in options and "u" not in options:
        lines.sort(reverse="r" in options)  # the last resort: whole lines
    for value, backwards in reversed(order):
        lines.sort(key=value, reverse=backwards)
    if "u" in options:
        seen: set[str] = set()
        kept = []
        for line in lines:
            mark = repr([value(line) for value, _ in order])
            if mark not in seen:
                seen.add(mark)
                kept.append(line)
        lines[:] = kept


def _checked(p: Process, lines: list[str], order: Order, options: Options) -> int:
    wanted = list(lines)
    _sorted(wanted, order, options)
    place = next((i for i, (a, b) in enumerate(zip(lines, wanted, strict=False)) if a != b), -1)
    if place < 0 and len(wanted) == len(lines):
        return 0
    values = [[value(line) for value, _ in order] for line in lines]
    bad = next(
        (
            i
            for i in range(1, len(lines))
            if values[i] < values[i - 1] or ("u" in options and values[i] == values[i - 1])
        ),
        max(place, 1),
    )
    if "c" in options:
        name = options.rest[0] if options.rest else "-"
        p.err(f"sort: {name}:{bad + 1}: disorder: {lines[bad]}\n")
    return 1


_UNIQ = {
    "count": "c", "repeated": "d", "all-repeated=?": "D", "skip-fields=": "f", "ignore-case": "i", "skip-chars=": "s",
    "unique": "u", "zero-terminated": "z", "check-chars=": "w", "group=?": "group",
}  # fmt: skip


def _mark(line: str, options: Options) -> str:
    """What lines are compared by."""
    skip, chars, width = (
        int(options.value(letter)[:9]) if options.value(letter).isdecimal() else 0 for letter in "fsw"
    )
    for _ in range(min(skip, 1000)):
        line = line.lstrip(" \t")
        line = line[len(line.split(" ", 1)[0].split("\t", 1)[0]) :]
    line = line[chars:]
    line = line[:width] if "w" in options else line
    return line.lower() if "i" in options else line


def _uniques(lines: list[str], options: Options, end: str) -> Iterator[str]:
    for _, group in groupby(lines, lambda line: _mark(line, options)):
        members = list(group)
        repeated = len(members) > 1
        if ("u" in options and repeated) or (("d" in options or "D" in options) and not repeated):
            continue
        for line in members if "D" in options else members[:1]:
            yield (f"{len(members):7} " if "c" in options else "") + line + end


def uniq(p: Process) -> Body:
    """Drop repeated lines."""
    options = parse(p, "cdDf:is:uw:z", _UNIQ)
    if len(options.rest) > 2:
        return misuse(p, f"extra operand {quoted(options.rest[2])}")
    try:
        data = yield from p.load(options.rest[0] if options.rest else "-")
    except Fault as fault:
        return p.fail(f"{options.rest[0]}: {fault.text}")
    end = "\0" if "z" in options else "\n"
    lines = data.decode("latin-1").split(end)
    lines = lines[:-1] if lines and not lines[-1] else lines
    p.spend(1 + len(lines) // 20)
    text = "".join(_uniques(lines, options, end)).encode("latin-1")
    if len(options.rest) == 2:
        p.store(options.rest[1], text)
        return 0
    yield from _written(p, text)
    return 0

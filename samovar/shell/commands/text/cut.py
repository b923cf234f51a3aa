"""cut."""

import re

from samovar.shell.commands.options import Options, parse
from samovar.shell.commands.text.sources import Inputs, emit, lines_of
from samovar.shell.kernel.process import Body, Process

_LONG = {
    "bytes=": "b", "characters=": "c", "fields=": "f", "delimiter=": "d", "only-delimited": "s", "complement": "C",
    "output-delimiter=": "o", "zero-terminated": "z", "version": "version",
}  # fmt: skip
_END = 1 << 30
Ranges = list[tuple[int, int]]


class _Misuse(Exception):
    pass


def _ranges(text: str, kind: str) -> Ranges:
    noun = "fields" if kind == "f" else "byte/character positions"
    found: Ranges = []
    for item in re.split("[, \t]", text):
        match = re.fullmatch(r"(\d{0,9})(-?)(\d{0,9})", item)
        if not match:
            raise _Misuse(_invalid(item, kind))
        low, dash, high = match.groups()
        if not low and not high:
            if dash:
                raise _Misuse("invalid range with no endpoint: -")
            raise _Misuse(f"{noun} are numbered from 1")
        first = int(low or "1")
        last = (int(high) if high else _END) if dash else first
        if first == 0 or last == 0:
            raise _Misuse(f"{noun} are numbered from 1")
        if last < first:
            raise _Misuse("invalid decreasing range")
        found.append((first, last))
    found.sort()
    merged: Ranges = []
    for first, last in found:
        if merged and first <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], last)
        else:
            merged.append((first, last))
    return merged


def _invalid(item: str, kind: str) -> str:
    if not item.strip("0123456789-"):
        return "invalid field range" if kind == "f" else "invalid byte or character range"
    return f"invalid {'field value' if kind == 'f' else 'byte/character position'} '{item[:200]}'"


def _complement(ranges: Ranges) -> Ranges:
    found, place = [], 1
    for first, last in ranges:
        if first > place:
            found.append((place, first - 1))
        place = last + 1
    return [*found, (place, _END)] if place <= _END else found


def cut(p: Process) -> Body:
    """Parts of lines."""
    options = parse(p, "b:c:f:d:nsz", _LONG)
    if "version" in options:
        p.out("cut (GNU coreutils) 9.1\n")
        return 0
    try:
        kind, ranges, delimiter = _checked(options)
    except _Misuse as misuse:
        p.err(f"cut: {misuse}\nTry 'cut --help' for more information.\n")
        return 1
    end, inputs = b"\0" if "z" in options else b"\n", Inputs(p)
    joint = options.value("o", delimiter if kind == "f" else "").encode("latin-1")
    split = delimiter.encode("latin-1") or b"\0"
    for name in options.rest or ["-"]:
        data = yield from inputs.data(name)
        lines = lines_of(data or b"", end)
        found: list[bytes] = []
        for line in lines:
            if kind == "f":
                if split not in line:
                    if "s" not in options:
                        found.append(line)
                    continue
                fields = line.split(split)
                found.append(joint.join(field for low, high in ranges for field in fields[low - 1 : high]))
            else:
                found.append(joint.join(line[low - 1 : high] for low, high in ranges if low <= len(line)))
        p.spend(1 + len(lines) // 20)
        yield from emit(p, found, end)
    return inputs.status


def _checked(options: Options) -> tuple[str, Ranges, str]:
    kinds = [(letter, value) for letter, value in options.flags if letter in "bcf"]
    if not kinds:
        raise _Misuse("you must specify a list of bytes, characters, or fields")
    if len(kinds) > 1:
        raise _Misuse("only one list may be specified")
    kind, text = kinds[0]
    if "d" in options and len(options.value("d")) > 1:
        raise _Misuse("the delimiter must be a single character")
    if kind != "f" and "d" in options:
        raise _Misuse("an input delimiter may be specified only when operating on fields")
    if kind != "f" and "s" in options:
        raise _Misuse("suppressing non-delimited lines makes sense\n\tonly when operating on fields")
    ranges = _ranges(text, kind)
    return kind, _complement(ranges) if "C" in options else ranges, options.value("d", "\t")

"""Commands that change what flows through them."""

import re
from collections.abc import Callable

from samovar.shell.call import Call, Tool
from samovar.shell.expand import unescape
from samovar.shell.tools.common import inputs, option
from samovar.shell.tools.pattern import Pattern, pattern

_MOST = 5000  # numbers of seq, words of xargs


def _cut(call: Call) -> int:
    between, fields, characters = option(call, "d", "\t"), option(call, "f"), option(call, "c")
    wanted = _numbers(fields or characters)
    if not wanted:
        call.err("cut: you must specify a list of bytes, characters, or fields\n")
        return 1
    rows = []
    for line in inputs(call, call.names).splitlines():
        parts = line.split(between[:1] or "\t") if fields else list(line)
        if fields and len(parts) == 1:
            rows.append(line)
            continue
        chosen = [part for i, part in enumerate(parts, 1) if any(low <= i <= high for low, high in wanted)]
        rows.append((between[:1] if fields else "").join(chosen))
    call.out("".join(row + "\n" for row in rows))
    return 0


def _numbers(text: str) -> list[tuple[int, int]]:
    ranges = []
    for part in text.split(",")[:64]:
        found = re.fullmatch(r"(\d{0,6})(-?)(\d{0,6})", part)
        if found is not None and part.strip("-"):
            low = int(found[1] or 1)
            ranges.append((low, int(found[3] or 10**6) if found[2] else low))
    return ranges


def _sort(call: Call) -> int:
    lines = inputs(call, call.names).splitlines()

    def number(line: str) -> tuple[float, str]:
        found = re.match(r"\s*-?\d{1,15}(\.\d{1,15})?", line)
        return (float(found[0]) if found else 0.0), line

    lines.sort(reverse="r" in call.flags, key=number if "n" in call.flags else None)
    lines = list(dict.fromkeys(lines)) if "u" in call.flags else lines
    call.out("".join(line + "\n" for line in lines))
    return 0


def _uniq(call: Call) -> int:
    runs: list[tuple[str, int]] = []
    for line in inputs(call, call.names).splitlines():
        if runs and runs[-1][0] == line:
            runs[-1] = (line, runs[-1][1] + 1)
        else:
            runs.append((line, 1))
    call.out("".join(f"{count:7} {line}\n" if "c" in call.flags else f"{line}\n" for line, count in runs))
    return 0


def _tr(call: Call) -> int:
    sets = [_letters(name) for name in call.names]
    text = call.stdin.rest()
    if "d" in call.flags and sets:
        call.out(text.translate({ord(c): None for c in sets[0]}))
    elif "s" in call.flags and len(sets) == 1:
        call.out(re.sub("([" + re.escape(sets[0]) + "])\\1+", r"\1", text) if sets[0] else text)
    elif len(sets) == 2 and sets[1]:
        second = sets[1].ljust(len(sets[0]), sets[1][-1])
        call.out(text.translate({ord(a): b for a, b in zip(sets[0], second, strict=False)}))
    else:
        call.err("tr: missing operand\nTry 'tr --help' for more information.\n")
        return 1
    return 0


def _letters(text: str) -> str:
    classes = {
        "upper": "A-Z",
        "lower": "a-z",
        "digit": "0-9",
        "alnum": "A-Za-z0-9",
        "alpha": "A-Za-z",
        "space": " \t\n",
    }
    text = re.sub(r"\[:(\w+):\]", lambda found: classes.get(found[1], ""), unescape(text))
    return re.sub(r"(.)-(.)", lambda found: "".join(map(chr, range(ord(found[1]), ord(found[2]) + 1))), text)[:1024]


def _sed(call: Call) -> int:
    script = option(call, "e") or next(iter(call.names), "")
    names = [name for name in call.names if name != script]
    edit = _edit(script, "n" in call.flags)
    if edit is None:
        call.err("sed: -e expression #1, char 1: unknown command\n")
        return 1
    for name in names or [""]:
        lines = inputs(call, [name] if name else []).splitlines()
        text = "".join(done + "\n" for i, line in enumerate(lines, 1) if (done := edit(i, line)) is not None)
        if "i" in call.flags and name:
            call.shell.store(call.shell.path(name), text.encode("latin-1", "replace"))
        else:
            call.out(text)
    return 0


def _edit(script: str, quiet: bool) -> Callable[[int, str], str | None] | None:
    """What a script of one command makes of line ``i``: ``s/a/b/g``, ``3d``, ``/a/d``, ``2,4p``."""
    found = re.fullmatch(r"\s*s(\W)(.*?)(?<!\\)\1(.*?)(?<!\\)\1([gi0-9]*)\s*;?", script)
    if found is not None:
        mark, old, new, flags = found.groups()
        wanted, new = pattern(old.replace("\\" + mark, mark), fold="i" in flags), new.replace("\\" + mark, mark)
        return lambda i, line: _replaced(line, wanted, new, everywhere="g" in flags)
    found = re.fullmatch(r"\s*(?:(\d{1,6})(?:,(\d{1,6}|\$))?|/([^/]*)/)([dp])\s*;?", script)
    if found is None:
        return None
    low, high, text, action = found.groups()
    first = int(low or 0)
    last = first if high is None else 10**6 if high == "$" else int(high)
    named = pattern(text) if text is not None else None

    def edit(i: int, line: str) -> str | None:
        hit = named.find(line) is not None if named is not None else first <= i <= last
        if action == "d":
            return None if hit else line
        return (line if hit else None) if quiet else (f"{line}\n{line}" if hit else line)

    return edit


def _replaced(line: str, wanted: Pattern, new: str, *, everywhere: bool) -> str:
    done, new = "", unescape(new.replace("\\&", "\0"))
    while (span := wanted.find(line)) is not None:
        done += line[: span[0]] + new.replace("&", line[span[0] : span[1]]).replace("\0", "&")
        line = line[span[1] :]
        if not everywhere or span[0] == span[1]:
            break
    return done + line


def _awk(call: Call) -> int:
    between = option(call, "F")
    program = next(iter(call.names), "")
    found = re.fullmatch(r"\s*(?:/([^/]*)/|F?NR\s*==\s*(\d{1,6}))?\s*(?:\{\s*print\b\s*([^;}]*);?\s*\})?\s*", program)
    if found is None or not program.strip():
        call.err("awk: line 1: syntax error at or near end of line\n")
        return 2
    wanted, only, shown = pattern(found[1]) if found[1] else None, int(found[2] or 0), _pieces(found[3] or "")
    rows = []
    for number, line in enumerate(inputs(call, call.names[1:]).splitlines(), 1):
        if only in (0, number) and (wanted is None or wanted.find(line) is not None):
            fields = line.split(between) if between else line.split()
            rows.append("".join(_shown(piece, number, line, fields) for piece in shown) if shown else line)
    call.out("".join(row + "\n" for row in rows))
    return 0


def _pieces(source: str) -> list[str]:
    return re.findall(r'\$\d{1,4}|\$NF|NF|NR|"[^"]*"|,', source)


def _shown(piece: str, number: int, line: str, fields: list[str]) -> str:
    if piece[0] == '"':
        return unescape(piece[1:-1])
    if piece in (",", "NR", "NF"):
        return {",": " ", "NR": str(number), "NF": str(len(fields))}[piece]
    at = len(fields) if piece == "$NF" else int(piece[1:])
    return line if at == 0 else fields[at - 1] if at <= len(fields) else ""


def _tee(call: Call) -> int:
    text = call.stdin.rest()
    for name in call.names:
        path = call.shell.path(name)
        old = (call.shell.read(path) or "") if "a" in call.flags else ""
        call.shell.store(path, (old + text).encode("latin-1", "replace"))
    call.out(text)
    return 0


def _seq(call: Call) -> int:
    numbers = [int(arg) for arg in call.args[1:] if re.fullmatch(r"-?\d{1,9}", arg)]
    if not numbers:
        call.err("seq: missing operand\nTry 'seq --help' for more information.\n")
        return 1
    first, step = (numbers[0] if len(numbers) > 1 else 1), (numbers[1] if len(numbers) > 2 else 1)
    row = range(first, numbers[-1] + (1 if step > 0 else -1), step or 1)
    call.shell.spend(min(len(row), _MOST) // 50)
    call.out("".join(f"{number}\n" for number in row[:_MOST]))
    return 0


def _xargs(call: Call) -> int:
    places, words = option(call, "I"), call.stdin.rest().split()[:_MOST]
    option(call, "n")
    command = call.args[1:] or ["echo"]
    while len(command) > 1 and command[0].startswith("-"):
        command = command[1:]
    if not places:
        call.args = [*command, *words]
        return call.shell.command(call) if words or "r" not in call.flags else 0
    status = 0
    for word in words:
        call.shell.spend(1)
        call.args = [arg.replace(places, word) for arg in command]
        status = call.shell.command(call)
    return status


STREAMS: dict[str, Tool] = {
    "cut": _cut,
    "sort": _sort,
    "uniq": _uniq,
    "tr": _tr,
    "sed": _sed,
    "awk": _awk,
    "gawk": _awk,
    "tee": _tee,
    "seq": _seq,
    "xargs": _xargs,
}

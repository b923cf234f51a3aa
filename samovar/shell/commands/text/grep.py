"""grep, egrep, fgrep, zgrep: which lines are shown."""

import zlib
from collections.abc import Generator, Iterator
from fnmatch import fnmatchcase

from msgspec import Struct

from samovar.shell.commands.options import Options, parse
from samovar.shell.commands.text.pattern import EVERY, NEWLINE, Dialect
from samovar.shell.commands.text.regex import Match, PatternFault, Regex
from samovar.shell.commands.text.sources import lines_of
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import MAX_WHOLE, Body, Process
from samovar.shell.kernel.wait import Wait

_LETTERS = "EFGPivclLnoqswxrRe:f:m:A:B:C:hHazZbTyIUd:D:V0123456789"
_LONG = {
    "extended-regexp": "E", "fixed-strings": "F", "basic-regexp": "G", "perl-regexp": "P", "ignore-case": "i",
    "no-ignore-case": "no-i", "invert-match": "v", "count": "c", "files-with-matches": "l",
    "files-without-match": "L", "line-number": "n", "only-matching": "o", "quiet": "q", "silent": "q",
    "no-messages": "s", "word-regexp": "w", "line-regexp": "x", "recursive": "r", "dereference-recursive": "R",
    "regexp=": "e", "file=": "f", "max-count=": "m", "after-context=": "A", "before-context=": "B", "context=": "C",
    "no-filename": "h", "with-filename": "H", "text": "a", "null-data": "z", "null": "Z", "byte-offset": "b",
    "initial-tab": "T", "color=?": "color", "colour=?": "color", "include=": "include", "exclude=": "exclude",
    "exclude-dir=": "exclude-dir", "binary-files=": "binary", "directories=": "d", "devices=": "D",
    "line-buffered": "buffered", "label=": "label", "version": "V", "help": "help",
    "group-separator=": "separator", "no-group-separator": "no-separator", "exclude-from=": "exclude-from",
}  # fmt: skip
_USAGE = "Usage: grep [OPTION]... PATTERNS [FILE]...\n"
_HINT = "Try 'grep --help' for more information.\n"
MAX_FILES = 4_000


class _Stop(Exception):
    pass


class _Look(Struct):
    """How lines are chosen and shown."""

    regexes: list[Regex]
    options: Options
    before: int
    after: int
    most: float
    titled: bool
    color: bool
    end: bytes
    separator: bytes


def grep(p: Process) -> Body:
    """Shows lines that match."""
    options = parse(p, _LETTERS, _LONG, status=2, hint=f"{_USAGE}{_HINT}".rstrip("\n"))
    if "V" in options or "help" in options:
        p.out("grep (GNU grep) 3.8\n" if "V" in options else _USAGE + "Search for PATTERNS in each FILE.\n")
        return 0
    rest = list(options.rest)
    patterns = yield from _patterns(p, options, rest)
    if patterns is None:
        return 2
    look = _prepared(p, options, patterns, rest)
    if look is None:
        return 2
    status, matched = 0, False
    names = rest or (["."] if _recursive(options) else ["-"])
    try:
        for name, shown in _files(p, names, options, bare=not rest):
            try:
                data = yield from p.load(name)
            except Fault as fault:
                status |= _failed(p, options, shown, fault)
                continue
            if p.name.startswith("z") and data[:2] == b"\x1f\x8b":
                data = _unpacked(data)
            matched |= yield from _search(
                p, look, data, options.value("label", "(standard input)") if name == "-" else shown
            )
            if matched and "q" in options:
                return 0
    except _Stop:
        status = 2
    return 2 if status else int(not matched)


def _unpacked(data: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(data, MAX_WHOLE)
    except zlib.error:
        return b""


def _failed(p: Process, options: Options, name: str, fault: Fault) -> int:
    if "s" not in options:
        p.err(f"grep: {name}: {fault.text}\n")
    return 2


def _patterns(p: Process, options: Options, rest: list[str]) -> Generator[Wait, bytes, list[str] | None]:
    found: list[str] = []
    for letter, value in options.flags:
        if letter == "e":
            found += value.split("\n")
        elif letter == "f":
            try:
                data = yield from p.load(value)
            except Fault as fault:
                p.err(f"grep: {value}: {fault.text}\n")
                return None
            found += [line.decode("latin-1") for line in lines_of(data)]
    if "e" not in options and "f" not in options:
        if not rest:
            p.err(_USAGE + _HINT)
            return None
        found = rest.pop(0).split("\n")
    return found


def _prepared(p: Process, options: Options, patterns: list[str], rest: list[str]) -> _Look | None:
    kind = options.last("EFGP", {"e": "E", "f": "F"}.get(p.name.removeprefix("z")[:1], "G"))
    dialect: Dialect = {"E": "extended", "P": "perl"}.get(kind, "basic")  # type: ignore[assignment]
    if kind == "F":
        patterns = ["".join("\\" + c if c in "\\.[]*^$" else c for c in pattern) for pattern in patterns]
    whole_match = "line" if "x" in options else "word" if "w" in options else ""
    fold = ("i" in options or "y" in options) and options.last("i", "i") == "i"
    try:
        regexes = [
            Regex(text, dialect, p.spend, ignore_case=fold, dot=EVERY & ~NEWLINE, whole=whole_match)
            for text in dict.fromkeys(patterns[:2000])
        ]
    except PatternFault as fault:
        p.err(f"grep: {fault}\n")
        return None
    numbers: dict[str, float] = {"m": float("inf"), "A": -1, "B": -1, "C": 0}
    for letter in numbers:
        if letter in options:
            text = options.value(letter)
            if not text.isdecimal():
                what = "max count" if letter == "m" else "context length argument"
                p.err(f"grep: {'' if letter == 'm' else text + ': '}invalid {what}\n")
                return None
            numbers[letter] = int(text[:9])
    digits = "".join(letter for letter, _ in options.flags if letter.isdecimal())
    context = int(digits[:6]) if digits else int(numbers["C"])
    many = len(rest) > 1 or (_recursive(options) and (not rest or _is_folder(p, rest[0])))
    before, after = (int(numbers[letter]) if numbers[letter] >= 0 else context for letter in "BA")
    return _Look(
        regexes, options, before, after, numbers["m"],
        titled=options.last("hH", "H" if many else "h") == "H",
        color="color" in options and options.value("color") in ("always", "yes", "force"),
        end=b"\0" if "z" in options else b"\n",
        separator=b"" if "no-separator" in options else options.value("separator", "--").encode("latin-1") + b"\n",
    )  # fmt: skip


def _recursive(options: Options) -> bool:
    return "r" in options or "R" in options or options.value("d") == "recurse"


def _is_folder(p: Process, name: str) -> bool:
    try:
        return p.view.stat(name, p.directory).kind == "d"
    except Fault:
        return False


def _files(p: Process, names: list[str], options: Options, *, bare: bool) -> Iterator[tuple[str, str]]:
    """Names to open and to show."""
    if not _recursive(options):
        for name in names:
            if name == "-" or _included(name, options):
                yield name, name
        return
    for name in names:
        for count, path in enumerate(_walk(p, name, options)):
            if count >= MAX_FILES:
                raise _Stop
            yield path, path.removeprefix("./") if bare else path


def _walk(p: Process, name: str, options: Options) -> Iterator[str]:
    stack = [(name, True)]
    while stack:
        path, top = stack.pop()
        p.spend(2)
        try:
            stat = p.view.stat(path, p.directory) if top or "R" in options else p.view.lstat(path, p.directory)
            kind = stat.kind
            if kind == "d":
                base = path.rstrip("/").rpartition("/")[2]
                if not top and any(fnmatchcase(base, form) for form in options.values("exclude-dir")):
                    continue
                prefix = path if path.endswith("/") else path + "/"
                if len(path) < 2_000:
                    stack += [(prefix + child, False) for child in reversed(p.view.listing(path, p.directory))]
                continue
        except Fault as fault:
            if "s" not in options:
                p.err(f"grep: {path}: {fault.text}\n")
            if top:
                raise _Stop from None
            continue
        if top or (kind == "f" and _included(path, options)):
            yield path


def _included(path: str, options: Options) -> bool:
    base = path.rpartition("/")[2]
    if any(fnmatchcase(base, form) for form in options.values("exclude")):
        return False
    wanted = options.values("include")
    return not wanted or any(fnmatchcase(base, form) for form in wanted)


def _search(p: Process, look: _Look, data: bytes, name: str) -> Generator[Wait, bytes, bool]:
    """One file; whether a line was chosen."""
    options = look.options
    binary = b"\0" in data and look.end == b"\n" and "a" not in options and options.value("binary") != "text"
    if binary and ("I" in options or options.value("binary") == "without-match"):
        return False
    quiet = any(letter in options for letter in "clLq")
    lines, inverted = lines_of(data, look.end), "v" in options
    count, shown, left, offset = 0, -1, 0, 0
    title = name.encode("latin-1", "replace")
    for number, raw in enumerate(lines):
        if count >= look.most and left <= 0:
            break
        text = raw.decode("latin-1")
        chosen = count < look.most and any(regex.test(text) for regex in look.regexes) != inverted
        if number % 16 == 0:
            p.spend(1)
        if chosen:
            count += 1
            if any(letter in options for letter in "lLq") or (binary and not quiet):
                break
            if not quiet:
                first = max(number - look.before, shown + 1)
                if shown >= 0 and first > shown + 1 and (look.before or look.after):
                    p.write(look.separator)
                for earlier in range(first, number):
                    p.write(_line(look, title, earlier, b"-", lines[earlier], offset))
                _show(p, look, title, number, raw, offset)
                shown, left = number, look.after
                yield from p.flush()
        elif left > 0 and not quiet:
            left -= 1
            shown = number
            p.write(_line(look, title, number, b"-", raw, offset))
        offset += len(raw) + 1
    _summary(p, look, count, title, binary=binary and not quiet)
    yield from p.flush()
    return bool(count)


def _summary(p: Process, look: _Look, count: int, title: bytes, *, binary: bool) -> None:
    options = look.options
    if "q" in options:
        return
    if "l" in options or "L" in options:
        if bool(count) == ("l" in options):
            p.write(title + (b"\0" if "Z" in options else b"\n"))
    elif "c" in options:
        p.write((title + (b"\0" if "Z" in options else b":") if look.titled else b"") + b"%d\n" % count)
    elif binary and count:
        p.write(b"grep: %s: binary file matches\n" % title, 2)


def _prefix(look: _Look, title: bytes, number: int, mark: bytes, offset: int) -> bytes:
    options, found = look.options, b""
    paint = (
        (lambda code, text: b"\x1b[%dm\x1b[K%s\x1b[m\x1b[K" % (code, text)) if look.color else (lambda _, text: text)
    )
    mark = paint(36, mark)
    if look.titled:
        found += paint(35, title) + (b"\0" if "Z" in options else mark)
    if "n" in options:
        found += paint(32, b"%d" % (number + 1)) + mark
    if "b" in options:
        found += paint(32, b"%d" % offset) + mark
    return found + (b"\t" if "T" in options and found else b"")


def _line(look: _Look, title: bytes, number: int, mark: bytes, raw: bytes, offset: int) -> bytes:
    if "o" in look.options:
        return b""
    return _prefix(look, title, number, mark, offset) + raw + look.end


def _spans(look: _Look, text: str) -> list[Match]:
    """The matches of all patterns, from the left, none empty, none overlapping."""
    found = [match for regex in look.regexes for match in regex.all(text) if match.end > match.start]
    if len(look.regexes) > 1:
        found.sort(key=lambda match: (match.start, -match.end))
        kept: list[Match] = []
        for match in found:
            if not kept or match.start >= kept[-1].end:
                kept.append(match)
        return kept
    return found


def _show(p: Process, look: _Look, title: bytes, number: int, raw: bytes, offset: int) -> None:
    only, inverted = "o" in look.options, "v" in look.options
    if not only and (not look.color or inverted):
        p.write(_line(look, title, number, b":", raw, offset))
        return
    if inverted:
        return
    text, place, pieces = raw.decode("latin-1"), 0, list[bytes]()
    for match in _spans(look, text):
        hit = raw[match.start : match.end]
        hit = b"\x1b[01;31m\x1b[K%s\x1b[m\x1b[K" % hit if look.color else hit
        if only:
            p.write(_prefix(look, title, number, b":", offset + match.start) + hit + look.end)
        else:
            pieces += [raw[place : match.start], hit]
        place = match.end
    if not only:
        p.write(_prefix(look, title, number, b":", offset) + b"".join(pieces) + raw[place:] + look.end)

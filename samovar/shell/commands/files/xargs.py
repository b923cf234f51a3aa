"""xargs (findutils 4.9)."""

from collections.abc import Generator

from samovar.shell.commands.options import Options, parse
from samovar.shell.kernel.descriptor import Text
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_MAX_LINE = 131_072
_ADVICE = "by default quotes are special to xargs unless you use the -0 option\n"
_LONG = {
    "null": "0", "arg-file=": "a", "delimiter=": "d", "replace=?": "i", "max-args=": "n", "max-lines=?": "l",
    "max-procs=": "P", "interactive": "p", "no-run-if-empty": "r", "max-chars=": "s", "verbose": "t", "exit": "x",
}  # fmt: skip


def xargs(p: Process) -> Body:
    """Build command lines from standard input."""
    options = parse(p, "0a:d:E:e::I:i::L:l::n:P:prs:tx", _LONG, in_order=True)
    data = p.contents(options.value("a")) if "a" in options else (yield from p.everything())
    text = data.decode("latin-1")
    replace = options.value("I") or ("{}" if "i" in options else "")
    items = words(p, text, options, lines=bool(replace) or "L" in options)
    if items is None:
        return 1
    if p.descriptors.get(0) is not None:
        p.kernel.dup(p, 0, Text(b"", "/dev/null"))
    argv = options.rest or ["echo"]
    status = 0
    for batch in _batches(items, argv, options, replace):
        if not batch and (replace or "r" in options):
            continue
        line = [part.replace(replace, batch[0]) for part in argv] if replace else [*argv, *batch]
        if "t" in options:
            p.err(" ".join(line) + "\n")
        code = yield from _run(p, line)
        if code in (126, 127):
            return code
        if code == 255:
            p.err(f"xargs: {line[0]}: exited with status 255; aborting\n")
            return 124
        status = 123 if code else status
    return status


def _run(p: Process, line: list[str]) -> Generator[Wait, bytes, int]:
    status = yield from p.execute(line)
    if status == 127:
        p.err(f"xargs: {line[0]}: No such file or directory\n")
    return status


def words(p: Process, text: str, options: Options, *, lines: bool) -> list[str] | None:
    """The items of the input; None where a quote is not closed (which is said)."""
    if "0" in options or "d" in options:
        from samovar.shell.commands.text.echo import unescaped

        end = "\0" if "0" in options else unescaped(options.value("d"), octal_zero=False)[0][:1] or "\n"
        items = text.split(end)
        return items[:-1] if items and not items[-1] else items
    if lines and "L" not in options:
        return [line.strip(" \t") for line in text.split("\n") if line.strip(" \t")]
    found = _unquoted(p, text)
    end = options.value("E")
    return found[: found.index(end)] if found and end and end in found else found


def _unquoted(p: Process, text: str) -> list[str] | None:
    """Words parted by blanks; quotes and backslashes keep them together."""
    items: list[str] = []
    current: list[str] | None = None  # None: between words
    quote, place = "", 0
    while place < len(text):
        c = text[place]
        place += 1
        if quote and c == "\n":
            break
        if quote and c != quote:
            current = current or []
            current.append(c)
        elif c in "'\"":
            quote, current = ("" if quote else c), current or []
        elif c == "\\" and place < len(text):
            current = current or []
            current.append(text[place])
            place += 1
        elif c in " \t\n":
            items += ["".join(current)] if current is not None else []
            current = None
        else:
            current = current or []
            current.append(c)
    if quote:
        p.err(f"xargs: unmatched {'single' if quote == chr(39) else 'double'} quote; {_ADVICE}")
        return None
    return [*items, "".join(current)] if current is not None else items


def _batches(items: list[str], argv: list[str], options: Options, replace: str) -> list[list[str]]:
    count = options.value("n") or options.value("L") or options.value("l")
    most = 1 if replace else int(count[:6]) if count.isdecimal() and int(count[:6]) else 1 << 30
    batches: list[list[str]] = [[]]
    size = base = sum(map(len, argv)) + len(argv)
    for item in items:
        if batches[-1] and (len(batches[-1]) >= most or size + len(item) + 1 > _MAX_LINE):
            batches.append([])
            size = base
        batches[-1].append(item)
        size += len(item) + 1
    return batches

"""wc."""

from samovar.shell.commands.options import parse
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process

_LONG = {
    "bytes": "c", "chars": "m", "lines": "l", "max-line-length": "L", "words": "w", "files0-from=": "files0",
    "version": "version",
}  # fmt: skip
_ORDER = "lwmcL"


def _longest(data: bytes) -> int:
    best = 0
    for line in data.replace(b"\r", b"\n").replace(b"\f", b"\n").split(b"\n"):
        if b"\t" in line:
            line = line.expandtabs(8)
        best = max(best, sum(32 <= byte < 127 for byte in line))
    return best


def _counts(data: bytes, wanted: str) -> list[int]:
    find = {
        "l": lambda: data.count(b"\n"),
        "w": lambda: len(data.split()),
        "m": lambda: len(data),
        "c": lambda: len(data),
        "L": lambda: _longest(data),
    }
    return [find[letter]() for letter in wanted]


def wc(p: Process) -> Body:
    """Counts lines, words, bytes."""
    options = parse(p, "clLmw", _LONG)
    if "version" in options:
        p.out("wc (GNU coreutils) 9.1\n")
        return 0
    wanted = "".join(letter for letter in _ORDER if letter in options) or "lwc"
    status, rows, size, unsized = 0, list[tuple[list[int], str]](), 0, not options.rest
    for name in options.rest or ["-"]:
        try:
            stat = p.view.stat(p.path(name)) if name != "-" else None
            unsized = unsized or stat is None or stat.kind not in "fd"
            size += stat.size if stat and stat.kind == "f" else 0
        except Fault:
            pass
    number = 1
    if not (len(options.rest) <= 1 and len(wanted) == 1):
        number = max(7 if unsized else 1, len(str(size)))
    for name in options.rest or ["-"]:
        try:
            data = yield from p.load(name)
        except Fault as fault:
            status = p.fail(f"{name}: {fault.text}")
            if fault.code != "EISDIR":
                continue
            data, number = b"", max(number, 7) if len(wanted) > 1 or len(options.rest) > 1 else number
        p.spend(1 + len(data) // 3000)
        rows.append((_counts(data, wanted), name))
    for counts, name in rows:
        p.out(_row(counts, number, name if options.rest else ""))
    if len(options.rest) > 1:
        columns = list(zip(*(counts for counts, _ in rows), strict=True)) or [(0,)] * len(wanted)
        totals = [max(column) if letter == "L" else sum(column) for letter, column in zip(wanted, columns, strict=True)]
        p.out(_row(totals, number, "total"))
    return status


def _row(counts: list[int], number: int, name: str) -> str:
    return " ".join(f"{count:>{number}}" for count in counts) + (f" {name}" if name else "") + "\n"

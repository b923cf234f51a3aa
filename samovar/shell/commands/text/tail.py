"""tail."""

import re
from collections.abc import Generator

from samovar.shell.commands.options import parse
from samovar.shell.commands.text.sources import count_of
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_LONG = {
    "lines=": "n", "bytes=": "c", "follow=?": "f", "quiet": "q", "silent": "q", "verbose": "v", "pid=": "pid",
    "zero-terminated": "z", "sleep-interval=": "s", "retry": "retry", "max-unchanged-stats=": "max",
    "version": "version",
}  # fmt: skip


def tail(p: Process) -> Body:
    """The last part of files; -f waits for more."""
    if len(p.argv) > 1 and (old := re.fullmatch(r"([-+])(\d+)([bcl]?)(f?)", p.argv[1])):
        sign = "+" if old[1] == "+" else ""
        p.argv[1:2] = [f"-{'c' if old[3] in ('b', 'c') and old[3] else 'n'}{sign}{old[2]}", *(["-f"] if old[4] else [])]
    options = parse(p, "c:n:fFqvzs:", _LONG)
    if "version" in options:
        p.out("tail (GNU coreutils) 9.1\n")
        return 0
    unit = options.last("cn", "n")
    text = options.value(unit, "10")
    count = count_of(text.lstrip("+-"))
    if count is None:
        return p.fail(f"invalid number of {'bytes' if unit == 'c' else 'lines'}: '{text.removeprefix('-')}'")
    names, end = options.rest or ["-"], b"\0" if "z" in options else b"\n"
    titled = options.last("qv") == "v" or (len(names) > 1 and "q" not in options)
    status, first, sizes = 0, True, dict[str, int]()
    for name in names:
        try:
            data = yield from p.load(name)
        except Fault as fault:
            form = "error reading '{}': {}" if fault.code == "EISDIR" else "cannot open '{}' for reading: {}"
            status = p.fail(form.format(name, fault.text))
            continue
        if titled:
            p.out(f"{'' if first else chr(10)}==> {'standard input' if name == '-' else name} <==\n")
        first, sizes[name] = False, len(data)
        p.write(part(data, count, unit, end, from_start=text.startswith("+")))
        yield from p.flush()
    if "f" in options or "F" in options:
        sizes.pop("-", None)
        if not sizes and options.rest:
            p.err(f"{p.name}: no files remaining\n")
            return 1
        yield from _follow(p, sizes, titled=titled)
    return status


def part(data: bytes, count: int, unit: str, end: bytes, *, from_start: bool) -> bytes:
    """The last ``count`` bytes or lines, or all from the ``count``-th on."""
    if unit == "c":
        return data[max(count - 1, 0) :] if from_start else data[max(len(data) - count, 0) :]
    if from_start:
        if count <= 1:
            return data
        return data.split(end, count - 1)[-1] if data.count(end) >= count - 1 else b""
    if count == 0:
        return b""
    place = len(data) - data.endswith(end)
    for _ in range(min(count, len(data))):
        place = data.rfind(end, 0, place)
        if place < 0:
            return data
    return data[place + 1 :]


def _follow(p: Process, sizes: dict[str, int], *, titled: bool) -> Generator[Wait, bytes, None]:
    """Look once a second, until somebody ends it."""
    shown = next(reversed(sizes), "")
    while sizes:
        yield from p.sleep(1.0)
        for name in list(sizes):
            p.spend(2)
            try:
                size = p.view.stat(p.path(name)).size
                if size == sizes[name]:
                    continue
                if size < sizes[name]:
                    p.err(f"{p.name}: {name}: file truncated\n")
                    sizes[name] = 0
                data = p.contents(name)[sizes[name] :]
            except Fault:
                continue
            if titled and shown != name:
                p.out(f"\n==> {name} <==\n")
            shown, sizes[name] = name, sizes[name] + len(data)
            p.write(data)
            yield from p.flush()

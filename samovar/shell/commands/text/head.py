"""head."""

import re
from collections.abc import Generator

from samovar.shell.commands.options import parse
from samovar.shell.commands.text.sources import count_of, pull, source
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.descriptor import Stream
from samovar.shell.kernel.process import CHUNK, Body, Process
from samovar.shell.kernel.wait import Wait

_LONG = {
    "lines=": "n", "bytes=": "c", "quiet": "q", "silent": "q", "verbose": "v", "zero-terminated": "z",
    "version": "version",
}  # fmt: skip


def head(p: Process) -> Body:
    """The first part of files."""
    if len(p.argv) > 1 and (old := re.fullmatch(r"-(\d+)([bkmcqvzl]*)", p.argv[1])):
        unit = "c" if old[2][:1] in tuple("cbkm") and old[2] else "n"
        scale = old[2][:1] if old[2][:1] in tuple("bkm") and old[2] else ""
        p.argv[1:2] = [f"-{unit}{old[1]}{scale}", *(f"-{letter}" for letter in old[2] if letter in "qvz")]
    options = parse(p, "c:n:qvz", _LONG)
    if "version" in options:
        p.out("head (GNU coreutils) 9.1\n")
        return 0
    unit = options.last("cn", "n")
    text = options.value(unit, "10")
    count = count_of(text.removeprefix("-").removeprefix("+"))
    if count is None:
        return p.fail(f"invalid number of {'bytes' if unit == 'c' else 'lines'}: '{text.removeprefix('-')}'")
    names = options.rest or ["-"]
    titled = options.last("qv") == "v" or (len(names) > 1 and "q" not in options)
    end = b"\0" if "z" in options else b"\n"
    status, first = 0, True
    for name in names:
        try:
            stream = source(p, name)
        except Fault as fault:
            status = p.fail(f"cannot open '{name}' for reading: {fault.text}")
            continue
        if titled:
            p.out(f"{'' if first else chr(10)}==> {'standard input' if name == '-' else name} <==\n")
        first = False
        try:
            if text.startswith("-"):
                p.write(_without_last((yield from p.load(name)), count, unit, end))
            elif unit == "c":
                yield from _bytes(p, stream, count)
            else:
                yield from _lines(p, stream, count, end)
            yield from p.flush()
        except Fault as fault:
            status = p.fail(f"error reading '{name}': {fault.text}")
    return status


def _bytes(p: Process, stream: Stream | None, count: int) -> Generator[Wait, bytes, None]:
    while count > 0 and (data := (yield from pull(p, stream, min(count, CHUNK)))):
        count -= len(data)
        p.write(data)
        yield from p.flush()


def _lines(p: Process, stream: Stream | None, count: int, end: bytes) -> Generator[Wait, bytes, None]:
    while count > 0 and (data := (yield from pull(p, stream))):
        found = data.count(end)
        if found >= count:
            data = end.join(data.split(end, count)[:count]) + end
        count -= found
        p.write(data)
        yield from p.flush()


def _without_last(data: bytes, count: int, unit: str, end: bytes) -> bytes:
    if unit == "c":
        return data[: max(len(data) - count, 0)]

    lines = data.split(end)
    pieces = [line + end for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
    return b"".join(pieces[: max(len(pieces) - count, 0)])

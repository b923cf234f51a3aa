"""tac, rev, tee, yes."""

from samovar.shell.commands.options import parse
from samovar.shell.commands.text.sources import Inputs, emit, lines_of
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.descriptor import Stream
from samovar.shell.kernel.files import opened
from samovar.shell.kernel.process import Body, Process


def tac(p: Process) -> Body:
    """Lines from the last to the first."""
    options = parse(p, "brs:", {"before": "b", "regex": "r", "separator=": "s"})
    end = options.value("s", "\n").encode("latin-1") or b"\0"
    inputs = Inputs(p, form="failed to open '{name}' for reading: {fault}")
    for name in options.rest or ["-"]:
        data = yield from inputs.data(name)
        pieces = (data or b"").split(end)
        last = pieces.pop()
        pieces = [piece + end for piece in pieces] + ([last] if last else [])
        for start in range(len(pieces), 0, -500):
            p.write(b"".join(reversed(pieces[max(start - 500, 0) : start])))
            p.spend(5)
            yield from p.flush()
    return inputs.status


def rev(p: Process) -> Body:
    """Each line from its end to its beginning."""
    options = parse(p, "0Vh", {"zero": "0", "version": "V", "help": "h"})
    inputs = Inputs(p, form="cannot open {name}: {fault}")
    for name in options.rest or ["-"]:
        data = yield from inputs.data(name)
        turned = [line[::-1] for line in lines_of(data or b"")]
        if data and not data.endswith(b"\n"):
            yield from emit(p, turned[:-1])
            p.write(turned[-1])
        elif turned:
            yield from emit(p, turned)
    return inputs.status


def tee(p: Process) -> Body:
    """Copies standard input to files and to standard output."""
    options = parse(p, "aip", {"append": "a", "ignore-interrupts": "i", "output-error=?": "p"})
    status, outputs = 0, list[Stream]()
    for name in options.rest[:64]:
        try:
            stream = opened(p, name, "a" if "a" in options else "w")
            stream.users += 1
            outputs.append(stream)
        except Fault as fault:
            status = p.fail(f"{name}: {fault.text}")
    while data := (yield from p.read()):
        p.write(data)
        for stream in outputs:
            p.spend(1)
            try:
                stream.write(data)
            except Fault as fault:
                status = p.fail(f"{stream.path}: {fault.text}")
        yield from p.flush()
    for stream in outputs:
        stream.users -= 1
    return status


def yes(p: Process) -> Body:
    """The same line until nobody reads it."""
    words = p.argv[2:] if p.argv[1:2] == ["--"] else p.argv[1:]
    line = (" ".join(words or ["y"]) + "\n").encode("latin-1", "replace")
    block = line * max(8192 // len(line), 1)
    while True:
        p.write(block)
        p.spend(1)
        yield from p.flush()

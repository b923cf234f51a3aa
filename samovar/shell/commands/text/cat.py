"""cat, and more and less where there is no terminal to page on."""

from samovar.shell.commands.options import parse
from samovar.shell.commands.text.sources import pull, source
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process

_LONG = {
    "show-all": "A", "number-nonblank": "b", "show-ends": "E", "number": "n", "squeeze-blank": "s",
    "show-tabs": "T", "show-nonprinting": "v", "version": "version", "help": "help",
}  # fmt: skip


def _visible(byte: int) -> bytes:
    high = b"M-" if byte > 127 else b""
    byte &= 127
    if byte < 32:
        return high + b"^" + bytes((byte + 64,))
    return high + (b"^?" if byte == 127 else bytes((byte,)))


_VISIBLE = [bytes((i,)) if i in (9, 10) else _visible(i) for i in range(256)]


class _Numbering:
    """Lines as -n, -b, -s, -E, -T, -v show them; goes on over files."""

    def __init__(self, marks: set[str]) -> None:
        self.marks, self.count, self.fresh, self.blank = marks, 0, True, 0

    def show(self, data: bytes) -> bytes:
        found = bytearray()
        for line in data.splitlines(keepends=True) if b"\r" not in data else _split(data):
            ended = line.endswith(b"\n")
            body = line[:-1] if ended else line
            if self.fresh:
                self.blank = self.blank + 1 if line == b"\n" else 0
                if self.blank > 1 and "s" in self.marks:
                    continue
                if ("b" in self.marks and body) or ("n" in self.marks and "b" not in self.marks):
                    self.count += 1
                    found += b"%6d\t" % self.count
            if "v" in self.marks:
                body = b"".join(map(_VISIBLE.__getitem__, body))
            if "T" in self.marks:
                body = body.replace(b"\t", b"^I")
            if "E" in self.marks and ended:
                body = body[:-1] + b"^M" if body.endswith(b"\r") else body
                body += b"$"
            found += body + line[-1:] if ended else body
            self.fresh = ended
        return bytes(found)


def _split(data: bytes) -> list[bytes]:
    lines = [line + b"\n" for line in data.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


def cat(p: Process) -> Body:
    """Files one after the other."""
    options = parse(p, "AbeEnstTuv", _LONG)
    if "version" in options:
        p.out("cat (GNU coreutils) 9.1\n")
        return 0
    if "help" in options:
        p.out("Usage: cat [OPTION]... [FILE]...\nConcatenate FILE(s) to standard output.\n")
        return 0
    marks = {mark for letter, _ in options.flags for mark in {"A": "vET", "e": "vE", "t": "vT"}.get(letter, letter)}
    return (yield from _copy(p, options.rest, marks - {"u"}))


def _copy(p: Process, names: list[str], marks: set[str]) -> Body:
    status, numbering = 0, _Numbering(marks)
    for name in names or ["-"]:
        try:
            stream = source(p, name)
            while data := (yield from pull(p, stream)):
                if marks:
                    p.spend(1 + len(data) // 500)
                    data = numbering.show(data)
                p.write(data)
                yield from p.flush()
        except Fault as fault:
            status = p.fail(f"{name}: {fault.text}")
    return status


def more(p: Process) -> Body:
    """more and less: without a terminal they copy, with one they show the text and end."""
    names = [word for word in p.argv[1:] if not word.startswith(("-", "+")) or word == "-"]
    if not names and (stdin := p.descriptors.get(0)) is not None and stdin.tty:
        if p.name == "less":
            p.err('Missing filename ("less --help" for help)\n')
        else:
            p.err("more: bad usage\nTry 'more --help' for more information.\n")
        return 1
    status = 0
    for name in names or ["-"]:
        try:
            stream = source(p, name)
            while data := (yield from pull(p, stream)):
                p.write(data)
                yield from p.flush()
        except Fault as fault:
            status = int(p.name == "less")
            folder = f"{name} is a directory" if p.name == "less" else f"\n*** {name}: directory ***\n"
            text = folder if fault.code == "EISDIR" else f"{name}: {fault.text}"
            p.err(text + "\n" if p.name == "less" else f"more: cannot open {text}\n")
    return status

"""The files that a text tool reads: standard input, files, devices, each within bounds."""

from collections.abc import Generator, Sequence

from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.descriptor import Stream
from samovar.shell.kernel.files import opened
from samovar.shell.kernel.process import CHUNK, MAX_WHOLE, Process
from samovar.shell.kernel.wait import Readable, Wait

Reading = Generator[Wait, bytes, bytes]


def source(p: Process, name: str) -> Stream | None:
    """What a name leads to; ``-`` is standard input (None where that is closed). Raises Fault."""
    return p.descriptors.get(0) if name == "-" else opened(p, name, "r")


def pull(p: Process, stream: Stream | None, limit: int = CHUNK) -> Reading:
    """Some bytes, waiting for them; ``b""`` at the end. Raises Fault."""
    if stream is None:
        return b""
    if stream is p.descriptors.get(0):
        return (yield from p.read(limit))
    while (data := stream.read(limit)) is None:
        p.push()
        yield Readable(stream)
    return data


class Inputs:
    """Reads files one after the other; says what fails and goes on."""

    def __init__(self, p: Process, *, form: str = "{name}: {fault}", status: int = 1) -> None:
        self._p, self._form, self._failed = p, form, status
        self.status = 0

    def data(self, name: str, limit: int = MAX_WHOLE) -> Generator[Wait, bytes, bytes | None]:
        """A file's content; None where that fails, which is said."""
        try:
            return (yield from self._p.load(name, limit))
        except Fault as fault:
            self.fail(name, fault)
            return None

    def fail(self, name: str, fault: Fault) -> None:
        """Say it."""
        form = self._form
        if fault.code == "EISDIR" and "open" in form:
            form = "error reading '{name}': {fault}"
        self._p.fail(form.format(name=name, fault=fault.text))
        self.status = self._failed

    def joined(self, names: Sequence[str]) -> Reading:
        """All of them as one; without names standard input."""
        found: list[bytes] = []
        size = 0
        for name in names or ["-"]:
            data = yield from self.data(name, max(MAX_WHOLE - size, 0))
            found.append(data or b"")
            size += len(found[-1])
        return b"".join(found)


def lines_of(data: bytes, end: bytes = b"\n") -> list[bytes]:
    """Lines without their ends; a last one without end counts too."""
    lines = data.split(end)
    if not lines[-1]:
        lines.pop()
    return lines


def emit(p: Process, pieces: Sequence[bytes], end: bytes = b"\n") -> Generator[Wait, bytes, None]:
    """Write lines, each with its end, in portions."""
    for start in range(0, len(pieces), 500):
        portion = pieces[start : start + 500]
        p.write(end.join(portion) + end)
        p.spend(1 + len(portion) // 50)
        yield from p.flush()


def count_of(text: str) -> int | None:
    """A count with an optional unit (K, M, kB ...); None if it is none."""
    digits = text.rstrip("bBkKMGTPEiZY")
    unit = text[len(digits) :]
    factors = {"": 1, "b": 512, "kB": 1000, "K": 1024, "k": 1024, "KiB": 1024, "MB": 10**6, "M": 1 << 20, "m": 1 << 20}
    factors |= {"MiB": 1 << 20, "G": 1 << 30, "GB": 10**9, "T": 1 << 40, "P": 1 << 50, "E": 1 << 60}
    if not digits.isascii() or not digits.isdecimal() or len(digits) > 18 or unit not in factors:
        return None
    return int(digits) * factors[unit]

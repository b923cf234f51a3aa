"""du, dd."""

from collections.abc import Generator

from samovar.shell.commands.files.names import human, quoted
from samovar.shell.commands.files.nodes import amount
from samovar.shell.commands.options import Options, misuse, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.files import OpenFile, opened
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Readable, Wait

_LONG = {
    "all": "a", "apparent-size": "apparent", "bytes": "b", "total": "c", "human-readable": "h", "summarize": "s",
    "max-depth=": "d", "one-file-system": "x", "si": "si", "separate-dirs": "S", "exclude=": "exclude",
    "dereference": "L", "null": "0", "time=?": "time", "block-size=": "B",
}  # fmt: skip


def du(p: Process) -> Body:
    """Disk usage."""
    options = parse(p, "0aAbB:cd:DhHkLlmPsSt:xX:", _LONG)
    if "s" in options and "a" in options:
        return misuse(p, "cannot both summarize and show all entries")
    most = int(options.value("d")[:6]) if options.value("d").isdecimal() else 0 if "s" in options else 1 << 30
    total, status = 0, 0
    for name in options.rest or ["."]:
        counter = _Counter(p, options, most)
        size = yield from counter.tree(name)
        status |= counter.status
        total += size
    if "c" in options:
        p.out(f"{_shown(options, total)}\ttotal\n")
    return status


def _shown(options: Options, size: int) -> str:
    if "h" in options:
        return human(size)
    if "b" in options:
        return str(size)
    return str(-(-size // (1 << 20 if options.last("km") == "m" else 1024)))


class _Counter:
    def __init__(self, p: Process, options: Options, most: int) -> None:
        self.p, self.options, self.most, self.status = p, options, most, 0
        self._seen: set[int] = set()

    def tree(self, top: str) -> Generator[Wait, bytes, int]:
        """Depth first; each directory is shown after what is in it."""
        p, sizes = self.p, [0]
        stack: list[tuple[str, int, int]] = [(top, 0, -1)]  # path, depth, own size once its children are on the stack
        while stack:
            path, depth, own = stack.pop()
            if own >= 0:
                size = sizes.pop() + own
                sizes[-1] += size
                if depth <= self.most:
                    p.out(f"{_shown(self.options, size)}\t{path}\n")
                    yield from p.flush()
                continue
            p.spend(1)
            try:
                stat = p.view.lstat(p.path(path))
            except Fault as fault:
                self.status = p.fail(f"cannot access {quoted(path)}: {fault.text}")
                continue
            size = stat.size if "b" in self.options or "apparent" in self.options else stat.blocks * 512
            if stat.nlink > 1 and stat.kind != "d":
                size = 0 if stat.ino in self._seen else size
                self._seen.add(stat.ino)
            if stat.kind != "d":
                sizes[-1] += size
                if depth == 0 or ("a" in self.options and depth <= self.most):
                    p.out(f"{_shown(self.options, size)}\t{path}\n")
                continue
            sizes.append(0)
            stack.append((path, depth, size))
            try:
                names = p.view.listing(p.path(path))
            except Fault as fault:
                self.status = p.fail(f"cannot read directory {quoted(path)}: {fault.text}")
                continue
            stack += [(f"{path.rstrip('/')}/{name}", depth + 1, -1) for name in reversed(names)]
            if p.kernel.due:
                yield from p.flush()
        return sizes[0]


_MAX_COPY = 64 << 20  # bytes that one dd moves


_OPERANDS = frozenset("if of bs ibs obs count skip seek conv status iflag oflag cbs".split())  # noqa: SIM905


class _Unfit(Exception):
    """An operand is wrong; the message."""


def _operands(p: Process) -> tuple[dict[str, str], dict[str, int]]:
    """The operands, and those that are numbers. Raises _Unfit."""
    values, numbers = dict[str, str](), dict[str, int]()
    for word in p.argv[1:]:
        name, equals, value = word.partition("=")
        if not equals or name not in _OPERANDS:
            raise _Unfit(f"unrecognized operand {quoted(word)}\nTry 'dd --help' for more information.")
        values[name] = value
        if name not in ("bs", "ibs", "count", "skip", "seek"):
            continue
        number = amount(value.removesuffix("B") if value[-2:-1].isdecimal() else value)
        if number is None or (name in ("bs", "ibs") and not number):
            raise _Unfit(f"invalid number: {quoted(value)}")
        numbers[name] = number
    return values, numbers


def dd(p: Process) -> Body:
    """Copy blocks."""
    try:
        values, numbers = _operands(p)
    except _Unfit as unfit:
        return p.fail(str(unfit))
    block = min(numbers.get("bs", numbers.get("ibs", 512)), 16 << 20)
    began = p.now
    try:
        full, part, size = yield from _blocks(p, values, numbers, block)
    except Fault as fault:
        goal = values.get("of", "")
        if fault.code == "ENOSPC":
            return p.fail(f"error writing {quoted(goal)}: {fault.text}")
        name = goal if fault.code in ("EISDIR", "EROFS") else values.get("if") or goal
        return p.fail(f"failed to open {quoted(name)}: {fault.text}")
    if values.get("status") != "none":
        p.err(f"{full}+{part} records in\n{full}+{part} records out\n")
        if values.get("status") != "noxfer":
            p.err(_rate(size, max(p.now - began, size / 1.4e9 + 0.0000731)))
    return 0


def _blocks(
    p: Process, values: dict[str, str], numbers: dict[str, int], block: int
) -> Generator[Wait, bytes, tuple[int, int, int]]:
    source = opened(p, values["if"], "r") if "if" in values else p.descriptors.get(0)
    goal = None
    if "of" in values:
        keep = "notrunc" in values.get("conv", "") or "seek" in numbers
        goal = opened(p, values["of"], "rw" if keep else "w")
        if isinstance(goal, OpenFile) and "seek" in numbers:
            goal.seek(numbers["seek"] * block)
    if isinstance(source, OpenFile) and "skip" in numbers:
        source.seek(numbers["skip"] * block)
    most = numbers.get("count", 1 << 60)
    full = part = size = 0
    while source is not None and full + part < most and size < _MAX_COPY:
        data = source.read(block)
        while data is None:
            yield Readable(source)
            data = source.read(block)
        if not data:
            break
        full, part, size = full + (len(data) == block), part + (len(data) < block), size + len(data)
        p.spend(1 + (len(data) >> 14))
        if goal is not None:
            goal.write(data.ljust(block, b"\0") if "sync" in values.get("conv", "").split(",") else data)
        else:
            p.write(data)
        yield from p.flush()
    return full, part, size


def _rate(size: int, seconds: float) -> str:
    def unit(value: float, base: int, names: str) -> tuple[str, str]:
        power = 0
        while value >= base and power < len(names):
            value /= base
            power += 1
        return f"{value:.1f}" if value < 10 and power else f"{value:.0f}", ("" if not power else names[power - 1])

    shown = ""
    if size >= 1000:
        number, letter = unit(size, 1000, "kMGT")
        shown = f" ({number} {letter}B"
        if size >= 1024:
            number, letter = unit(size, 1024, "KMGT")
            shown += f", {number} {letter}iB"
        shown += ")"
    number, letter = unit(size / seconds, 1000, "kMGT")
    return (
        f"{size} bytes{shown} copied, {seconds:.6g} s, {number} {letter}B/s\n"
        if size != 1
        else f"1 byte copied, {seconds:.6g} s, {number} {letter}B/s\n"
    )

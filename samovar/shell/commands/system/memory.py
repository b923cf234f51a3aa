"""free, vmstat."""

from samovar.shell.commands.options import parse
from samovar.shell.kernel.process import Body, Process

_LONG = {
    "bytes": "b", "kibi": "k", "mebi": "m", "gibi": "g", "human": "h", "total": "t", "wide": "w", "lohi": "l",
    "si": "si",
    "kilo": "kilo", "mega": "mega", "giga": "giga", "seconds=": "s", "count=": "c", "version": "V", "committed": "v",
}  # fmt: skip


def free(p: Process) -> Body:
    """Memory in use (procps-ng 4)."""
    options = parse(p, "bkmghtwlvs:c:V", _LONG)
    if "V" in options:
        p.out("free from procps-ng 4.0.2\n")
        return 0
    count = int(options.value("c")[:4]) if options.value("c").isdecimal() else 1 << 30 if "s" in options else 1
    pause = float(options.value("s")) if options.value("s").replace(".", "", 1).isdecimal() else 1.0
    while True:
        p.out(
            _table(
                p,
                options.last("bkmgh") or ("mega" if "mega" in options else "k"),
                total="t" in options,
                wide="w" in options,
            )
        )
        count -= 1
        if count <= 0:
            return 0
        p.out("\n")
        yield from p.sleep(pause)


def _table(p: Process, unit: str, *, total: bool, wide: bool) -> str:
    memory = p.machine.memory(p.now)
    cache = memory.cached + memory.reclaimable
    used = memory.total - memory.available
    head = ["total", "used", "free", "shared", *(["buffers", "cache"] if wide else ["buff/cache"]), "available"]
    both = [memory.buffers, cache] if wide else [memory.buffers + cache]
    rows = [("Mem:", [memory.total, used, memory.free, memory.shared, *both, memory.available])]
    swap = [memory.swap_total, memory.swap_total - memory.swap_free, memory.swap_free]
    rows.append(("Swap:", swap))
    if total:
        rows.append(("Total:", [memory.total + swap[0], used + swap[1], memory.free + swap[2]]))
    lines = [" " * 7 + "".join(f"{name:>12}" for name in head)]
    lines += [f"{name:<7}" + "".join(f"{_shown(value, unit):>12}" for value in values) for name, values in rows]
    return "\n".join(lines) + "\n"


def _shown(kib: int, unit: str) -> str:
    if unit != "h":
        divisors = {"k": 1, "m": 1024, "g": 1024 * 1024, "mega": 1000}
        return str(kib * 1024 if unit == "b" else int(kib / divisors.get(unit, 1)))
    value, names = float(kib * 1024), "BKMGTP"
    for letter in names:
        if value < 1000 or letter == "P":
            text = (
                f"{value:.1f}" if value < 10 and letter != "B" else f"{value:.0f}" if letter != "B" else f"{int(value)}"
            )
            return text + (letter + "i" if letter != "B" else "B")
        value /= 1024
    return ""


def vmstat(p: Process) -> Body:
    """Processes, memory, swap, io, cpu."""
    options = parse(p, "anstwfmdDS:V")
    numbers = [int(word[:5]) for word in options.rest if word.isdecimal()]
    count = numbers[1] if len(numbers) > 1 else 1 << 30 if numbers else 1
    p.out("procs -----------memory---------- ---swap-- -----io---- -system-- ------cpu-----\n")
    p.out(" r  b   swpd   free   buff  cache   si   so    bi    bo   in   cs us sy id wa st\n")
    while True:
        memory, load = p.machine.memory(p.now), p.machine.load(p.now)
        busy = min(int(load.one * 20), 40)
        p.out(
            f"{load.running:2} {0:2} {memory.swap_total - memory.swap_free:6} {memory.free:6} {memory.buffers:6} "
            f"{memory.cached:6} {0:4} {0:4} {2:5} {7:5} {58:4} {94:4} {busy:2} {busy // 3:2} "
            f"{100 - busy - busy // 3:2} {0:2} {0:2}\n"
        )
        count -= 1
        if count <= 0:
            return 0
        yield from p.sleep(float(numbers[0] or 1))

"""date, uptime, sleep, timeout."""

import re
from datetime import UTC, datetime

from samovar.shell.commands.files.dates import when
from samovar.shell.commands.files.names import quoted
from samovar.shell.commands.options import misuse, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel import signals
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Ended

_LONG = {
    "date=": "d", "utc": "u", "universal": "u", "rfc-email": "R", "iso-8601=?": "I", "rfc-3339=": "rfc",
    "reference=": "r",
    "set=": "s", "file=": "f", "debug": "debug", "rfc-2822": "R",
}  # fmt: skip
_FORMS = {
    "": "%a %b %e %H:%M:%S UTC %Y", "R": "%a, %d %b %Y %H:%M:%S +0000", "Idate": "%Y-%m-%d",
    "Ihours": "%Y-%m-%dT%H+00:00",
    "Iminutes": "%Y-%m-%dT%H:%M+00:00", "Iseconds": "%Y-%m-%dT%H:%M:%S+00:00", "rfcdate": "%Y-%m-%d",
    "rfcseconds": "%Y-%m-%d %H:%M:%S+00:00",
}  # fmt: skip
_NAMED = {
    "D": "%m/%d/%y", "F": "%Y-%m-%d", "R": "%H:%M", "T": "%H:%M:%S", "X": "%H:%M:%S", "x": "%m/%d/%y", "h": "%b",
    "c": "%a %b %e %H:%M:%S %Y", "r": "%I:%M:%S %p",
}  # fmt: skip


def date(p: Process) -> int:
    """The time, in many forms."""
    options = parse(p, "d:f:I::r:Rs:u", _LONG)
    seconds = p.now
    if "d" in options:
        text = options.value("d")
        found = when(text, p.now)
        if found is None:
            return p.fail(f"invalid date {quoted(text)}")
        seconds = found
    elif "r" in options:
        try:
            seconds = p.view.stat(p.path(options.value("r"))).mtime
        except Fault as fault:
            return p.fail(f"{options.value('r')}: {fault.text}")
    form = _FORMS[""]
    if "I" in options or "rfc" in options:
        letter = "I" if "I" in options else "rfc"
        form = _FORMS.get(letter + (options.value(letter) or "date"), form)
    elif "R" in options:
        form = _FORMS["R"]
    for word in options.rest:
        if word.startswith("+"):
            form = word[1:]
        else:
            return _set(p, word)
    if "s" in options:
        return _set(p, options.value("s"))
    p.out(formatted(form, seconds) + "\n")
    return 0


def _set(p: Process, text: str) -> int:
    if when(text, p.now) is None and not re.fullmatch(r"\d{8}(\d\d){0,2}(\.\d\d)?", text):
        return p.fail(f"invalid date {quoted(text)}")
    if p.identity.uid:
        p.err("date: cannot set date: Operation not permitted\n")
    p.out(formatted(_FORMS[""], when(text, p.now) or p.now) + "\n")
    return int(p.identity.uid != 0)


def formatted(form: str, seconds: float) -> str:
    """date's format, in UTC."""
    moment, out, place = datetime.fromtimestamp(max(min(seconds, 253_402_300_799), -62_135_596_800), UTC), [], 0
    while place < len(form):
        found = re.match(r"%([-_0^#]*)(\d{0,3})(:{0,3}[A-Za-z%])", form[place:])
        if found is None:
            out.append(form[place])
            place += 1
            continue
        out.append(_field(moment, seconds, found[3], found[1], found[2]))
        place += found.end()
    return "".join(out)


def _field(moment: datetime, seconds: float, letter: str, flags: str, width: str) -> str:
    if letter in _NAMED:
        return formatted(_NAMED[letter], seconds)
    special = {
        "s": str(int(seconds)), "N": f"{int(seconds % 1 * 1e9):09d}", "e": f"{moment.day:2}", "k": f"{moment.hour:2}",
        "l": f"{(moment.hour - 1) % 12 + 1:2}", "n": "\n", "t": "\t", "%": "%", "z": "+0000", "Z": "UTC",
        ":z": "+00:00",
        "P": f"{moment:%p}".lower(), "C": f"{moment.year // 100:02}", "q": str((moment.month + 2) // 3),
    }  # fmt: skip
    text = special.get(letter) or (moment.strftime("%" + letter) if letter in "aAbBdHIjmMpSuUVGgwWyY" else "%" + letter)
    if letter == "N" and width:
        return text[: int(width)]
    if "-" in flags:
        text = text.lstrip("0 ") or "0"
    if "_" in flags:
        text = (text.lstrip("0") or "0").rjust(len(text))
    if "0" in flags:
        text = text.strip().rjust(len(text), "0")
    return text.upper() if "^" in flags else text.rjust(int(width), "0") if width else text


def uptime(p: Process) -> int:
    """Since when it runs, and its load."""
    options = parse(p, "pshV", {"pretty": "p", "since": "s", "version": "V"})
    up = p.machine.uptime(p.now)
    if "V" in options:
        p.out("uptime from procps-ng 4.0.2\n")
    elif "s" in options:
        p.out(f"{datetime.fromtimestamp(p.now - up, UTC):%Y-%m-%d %H:%M:%S}\n")
    elif "p" in options:
        p.out("up " + _pretty(up) + "\n")
    else:
        p.out(header(p))
    return 0


def _pretty(up: float) -> str:
    minutes = int(up // 60)
    parts = []
    for unit, size in (("year", 525_600), ("week", 10_080), ("day", 1_440), ("hour", 60), ("minute", 1)):
        count, minutes = divmod(minutes, size)
        if count:
            parts.append(f"{count} {unit}{'s' if count > 1 else ''}")
    return ", ".join(parts)


def header(p: Process) -> str:
    """uptime's line, which w and top show too."""
    up, load = p.machine.uptime(p.now), p.machine.load(p.now)
    days, rest = divmod(int(up), 86_400)
    hours, minutes = rest // 3600, rest // 60 % 60
    shown = f"{days} day{'s' if days != 1 else ''}, " if days else ""
    shown += f"{hours:2}:{minutes:02}" if hours else f"{minutes} min"
    people = len(p.machine.who(p.kernel.session))
    clock = datetime.fromtimestamp(p.now, UTC)
    return (
        f" {clock:%H:%M:%S} up {shown},  {people} user{'s' if people > 1 else ''},  "
        f"load average: {load.one:.2f}, {load.five:.2f}, {load.fifteen:.2f}\n"
    )


_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}


def seconds_of(text: str) -> float | None:
    """``10``, ``0.5``, ``2m``; None where it is no duration."""
    body, unit = (text[:-1], text[-1]) if text[-1:] in tuple("smhd") else (text, "s")
    if text == "infinity":
        return 1e9
    return float(body) * _UNITS[unit] if re.fullmatch(r"\d{1,9}\.?\d{0,9}|\.\d{1,9}", body) else None


def sleep(p: Process) -> Body:
    """Wait."""
    options = parse(p, "", {"version": "version", "help": "help"})
    if not options.rest:
        return misuse(p)
    total = 0.0
    for word in options.rest:
        seconds = seconds_of(word)
        if seconds is None:
            return misuse(p, f"invalid time interval {quoted(word)}")
        total += seconds
    yield from p.sleep(total)
    return 0


def timeout(p: Process) -> Body:
    """Run a command, but not for longer."""
    options = parse(
        p,
        "fk:s:v",
        {"kill-after=": "k", "signal=": "s", "foreground": "f", "preserve-status": "p", "verbose": "v"},
        status=125,
        in_order=True,
    )
    if len(options.rest) < 2:
        p.err("Try 'timeout --help' for more information.\n")
        return 125
    seconds = seconds_of(options.rest[0])
    if seconds is None:
        return misuse(p, f"invalid time interval {quoted(options.rest[0])}", 125)
    number = signals.number(options.value("s", "TERM"))
    if number is None:
        return misuse(p, f"{quoted(options.value('s'))}: invalid signal", 125)
    argv = options.rest[1:]
    try:
        child = p.kernel.command(p, argv, p.environment, p.descriptors)
    except Fault as fault:
        return p.fail(f"failed to run command {quoted(argv[0])}: {fault.text}", 126)
    if child is None:
        return p.fail(f"failed to run command {quoted(argv[0])}: No such file or directory", 127)
    until = p.now + seconds if seconds else 1e12
    p.kernel.start(child)
    while child.status is None and p.now < until:
        yield Ended((child,), until)
    if child.status is None:
        p.kernel.signal(child, number)
        return 137 if number == signals.KILL else 124
    return child.status

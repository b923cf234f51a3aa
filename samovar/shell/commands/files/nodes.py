"""mkdir, touch, chmod, chown, chgrp, mkfifo, mknod, truncate, mktemp, sync, chattr, lsattr."""

import re
from collections.abc import Callable, Generator, Iterator
from datetime import UTC, datetime

from samovar.shell.commands.files.copy import make_parents
from samovar.shell.commands.files.names import (
    group_name,
    group_number,
    mode_text,
    quoted,
    symbolic,
    user_name,
    user_number,
)
from samovar.shell.commands.options import Options, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.node import Stat
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_MAX_SIZE = 1 << 40


def _operand(p: Process) -> int:
    return p.fail(f"missing operand\nTry '{p.name} --help' for more information.")


def mkdir(p: Process) -> int:
    """Make directories."""
    options = parse(p, "m:pvZ", {"mode=": "m", "parents": "p", "verbose": "v"})
    if not options.rest:
        return _operand(p)
    mode = symbolic(0o777, options.value("m"), 0, directory=True) if "m" in options else 0o777 & ~p.umask
    if mode is None:
        return p.fail(f"invalid mode {quoted(options.value('m'))}")
    status = 0
    for name in options.rest:
        try:
            if "p" in options:
                new = not p.view.exists(p.path(name))
                make_parents(p, p.path(name), 0o777 & ~p.umask)
                if p.view.stat(p.path(name)).kind != "d":
                    raise Fault("EEXIST")
                if "m" in options and new:
                    p.view.chmod(p.path(name), mode)
            else:
                p.view.mkdir(p.path(name), mode)
        except Fault as fault:
            status = p.fail(f"cannot create directory {quoted(name)}: {fault.text}")
            continue
        if "v" in options:
            p.out(f"{p.name}: created directory {quoted(name)}\n")
    return status


def touch(p: Process) -> int:
    """Make empty files, set times."""
    options = parse(
        p, "acd:fhmr:t:", {"date=": "d", "no-create": "c", "reference=": "r", "no-dereference": "h", "time=": "time"}
    )
    if not options.rest:
        return p.fail(f"missing file operand\nTry '{p.name} --help' for more information.")
    access = change = p.now
    try:
        if "r" in options:
            stat = p.view.stat(p.path(options.value("r")))
            access, change = stat.atime, stat.mtime
        elif "t" in options or "d" in options:
            text = options.value("t") or options.value("d")
            moment = stamp(text, p.now) if "t" in options else when(text, p.now)
            if moment is None:
                return p.fail(f"invalid date format {quoted(text)}")
            access = change = moment
    except Fault as fault:
        return p.fail(f"failed to get attributes of {quoted(options.value('r'))}: {fault.text}")
    status = 0
    for name in options.rest:
        try:
            if not p.view.exists(p.path(name)):
                if "c" in options:
                    continue
                p.view.create(p.path(name), 0o666 & ~p.umask)
            p.view.utime(p.path(name), None if "m" in options else access, None if "a" in options else change)
        except Fault as fault:
            said = "cannot touch" if fault.code != "EPERM" else "setting times of"
            status = p.fail(f"{said} {quoted(name)}: {fault.text}")
    return status


def stamp(text: str, now: float) -> float | None:
    """touch -t's [[CC]YY]MMDDhhmm[.ss]."""
    found = re.fullmatch(r"(\d\d)?(\d\d)?(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d\d))?", text)
    if found is None:
        return None
    year = datetime.fromtimestamp(now, UTC).year
    if found[2]:
        year = int(found[1] + found[2])
    elif found[1]:
        year = (2000 if int(found[1]) < 69 else 1900) + int(found[1])
    try:
        month, day, hour, minute = (int(found[i]) for i in (3, 4, 5, 6))
        return datetime(year, month, day, hour, minute, int(found[7] or 0), tzinfo=UTC).timestamp()
    except ValueError:
        return None


def when(text: str, now: float) -> float | None:
    """A date as it is usually given: @seconds, ISO, "now", "yesterday", "2 days ago"."""
    text = text.strip()
    if text.startswith("@"):
        return float(text[1:]) if re.fullmatch(r"@-?\d{1,12}(\.\d{1,9})?", text) else None
    if text in ("now", "today", ""):
        return now
    if text in ("yesterday", "tomorrow"):
        return now + (86_400 if text == "tomorrow" else -86_400)
    units = {
        "sec": 1,
        "second": 1,
        "min": 60,
        "minute": 60,
        "hour": 3600,
        "day": 86_400,
        "week": 604_800,
        "month": 2_592_000,
        "year": 31_536_000,
    }
    found = re.fullmatch(r"([+-]?\d{1,6})\s*(\w+?)s?(\s+ago)?", text)
    if found and found[2] in units:
        return now + int(found[1]) * units[found[2]] * (-1 if found[3] else 1)
    for form in (
        "%Y-%m-%d %H:%M:%S",
        "%Y-%m-%d %H:%M",
        "%Y-%m-%d",
        "%Y-%m-%dT%H:%M:%S",
        "%Y%m%d",
        "%H:%M",
        "%d %b %Y",
        "%b %d %Y",
    ):
        try:
            moment = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        if form == "%H:%M":
            today = datetime.fromtimestamp(now, UTC)
            moment = moment.replace(year=today.year, month=today.month, day=today.day)
        return moment.timestamp()
    return None


def _tree(p: Process, names: list[str], *, recursive: bool, said: str) -> Iterator[tuple[str, Stat | Fault]]:
    """Each operand, and with ``recursive`` what is below it."""
    for operand in names:
        stack = [operand]
        while stack:
            name = stack.pop()
            p.spend(1)
            try:
                stat = p.view.lstat(p.path(name)) if name != operand else p.view.stat(p.path(name))
            except Fault as fault:
                yield name, fault
                continue
            yield name, stat
            if recursive and stat.kind == "d":
                try:
                    below = p.view.listing(p.path(name))
                except Fault:
                    below = []
                stack += [f"{name.rstrip('/')}/{child}" for child in reversed(below)]


def chmod(p: Process) -> Body:
    """Change modes."""
    for place, word in enumerate(p.argv[1:], 1):  # -x and its kind are modes, not options
        if re.fullmatch(r"-[rwxXst]+", word):
            p.argv[place : place + 1] = ["--", "a" + word] if "--" not in p.argv[:place] else ["a" + word]
            break
    options = parse(
        p,
        "cfvR",
        {
            "changes": "c",
            "silent": "f",
            "quiet": "f",
            "verbose": "v",
            "recursive": "R",
            "reference=": "reference",
            "preserve-root": "x",
            "no-preserve-root": "x",
        },
    )
    names = list(options.rest)
    if "reference" in options:
        change = f"{p.view.stat(p.path(options.value('reference'))).mode:o}"
    elif not names:
        return _operand(p)
    else:
        change = names.pop(0)
        if not names:
            return p.fail(f"missing operand after {quoted(change)}\nTry '{p.name} --help' for more information.")
    if symbolic(0, change, p.umask, directory=False) is None:
        return p.fail(f"invalid mode: {quoted(change)}\nTry '{p.name} --help' for more information.")

    def act(name: str, stat: Stat) -> str:
        mode = symbolic(stat.mode, change, p.umask, directory=stat.kind == "d") or 0
        if stat.kind == "l":
            return ""
        p.view.chmod(p.path(name), mode)
        before, after = (f"{m:04o} ({mode_text(_with(stat, m))[1:]})" for m in (stat.mode, mode))
        if mode == stat.mode:
            return f"mode of {quoted(name)} retained as {after}\n" if "v" in options else ""
        return f"mode of {quoted(name)} changed from {before} to {after}\n"

    return (yield from _change(p, options, names, act, "changing permissions of"))


def _with(stat: Stat, mode: int) -> Stat:
    from msgspec.structs import replace

    return replace(stat, mode=mode)


def _change(
    p: Process, options: Options, names: list[str], act: Callable[[str, Stat], str], said: str
) -> Generator[Wait, bytes, int]:
    status = 0
    for name, stat in _tree(p, names, recursive="R" in options, said=said):
        if isinstance(stat, Fault):
            status = 1
            if "f" not in options:
                p.err(f"{p.name}: cannot access {quoted(name)}: {stat.text}\n")
            continue
        try:
            line = act(name, stat)
        except Fault as fault:
            status = 1
            if "f" not in options:
                p.err(f"{p.name}: {said} {quoted(name)}: {fault.text}\n")
            continue
        if line and ("v" in options or "c" in options):
            p.out(line)
        yield from p.flush()
    return status


def chown(p: Process) -> Body:
    """Change owner and group."""
    options = parse(
        p,
        "cfhHLPRv",
        {
            "changes": "c",
            "silent": "f",
            "quiet": "f",
            "verbose": "v",
            "recursive": "R",
            "no-dereference": "h",
            "reference=": "reference",
            "from=": "from",
        },
    )
    names = list(options.rest)
    if "reference" in options:
        model = p.view.stat(p.path(options.value("reference")))
        owner, uid, gid = "", model.uid, model.gid
    else:
        if not names:
            return _operand(p)
        owner = names.pop(0)
        if not names:
            return p.fail(f"missing operand after {quoted(owner)}\nTry '{p.name} --help' for more information.")
        wanted = _owner(p, owner)
        if isinstance(wanted, str):
            return p.fail(f"invalid {wanted}: {quoted(owner)}")
        uid, gid = wanted

    def act(name: str, stat: Stat) -> str:
        p.view.chown(p.path(name), uid, gid, follow="h" not in options)
        before = f"{user_name(p, stat.uid)}:{group_name(p, stat.gid)}"
        after = f"{user_name(p, uid if uid >= 0 else stat.uid)}:{group_name(p, gid if gid >= 0 else stat.gid)}"
        if before == after:
            return f"ownership of {quoted(name)} retained as {after}\n" if "v" in options else ""
        return f"changed ownership of {quoted(name)} from {before} to {after}\n"

    return (yield from _change(p, options, names, act, f"changing {'group' if p.name == 'chgrp' else 'ownership'} of"))


def _owner(p: Process, text: str) -> tuple[int, int] | str:
    """user, user:group, :group, and what is invalid of it."""
    if p.name == "chgrp":
        gid = group_number(p, text)
        return "group" if gid is None else (-1, gid)
    name, colon, group = text.partition(":") if ":" in text else text.partition(".") if "." in text else (text, "", "")
    uid = user_number(p, name) if name else -1
    if uid is None:
        return "user"
    number = group_number(p, group) if group else -1
    if number is None:
        return "group"
    if colon and name and not group:
        number = uid
    return uid, number


def mkfifo(p: Process) -> int:
    """Make named pipes."""
    options = parse(p, "m:Z", {"mode=": "m"})
    status = 0 if options.rest else _operand(p)
    for name in options.rest:
        try:
            p.view.mknod(p.path(name), "p", symbolic(0o666, options.value("m", "a=rw"), 0, directory=False) or 0o644)
        except Fault as fault:
            status = p.fail(f"cannot create fifo {quoted(name)}: {fault.text}")
    return status


def mknod(p: Process) -> int:
    """Make a device node or a pipe."""
    options = parse(p, "m:Z", {"mode=": "m"})
    if len(options.rest) < 2:
        after = f" after {quoted(options.rest[0])}" if options.rest else ""
        return p.fail(f"missing operand{after}\nTry '{p.name} --help' for more information.")
    name, kind, *numbers = options.rest
    if (
        kind not in "bcup"
        or (kind != "p" and len(numbers) < 2)
        or not all(number.isdecimal() for number in numbers[:2])
    ):
        return p.fail(f"invalid device type {quoted(kind)}\nTry '{p.name} --help' for more information.")
    rdev = (int(numbers[0][:6]), int(numbers[1][:6])) if kind != "p" else (0, 0)
    try:
        p.view.mknod(p.path(name), "c" if kind == "u" else kind, 0o666 & ~p.umask, rdev)
    except Fault as fault:
        return p.fail(f"{name}: {fault.text}")
    return 0


def truncate(p: Process) -> int:
    """Set files' sizes."""
    options = parse(p, "cor:s:", {"size=": "s", "no-create": "c", "reference=": "r"})
    if "s" not in options and "r" not in options:
        return p.fail(f"you must specify either '--size' or '--reference'\nTry '{p.name} --help' for more information.")
    if not options.rest:
        return p.fail(f"missing file operand\nTry '{p.name} --help' for more information.")
    text = options.value("s")
    sign, size = text[:1] if text[:1] in "+-<>/%" else "", amount(text.lstrip("+-<>/%")) if text else 0
    if size is None:
        return p.fail(f"Invalid number: {quoted(text)}")
    status = 0
    for name in options.rest:
        try:
            if "c" in options and not p.view.exists(p.path(name)):
                continue
            handle = p.view.create(p.path(name), 0o666 & ~p.umask)
            old = p.view.fstat(handle).size
            wanted = p.view.stat(p.path(options.value("r"))).size if "r" in options else size
            new = old + wanted if sign == "+" else max(old - wanted, 0) if sign == "-" else wanted
            p.view.truncate(handle, min(new, _MAX_SIZE))
        except Fault as fault:
            status = p.fail(f"cannot open {quoted(name)} for writing: {fault.text}")
    return status


def amount(text: str) -> int | None:
    """``10``, ``4K``, ``1MB`` as bytes."""
    found = re.fullmatch(r"(\d{1,18})([bcwkKMGTPE]?)(B|iB)?", text)
    if found is None:
        return None
    base = 1000 if found[3] == "B" else 1024
    power = " KMGTPE".find(found[2].upper()) if found[2] and found[2] not in "bcw" else 0
    factor: int = {"b": 512, "w": 2}.get(found[2], 1) * base**power
    return int(found[1]) * factor


_LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def mktemp(p: Process) -> int:
    """Make a temporary file or directory."""
    options = parse(
        p, "dp:qtuV", {"directory": "d", "tmpdir=?": "p", "quiet": "q", "dry-run": "u", "suffix=": "suffix"}
    )
    template = options.rest[0] if options.rest else "tmp.XXXXXXXXXX"
    if len(options.rest) > 1:
        return p.fail("too many templates\nTry 'mktemp --help' for more information.")
    count = len(template) - len(template.rstrip("X"))
    if count < 3:
        return p.fail(f"too few X's in template {quoted(template)}")
    folder = options.value("p") or p.environment.get("TMPDIR") or "/tmp"  # noqa: S108  of the emulated disk
    prefix = template[: len(template) - count]
    if not options.rest or "p" in options or "t" in options:
        prefix = f"{folder.rstrip('/')}/{prefix}"
    for attempt in range(8):
        noise = p.kernel.noise(f"{p.pid} {attempt}", count)
        name = prefix + "".join(_LETTERS[byte % 62] for byte in noise) + options.value("suffix")
        if p.view.exists(p.path(name)):
            continue
        try:
            if "u" not in options:
                p.view.mkdir(p.path(name), 0o700) if "d" in options else p.view.create(
                    p.path(name), 0o600, exclusive=True
                )
        except Fault as fault:
            kind = "directory" if "d" in options else "file"
            return (
                1
                if "q" in options
                else p.fail(f"failed to create {kind} via template {quoted(prefix + 'X' * count)}: {fault.text}")
            )
        p.out(name + "\n")
        return 0
    return 1


def sync(p: Process) -> int:
    """Nothing is to be written."""
    return 0


def lsattr(p: Process) -> int:
    """ext4's attributes: extents, and what chattr has set (which is not kept)."""
    options = parse(p, "RVadlpv")
    for name, stat in _tree(p, options.rest or ["."], recursive=False, said="reading"):
        if isinstance(stat, Fault):
            p.err(f"lsattr: {stat.text} while trying to stat {name}\n")
            return 1
        names = (
            [name]
            if stat.kind != "d" or "d" in options
            else [
                f"{name.rstrip('/')}/{child}"
                for child in p.view.listing(p.path(name))
                if "a" in options or not child.startswith(".")
            ]
        )
        for shown in names:
            p.out(f"--------------e------- {shown}\n")
    return 0


def chattr(p: Process) -> int:
    """Accepts what it is asked."""
    words = [word for word in p.argv[1:] if word[:1] not in "+-="]
    if len(p.argv) < 3 or not words:
        p.err("Usage: chattr [-RVf] [-+=aAcCdDeijPsStTuFx] [-p project] [-v version] files...\n")
        return 1
    status = 0
    for name in words:
        if not p.view.exists(p.path(name)):
            p.err(f"chattr: No such file or directory while trying to stat {name}\n")
            status = 1
        elif p.identity.uid:
            p.err(f"chattr: Operation not permitted while setting flags on {name}\n")
            status = 1
    return status

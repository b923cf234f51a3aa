"""mkdir, touch, chmod, chown, chgrp, mkfifo, mknod, truncate, mktemp, sync, chattr, lsattr."""

import re

from samovar.shell.commands.files.copy import make_parents
from samovar.shell.commands.files.dates import stamp, when
from samovar.shell.commands.files.modes import tree
from samovar.shell.commands.files.names import (
    quoted,
    symbolic,
)
from samovar.shell.commands.options import misuse, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Process

_MAX_SIZE = 1 << 40


def mkdir(p: Process) -> int:
    """Make directories."""
    options = parse(p, "m:pvZ", {"mode=": "m", "parents": "p", "verbose": "v"})
    if not options.rest:
        return misuse(p)
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
        return misuse(p, "missing file operand")
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


def mkfifo(p: Process) -> int:
    """Make named pipes."""
    options = parse(p, "m:Z", {"mode=": "m"})
    status = 0 if options.rest else misuse(p)
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
        return misuse(p, f"missing operand{after}")
    name, kind, *numbers = options.rest
    if (
        kind not in "bcup"
        or (kind != "p" and len(numbers) < 2)
        or not all(number.isdecimal() for number in numbers[:2])
    ):
        return misuse(p, f"invalid device type {quoted(kind)}")
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
        return misuse(p, "you must specify either '--size' or '--reference'")
    if not options.rest:
        return misuse(p, "missing file operand")
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
        return misuse(p, "too many templates")
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
    for name, stat in tree(p, options.rest or ["."], recursive=False, said="reading"):
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

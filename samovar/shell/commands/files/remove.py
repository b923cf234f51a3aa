"""rm, rmdir, unlink, shred."""

from collections.abc import Generator

from samovar.shell.commands.files.names import quoted
from samovar.shell.commands.options import Options, misuse, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_LONG = {
    "force": "f", "recursive": "r", "dir": "d", "verbose": "v", "interactive=?": "i", "one-file-system": "one",
    "no-preserve-root": "no-preserve-root", "preserve-root=?": "preserve-root", "version": "version", "help": "help",
}  # fmt: skip


def rm(p: Process) -> Body:
    """Remove files and trees."""
    options = parse(p, "dfirRvI", _LONG)
    if not options.rest:
        if "f" in options:
            return 0
        return misuse(p)
    status = 0
    for name in options.rest:
        path = p.path(name)
        last = name.rstrip("/").rpartition("/")[2]
        if last in (".", ".."):
            p.err(f"{p.name}: refusing to remove '.' or '..' directory: skipping {quoted(name)}\n")
            status = 1
        elif ("r" in options or "R" in options) and path.rstrip("/") == "" and "no-preserve-root" not in options:
            p.err(
                f"{p.name}: it is dangerous to operate recursively on {quoted(name)}"
                f"{'' if name == '/' else ' (same as ' + quoted('/') + ')'}\n"
                f"{p.name}: use --no-preserve-root to override this failsafe\n"
            )
            status = 1
        else:
            status |= yield from _remove(p, options, name, path)
    return status


def _remove(p: Process, options: Options, name: str, path: str) -> Generator[Wait, bytes, int]:
    try:
        stat = p.view.lstat(path)
    except Fault as fault:
        if "f" in options and fault.code in ("ENOENT", "ENOTDIR"):
            return 0
        return p.fail(f"cannot remove {quoted(name)}: {fault.text}")
    recursive = "r" in options or "R" in options
    if stat.kind == "d" and not recursive and "d" not in options:
        return p.fail(f"cannot remove {quoted(name)}: Is a directory")
    if options.last("fi") == "i" and not (yield from _agreed(p, name, stat.kind, stat.size)):
        return 0
    if stat.kind == "d" and recursive:
        return (yield from _tree(p, options, name.rstrip("/"), path))
    return _one(p, options, name, path, folder=stat.kind == "d")


def _tree(p: Process, options: Options, name: str, path: str) -> Generator[Wait, bytes, int]:
    """Depth first, by a stack of our own: a tree may be deep."""
    status = 0
    stack = [(name, path, False)]
    while stack:
        name, path, emptied = stack.pop()
        p.spend(1)
        if emptied:
            status |= _one(p, options, name, path, folder=True)
            continue
        stack.append((name, path, True))
        try:
            entries = p.view.entries(path)
        except Fault as fault:
            stack.pop()
            status |= p.fail(f"cannot remove {quoted(name)}: {fault.text}")
            continue
        for child, stat in reversed(entries):
            inner = (f"{name}/{child}", f"{path.rstrip('/')}/{child}")
            if stat.kind == "d":
                stack.append((*inner, False))
            else:
                p.spend(1)
                status |= _one(p, options, *inner, folder=False)
        yield from p.flush()
    return status


def _one(p: Process, options: Options, name: str, path: str, *, folder: bool) -> int:
    try:
        (p.view.rmdir if folder else p.view.unlink)(path)
    except Fault as fault:
        if "f" in options and fault.code == "ENOENT":
            return 0
        return p.fail(f"cannot remove {quoted(name)}: {fault.text}")
    if "v" in options:
        p.out(f"removed {'directory ' if folder else ''}{quoted(name)}\n")
    return 0


def _agreed(p: Process, name: str, kind: str, size: int) -> Generator[Wait, bytes, bool]:
    what = {"d": "directory", "l": "symbolic link", "f": "regular file" if size else "regular empty file"}.get(
        kind, "file"
    )
    p.err(f"{p.name}: remove {what} {quoted(name)}? ")
    return (yield from p.line())[:1] in (b"y", b"Y")


def rmdir(p: Process) -> int:
    """Remove empty directories."""
    options = parse(p, "pv", {"parents": "p", "verbose": "v", "ignore-fail-on-non-empty": "ignore"})
    if not options.rest:
        return misuse(p)
    status = 0
    for name in options.rest:
        parts = [name]
        while "p" in options and "/" in parts[-1].rstrip("/"):
            parts.append(parts[-1].rstrip("/").rpartition("/")[0])
        for part in parts:
            if "v" in options:
                p.out(f"rmdir: removing directory, {quoted(part)}\n")
            try:
                p.view.rmdir(p.path(part))
            except Fault as fault:
                if not (fault.code == "ENOTEMPTY" and "ignore" in options):
                    status = p.fail(f"failed to remove {quoted(part)}: {fault.text}")
                break
    return status


def unlink(p: Process) -> int:
    """Remove one name."""
    options = parse(p, "")
    if len(options.rest) != 1:
        said = f"extra operand {quoted(options.rest[1])}" if options.rest else "missing operand"
        return misuse(p, f"{said}")
    try:
        p.view.unlink(p.path(options.rest[0]))
    except Fault as fault:
        return p.fail(f"cannot unlink {quoted(options.rest[0])}: {fault.text}")
    return 0


def shred(p: Process) -> int:
    """Overwrite, and remove with -u."""
    options = parse(p, "fn:s:uvxz", {"remove=?": "u", "force": "f", "verbose": "v", "zero": "z", "iterations=": "n"})
    if not options.rest:
        return misuse(p, "missing file operand")
    status = 0
    for name in options.rest:
        try:
            stat = p.view.stat(p.path(name))
            p.store(name, p.kernel.noise(name, min(stat.size, 1 << 20)))
            if "u" in options:
                p.view.unlink(p.path(name))
        except Fault as fault:
            status = p.fail(f"{name}: failed to open for writing: {fault.text}")
    return status

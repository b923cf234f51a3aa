"""cp, mv, install, ln, link."""

from collections.abc import Generator

from msgspec import Struct

from samovar.shell.commands.files.names import group_number, quoted, symbolic, user_number
from samovar.shell.commands.options import Options, misuse, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.node import Stat
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_PIECE = 1 << 18
_COMMON = {
    "force": "f", "interactive": "i", "no-clobber": "n", "update": "u", "verbose": "v", "target-directory=": "t",
    "no-target-directory": "T", "backup=?": "b", "suffix=": "S", "strip-trailing-slashes": "slashes",
    "version": "version", "help": "help",
}  # fmt: skip
_CP = {
    **_COMMON, "archive": "a", "recursive": "r", "preserve=?": "p", "no-preserve=": "no-preserve", "link": "l",
    "symbolic-link": "s", "dereference": "L", "no-dereference": "P", "parents": "parents", "one-file-system": "x",
    "reflink=?": "reflink", "sparse=": "sparse", "attributes-only": "attributes", "remove-destination": "remove",
}  # fmt: skip


class Pair(Struct, frozen=True):
    """From where to where, as said and as meant."""

    source: str
    goal: str


def targets(p: Process, options: Options) -> list[Pair] | int:
    """Which operand goes where; a status where they do not fit (which is then said)."""
    names, hint = list(options.rest), f"\nTry '{p.name} --help' for more information."
    folder = options.value("t")
    if not names:
        return p.fail("missing file operand" + hint)
    if not folder and len(names) < 2:
        return p.fail(f"missing destination file operand after {quoted(names[0])}" + hint)
    goal = folder or names.pop()
    if "T" in options and len(names) > 1:
        return p.fail(f"extra operand {quoted(names[1])}" + hint)
    try:
        into = p.view.stat(p.path(goal)).kind == "d"
    except Fault as fault:
        into = False
        if folder:
            return p.fail(f"target directory {quoted(goal)}: {fault.text}")
        if len(names) > 1:
            return p.fail(f"target {quoted(goal)}: {fault.text}")
    if (len(names) > 1 or folder) and not into:
        return p.fail(f"target {quoted(goal)}: Not a directory")
    if not into or "T" in options:
        return [Pair(names[0], goal)]
    return [Pair(name, f"{goal.rstrip('/') or ''}/{name.rstrip('/').rpartition('/')[2] or name}") for name in names]


def _stat(p: Process, name: str, *, follow: bool) -> Stat | None:
    try:
        return (p.view.stat if follow else p.view.lstat)(p.path(name))
    except Fault:
        return None


def cp(p: Process) -> Body:
    """Copy files and trees."""
    options = parse(p, "abdfiHlLnPprRsS:t:TuvxZ", _CP)
    if "version" in options:
        p.out(f"{p.name} (GNU coreutils) 9.1\n")
        return 0
    pairs = targets(p, options)
    if isinstance(pairs, int):
        return pairs
    status = 0
    for pair in pairs:
        status |= yield from _copy(p, options, pair)
        yield from p.flush()
    return status


def _copy(p: Process, options: Options, pair: Pair) -> Generator[Wait, bytes, int]:
    recursive = any(letter in options for letter in "arR")
    follow = not any(letter in options for letter in "adP") and (not recursive or "L" in options)
    try:
        stat = (p.view.stat if follow else p.view.lstat)(p.path(pair.source))
    except Fault as fault:
        return p.fail(f"cannot stat {quoted(pair.source)}: {fault.text}")
    if stat.kind == "d":
        if not recursive:
            return p.fail(f"-r not specified; omitting directory {quoted(pair.source)}")
        real = p.view.resolve(p.path(pair.source))
        parent = p.path(pair.goal).rstrip("/")
        if parent == real or parent.startswith(real + "/"):
            return p.fail(f"cannot copy a directory, {quoted(pair.source)}, into itself, {quoted(pair.goal)}")
        return (yield from _copy_tree(p, options, pair))
    return (yield from _copy_file(p, options, pair, stat))


def _copy_tree(p: Process, options: Options, pair: Pair) -> Generator[Wait, bytes, int]:
    status, stack, done = 0, [pair], list[tuple[Pair, Stat]]()
    while stack:
        here = stack.pop()
        p.spend(2)
        stat = _stat(p, here.source, follow="L" in options)
        if stat is None:
            status |= p.fail(f"cannot stat {quoted(here.source)}: No such file or directory")
        elif stat.kind != "d":
            status |= yield from _copy_file(p, options, here, stat)
        else:
            try:
                if _stat(p, here.goal, follow=True) is None:
                    p.view.mkdir(p.path(here.goal), stat.mode & ~p.umask | 0o700)
                    if "v" in options:
                        p.out(f"{quoted(here.source)} -> {quoted(here.goal)}\n")
                names = p.view.listing(p.path(here.source))
            except Fault as fault:
                status |= p.fail(f"cannot create directory {quoted(here.goal)}: {fault.text}")
                continue
            done.append((here, stat))
            stack += [
                Pair(f"{here.source.rstrip('/')}/{name}", f"{here.goal.rstrip('/')}/{name}") for name in reversed(names)
            ]
        yield from p.flush()
    for here, stat in reversed(done):
        _preserve(p, options, here, stat)
    return status


def _copy_file(p: Process, options: Options, pair: Pair, stat: Stat) -> Generator[Wait, bytes, int]:
    old = _stat(p, pair.goal, follow=True)
    if old is not None:
        if old.ino == stat.ino and old.device == stat.device:
            return p.fail(f"{quoted(pair.source)} and {quoted(pair.goal)} are the same file")
        if old.kind == "d":
            return p.fail(f"cannot overwrite directory {quoted(pair.goal)} with non-directory {quoted(pair.source)}")
        choice = options.last("fin")
        if choice == "n" or ("u" in options and old.mtime >= stat.mtime):
            return 0
        if choice == "i" and not (yield from _agreed(p, pair.goal)):
            return 0
    try:
        if "remove" in options and old is not None:
            p.view.unlink(p.path(pair.goal))
        _make(p, options, pair, stat)
    except Fault as fault:
        return _copy_failed(p, pair, fault)
    if "v" in options:
        p.out(f"{quoted(pair.source)} -> {quoted(pair.goal)}\n")
    _preserve(p, options, pair, stat)
    return 0


def _make(p: Process, options: Options, pair: Pair, stat: Stat) -> None:
    goal = p.path(pair.goal)
    if "s" in options:
        p.view.symlink(pair.source, goal)
    elif "l" in options:
        p.view.link(p.path(pair.source), goal)
    elif stat.kind == "l":
        if _stat(p, pair.goal, follow=False) is not None:
            p.view.unlink(goal)
        p.view.symlink(p.view.readlink(p.path(pair.source)), goal)
    elif stat.kind == "f":
        transfer(p, pair, stat.mode & 0o777 & ~p.umask)
    elif any(letter in options for letter in "arR"):
        p.view.mknod(goal, stat.kind, stat.mode & ~p.umask, stat.rdev)
    else:
        transfer(p, pair, 0o666 & ~p.umask)


def transfer(p: Process, pair: Pair, mode: int) -> None:
    """Copy a regular file's bytes. Raises Fault."""
    source = p.view.open(p.path(pair.source))
    goal = p.view.create(p.path(pair.goal), mode, truncate=True)
    offset = 0
    while source.kind == "f" and (data := p.view.pread(source, offset, _PIECE)):
        p.spend(1 + (len(data) >> 14))
        if goal.kind == "f":
            p.view.pwrite(goal, offset, data)
        offset += len(data)


def _copy_failed(p: Process, pair: Pair, fault: Fault) -> int:
    if not p.may(pair.source, 4):
        return p.fail(f"cannot open {quoted(pair.source)} for reading: {fault.text}")
    if fault.code == "ENOTDIR" or (fault.code == "ENOENT" and pair.goal.endswith("/")):
        return p.fail(f"cannot create regular file {quoted(pair.goal)}: Not a directory")
    if fault.code == "ENOSPC":
        return p.fail(f"error writing {quoted(pair.goal)}: {fault.text}")
    return p.fail(f"cannot create regular file {quoted(pair.goal)}: {fault.text}")


def _preserve(p: Process, options: Options, pair: Pair, stat: Stat) -> None:
    if "p" not in options and "a" not in options:
        return
    goal = p.path(pair.goal)
    try:
        p.view.utime(goal, stat.atime, stat.mtime, follow=False)
        if stat.kind != "l":
            p.view.chown(goal, stat.uid, stat.gid)
            p.view.chmod(goal, stat.mode)
    except Fault:
        return  # as cp: what cannot be kept is not


def _agreed(p: Process, name: str) -> Generator[Wait, bytes, bool]:
    p.err(f"{p.name}: overwrite {quoted(name)}? ")
    return (yield from p.line())[:1] in (b"y", b"Y")


def mv(p: Process) -> Body:
    """Move or rename."""
    options = parse(p, "bfinS:t:TuvZ", _COMMON)
    pairs = targets(p, options)
    if isinstance(pairs, int):
        return pairs
    status = 0
    for pair in pairs:
        status |= yield from _move(p, options, pair)
    return status


def _move(p: Process, options: Options, pair: Pair) -> Generator[Wait, bytes, int]:
    try:
        stat = p.view.lstat(p.path(pair.source))
    except Fault as fault:
        return p.fail(f"cannot stat {quoted(pair.source)}: {fault.text}")
    old = _stat(p, pair.goal, follow=False)
    if old is not None:
        if old.ino == stat.ino:
            return p.fail(f"{quoted(pair.source)} and {quoted(pair.goal)} are the same file")
        choice = options.last("fin")
        if choice == "n" or ("u" in options and old.mtime >= stat.mtime):
            return 0
        if choice == "i" and not (yield from _agreed(p, pair.goal)):
            return 0
        if old.kind == "d" and stat.kind != "d":
            return p.fail(f"cannot overwrite directory {quoted(pair.goal)} with non-directory")
        if stat.kind == "d" and old.kind != "d":
            return p.fail(f"cannot overwrite non-directory {quoted(pair.goal)} with directory {quoted(pair.source)}")
    try:
        p.view.rename(p.path(pair.source), p.path(pair.goal))
    except Fault as fault:
        if fault.code == "EINVAL":
            return p.fail(f"cannot move {quoted(pair.source)} to a subdirectory of itself, {quoted(pair.goal)}")
        if fault.code != "EXDEV":
            return p.fail(f"cannot move {quoted(pair.source)} to {quoted(pair.goal)}: {fault.text}")
        return (yield from _across(p, pair))
    if "v" in options:
        p.out(f"renamed {quoted(pair.source)} -> {quoted(pair.goal)}\n")
    return 0


def _across(p: Process, pair: Pair) -> Generator[Wait, bytes, int]:
    """To another file system: copied, then removed."""
    status = yield from _copy(p, Options([("a", ""), ("f", "")], []), pair)
    if status == 0:
        from samovar.shell.commands.files.remove import _remove

        status = yield from _remove(p, Options([("r", ""), ("f", "")], []), pair.source, p.path(pair.source))
    return status


def install(p: Process) -> Body:
    """Copy with mode and owner, or make directories."""
    options = parse(
        p, "bcCdDg:m:o:psS:t:Tv", {"directory": "d", "mode=": "m", "owner=": "o", "group=": "g", "verbose": "v"}
    )
    mode = symbolic(0, options.value("m", "755"), 0, directory=False)
    if mode is None:
        return p.fail(f"invalid mode {quoted(options.value('m'))}")
    made: list[str] = []
    if "d" in options:
        for name in options.rest:
            make_parents(p, p.path(name), 0o777 & ~p.umask)
            made.append(name)
    else:
        if "D" in options and options.rest:
            make_parents(p, p.path(options.rest[-1]).rpartition("/")[0], 0o755)
        pairs = targets(p, options)
        if isinstance(pairs, int):
            return pairs
        for pair in pairs:
            status = yield from _copy(p, Options([("f", ""), ("remove", "")], []), pair)
            if status:
                return status
            made.append(pair.goal)
    for name in made:
        p.view.chmod(p.path(name), mode)
        if "o" in options or "g" in options:
            uid = user_number(p, options.value("o")) if "o" in options else -1
            gid = group_number(p, options.value("g")) if "g" in options else -1
            if uid is None or gid is None:
                return p.fail(
                    f"invalid {'user' if uid is None else 'group'} {quoted(options.value('o' if uid is None else 'g'))}"
                )
            p.view.chown(p.path(name), uid, gid)
    return 0


def make_parents(p: Process, path: str, mode: int) -> None:
    """Make a directory and those above it, where they are missing. Raises Fault."""
    at = ""
    for part in path.split("/")[:200]:
        at = f"{at}/{part}" if part else at
        if at and not p.view.exists(at):
            p.view.mkdir(at, mode)


def ln(p: Process) -> int:
    """Make links."""
    options = parse(
        p,
        "bdFfiLnPrsS:t:Tv",
        {**_COMMON, "symbolic": "s", "no-dereference": "n", "relative": "r", "physical": "P", "logical": "L"},
    )
    if not options.rest:
        return misuse(p, "missing file operand")
    names, goal = options.rest, options.value("t")
    if len(names) == 1 and not goal:
        pairs: list[Pair] | int = [Pair(names[0], names[0].rstrip("/").rpartition("/")[2])]
    else:
        last = _stat(p, names[-1], follow=False) if not goal else None
        whole = "T" in options or ("n" in options and last is not None and last.kind == "l")
        pairs = [Pair(names[0], names[-1])] if whole and len(names) == 2 else targets(p, options)
    if isinstance(pairs, int):
        return pairs
    return max((_link(p, options, pair) for pair in pairs), default=0)


def _link(p: Process, options: Options, pair: Pair) -> int:
    kind, path = ("symbolic" if "s" in options else "hard"), p.path(pair.goal)
    try:
        if "s" not in options and p.view.stat(p.path(pair.source)).kind == "d":
            return p.fail(f"{pair.source}: hard link not allowed for directory")
    except Fault as fault:
        return p.fail(f"failed to access {quoted(pair.source)}: {fault.text}")
    try:
        if "f" in options and _stat(p, pair.goal, follow=False) is not None:
            p.view.unlink(path)
        if "s" in options:
            p.view.symlink(relative(p.path(pair.source), path) if "r" in options else pair.source, path)
        else:
            p.view.link(p.path(pair.source), path)
    except Fault as fault:
        arrow = "" if kind == "symbolic" else f" => {quoted(pair.source)}"
        return p.fail(f"failed to create {kind} link {quoted(pair.goal)}{arrow}: {fault.text}")
    if "v" in options:
        p.out(f"{quoted(pair.goal)} {'-' if 's' in options else '='}> {quoted(pair.source)}\n")
    return 0


def relative(target: str, link: str) -> str:
    """The target as seen from the link's directory."""
    there, here = target.strip("/").split("/"), link.strip("/").split("/")[:-1]
    same = next((i for i, (a, b) in enumerate(zip(there, here, strict=False)) if a != b), min(len(there), len(here)))
    return "/".join([".."] * (len(here) - same) + there[same:]) or "."


def link(p: Process) -> int:
    """One hard link."""
    options = parse(p, "")
    if len(options.rest) != 2:
        said = "missing operand" if not options.rest else f"missing operand after {quoted(options.rest[0])}"
        return misuse(p, f"{said}")
    source, goal = options.rest
    try:
        p.view.link(p.path(source), p.path(goal))
    except Fault as fault:
        return p.fail(f"cannot create link {quoted(goal)} to {quoted(source)}: {fault.text}")
    return 0

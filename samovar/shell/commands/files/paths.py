"""basename, dirname, realpath, readlink, pwd, which, whereis, test, stat."""

from datetime import UTC, datetime

from samovar.shell.commands.files.names import group_name, mode_text, quoted, user_name
from samovar.shell.commands.options import misuse, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.node import Stat
from samovar.shell.kernel.paths import normal
from samovar.shell.kernel.process import Process


def basename(p: Process) -> int:
    """The last part of paths."""
    options = parse(p, "as:z", {"multiple": "a", "suffix=": "s", "zero": "z"}, in_order=True)
    names, suffix = options.rest, options.value("s")
    if not names:
        return misuse(p)
    if "a" not in options and "s" not in options:
        if len(names) > 2:
            return misuse(p, f"extra operand {quoted(names[2])}")
        suffix, names = (names[1] if len(names) > 1 else ""), names[:1]
    for name in names:
        last = name.rstrip("/").rpartition("/")[2] or ("/" if name else "")
        if suffix and last != suffix and last.endswith(suffix):
            last = last[: -len(suffix)]
        p.out(last + ("\0" if "z" in options else "\n"))
    return 0


def dirname(p: Process) -> int:
    """All but the last part of paths."""
    options = parse(p, "z", {"zero": "z"})
    if not options.rest:
        return misuse(p)
    for name in options.rest:
        head, slash, _ = name.rstrip("/").rpartition("/")
        p.out(
            (head.rstrip("/") or ("/" if slash or name.startswith("/") else ".")) + ("\0" if "z" in options else "\n")
        )
    return 0


def realpath(p: Process) -> int:
    """Paths without links and dots."""
    options = parse(
        p,
        "eLmPqsz",
        {
            "canonicalize-existing": "e",
            "canonicalize-missing": "m",
            "strip": "s",
            "no-symlinks": "s",
            "quiet": "q",
            "zero": "z",
            "relative-to=": "to",
            "relative-base=": "base",
        },
    )
    if not options.rest:
        return misuse(p)
    status = 0
    for name in options.rest:
        try:
            path = (
                normal(p.path(name))
                if "s" in options
                else resolved(p, name, "e" if "e" in options else "m" if "m" in options else "f")
            )
        except Fault as fault:
            status = 1 if "q" in options else p.fail(f"{name}: {fault.text}")
            continue
        if "to" in options:
            from samovar.shell.commands.files.copy import relative

            path = relative(path, normal(p.path(options.value("to"))) + "/x")
        p.out(path + ("\0" if "z" in options else "\n"))
    return status


def resolved(p: Process, name: str, mode: str) -> str:
    """``e``: all must exist; ``f``: all but the last; ``m``: nothing must. Raises Fault."""
    if not name:
        raise Fault("ENOENT")
    path = p.path(name)
    try:
        return p.view.resolve(path)
    except Fault as fault:
        if mode == "e" or fault.code not in ("ENOENT", "ENOTDIR") or (mode == "f" and fault.code == "ENOTDIR"):
            raise
    head, _, tail = normal(path).rstrip("/").rpartition("/")
    if mode == "f":
        return f"{p.view.resolve(head or '/').rstrip('/')}/{tail}"
    return f"{resolved(p, head, 'm').rstrip('/') if head else ''}/{tail}"


def readlink(p: Process) -> int:
    """Where links lead."""
    options = parse(
        p,
        "efmnqsvz",
        {
            "canonicalize": "f",
            "canonicalize-existing": "e",
            "canonicalize-missing": "m",
            "no-newline": "n",
            "quiet": "q",
            "silent": "s",
            "verbose": "v",
            "zero": "z",
        },
    )
    if not options.rest:
        return misuse(p)
    status, mode = 0, options.last("efm")
    for name in options.rest:
        try:
            path = resolved(p, name, mode) if mode else p.view.readlink(p.path(name))
        except Fault as fault:
            status = p.fail(f"{name}: {fault.text}") if "v" in options else 1
            continue
        p.out(path + ("" if "n" in options and len(options.rest) == 1 else "\0" if "z" in options else "\n"))
    return status


def pwd(p: Process) -> int:
    """The program: without links, unless -L."""
    p.out(p.directory + "\n")
    return 0


def which(p: Process) -> int:
    """Debian's own: says where commands lie, and nothing of those that are nowhere."""
    from samovar.shell.interpreter.launch import DEFAULT_PATH

    everything, names = False, []
    for word in p.argv[1:]:
        if word in ("-a", "-s"):
            everything |= word == "-a"
        elif word.startswith("-") and len(word) > 1:
            p.err(f"Illegal option {word[:2]}\nUsage: {p.argv[0]} [-as] args\n")
            return 2
        else:
            names.append(word)
    status = int(not names)
    for name in names:
        folders = (
            [""] if "/" in name else [f"{d or '.'}/" for d in p.environment.get("PATH", DEFAULT_PATH).split(":")[:40]]
        )
        found = [
            folder + name
            for folder in folders
            if p.may(folder + name, 1) and p.view.stat(p.path(folder + name)).kind == "f"
        ]
        status |= int(not found)
        p.out("".join(path + "\n" for path in (found if everything else found[:1])))
    return status


def whereis(p: Process) -> int:
    """Programs, sources and manuals by name."""
    for name in [word for word in p.argv[1:] if not word.startswith("-")]:
        places = ["/usr/bin", "/usr/sbin", "/usr/lib", "/etc", "/usr/share", "/usr/local/bin", "/usr/local/sbin"]
        found = [f"{place}/{name}" for place in places if p.view.exists(f"{place}/{name}")]
        found += [path for n in "158" if p.view.exists(path := f"/usr/share/man/man{n}/{name}.{n}.gz")]
        p.out(f"{name}:{''.join(' ' + path for path in found)}\n")
    return 0


def test(p: Process) -> int:
    """``test`` and ``[`` as programs."""
    from samovar.shell.interpreter.builtins.testing import Unfit, holds

    words = p.argv[1:]
    if p.name == "[":
        if not words or words[-1] != "]":
            return p.fail("missing ']'", 2)
        words = words[:-1]
    try:
        return int(not holds(p, words))
    except Unfit as fault:
        return p.fail(str(fault), 2)


_KINDS = {
    "d": "directory", "l": "symbolic link", "c": "character special file", "b": "block special file", "p": "fifo",
    "s": "socket",
}  # fmt: skip


def stat(p: Process) -> int:
    """What a file is."""
    options = parse(
        p, "c:fLt", {"format=": "c", "printf=": "printf", "dereference": "L", "file-system": "f", "terse": "t"}
    )
    if not options.rest:
        return misuse(p)
    status = 0
    for name in options.rest:
        try:
            if "f" in options:
                _file_system(p, name)
                continue
            found = (p.view.stat if "L" in options else p.view.lstat)(p.path(name))
            target = p.view.readlink(p.path(name)) if found.kind == "l" else ""
        except Fault as fault:
            said = "read file system information for" if "f" in options else "statx"
            status = p.fail(f"cannot {said} {quoted(name)}: {fault.text}")
            continue
        if "printf" in options:
            from samovar.shell.commands.text.echo import unescaped

            p.out(_formatted(p, unescaped(options.value("printf"), octal_zero=False)[0], name, found, target))
        elif "c" in options:
            p.out(_formatted(p, options.value("c"), name, found, target) + "\n")
        else:
            p.out(_whole(p, name, found, target))
    return status


def _moment(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{int(seconds % 1 * 1e9):09d} +0000"


def _kind(found: Stat) -> str:
    return _KINDS.get(found.kind) or ("regular file" if found.size else "regular empty file")


def _whole(p: Process, name: str, found: Stat, target: str) -> str:
    shown = f"{name} -> {target}" if target else name
    device = f"{found.device >> 8},{found.device & 255}"
    special = f"    Device type: {found.rdev[0]},{found.rdev[1]}" if found.kind in "cb" else ""
    return (
        f"  File: {shown}\n"
        f"  Size: {found.size:<10}\tBlocks: {found.blocks:<10} IO Block: 4096   {_kind(found)}\n"
        f"Device: {device}\tInode: {found.ino:<10}  Links: {found.nlink}{special}\n"
        f"Access: ({found.mode:04o}/{mode_text(found)})  Uid: ({found.uid:5}/{user_name(p, found.uid):>8})   "
        f"Gid: ({found.gid:5}/{group_name(p, found.gid):>8})\n"
        f"Access: {_moment(found.atime)}\nModify: {_moment(found.mtime)}\nChange: {_moment(found.ctime)}\n"
        f" Birth: {_moment(min(found.ctime, found.mtime))}\n"
    )


def _formatted(p: Process, form: str, name: str, found: Stat, target: str) -> str:
    values = {
        "n": name, "N": f"'{name}'" + (f" -> '{target}'" if target else ""), "s": str(found.size),
        "a": f"{found.mode:o}", "A": mode_text(found), "u": str(found.uid), "U": user_name(p, found.uid),
        "g": str(found.gid), "G": group_name(p, found.gid), "i": str(found.ino), "h": str(found.nlink),
        "F": _kind(found), "b": str(found.blocks), "B": "512", "o": "4096", "d": str(found.device),
        "D": f"{found.device:x}", "X": str(int(found.atime)), "Y": str(int(found.mtime)), "Z": str(int(found.ctime)),
        "x": _moment(found.atime), "y": _moment(found.mtime), "z": _moment(found.ctime), "m": "/",
        "W": str(int(found.mtime)), "w": _moment(found.mtime), "t": f"{found.rdev[0]:x}", "T": f"{found.rdev[1]:x}",
        "f": f"{_BITS[found.kind] | found.mode:x}", "%": "%",
    }  # fmt: skip
    out, place = [], 0
    while place < len(form):
        if form[place] != "%":
            out.append(form[place])
            place += 1
            continue
        end = place + 1
        while end < len(form) and form[end] in "0123456789-+ #.":
            end += 1
        letter = form[end : end + 1]
        width = form[place + 1 : end].rstrip(".")
        text = values.get(letter, "?")
        if width.lstrip("-").isdecimal() and len(width) < 5:
            text = (
                text.ljust(int(width[1:]))
                if width.startswith("-")
                else text.rjust(int(width), "0" if width[0] == "0" else " ")
            )
        out.append(text)
        place = end + 1
    return "".join(out)


_BITS = {"d": 0o40000, "l": 0o120000, "c": 0o20000, "b": 0o60000, "p": 0o10000, "s": 0o140000, "f": 0o100000}


def _file_system(p: Process, name: str) -> None:
    mount = p.view.usage(p.path(name))
    blocks, free = mount.size // 4, (mount.size - mount.used) // 4
    kind = "ext2/ext3" if mount.type == "ext4" else mount.type
    identity = p.machine.disk_id(mount.source).replace("-", "")[:16]
    p.out(
        f'  File: "{name}"\n    ID: {identity} Namelen: 255     Type: {kind}\n'
        f"Block size: 4096       Fundamental block size: 4096\n"
        f"Blocks: Total: {blocks:<10} Free: {free:<10} Available: {mount.available // 4}\n"
        f"Inodes: Total: {blocks // 4:<10} Free: {blocks // 4 - 32000}\n"
    )

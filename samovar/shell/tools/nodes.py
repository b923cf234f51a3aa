"""Commands that make, move and remove files."""

import re

from samovar.shell.call import Call, Tool
from samovar.shell.files import DiskFull, File
from samovar.shell.tools.common import option, own_name, says, when


def _make(call: Call) -> int:
    """mkdir and touch."""
    shell, directory = call.shell, own_name(call) == "mkdir"
    for name in call.names:
        path = shell.path(name)
        if shell.files.find(path) is not None:
            if directory and "p" not in call.flags:
                call.err(f"mkdir: cannot create directory '{name}': File exists\n")
                return 1
            continue
        steps = path.split("/")[1:]
        wanted = ["/" + "/".join(steps[: i + 1]) for i in range(len(steps))] if "p" in call.flags else [path]
        if "p" not in call.flags and shell.files.find(path.rpartition("/")[0] or "/") is None:
            what = "create directory" if directory else "touch"
            call.err(f"{own_name(call)}: cannot {what} '{name}': No such file or directory\n")
            return 1
        for one in wanted[-64:]:
            kind, mode = ("d", 0o755) if directory else ("f", 0o644)
            if shell.files.find(one) is None and not _put(call, one, File(kind, b"", mode, shell.user, shell.now)):
                return 1
    return 0


def _put(call: Call, path: str, node: File) -> bool:
    call.shell.spend(1 + len(node.data) // 65536)
    try:
        call.shell.files.put(path, node)
    except DiskFull:
        call.err(f"{own_name(call)}: error writing '{path}': No space left on device\n")
        return False
    return True


def _rm(call: Call) -> int:
    status = 0
    for name in call.names:
        path = call.shell.path(name)
        node = call.shell.files.find(path, follow=False)
        if node is not None and node.kind == "d" and not set("rR") & set(call.flags) and own_name(call) == "rm":
            call.err(f"rm: cannot remove '{name}': Is a directory\n")
            status = 1
        elif node is not None:
            call.shell.files.remove(path)
        elif "f" not in call.flags:
            call.err(f"{own_name(call)}: cannot remove '{name}': No such file or directory\n")
            status = 1
    return status


def _copy(call: Call) -> int:
    """cp and mv."""
    shell, name, names = call.shell, own_name(call), call.names
    if len(names) < 2:
        call.err(f"{name}: missing file operand\nTry '{name} --help' for more information.\n")
        return 1
    into = shell.files.find(shell.path(names[-1]))
    for source in names[:-1]:
        node, target = shell.files.find(shell.path(source)), shell.path(names[-1])
        if node is None:
            call.err(f"{name}: cannot stat '{source}': No such file or directory\n")
            return 1
        if into is not None and into.kind == "d":
            target = f"{target.rstrip('/')}/{source.rstrip('/').rpartition('/')[2]}"
        if not _put(call, target, node):
            return 1
        if name == "mv" and target != shell.path(source):
            shell.files.remove(shell.path(source))
    return 0


def _link(call: Call) -> int:
    names = call.names
    if len(names) < 2:
        call.err("ln: missing file operand\nTry 'ln --help' for more information.\n")
        return 1
    shell, target = call.shell, call.shell.path(names[1])
    old = shell.files.find(shell.path(names[0]))
    node = File("l", names[0].encode("latin-1"), 0o777, shell.user, shell.now) if "s" in call.flags else old
    if node is None:
        call.err(f"ln: failed to access '{names[0]}': No such file or directory\n")
        return 1
    return 0 if _put(call, target, node) else 1


def _chmod(call: Call) -> int:
    status = 0
    mode, *names = [arg for arg in call.args[1:] if not re.fullmatch(r"-[Rfcv]+", arg)] or [""]
    if not names:
        call.err("chmod: missing operand\nTry 'chmod --help' for more information.\n")
        return 1
    for name in names:
        path = call.shell.path(name)
        node = call.shell.files.find(path)
        if node is None:
            call.err(f"chmod: cannot access '{name}': No such file or directory\n")
            status = 1
            continue
        bits = int(mode, 8) & 0o7777 if re.fullmatch("[0-7]{1,4}", mode) else _bits(node.mode, mode)
        if not _put(call, path, File(node.kind, node.data, bits, node.owner, node.mtime, node.size, node.make)):
            status = 1
    return status


def _bits(old: int, change: str) -> int:
    who, _, letters = change.replace("-", "+", 1).partition("+")
    wanted = sum({"r": 4, "w": 2, "x": 1}.get(letter, 0) for letter in set(letters))
    places = {"u": 6, "g": 3, "o": 0}
    shifts = [places[letter] for letter in who if letter in places] or list(places.values())
    mask = sum(wanted << shift for shift in set(shifts))
    return old & ~mask if "-" in change else old | mask


def _find(call: Call) -> int:
    wanted = next((call.args[i + 1] for i, arg in enumerate(call.args[:-1]) if arg in ("-name", "-iname")), "*")
    kind = next((call.args[i + 1] for i, arg in enumerate(call.args[:-1]) if arg == "-type"), "")
    tops = []
    for arg in call.args[1:]:
        if arg.startswith("-"):
            break
        tops.append(arg)
    needle = re.compile("".join({"*": ".*", "?": "."}.get(c, re.escape(c)) for c in re.sub(r"\*+", "*", wanted)[:64]))
    simple = wanted.count("*") <= 2  # with more, an expression could take long
    waiting = tops or ["."]
    while waiting:
        path = waiting.pop(0)
        call.shell.spend(2)
        node = call.shell.files.find(call.shell.path(path), follow=False)
        if node is None:
            call.err(f"find: '{path}': No such file or directory\n")
            continue
        if kind in ("", node.kind) and simple and needle.fullmatch(path.rstrip("/").rpartition("/")[2] or path):
            call.out(path + "\n")
        if node.kind == "d":
            waiting[:0] = [f"{path.rstrip('/')}/{name}" for name in call.shell.files.names(call.shell.path(path))]
    return 0


def _mktemp(call: Call) -> int:
    suffix = call.shell.persona.keyed("mktemp", f"{call.shell.now}").hex()[:10]
    path = next(iter(call.names), "/tmp/tmp.XXXXXXXXXX").replace("XXXXXXXXXX", suffix)  # noqa: S108 - not our /tmp
    kind, mode = ("d", 0o700) if "d" in call.flags else ("f", 0o600)
    if not _put(call, call.shell.path(path), File(kind, b"", mode, call.shell.user, call.shell.now)):
        return 1
    call.out(path + "\n")
    return 0


def _stat(call: Call) -> int:
    form, status = option(call, "c"), 0
    for name in call.names:
        node = call.shell.files.find(call.shell.path(name), follow=False)
        if node is None:
            call.err(f"stat: cannot statx '{name}': No such file or directory\n")
            status = 1
        elif form:
            call.out(_stated(form, name, node) + "\n")
        else:
            time = when(node.mtime, "%Y-%m-%d %H:%M:%S.000000000 +0000")
            call.out(
                f"  File: {name}\n  Size: {node.length}\nAccess: (0{node.mode:o})  Uid: {node.owner}\nModify: {time}\n"
            )
    return status


def _stated(form: str, name: str, node: File) -> str:
    known = {"s": str(node.length), "n": name, "U": node.owner, "a": f"{node.mode:o}", "Y": f"{node.mtime:.0f}"}
    return re.sub("%([snUaY])", lambda found: known[found[1]], form)


NODES: dict[str, Tool] = {
    "mkdir": _make,
    "touch": _make,
    "rm": _rm,
    "rmdir": _rm,
    "unlink": _rm,
    "cp": _copy,
    "mv": _copy,
    "ln": _link,
    "chmod": _chmod,
    "find": _find,
    "mktemp": _mktemp,
    "stat": _stat,
    **dict.fromkeys(("chattr", "chown", "chgrp", "sync", "umask", "shred"), says("")),
}

"""Commands that show which files there are: ls, lsattr, which, du, file."""

from samovar.shell import story
from samovar.shell.call import Call, Tool
from samovar.shell.files import File
from samovar.shell.tools.common import own_name, when

_HALF_YEAR = 15778476


def _ls(call: Call) -> int:
    shell, status, flags = call.shell, 0, call.flags
    names = call.names or ["."]
    for name in names:
        path = shell.path(name)
        node = shell.files.find(path)
        if node is None:
            call.err(f"ls: cannot access '{name}': No such file or directory\n")
            status = 2
            continue
        if node.kind != "d" or "d" in flags:
            call.out(_row(call, name, node) if "l" in flags else f"{name}\n")
            continue
        if len(names) > 1:
            call.out(f"{name}:\n")
        inside = [n for n in shell.files.names(path) if set("aA") & set(flags) or not n.startswith(".")]
        inside = [".", "..", *inside] if "a" in flags else inside
        if "l" not in flags:
            call.out("".join(f"{n}\n" for n in inside))
            continue
        rows = [(n, shell.files.find(shell.path(f"{path}/{n}"), follow=n in (".", ".."))) for n in inside]
        blocks = sum(4 * -(-found.length // 4096) for _, found in rows if found)
        call.out(f"total {blocks}\n" + "".join(_row(call, n, found) for n, found in rows if found))
    return status


def _row(call: Call, name: str, node: File) -> str:
    bits = "".join(c if node.mode >> 8 - i & 1 else "-" for i, c in enumerate("rwxrwxrwx"))
    bits = bits[:8] + "t" if node.mode & 0o1000 else bits
    recent = call.shell.now - node.mtime < _HALF_YEAR
    time = when(node.mtime, "%b %e %H:%M" if recent else "%b %e  %Y")
    kind = {"f": "-"}.get(node.kind, node.kind)
    size = node.length
    amount = f"{size / 1024:.1f}K" if "h" in call.flags and size >= 1024 else str(size)
    arrow = f" -> {node.data.decode('latin-1')}" if node.kind == "l" else ""
    links = 2 if node.kind == "d" else 1
    return f"{kind}{bits} {links} {node.owner} {node.owner} {amount:>6} {time} {name}{arrow}\n"


def _lsattr(call: Call) -> int:
    for name in call.names:
        call.out(f"--------------e------- {name}\n")
    return 0


def _which(call: Call) -> int:
    found = [name for name in call.names if name in story.PROGRAMS]
    call.out("".join(f"/usr/bin/{name}\n" for name in found))
    return int(len(found) < len(call.names))


def _type(call: Call) -> int:
    """type and command -v."""
    names, short = call.names, own_name(call) == "command"
    if short and "v" not in call.flags and names:
        call.args = call.args[1:]
        return call.shell.command(call)
    status = 0
    for name in names:
        if name in story.PROGRAMS:
            call.out(f"/usr/bin/{name}\n" if short else f"{name} is /usr/bin/{name}\n")
        elif name in call.shell.tools:
            call.out(f"{name}\n" if short else f"{name} is a shell builtin\n")
        else:
            status = 1
            if not short:
                call.err(f"{call.shell.name}: type: {name}: not found\n")
    return status


def _du(call: Call) -> int:
    for name in call.names or ["."]:
        call.out(f"{'48K' if 'h' in call.flags else '48'}\t{name}\n")
    return 0


def _file(call: Call) -> int:
    for name in call.names:
        node = call.shell.files.find(call.shell.path(name))
        if node is None:
            kind = "cannot open `" + name + "' (No such file or directory)"
        elif node.kind == "d":
            kind = "directory"
        elif node.data.startswith(b"\x7fELF"):
            kind = "ELF 64-bit LSB pie executable, x86-64, version 1 (SYSV), dynamically linked, stripped"
        else:
            kind = "ASCII text" if node.data else "empty"
        call.out(f"{name}: {kind}\n")
    return 0


LISTING: dict[str, Tool] = {
    "ls": _ls,
    "dir": _ls,
    "lsattr": _lsattr,
    "which": _which,
    "type": _type,
    "command": _type,
    "du": _du,
    "file": _file,
}

"""What find's -printf and -ls print."""

import re
from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Struct

from samovar.shell.commands.files.ls import Lister
from samovar.shell.commands.files.names import group_name, mode_text, user_name
from samovar.shell.commands.text.echo import unescaped
from samovar.shell.disk.node import Stat
from samovar.shell.kernel.process import Process


class Found(Struct):
    """One file that is looked at."""

    path: str
    stat: Stat
    depth: int
    pruned: bool = False


def last(path: str) -> str:
    """The last part of a path."""
    return path.rstrip("/").rpartition("/")[2] or "/"


def ls_line(lister: Lister, found: Found) -> str:
    """A line as -ls prints it."""
    stat = found.stat
    p = lister.p
    target = f" -> {p.view.readlink(p.path(found.path))}" if stat.kind == "l" else ""
    return (
        f"{stat.ino:9} {(stat.blocks + 1) // 2:6} {mode_text(stat)} {stat.nlink:3} {user_name(p, stat.uid):<8} "
        f"{group_name(p, stat.gid):<8} {lister.size(stat):>8} {lister.when(stat.mtime)} {found.path}{target}\n"
    )


def formatted(p: Process, form: str, found: Found) -> str:
    """-printf's format."""
    form = unescaped(form, octal_zero=False)[0]
    stat, name = found.stat, last(found.path)
    start = found.path.split("/")[0]
    values: dict[str, Callable[[], str]] = {
        "p": lambda: found.path, "f": lambda: name, "h": lambda: found.path.rpartition("/")[0] or ".",
        "P": lambda: found.path[len(start) + 1 :], "s": lambda: str(stat.size), "m": lambda: f"{stat.mode:o}",
        "M": lambda: mode_text(stat), "u": lambda: user_name(p, stat.uid), "g": lambda: group_name(p, stat.gid),
        "U": lambda: str(stat.uid), "G": lambda: str(stat.gid), "i": lambda: str(stat.ino),
        "n": lambda: str(stat.nlink), "d": lambda: str(found.depth), "y": lambda: stat.kind,
        "l": lambda: p.view.readlink(p.path(found.path)) if stat.kind == "l" else "",
        "k": lambda: str(stat.blocks // 2),
        "b": lambda: str(stat.blocks), "H": lambda: start, "D": lambda: str(stat.device), "%": lambda: "%",
    }  # fmt: skip
    out, place = [], 0
    while place < len(form):
        if form[place] != "%":
            end = form.find("%", place)
            end = len(form) if end < 0 else end
            out.append(form[place:end])
            place = end
            continue
        match = re.match(r"%(-?\d{0,4})(?:([TAC])(.)|(.))", form[place:], re.DOTALL)
        if match is None:
            break
        text = _time(stat, match[2], match[3]) if match[2] else values.get(match[4], lambda: "")()
        width = match[1]
        out.append(
            text.ljust(int(width[1:]))
            if width[1:] and width[0] == "-"
            else text.rjust(int(width or 0))
            if width != "-"
            else text
        )
        place += match.end()
    return "".join(out)


def _time(stat: Stat, which: str, letter: str) -> str:
    seconds = {"T": stat.mtime, "A": stat.atime, "C": stat.ctime}[which]
    if letter == "@":
        return f"{int(seconds)}.{int(seconds % 1 * 1e10):010d}"
    if letter == "+":
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d+%H:%M:%S.") + f"{int(seconds % 1 * 1e10):010d}"
    form = {"F": "%Y-%m-%d", "T": "%H:%M:%S"}.get(letter, "%" + letter)
    return datetime.fromtimestamp(seconds, UTC).strftime(form) if letter.isalpha() else ""

"""Users, groups, modes and sizes as the file tools show them."""

from samovar.shell.disk.node import Stat
from samovar.shell.kernel.process import Process

_TYPES = {"f": "-", "d": "d", "l": "l", "c": "c", "b": "b", "p": "p", "s": "s"}


def mode_text(stat: Stat) -> str:
    """``-rwxr-xr-x``."""
    mode = stat.mode
    text = list(_TYPES[stat.kind] + "".join(c if mode >> (8 - i) & 1 else "-" for i, c in enumerate("rwxrwxrwx")))
    for place, bit, letter in ((3, 0o4000, "s"), (6, 0o2000, "s"), (9, 0o1000, "t")):
        if mode & bit:
            text[place] = letter if text[place] == "x" else letter.upper()
    return "".join(text)


def user_name(p: Process, uid: int) -> str:
    """The user's name, or its number."""
    return _named(p, "/etc/passwd", uid) or str(uid)


def group_name(p: Process, gid: int) -> str:
    """The group's name, or its number."""
    return _named(p, "/etc/group", gid) or str(gid)


def user_number(p: Process, name: str) -> int | None:
    """A user by name or number."""
    return _numbered(p, "/etc/passwd", name)


def group_number(p: Process, name: str) -> int | None:
    """A group by name or number."""
    return _numbered(p, "/etc/group", name)


def _rows(p: Process, path: str) -> list[list[str]]:
    if not p.may(path, 4):
        return []
    return [line.split(":") for line in p.view.read(path).decode("latin-1").split("\n") if line.count(":") > 2]


def _named(p: Process, path: str, number: int) -> str:
    if number == 0:
        return "root"
    return next((row[0] for row in _rows(p, path) if row[2] == str(number)), "")


def _numbered(p: Process, path: str, name: str) -> int | None:
    found = next((row[2] for row in _rows(p, path) if row[0] == name), "")
    if found.isdecimal():
        return int(found)
    return int(name) if name.isdecimal() and len(name) < 11 else None


def human(size: float, base: int = 1024) -> str:
    """``4.0K`` as ``-h`` shows it: rounded up, one digit behind the point below ten."""
    if size < base:
        return str(int(size))
    for unit in "KMGTPE":
        size /= base
        rounded = -int(-size * 10 // 1) / 10
        if rounded < 10:
            return f"{rounded:.1f}{unit}"
        if -int(-size // 1) < base:
            return f"{-int(-size // 1)}{unit}"
    return f"{size:.0f}E"


def quoted(name: str) -> str:
    """A name in an error message: in ASCII quotes, odd bytes as the C locale's tools escape them."""
    return "'" + "".join(_escaped(c) for c in name) + "'"


def _escaped(c: str) -> str:
    if c == "'":
        return "\\'"
    if " " <= c <= "~":
        return "\\\\" if c == "\\" else c
    return {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\a": "\\a", "\b": "\\b"}.get(c, f"\\{ord(c):03o}")


def symbolic(mode: int, change: str, umask: int, *, directory: bool) -> int | None:
    """A mode after chmod's octal or symbolic change; None where that is none."""
    if change.isdecimal():
        return int(change, 8) & 0o7777 if len(change) < 6 and not set(change) & set("89") else None
    for clause in change.split(","):
        new = _clause(mode, clause, umask, directory=directory)
        if new is None:
            return None
        mode = new
    return mode


def _clause(mode: int, clause: str, umask: int, *, directory: bool) -> int | None:
    start = next((i for i, c in enumerate(clause) if c in "+-="), -1)
    if start < 0 or clause[:start].strip("ugoa"):
        return None
    who = clause[:start]
    place = start
    while place < len(clause):
        operator = clause[place]
        if operator not in "+-=":
            return None
        end = next((i for i in range(place + 1, len(clause)) if clause[i] in "+-="), len(clause))
        permissions = clause[place + 1 : end]
        if permissions.strip("rwxXstugo"):
            return None
        mode = _apply(mode, who, operator, permissions, umask, directory=directory)
        place = end
    return mode


def _apply(mode: int, who: str, operator: str, permissions: str, umask: int, *, directory: bool) -> int:
    everybody = not who or "a" in who
    mask = 0
    for letter, shift, special in (("u", 6, 0o4000), ("g", 3, 0o2000), ("o", 0, 0)):
        if everybody or letter in who:
            mask |= 7 << shift | special
    bits = 0
    for letter in permissions:
        if letter in "ugo":
            bits |= (mode >> {"u": 6, "g": 3, "o": 0}[letter] & 7) * 0o111
        elif letter == "X":
            bits |= 0o111 if directory or mode & 0o111 else 0
        else:
            bits |= {"r": 0o444, "w": 0o222, "x": 0o111, "s": 0o6000, "t": 0o1000}[letter]
    allowed = mask | 0o1000
    value = bits & allowed
    if not who:
        value &= ~umask
    if operator == "+":
        return mode | value
    if operator == "-":
        return mode & ~value
    keep = 0o6000 if directory and "s" not in permissions else 0
    return (mode & ~(mask & ~keep)) | value

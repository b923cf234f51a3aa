"""ps's options, of all three kinds: which processes, which columns."""

from msgspec import Struct

HEADS = {
    "pid": "PID", "ppid": "PPID", "user": "USER", "uid": "UID", "euser": "EUSER", "ruser": "RUSER", "comm": "COMMAND",
    "cmd": "CMD", "args": "COMMAND", "command": "COMMAND", "tty": "TT", "tt": "TT", "tname": "TTY", "stat": "STAT",
    "state": "S",
    "s": "S", "time": "TIME", "cputime": "TIME", "etime": "ELAPSED", "etimes": "ELAPSED", "start": "STARTED",
    "lstart": "STARTED",
    "stime": "STIME", "start_time": "START", "%cpu": "%CPU", "pcpu": "%CPU", "%mem": "%MEM", "pmem": "%MEM",
    "vsz": "VSZ",
    "vsize": "VSZ", "rss": "RSS", "rsz": "RSZ", "rssize": "RSS", "ni": "NI", "nice": "NI", "pri": "PRI", "c": "C",
    "pgid": "PGID",
    "pgrp": "PGRP", "sid": "SID", "sess": "SESS", "group": "GROUP", "gid": "GID", "wchan": "WCHAN", "sz": "SZ",
    "ucmd": "CMD",
    "ucomm": "COMMAND", "nlwp": "NLWP", "thcount": "THCNT", "f": "F", "addr": "ADDR", "psr": "PSR", "cls": "CLS",
    "exe": "EXE", "lwp": "LWP",
}  # fmt: skip


class Wish(Struct):
    every: bool = False
    terminals: bool = False  # only those with a terminal
    mine: bool = True
    columns: list[tuple[str, str]] = []
    pids: set[int] | None = None
    names: set[str] | None = None
    users: set[str] | None = None
    parents: set[int] | None = None
    heads: bool = True
    sort: tuple[str, ...] = ()
    tree: bool = False
    wide: bool = False
    unfit: str = ""


def read(words: list[str]) -> Wish:
    wish = Wish(columns=_named("pid tname time ucmd"))
    words = list(words)
    while words:
        word = words.pop(0)
        if word.startswith("--"):
            name, _, value = word[2:].partition("=")
            if name in ("sort", "pid", "ppid", "user", "format") and not value:
                value = words.pop(0) if words else ""
            _long(wish, name, value)
        elif word.startswith("-"):
            _unix(wish, word[1:], words)
        elif word.isdecimal():
            wish.pids = (wish.pids or set()) | {int(word[:9])}
        else:
            _bsd(wish, word, words)
    return wish


def _long(wish: Wish, name: str, value: str) -> None:
    if name == "sort":
        wish.sort = tuple(value.split(","))
    elif name in ("no-headers", "no-heading", "noheaders"):
        wish.heads = False
    elif name == "forest":
        wish.tree = True
    elif name in ("pid", "ppid"):
        numbers = {int(part[:9]) for part in value.split(",") if part.isdecimal()}
        wish.pids, wish.parents = (numbers, wish.parents) if name == "pid" else (wish.pids, numbers)
    elif name == "user":
        wish.users = set(value.split(","))
    elif name == "format":
        wish.columns = _formats(wish, value)
    elif name not in ("version", "help", "headers", "width", "cols", "columns", "rows"):
        wish.unfit = "unknown gnu long option"


def _unix(wish: Wish, letters: str, words: list[str]) -> None:
    place = 0
    while place < len(letters):
        letter, place = letters[place], place + 1
        if letter in "opCuUGgt" or (letter == "O"):
            value = letters[place:] or (words.pop(0) if words else "")
            _valued(wish, letter, value)
            return
        if letter in "Ae":
            wish.every = True
        elif letter in "ad":
            wish.terminals, wish.mine = letter == "a", False
        elif letter == "f":
            wish.columns = _named("user:UID pid ppid c stime tname time cmd")
            wish.wide = True
        elif letter == "F":
            wish.columns = _named("user:UID pid ppid c sz rss psr stime tname time cmd")
        elif letter == "l":
            wish.columns = _named("f s uid pid ppid c pri ni addr sz wchan tname time ucmd")
        elif letter == "j":
            wish.columns = _named("pid pgid sid tname time ucmd")
        elif letter == "x":
            wish.mine = False
        elif letter not in "wHLNTyMZVc":
            wish.unfit = "unsupported SysV option" if letter.isupper() else "unsupported option (BSD syntax)"
        wish.tree |= letter == "H"


def _valued(wish: Wish, letter: str, value: str) -> None:
    parts = [part for part in value.replace(" ", ",").split(",") if part]
    if letter in "oO":
        columns = _formats(wish, value)
        fresh = wish.columns == _named("pid tname time ucmd") or any(name == "" for name, _ in wish.columns)
        wish.columns = columns if fresh or letter == "O" else wish.columns + columns
        if letter == "O":
            wish.columns = [*_named("pid"), *columns, *_named("s tname time args")]
    elif letter in "p":
        wish.pids = (wish.pids or set()) | {int(part[:9]) for part in parts if part.isdecimal()}
        if not parts:
            wish.unfit = "process ID list syntax error"
    elif letter == "C":
        wish.names = set(parts)
    elif letter in "uU":
        wish.users = set(parts)


def _bsd(wish: Wish, letters: str, words: list[str]) -> None:
    for place, letter in enumerate(letters):
        if letter == "a":
            wish.terminals, wish.mine = True, False
        elif letter == "x":
            wish.every, wish.mine = wish.terminals or wish.every, False
        elif letter == "u":
            wish.columns = _named("user pid %cpu %mem vsz rss tname:TTY stat start_time time:TIME command")
        elif letter in "fH":
            wish.tree = True
        elif letter == "e" or letter == "w":
            wish.wide = True
        elif letter == "l":
            wish.columns = _named("f uid pid ppid pri ni vsz rss wchan stat tname:TTY time:TIME command")
        elif letter == "j":
            wish.columns = _named("ppid pid pgid sid tname:TTY stat uid time:TIME command")
        elif letter == "o":
            value = letters[place + 1 :] or (words.pop(0) if words else "")
            wish.columns = _formats(wish, value)
            break
        elif letter in "pU" and (value := letters[place + 1 :] or (words.pop(0) if words else "")):
            _valued(wish, letter, value)
            break
        elif letter in "Ag":
            wish.every = True
        elif letter not in "cnrsvmTV":
            wish.unfit = "unsupported option (BSD syntax)"
    if wish.columns == _named("pid tname time ucmd"):
        wish.columns = _named("pid tname:TTY stat time:TIME command")
    wish.every = wish.every or ("a" in letters and "x" in letters)


def _named(text: str) -> list[tuple[str, str]]:
    return [(part.partition(":")[0], part.partition(":")[2] or HEADS[part]) for part in text.split()]


def _formats(wish: Wish, value: str) -> list[tuple[str, str]]:
    columns: list[tuple[str, str]] = []
    rest = value.strip()
    while rest:
        name, mark, after = rest, "", ""
        for place, c in enumerate(rest):
            if c in ", =:":
                name, mark, after = rest[:place], c, rest[place + 1 :]
                break
        head = HEADS.get(name.lower(), "")
        if name and not head:
            wish.unfit = f'unknown user-defined format specifier "{name}"'
            return columns
        if mark == "=":
            columns.append((name.lower(), after))
            break
        if mark == ":":
            after = after.lstrip("0123456789").lstrip(", ")
        if name:
            columns.append((name.lower(), head))
        rest = after.strip()
    return columns

"""ls, dir, vdir (coreutils 9.1)."""

from collections.abc import Generator
from datetime import UTC, datetime
from functools import partial

from msgspec import Struct

from samovar.shell.commands.files.names import group_name, human, mode_text, quoted, user_name
from samovar.shell.commands.options import Options, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.node import Stat
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_LONG = {
    "all": "a", "almost-all": "A", "author": "author", "escape": "b", "block-size=": "block-size",
    "ignore-backups": "B", "color=?": "color", "directory": "d", "classify=?": "F", "full-time": "full-time",
    "group-directories-first": "group-directories-first", "no-group": "G", "human-readable": "h", "si": "si",
    "dereference-command-line": "H", "inode": "i", "kibibytes": "k", "dereference": "L", "numeric-uid-gid": "n",
    "literal": "N", "indicator-style=": "indicator-style", "hide-control-chars": "q", "quote-name": "Q",
    "quoting-style=": "quoting-style", "reverse": "r", "recursive": "R", "size": "s", "sort=": "sort",
    "time=": "time", "time-style=": "time-style", "width=": "w", "context": "Z", "file-type": "file-type",
    "ignore=": "I", "hide=": "hide", "version": "version", "help": "help", "format=": "format", "zero": "zero",
}  # fmt: skip
_HALF_YEAR = 31_556_952 / 2
_SUFFIXES = {"d": "/", "l": "@", "p": "|", "s": "="}
_COLORS = {"d": "01;34", "l": "01;36", "p": "40;33", "s": "01;35", "b": "40;33;01", "c": "40;33;01"}


class Entry(Struct):
    """One file that is to be listed."""

    name: str
    path: str
    stat: Stat
    target: str = ""


class Lister:
    def __init__(self, p: Process, options: Options, *, tty: bool) -> None:
        self.p, self.options, self.tty, self.status = p, options, tty, 0
        style = options.last("lgno1CxFm", "C" if tty or p.name in ("dir",) else "1")
        self.long = any(letter in options for letter in "lgno") or "full-time" in options or p.name == "vdir"
        self.long = (self.long and options.last("lgno1Cx", "l") not in "Cx") or options.value("format") in (
            "long",
            "verbose",
        )
        self.columns = not self.long and (style == "C" or ("C" in options and "1" not in options))
        self.columns = (
            self.columns or (not self.long and tty and "1" not in options) or ("x" in options and not self.long)
        )
        self.color = "color" in options and (
            options.value("color") in ("", "always", "yes") or (tty and options.value("color") == "auto")
        )

    # which ----------------------------------------------------------------------------------------------

    def entry(self, name: str, path: str, *, follow: bool) -> Entry | None:
        view = self.p.view
        try:
            if follow:
                try:
                    stat = view.stat(path)
                except Fault:
                    stat = view.lstat(path)
            else:
                stat = view.lstat(path)
            target = view.readlink(path) if stat.kind == "l" and (self.long or self.color) else ""
        except Fault as fault:
            self.complain(f"cannot access {quoted(name)}: {fault.text}", 2)
            return None
        return Entry(name, path, stat, target)

    def complain(self, text: str, status: int) -> None:
        self.p.err(f"{self.p.name}: {text}\n")
        self.status = max(self.status, status)

    def wanted(self, name: str) -> bool:
        if name.startswith("."):
            return "a" in self.options or "A" in self.options or "f" in self.options
        return not ("B" in self.options and name.endswith("~"))

    def sorted(self, entries: list[Entry]) -> list[Entry]:
        options = self.options
        if "U" in options or "f" in options or options.value("sort") == "none":
            return entries
        key = options.value("sort") or {"t": "time", "S": "size", "X": "extension", "v": "version"}.get(
            options.last("tSXv"), ""
        )
        if not key and options.last("cu") and not self.long:
            key = "time"
        found = sorted(entries, key=lambda entry: entry.name)
        if key == "time":
            found.sort(key=lambda entry: -self.time(entry.stat))
        elif key == "size":
            found.sort(key=lambda entry: -entry.stat.size)
        elif key == "extension":
            found.sort(key=lambda entry: entry.name.rpartition(".")[2] if "." in entry.name else "")
        elif key == "version":
            found.sort(key=lambda entry: _version(entry.name))
        if "r" in options:
            found.reverse()
        if "group-directories-first" in options:
            found.sort(key=lambda entry: entry.stat.kind != "d")
        return found

    def time(self, stat: Stat) -> float:
        which = self.options.last("cu") or {"atime": "u", "access": "u", "use": "u", "ctime": "c", "status": "c"}.get(
            self.options.value("time"), ""
        )
        return {"c": stat.ctime, "u": stat.atime}.get(which, stat.mtime)

    # how ------------------------------------------------------------------------------------------------

    def shown(self, entry: Entry) -> str:
        name = f'"{entry.name}"' if "Q" in self.options else self._shell_quoted(entry.name) if self.tty else entry.name
        if self.color and (code := self._color(entry)):
            name = f"\x1b[{code}m{name}\x1b[0m"
        marked = "F" in self.options or "p" in self.options or "file-type" in self.options
        if marked and not (entry.stat.kind == "l" and self.long):
            name += self._suffix(entry)
        return name

    def _suffix(self, entry: Entry) -> str:
        if "p" in self.options and "F" not in self.options:
            return "/" if entry.stat.kind == "d" else ""
        if entry.stat.kind == "f":
            return "*" if entry.stat.mode & 0o111 and "F" in self.options else ""
        return _SUFFIXES.get(entry.stat.kind, "")

    def _color(self, entry: Entry) -> str:
        stat = entry.stat
        if stat.kind == "d" and stat.mode & 0o1002 == 0o1002:
            return "30;42"
        if stat.kind == "f":
            if stat.mode & 0o4000:
                return "37;41"
            if entry.name.endswith((".gz", ".tar", ".tgz", ".zip", ".xz", ".bz2", ".deb")):
                return "01;31"
            return "01;32" if stat.mode & 0o111 else ""
        return _COLORS.get(stat.kind, "")

    @staticmethod
    def _shell_quoted(name: str) -> str:
        if name and not any(c in " \t\n'\"\\|&;<>()$`*?[]#~=%!{}^" or not " " <= c <= "~" for c in name):
            return name
        if any(not " " <= c <= "~" for c in name):
            return "''$'" + "".join(c if " " <= c <= "~" else f"\\{ord(c):03o}" for c in name) + "'"
        return f'"{name}"' if "'" in name and not set(name) & set('"$`\\!') else "'" + name.replace("'", "'\\''") + "'"

    def when(self, seconds: float) -> str:
        moment = datetime.fromtimestamp(seconds, UTC)
        style = "full-iso" if "full-time" in self.options else self.options.value("time-style")
        if style == "full-iso":
            return f"{moment:%Y-%m-%d %H:%M:%S}.{int(seconds % 1 * 1e9):09d} +0000"
        if style == "long-iso":
            return f"{moment:%Y-%m-%d %H:%M}"
        recent = self.p.now - _HALF_YEAR < seconds <= self.p.now
        if style == "iso":
            return f"{moment:%m-%d %H:%M}" if recent else f"{moment:%Y-%m-%d} "
        if style.startswith("+"):
            return moment.strftime(style[1:200])
        return f"{moment:%b} {moment.day:2} {moment:%H:%M}" if recent else f"{moment:%b} {moment.day:2}  {moment:%Y}"

    def size(self, stat: Stat) -> str:
        if stat.kind in "cb":
            return f"{stat.rdev[0]}, {stat.rdev[1]:3}"
        return (
            human(stat.size)
            if "h" in self.options
            else human(stat.size, 1000)
            if "si" in self.options
            else str(stat.size)
        )

    def blocks(self, count: int) -> str:
        return human(count * 512) if "h" in self.options else str((count + 1) // 2)

    def rows(self, entries: list[Entry]) -> list[str]:
        """The long format's lines, columns aligned."""
        numbers = "n" in self.options
        cells = []
        for entry in entries:
            stat = entry.stat
            owner = str(stat.uid) if numbers else user_name(self.p, stat.uid)
            group = str(stat.gid) if numbers else group_name(self.p, stat.gid)
            cells.append((str(stat.nlink), owner, group, self.size(stat)))
        widths = [max((len(row[i]) for row in cells), default=0) for i in range(4)]
        lines = []
        for entry, (links, owner, group, size) in zip(entries, cells, strict=True):
            parts = [mode_text(entry.stat), f"{links:>{widths[0]}}"]
            parts += [] if "g" in self.options else [f"{owner:<{widths[1]}}"]
            parts += [] if "o" in self.options or "G" in self.options else [f"{group:<{widths[2]}}"]
            parts += [f"{size:>{widths[3]}}", self.when(self.time(entry.stat)), self.shown(entry)]
            lines.append(" ".join(parts) + (f" -> {entry.target}" if entry.target else ""))
        return lines

    def show(self, entries: list[Entry], *, total: bool) -> None:
        out = self.p.out
        if total and (self.long or "s" in self.options):
            count = sum(entry.stat.blocks for entry in entries)
            out(f"total {self.blocks(count)}\n")
        lines = self.rows(entries) if self.long else [self.shown(entry) for entry in entries]
        for letter in "si":
            if letter in self.options:
                cells = [self.blocks(e.stat.blocks) if letter == "s" else str(e.stat.ino) for e in entries]
                width = max(map(len, cells), default=0)
                lines = [f"{cell:>{width}} {line}" for cell, line in zip(cells, lines, strict=True)]
        if self.columns and lines:
            lines = _columns(
                lines,
                [len(self.shown_plain(entry, line)) for entry, line in zip(entries, lines, strict=True)],
                self.width(),
                across="x" in self.options,
            )
        elif "m" in self.options and lines:
            lines = [", ".join(lines)]
        out("".join(line + "\n" for line in lines))

    def shown_plain(self, entry: Entry, line: str) -> str:
        """A line as wide as it is seen."""
        code = self._color(entry) if self.color else ""
        return line[len(code) + 3 : -4] if code and not line[0].isdecimal() else line

    def width(self) -> int:
        text = self.options.value("w") or self.p.environment.get("COLUMNS", "")
        return (
            int(text) if text.isdecimal() and 0 < len(text) < 5 else getattr(self.p.descriptors.get(1), "columns", 80)
        )


def _version(name: str) -> list[tuple[int, int | str]]:
    pieces = "".join(c if c.isdecimal() else f" {c} " for c in name).split()
    return [(1, int(piece[:18])) if piece.isdecimal() else (0, piece) for piece in pieces]


def _columns(cells: list[str], widths: list[int], width: int, *, across: bool) -> list[str]:
    """As many columns as fit, filled downwards."""
    count = len(cells)
    for rows in range(1, count + 1):
        number = -(-count // rows)
        if number > max(width // 3, 1):
            continue
        spans = [0] * number
        for i in range(count):
            column = i % number if across else i // rows
            spans[column] = max(spans[column], widths[i] + 2)
        if sum(spans) - 2 <= width - 1 or rows == count:
            break
    lines = []
    for row in range(rows):
        picked = range(row * number, min((row + 1) * number, count)) if across else range(row, count, rows)
        line = ""
        for column, i in enumerate(picked):
            last = column == len(picked) - 1
            line += cells[i] + ("" if last else " " * (spans[column] - widths[i]))
        lines.append(line)
    return lines


def ls(p: Process) -> Body:
    """List files and directories."""
    options = parse(p, "aAbBcCdDfFgGhHiI:klLmnNopqQrRsStT:uUvw:xXZ1", _LONG, status=2)
    if "version" in options:
        p.out("ls (GNU coreutils) 9.1\n")
        return 0
    stream = p.descriptors.get(1)
    lister = Lister(p, options, tty=stream is not None and stream.tty)
    follow = not ("d" in options or lister.long or "F" in options) or "L" in options or "H" in options
    found = [entry for name in options.rest or ["."] if (entry := lister.entry(name, p.path(name), follow=follow))]
    files = lister.sorted([entry for entry in found if entry.stat.kind != "d" or "d" in options])
    folders = lister.sorted([entry for entry in found if entry.stat.kind == "d" and "d" not in options])
    if files:
        lister.show(files, total=False)
    headed = len(options.rest) > 1 or "R" in options
    first = not files
    waiting = list(reversed(folders))
    while waiting:
        folder = waiting.pop()
        if headed:
            p.out(f"{'' if first else chr(10)}{folder.name}:\n")
        first = False
        children = yield from _folder(lister, folder, partial(lister.entry, follow="L" in options))
        if "R" in options:
            waiting += [
                child for child in reversed(children) if child.stat.kind == "d" and child.name not in (".", "..")
            ]
            for child in children:
                child.name = f"{folder.name.rstrip('/')}/{child.name}"
    return lister.status


def _folder(lister: Lister, folder: Entry, entry: "partial[Entry | None]") -> Generator[Wait, bytes, list[Entry]]:
    p = lister.p
    try:
        names = p.view.listing(folder.path)
    except Fault as fault:
        lister.complain(f"cannot open directory {quoted(folder.name)}: {fault.text}", 2)
        return []
    if "a" in lister.options or "f" in lister.options:
        names = [".", "..", *names]
    p.spend(1 + len(names) // 4)
    base = folder.path.rstrip("/")
    children = [found for name in names if lister.wanted(name) and (found := entry(name, f"{base}/{name}"))]
    children = lister.sorted(children)
    lister.show(children, total=True)
    yield from p.flush()
    return children

"""Runs a sed script over lines."""

from collections.abc import Generator

from samovar.shell.commands.options import Options
from samovar.shell.commands.text.echo import unescaped
from samovar.shell.commands.text.regex import Match, Regex
from samovar.shell.commands.text.sed.reader import Address, Step
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Process
from samovar.shell.kernel.wait import Wait

_MAX_SPACE = 1 << 20


class Quit(Exception):
    """q or Q: no further line is read."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Editor:
    """Runs a script over lines."""

    def __init__(self, p: Process, steps: list[Step], options: Options) -> None:
        self.p, self.steps, self.options = p, steps, options
        self.space, self.hold, self.number = "", "", 0
        self.lines: list[str] = []
        self.after: list[str] = []
        self.out: list[str] = []
        self.changed = False
        self.complete = True  # the last line had a newline
        self.end = "\0" if "z" in options else "\n"
        self.replaced: list[str] | None = None

    def run(self, lines: list[str], *, complete: bool) -> Generator[Wait, bytes, None]:
        """All the lines; ``complete``: the last one has a newline. Raises Quit."""
        self.lines, self.complete = lines, complete
        restart = False
        try:
            while restart or self._pull():
                restart = yield from self._cycle()
        finally:
            self._push()

    def _pull(self) -> bool:
        if self.number >= len(self.lines):
            return False
        self.space = self.lines[self.number]
        self.number += 1
        return True

    def _put(self, text: str) -> None:
        last = self.number >= len(self.lines) and not self.complete
        self.out.append(text + ("" if last else self.end))

    def _push(self) -> None:
        text = "".join(self.out)
        self.out.clear()
        if self.replaced is not None:
            self.replaced.append(text)
        else:
            self.p.out(text)

    def _cycle(self) -> Generator[Wait, bytes, bool]:
        """One line through the script; whether the next cycle begins without reading (D)."""
        self.changed = False
        again = False
        quiet, quit_status = "n" in self.options, None
        try:
            place = 0
            while place < len(self.steps):
                step = self.steps[place]
                self.p.spend(1)
                if not self._selected(step):
                    place = step.jump if step.name == "{" else place + 1
                    continue
                result = self._do(step)
                if result == "end":
                    quiet = True
                    break
                if result == "again":
                    quiet = again = True
                    break
                place = step.jump if result == "jump" else place + 1
        except Quit as leave:
            quit_status = leave.status
            quiet = quiet or leave.status < 0
        if not quiet:
            self._put(self.space)
        self.out += self.after
        self.after.clear()
        self._push()
        yield from self.p.flush()
        if quit_status is not None:
            raise Quit(abs(quit_status) - 1)
        return again

    def _matches(self, address: Address) -> bool:
        if address.kind == "last":
            return self.number >= len(self.lines)
        if address.kind == "regex":
            return address.regex is not None and address.regex.test(self.space)
        if address.kind == "step":
            offset = self.number - address.number
            return offset == 0 if not address.step else offset >= 0 and offset % address.step == 0
        return self.number == address.number

    def _selected(self, step: Step) -> bool:
        addresses = step.addresses
        if not addresses:
            found = True
        elif len(addresses) == 1:
            found = self._matches(addresses[0])
        else:
            found = self._ranged(step, *addresses)
        return found != step.negated

    def _ranged(self, step: Step, first: Address, last: Address) -> bool:
        if not step.active:
            if not (self._matches(first) or (first.kind == "line" and not first.number and self.number == 1)):
                return False
            step.active = True
            step.until = {"line": last.number, "more": self.number + last.number}.get(last.kind, 0)
            if last.kind == "multiple":
                step.until = -(-self.number // max(last.number, 1)) * max(last.number, 1)
            if first.kind == "line" and not first.number and last.kind == "regex":
                step.active = not self._matches(last)
            elif last.kind in ("line", "more", "multiple"):
                step.active = self.number < step.until
            return True
        done = self._matches(last) if last.kind in ("regex", "last") else self.number >= step.until
        step.active = not done
        return last.kind != "line" or self.number <= step.until

    def _do(self, step: Step) -> str:
        match step.name:
            case "s":
                self._substitute(step)
            case "y":
                self.space = self.space.translate(str.maketrans(step.text, step.flags))
            case "d":
                return "end"
            case "D":
                if "\n" not in self.space:
                    return "end"
                self.space = self.space.partition("\n")[2]
                return "again"
            case "n" | "N":
                return self._advance(step.name)
            case "=":
                self.out.append(f"{self.number}\n")
            case "l":
                self.out.append(_shown(self.space) + "\n")
            case "a":
                self.after.append(step.text)
            case "i":
                self.out.append(step.text)
            case "c":
                if len(step.addresses) < 2 or not step.active or step.negated:
                    self.out.append(step.text)
                return "end"
            case "q" | "Q":
                raise Quit((step.number + 1) * (1 if step.name == "q" else -1))
            case "b":
                return "jump"
            case "t" | "T":
                jump = self.changed == (step.name == "t")
                self.changed = False
                return "jump" if jump else ""
            case "r" | "w":
                self._file(step)
            case _:
                self._spaces(step.name)
        return ""

    def _spaces(self, name: str) -> None:
        """The commands that only show or move the pattern and hold space."""
        match name:
            case "p":
                self._put(self.space)
            case "P":
                self._put(self.space.partition("\n")[0])
            case "h" | "H":
                self.hold = self.space if name == "h" else self._grown(self.hold + "\n" + self.space)
            case "g" | "G":
                self.space = self.hold if name == "g" else self._grown(self.space + "\n" + self.hold)
            case "x":
                self.space, self.hold = self.hold, self.space
            case "z":
                self.space = ""

    def _grown(self, text: str) -> str:
        return text[:_MAX_SPACE]

    def _advance(self, name: str) -> str:
        if self.number >= len(self.lines):
            if name == "n" or not self.options.value("posix"):
                raise Quit(1)
            return "end"
        if name == "n":
            if "n" not in self.options:
                self._put(self.space)
            self._pull()
        else:
            before = self.space
            self._pull()
            self.space = self._grown(before + "\n" + self.space)
        return ""

    def _file(self, step: Step) -> None:
        try:
            if step.name == "r":
                self.after.append(self.p.contents(step.text).decode("latin-1"))
            else:
                self._append(step.text)
        except Fault:
            return

    def _append(self, name: str) -> None:
        if name in ("/dev/stdout", "/dev/stderr"):
            (self.out.append if name.endswith("out") else self.p.err)(self.space + "\n")
            return
        known = self.p.contents(name) if self.p.view.exists(self.p.path(name)) and self.number > 1 else b""
        self.p.store(name, known + self.space.encode("latin-1", "replace") + b"\n")

    def _substitute(self, step: Step) -> None:
        if step.regex is None:
            return
        out, at, count = list[str](), 0, 0
        for found in self._found(step.regex, several="g" in step.flags or step.number > 1):
            count += 1
            if count < step.number:
                continue
            out += [self.space[at : found.start], _replaced(step.text, found)]
            at = found.end
            self.changed = True
            if "g" not in step.flags.partition("w")[0]:
                break
        if not out:
            return
        self.space = self._grown("".join(out) + self.space[at:])
        flags, _, name = step.flags.partition("w")
        if "p" in flags:
            self._put(self.space)
        if name:
            self._append(name)

    def _found(self, regex: Regex, *, several: bool) -> list[Match]:
        """The matches, with their groups; none begins empty where the one before it ended."""
        found: list[Match] = []
        place = 0
        while place <= len(self.space) and (match := regex.search(self.space, place, groups=True)) is not None:
            place = match.end if match.end > match.start else match.end + 1
            if match.start < match.end or not found or found[-1].end != match.start:
                found.append(match)
            if not several:
                break
        return found


def _replaced(text: str, found: Match) -> str:
    """A replacement, with its references and case changes."""
    out: list[str] = []
    case, once, place = "", "", 0
    while place < len(text):
        c = text[place]
        place += 1
        piece = c
        if c == "&":
            piece = found.group(0)
        elif c == "\\" and place < len(text):
            c = text[place]
            place += 1
            if c in "ULE":
                case = "" if c == "E" else c
                continue
            if c in "ul":
                once = c
                continue
            piece = found.group(int(c)) if c.isdecimal() else {"n": "\n", "t": "\t", "r": "\r"}.get(c, c)
            if c == "x":
                piece, place = unescaped("\\x" + text[place : place + 2])[0], place + 2
        if case:
            piece = piece.upper() if case == "U" else piece.lower()
        if once and piece:
            piece, once = (piece[0].upper() if once == "u" else piece[0].lower()) + piece[1:], ""
        out.append(piece)
    return "".join(out)


def _shown(text: str) -> str:
    escapes = {"\\": "\\\\", "\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
    return "".join(escapes.get(c, c if " " <= c <= "~" else f"\\{ord(c):03o}") for c in text) + "$"

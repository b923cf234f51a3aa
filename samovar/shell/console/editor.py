"""bash's line editor (readline, emacs mode): keys in, a line out."""

from collections.abc import Callable, Generator

from samovar.shell.console.tty import Tty
from samovar.shell.interpreter.shell import Shell
from samovar.shell.kernel.wait import Readable, Wait

MAX_LINE = 16 * 1024
_ESCAPES = {
    b"[A": "up", b"OA": "up", b"[B": "down", b"OB": "down", b"[C": "right", b"OC": "right", b"[D": "left",
    b"OD": "left",
    b"[H": "home", b"OH": "home", b"[1~": "home", b"[F": "end", b"OF": "end", b"[4~": "end", b"[3~": "delete",
    b"[200~": "paste", b"[201~": "pasted", b"b": "word-left", b"f": "word-right",
}  # fmt: skip
_KEYS = {
    1: "home", 2: "left", 4: "eof", 5: "end", 6: "right", 8: "erase", 9: "tab", 10: "enter", 11: "kill", 12: "clear",
    13: "enter", 14: "down", 16: "up", 21: "discard", 23: "word", 25: "yank", 3: "interrupt", 127: "erase", 20: "swap",
}  # fmt: skip


class Interrupted(Exception):
    """^C was typed."""


class Editor:
    """Edits one line. ``complete`` gives what a word can become."""

    def __init__(self, shell: Shell, tty: Tty, prompt: bytes, complete: Callable[[str], list[str]]) -> None:
        self._tty, self._prompt, self._complete = tty, prompt, complete
        self._history = [*shell.history, ""]
        self._at_history = len(self._history) - 1
        self._line, self._cursor, self._cut = bytearray(), 0, b""
        self._tabs = 0

    def read(self) -> Generator[Wait, bytes, bytes | None]:
        """The line without its end; None at end of input. Raises Interrupted."""
        self._tty.set_raw(True)
        self._tty.draw(self._prompt)
        try:
            while True:
                key = yield from self._key()
                if not key:
                    return None
                done = yield from self._act(key)
                if done == "enter":
                    self._tty.draw(b"\r\n")
                    return bytes(self._line)
                if done == "eof":
                    return None
        finally:
            self._tty.set_raw(False)

    def _key(self) -> Generator[Wait, bytes, bytes]:
        while (data := self._tty.read(1)) is None:
            yield Readable(self._tty)
        return data

    def _act(self, key: bytes) -> Generator[Wait, bytes, str]:
        byte = key[0]
        name = _KEYS.get(byte, "")
        if byte == 27:
            name = yield from self._escape()
        self._tabs = self._tabs + 1 if name == "tab" else 0
        if name == "interrupt":
            self._tty.draw(b"^C\r\n")
            raise Interrupted
        if name == "eof" and self._line:
            name = "delete"
        if name in ("enter", "eof"):
            return name
        if not name and byte >= 32:
            self._insert(key)
        elif name:
            getattr(self, "_do_" + name.replace("-", "_"), lambda: None)()
        return ""

    def _escape(self) -> Generator[Wait, bytes, str]:
        sequence = yield from self._key()
        if sequence in (b"[", b"O"):
            while len(sequence) < 8:
                more = yield from self._key()
                sequence += more
                if not more or more.isalpha() or more == b"~":
                    break
        return _ESCAPES.get(sequence, "nothing")

    # drawing --------------------------------------------------------------------------------------------

    def _insert(self, data: bytes) -> None:
        if len(self._line) + len(data) > MAX_LINE:
            return
        self._line[self._cursor : self._cursor] = data
        self._cursor += len(data)
        rest = bytes(self._line[self._cursor :])
        self._tty.draw(data + rest + b"\b" * len(rest))

    def _replace(self, line: bytes) -> None:
        """Show another line instead."""
        self._tty.draw(b"\b" * self._cursor + line + b"\x1b[K")
        self._line, self._cursor = bytearray(line), len(line)

    def _remove(self, start: int, end: int) -> None:
        back = self._cursor - start
        del self._line[start:end]
        self._cursor = start
        rest = bytes(self._line[start:])
        self._tty.draw(b"\b" * back + rest + b"\x1b[K" + b"\b" * len(rest))

    # keys -----------------------------------------------------------------------------------------------

    def _do_left(self) -> None:
        if self._cursor:
            self._cursor -= 1
            self._tty.draw(b"\b")

    def _do_right(self) -> None:
        if self._cursor < len(self._line):
            self._tty.draw(bytes(self._line[self._cursor : self._cursor + 1]))
            self._cursor += 1

    def _do_home(self) -> None:
        self._tty.draw(b"\b" * self._cursor)
        self._cursor = 0

    def _do_end(self) -> None:
        self._tty.draw(bytes(self._line[self._cursor :]))
        self._cursor = len(self._line)

    def _do_word_left(self) -> None:
        start = self._word_start()
        self._tty.draw(b"\b" * (self._cursor - start))
        self._cursor = start

    def _do_word_right(self) -> None:
        end = self._line.find(b" ", self._cursor + 1)
        end = len(self._line) if end < 0 else end
        self._tty.draw(bytes(self._line[self._cursor : end]))
        self._cursor = end

    def _word_start(self) -> int:
        kept = self._line[: self._cursor].rstrip(b" ")
        return kept.rfind(b" ") + 1

    def _do_erase(self) -> None:
        if self._cursor:
            self._remove(self._cursor - 1, self._cursor)

    def _do_delete(self) -> None:
        if self._cursor < len(self._line):
            self._remove(self._cursor, self._cursor + 1)

    def _do_kill(self) -> None:
        self._cut = bytes(self._line[self._cursor :])
        self._remove(self._cursor, len(self._line))

    def _do_discard(self) -> None:
        self._cut = bytes(self._line[: self._cursor])
        self._remove(0, self._cursor)

    def _do_word(self) -> None:
        start = self._word_start()
        self._cut = bytes(self._line[start : self._cursor])
        self._remove(start, self._cursor)

    def _do_yank(self) -> None:
        self._insert(self._cut)

    def _do_swap(self) -> None:
        if self._cursor and len(self._line) > 1:
            place = min(self._cursor, len(self._line) - 1)
            swapped = bytearray(self._line)
            swapped[place - 1], swapped[place] = swapped[place], swapped[place - 1]
            self._replace(bytes(swapped))

    def _do_clear(self) -> None:
        rest = len(self._line) - self._cursor
        self._tty.draw(b"\x1b[H\x1b[2J" + self._prompt + bytes(self._line) + b"\b" * rest)

    def _do_up(self) -> None:
        self._recall(-1)

    def _do_down(self) -> None:
        self._recall(1)

    def _recall(self, step: int) -> None:
        wanted = self._at_history + step
        if not 0 <= wanted < len(self._history):
            return
        self._history[self._at_history] = bytes(self._line).decode("latin-1")
        self._at_history = wanted
        self._replace(self._history[wanted].encode("latin-1", "replace"))

    def _do_tab(self) -> None:
        before = bytes(self._line[: self._cursor]).decode("latin-1")
        found = self._complete(before)
        word = before[before.rfind(" ") + 1 :]
        if not found:
            self._tty.draw(b"\a")
            return
        common = found[0]
        for other in found[1:]:
            common = common[
                : next((i for i, (a, b) in enumerate(zip(common, other, strict=False)) if a != b), len(other))
            ]
        if len(common) > len(word):
            more = common[len(word) :] + ("" if len(found) > 1 or common.endswith("/") else " ")
            self._insert(more.encode("latin-1", "replace"))
        elif len(found) == 1:
            self._insert(b" " if not common.endswith("/") else b"")
        elif self._tabs > 1:
            self._list(found)
        else:
            self._tty.draw(b"\a")

    def _list(self, found: list[str]) -> None:
        names = [name.rstrip("/").rpartition("/")[2] + ("/" if name.endswith("/") else "") for name in found[:200]]
        width = max(map(len, names)) + 2
        each = max(self._tty.columns // width, 1)
        rows = -(-len(names) // each)
        lines = ["".join(name.ljust(width) for name in names[row::rows]).rstrip() for row in range(rows)]
        text = "\r\n" + "\r\n".join(lines) + "\r\n"
        rest = len(self._line) - self._cursor
        self._tty.draw(text.encode("latin-1", "replace") + self._prompt + bytes(self._line) + b"\b" * rest)

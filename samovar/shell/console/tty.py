"""A terminal: what the line discipline of Linux makes of typed bytes (termios(3)), and of what programs write."""

from collections.abc import Callable
from typing import ClassVar

from samovar.shell.kernel import signals

MAX_LINE = 4096  # N_TTY's buffer
_MAX_QUEUE = 64 * 1024
_SIGNALS = {3: signals.INT, 28: signals.QUIT, 26: signals.TERMINAL_STOP}


class Tty:
    """One terminal as a stream. ``raw``: a program (the line editor) takes each key as it is."""

    tty: ClassVar[bool] = True

    def __init__(
        self, path: str, send: Callable[[bytes], None], has_room: Callable[[], bool], signal: Callable[[int], None]
    ) -> None:
        self.path, self.users, self.rows, self.columns = path, 0, 24, 80
        self.raw, self.echo = False, True
        self._send, self._has_room, self._signal = send, has_room, signal
        self._line = bytearray()  # being typed
        self._ready = bytearray()  # may be read
        self._ends = 0  # how often ^D was typed on an empty line

    def feed(self, data: bytes) -> None:
        """Typed bytes arrive."""
        if self.raw:
            self._ready += data[: max(_MAX_QUEUE - len(self._ready), 0)]
            return
        for place, byte in enumerate(data):
            self._key(byte)
            if self.raw:  # a program was woken that wants keys
                self.feed(data[place + 1 :])
                return

    def _key(self, byte: int) -> None:
        if byte in _SIGNALS:
            self._show(b"^" + bytes((byte + 64,)))
            self._line.clear()
            self._signal(_SIGNALS[byte])
        elif byte in (10, 13):
            self._show(b"\r\n")
            self._ready += self._line[: max(_MAX_QUEUE - len(self._ready), 0)] + b"\n"
            self._line.clear()
        elif byte == 4:
            if self._line:
                self._ready += self._line
                self._line.clear()
            else:
                self._ends += 1
        elif byte in (8, 127):
            if self._line:
                wide = 2 if self._line.pop() < 32 else 1
                self._show(b"\b \b" * wide)
        elif byte == 21:
            self._show(b"\b \b" * len(self._line))
            self._line.clear()
        elif byte == 23:
            kept = self._line.rstrip(b" \t")
            kept = kept[: max(kept.rfind(b" "), kept.rfind(b"\t")) + 1]
            self._show(b"\b \b" * (len(self._line) - len(kept)))
            self._line = kept
        elif len(self._line) < MAX_LINE - 1:
            self._line.append(byte)
            self._show(bytes((byte,)) if byte >= 32 or byte == 9 else b"^" + bytes((byte + 64,)))

    def _show(self, data: bytes) -> None:
        if self.echo:
            self._send(data)

    def set_raw(self, raw: bool) -> None:
        """Change how keys are taken; what was typed ahead is kept."""
        if raw and not self.raw:
            self._ready += self._line
            self._line.clear()
        elif self.raw and not raw:  # keys typed ahead go through the line discipline now
            ahead, self._ready, self.raw = bytes(self._ready), bytearray(), False
            self.feed(ahead)
        self.raw = raw

    def read(self, limit: int) -> bytes | None:
        if self._ready:
            end = limit
            if not self.raw:
                newline = self._ready.find(b"\n") + 1
                end = min(limit, newline or limit)
            taken = bytes(self._ready[:end])
            del self._ready[:end]
            return taken
        if self._ends:
            self._ends -= 1
            return b""
        return None

    def write(self, data: bytes) -> None:
        self._send(data.replace(b"\n", b"\r\n"))

    def draw(self, data: bytes) -> None:
        """As it is, without translation."""
        self._send(data)

    @property
    def ready(self) -> bool:
        return bool(self._ready) or self._ends > 0

    @property
    def room(self) -> bool:
        return self._has_room()

"""`samovar replay`: a recorded terminal, shown again in the analyst's own."""

import os
import select
import signal
import sys
import termios
import time
import tty
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from samovar.asciicast import Entry, Header, parse
from samovar.cli.ask import Api
from samovar.cli.running import running
from samovar.cli.screen import Screen
from samovar.cli.text import safe
from samovar.recordings import find

_TITLE_SECONDS = 0.5


def replay(data: Path, args: Namespace) -> None:
    """Show a session's terminal."""
    if not (args.speed > 0 and args.idle >= 0):
        raise ValueError("--speed must be above 0 and --idle at least 0")
    header, entries = parse(content(data, args.session))
    if args.cat:
        _cat(entries)
        return
    player = Player(list(entries), speed=args.speed, idle=args.idle)
    began = datetime.fromtimestamp(header.timestamp, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    keys = " (space: pause, .: step, q: leave)" if sys.stdin.isatty() else ""
    told = f"session {header.title}, {began}, {header.width}x{header.height}, {_clock(player.length)}{keys}"
    print(safe(told), file=sys.stderr)
    _warn_of_size(header)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _asked_to_end)
    with _keyboard() as keyboard, _title() as title:
        try:
            player.play(keyboard, title)
        finally:
            _write(player.screen.leave())
    print(f"\nend of the recording at {_clock(player.now)} of {_clock(player.length)}", file=sys.stderr)


def content(data: Path, session: str) -> bytes:
    """The recording, from the hub that runs or from DATA. ValueError: there is none."""
    state = running(data)
    if state and state.url:
        return Api(data, state).recording(session)
    path = find(data / "recordings", session)
    if path is None:
        raise ValueError(f"session {safe(session)} has no recording")
    return path.read_bytes()


class Player:
    """Plays the output of a recording in its own time."""

    def __init__(self, entries: list[Entry], *, speed: float, idle: float) -> None:
        self._shown = [entry for entry in entries if entry.code == "o"]
        self._speed, self._idle = speed, idle
        self.length = entries[-1].offset if entries else 0.0
        self.now = 0.0  # seconds of the recording
        self._paused = False
        self.screen = Screen()

    def play(self, keyboard: "Keyboard", title: "Title") -> None:
        """Until the end, or until the analyst leaves."""
        for entry in self._shown:
            wait = min(max(entry.offset - self.now, 0.0) / self._speed, self._idle)
            if not self._pass(wait, keyboard, title):
                return
            self.now = entry.offset
            _write(self.screen.show(entry.data))

    def _pass(self, left: float, keyboard: "Keyboard", title: "Title") -> bool:
        """Wait ``left`` seconds, or until the next step while paused; False: the analyst leaves."""
        while True:
            title.show(f"{'paused at ' if self._paused else ''}{_clock(self.now)} / {_clock(self.length)}")
            before = time.monotonic()
            key = keyboard.wait(_TITLE_SECONDS if self._paused else max(min(left, _TITLE_SECONDS), 0.0))
            if not self._paused:
                left -= time.monotonic() - before
            if key == "q":
                return False
            if key == ".":
                self._paused = True
                return True
            if key == " ":
                self._paused = not self._paused
            if not self._paused and left <= 0:
                return True


class Keyboard:
    """Keys, as they are struck; without a terminal there are none."""

    def __init__(self, descriptor: int | None) -> None:
        self._descriptor = descriptor

    def wait(self, seconds: float) -> str:
        """The key that was struck within so many seconds, or ''."""
        if self._descriptor is None:
            time.sleep(seconds)
            return ""
        ready, _, _ = select.select([self._descriptor], [], [], seconds)
        if not ready:
            return ""
        struck = os.read(self._descriptor, 1)
        if not struck:  # the terminal is gone
            return "q"
        return "q" if struck in (b"Q", b"\x04") else struck.decode("latin-1")


class Title:
    """Says in the window's title how far it is, where there is a window."""

    def __init__(self, wanted: bool) -> None:
        self._wanted = wanted
        self._said = ""

    def show(self, text: str) -> None:
        """Put up, if it is news."""
        if self._wanted and text != self._said:
            self._said = text
            _write(f"\x1b]2;samovar replay {text}\x1b\\")


@contextmanager
def _keyboard() -> Iterator[Keyboard]:
    """Keys without Enter and without echo; the terminal is put back however this ends."""
    if not sys.stdin.isatty():
        yield Keyboard(None)
        return
    descriptor = sys.stdin.fileno()
    before = termios.tcgetattr(descriptor)
    try:
        tty.setcbreak(descriptor)
        yield Keyboard(descriptor)
    finally:
        termios.tcsetattr(descriptor, termios.TCSAFLUSH, before)


@contextmanager
def _title() -> Iterator[Title]:
    wanted = sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "linux")
    _write("\x1b[22;2t" if wanted else "")  # keep the title that there is
    try:
        yield Title(wanted)
    finally:
        _write("\x1b[23;2t" if wanted else "")


def _asked_to_end(number: int, frame: object) -> None:
    raise SystemExit(128 + number)  # through all that puts the terminal right


def _cat(entries: Iterator[Entry]) -> None:
    screen = Screen()
    for entry in entries:
        if entry.code == "o":
            _write(screen.show(entry.data))
    if sys.stdout.isatty():
        _write(screen.leave())


def _warn_of_size(header: Header) -> None:
    if not sys.stdout.isatty():
        return
    columns, rows = os.get_terminal_size(sys.stdout.fileno())
    if 0 < columns < header.width or 0 < rows < header.height:
        print(f"this terminal is smaller ({columns}x{rows}): lines will break elsewhere", file=sys.stderr)


def _write(text: str) -> None:
    sys.stdout.buffer.write(text.encode())
    sys.stdout.buffer.flush()


def _clock(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes:02}:{rest:02}"

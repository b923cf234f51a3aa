"""Recordings of terminals: as they lie there, and while they grow."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from samovar.asciicast import Entry, Size, parse, size_of
from samovar.web.errors import ApiError
from samovar.web.state import State

CAST = "application/x-asciicast"
MAX_WATCHERS = 16
POLL_SECONDS = 0.05
HEARTBEAT_SECONDS = 15.0
_AT_ONCE = 256 << 10  # bytes read of what is new
_MOST = 32 << 20  # bytes of a file that are read at all: the hub writes none so long


class Begin(Struct, frozen=True):
    """The first message of a live recording: its size, how far it has come, and what to draw to catch up."""

    cols: int
    rows: int
    time: float
    init: str


def whole(path: Path) -> bytes:
    """The recording so far: whole lines only. Raises ApiError(404) when it has just been given up."""
    try:
        with path.open("rb") as file:
            content = file.read(_MOST)
    except FileNotFoundError:
        raise ApiError(404, "this recording has just been given up for room") from None
    return content[: content.rfind(b"\n") + 1]


class Watches:
    """Those who watch terminals while they run. Lives on the web's event loop."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._watchers = 0

    def open(self, session: str, still: Callable[[], bool]) -> AsyncGenerator[bytes, None]:
        """The session's terminal in text/event-stream form, until it ends or ``still`` says no.

        Raises ApiError: 404 without a recording, 429 when too many watch.
        """
        path = self._state.recording(session)
        if path is None:
            raise ApiError(404, "this session has no recording")
        if self._watchers >= MAX_WATCHERS:
            raise ApiError(429, "too many terminals are watched; close another page first", retry_after=5)
        return self._chunks(session, path, still)

    async def _chunks(self, session: str, path: Path, still: Callable[[], bool]) -> AsyncGenerator[bytes, None]:
        if self._watchers >= MAX_WATCHERS:  # many opened at once: the browser asks again, and is told
            yield b": too many\n\n"
            return
        self._watchers += 1
        try:
            grows = self._state.recording_grows(session)
            content = await asyncio.to_thread(whole, path)
            place = len(content)
            yield b"retry: 2000\n\n" + _message(await asyncio.to_thread(_begin, content))
            quiet = 0.0
            while True:
                if new := await asyncio.to_thread(_after, path, place):
                    place += len(new)
                    quiet = 0.0
                    yield b"".join(b"data: " + line + b"\n\n" for line in new.splitlines())
                    continue
                if not grows or not still():
                    break
                grows = self._state.recording_grows(session)  # before the next look: nothing comes after the end
                if quiet >= HEARTBEAT_SECONDS:
                    quiet = 0.0
                    yield b": \n\n"
                await asyncio.sleep(POLL_SECONDS)
                quiet += POLL_SECONDS
            yield b"event: done\ndata: {}\n\n"
        finally:
            self._watchers -= 1


def _begin(content: bytes) -> Begin:
    try:
        header, entries = parse(content)
    except ValueError:
        return Begin(Size().width, Size().height, 0.0, "")
    size, last, shown = Size(header.width, header.height), 0.0, []
    for entry in entries:
        last = entry.offset
        if entry.code == "o":
            shown.append(entry.data)
        elif entry.code == "r":
            size = size_of(entry.data) or size
    return Begin(size.width, size.height, last, "".join(shown))


def _after(path: Path, place: int) -> bytes:
    """Whole lines from ``place`` on."""
    try:
        with path.open("rb") as file:
            file.seek(place)
            content = file.read(_AT_ONCE)
    except FileNotFoundError:
        return b""
    return content[: content.rfind(b"\n") + 1]


def _message(value: Begin | Entry) -> bytes:
    return b"data: " + msgspec.json.encode(value) + b"\n\n"

"""What terminals show, on its way to the hub: gathered for a moment, so that a key pressed is not a message.

Each session's entries are numbered from 0 as they are sent: so the hub can tell a repeat from news, and finds a gap.
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from samovar.asciicast import Code, Entry

GATHER = 0.05  # seconds
_TOGETHER = 0.01  # seconds in which pieces of the same kind become one entry
_LONGEST = 16 * 1024  # characters of such an entry
_FULL = 96 * 1024  # bytes of text in one message: the limit of a message, less what surrounds the text


class Piece(Struct, frozen=True, array_like=True):
    """Entries of one session, the first of which is its ``first``; ``ended``: there are no more."""

    session: str
    first: int
    entries: tuple[Entry, ...]
    ended: bool


class _Session:
    """What one session has that is not sent yet."""

    __slots__ = ("ended", "entries", "joinable", "lost", "sent", "size")

    def __init__(self) -> None:
        self.sent = 0
        self.lost = 0
        self.entries: list[Entry] = []
        self.joinable: dict[Code, int] = {}  # the newest entry of its kind, that may still grow
        self.size = 0
        self.ended = False

    def add(self, entry: Entry) -> int:
        """Take an entry; returns the bytes it adds."""
        size = len(entry.data.encode()) + 32
        self.size += size
        place = self.joinable.get(entry.code)
        if place is not None and entry.code in ("o", "i"):
            before = self.entries[place]
            if entry.offset - before.offset < _TOGETHER and len(before.data) + len(entry.data) <= _LONGEST:
                self.entries[place] = Entry(before.offset, entry.code, before.data + entry.data)
                return size
        if entry.code in ("r", "m"):
            self.joinable.clear()  # what comes after it stays after it
        self.joinable[entry.code] = len(self.entries)
        self.entries.append(entry)
        return size

    def piece(self, name: str) -> Piece:
        """All of it, with a word about what was lost before it."""
        if self.lost and self.entries:
            told = Entry(self.entries[0].offset, "m", f"{self.lost} entries are lost here: the hub was too slow")
            self.entries.insert(0, told)
        return Piece(name, self.sent, tuple(self.entries), self.ended)

    def passed(self, sent: bool) -> None:
        """Its piece was sent, or dropped."""
        if sent:
            self.sent += len(self.entries)
            self.lost = 0
        else:
            self.lost += len(self.entries)
        self.entries = []
        self.joinable.clear()
        self.size = 0


class Terminals:
    """Gathers; ``send`` gets messages and says whether they were taken. ``later`` has ``flush`` called soon."""

    def __init__(self, send: Callable[[bytes, bool], bool], later: Callable[[], None]) -> None:
        self._send, self._later = send, later
        self._sessions: dict[str, _Session] = {}
        self._waiting: dict[str, _Session] = {}  # those with something to send, in the order they came
        self._size = 0
        self._scheduled = False
        self.dropped = 0  # entries

    def add(self, session: str, entry: Entry | None) -> None:
        """Take an entry; None ends the session, and sends what there is at once."""
        state = self._sessions.setdefault(session, _Session())
        self._waiting[session] = state
        if entry is None:
            state.ended = True
            del self._sessions[session]
            self.flush()
            return
        self._size += state.add(entry)
        if self._size >= _FULL:
            self.flush()
        elif not self._scheduled:
            self._scheduled = True
            self._later()

    def flush(self) -> None:
        """Send all that was gathered."""
        self._scheduled = False
        batch: list[tuple[str, _Session]] = []
        size = 0
        for name, state in self._waiting.items():
            if batch and size + state.size > _FULL:
                self._message(batch)
                batch, size = [], 0
            batch.append((name, state))
            size += state.size + 64
        if batch:
            self._message(batch)
        self._waiting = {}
        self._size = 0

    def _message(self, batch: list[tuple[str, _Session]]) -> None:
        pieces = [state.piece(name) for name, state in batch]
        taken = self._send(msgspec.msgpack.encode(pieces), False)
        for _, state in batch:
            self.dropped += 0 if taken else len(state.entries)
            state.passed(taken)
        ends = [Piece(name, state.sent, (), True) for name, state in batch if state.ended]
        if ends and not taken:  # that a session is over is always said: it is short
            self._send(msgspec.msgpack.encode(ends), True)

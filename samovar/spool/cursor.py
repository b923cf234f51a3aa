"""A reader's place in the spool. Damaged lines are set aside and counted; they never stop a reader."""

import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import zstandard
from msgspec import Struct

from samovar.event import Event
from samovar.spool.segment import Position, Source, numbers, open_source, replace_file

READ_BYTES = 1 << 20  # at most so much in one batch; a longer line is damage
DAMAGE_BYTES = 16 << 20  # at most so much is set aside for each reader; all is counted

_decoder = msgspec.json.Decoder(Event)


class Batch(Struct, frozen=True):
    """Consecutive events, and the place after them."""

    events: tuple[Event, ...]
    end: Position
    damaged: tuple[bytes, ...] = ()  # lines between them that are no events


class Cursor:
    """Reads on from where this reader committed. Not to be shared between threads.

    ``active`` says which segment is being written: what lies below it is complete.
    """

    def __init__(self, directory: Path, name: str, active: Callable[[], int]) -> None:
        self._directory = directory
        self._name = name
        self._active = active
        self._path = directory / "cursors" / f"{name}.json"
        self._source: Source | None = None
        self.committed = self._load()
        self._at = self.committed
        self.damaged = 0  # damaged lines met since the start
        self.skipped = 0  # segments that were gone before this reader came to them

    def seek(self, position: Position) -> None:
        """Read on from ``position`` and count it as committed; for readers that keep their own place.

        A place beyond what exists means that the spool was begun anew: reading begins at its start.
        """
        self._at = self.committed = Position() if position.segment > self._active() else position

    def rewind(self) -> None:
        """Go back to what was committed."""
        self._at = self.committed

    def read(self, max_events: int = 1000) -> Batch | None:
        """The next events, at least one line; None when there is nothing new."""
        while True:
            complete = self._at.segment < self._active()
            try:
                source = self._open()
                data = source.read(self._at.offset, READ_BYTES) if source else b""
            except zstandard.ZstdError as error:
                return self._give_up(f"segment {self._at.segment}: {error}".encode())
            if end := data.rfind(b"\n") + 1:
                return self._decoded(data[:end], max_events)
            if len(data) == READ_BYTES:
                return self._overlong(data)
            if not complete:
                return None
            if data:
                return self._give_up(data)
            if not self._next_segment():
                return None

    def passed(self, batch: Batch) -> None:
        """Everything up to the end of ``batch`` is done; the reader remembers that itself."""
        if batch.damaged:
            self._set_aside(batch.damaged)
        self.committed = batch.end

    def commit(self, batch: Batch) -> None:
        """As ``passed``, and remembered here, durably."""
        self.passed(batch)
        replace_file(self._path, msgspec.json.encode(batch.end))

    def lag(self) -> int:
        """Segments that lie between what was committed and the one being written."""
        return max(0, self._active() - self.committed.segment)

    def close(self) -> None:
        """Close the segment that is open, if any."""
        if self._source:
            self._source.close()
            self._source = None

    def _load(self) -> Position:
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=Position)
        except (FileNotFoundError, msgspec.DecodeError):
            return Position()

    def _open(self) -> Source | None:
        if self._source and self._source.number == self._at.segment:
            return self._source
        self.close()
        if self._at.segment:
            try:
                self._source = open_source(self._directory, self._at.segment)
            except FileNotFoundError:
                self.skipped += 1
        return self._source

    def _next_segment(self) -> bool:
        later = [number for number in numbers(self._directory) if number > self._at.segment]
        if later:
            self.skipped += later[0] - self._at.segment - 1 if self._at.segment else 0
            if self.committed == self._at:  # the end of a segment is the start of the next one
                self.committed = Position(later[0], 0)
            self._at = Position(later[0], 0)
        return bool(later)

    def _decoded(self, data: bytes, max_events: int) -> Batch:
        events: list[Event] = []
        damaged: list[bytes] = []
        taken = 0
        for line in data.split(b"\n")[:-1]:
            taken += len(line) + 1
            try:
                events.append(_decoder.decode(line))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
                damaged.append(line)
            if len(events) + len(damaged) >= max_events:
                break
        return self._batch(tuple(events), tuple(damaged), self._at.offset + taken)

    def _overlong(self, data: bytes) -> Batch:
        """A line longer than a batch: pass over it, bounded, as several pieces of damage."""
        return self._batch((), (data[:4096],), self._at.offset + len(data))

    def _give_up(self, evidence: bytes) -> Batch:
        """The rest of this segment cannot be read."""
        batch = self._batch((), (evidence,), self._at.offset)
        self._at = Position(self._at.segment + 1, 0)
        return Batch(events=(), end=self._at, damaged=batch.damaged)

    def _batch(self, events: tuple[Event, ...], damaged: tuple[bytes, ...], offset: int) -> Batch:
        self.damaged += len(damaged)
        self._at = Position(self._at.segment, offset)
        return Batch(events=events, end=self._at, damaged=damaged)

    def _set_aside(self, lines: tuple[bytes, ...]) -> None:
        path = self._directory / "damaged" / self._name
        if path.exists() and path.stat().st_size > DAMAGE_BYTES:
            return
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)
        try:
            os.write(descriptor, b"\n".join(lines)[:READ_BYTES] + b"\n")
        finally:
            os.close(descriptor)

"""What a store must do. No SQL here, so that a cluster can stand behind the same pages one day.

An *attack* is a session. Where a filter or field belongs to single events (a user name, a command), the
attacks that match are the sessions with a matching event.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol

from msgspec import Struct

from samovar.event import Event
from samovar.query.tree import Node

Unit = Literal["attacks", "events", "sources", "logins"]


class Span(Struct, frozen=True):
    """A half-open stretch of time, UTC."""

    start: datetime
    end: datetime


class Position(Struct, frozen=True, order=True):
    """How far the spool has been taken in: a segment's number and a byte offset within it."""

    segment: int = 0
    offset: int = 0


class SummaryRow(Struct, frozen=True):
    family: str
    protocol: str
    attacks: int
    logins: int
    sources: int


class Summary(Struct, frozen=True):
    rows: tuple[SummaryRow, ...]  # most attacks first
    attacks: int
    events: int
    logins: int
    sources: int


class Series(Struct, frozen=True):
    key: str  # a value of the ``by`` field; "" is "all the others"
    counts: tuple[int, ...]


class Histogram(Struct, frozen=True):
    interval: int  # seconds a bucket
    times: tuple[int, ...]  # start of each bucket, seconds since 1970
    series: tuple[Series, ...]
    sources: tuple[int, ...]  # distinct source addresses a bucket (may be approximate)


class TermRow(Struct, frozen=True):
    values: tuple[str, ...]  # one for each field asked for
    count: int  # in the unit asked for
    sources: int


class Terms(Struct, frozen=True):
    fields: tuple[str, ...]
    rows: tuple[TermRow, ...]  # most first
    total: int  # of the unit, over all values
    distinct: int  # how many values there are (may be approximate)


class Cell(Struct, frozen=True):
    lat: float
    lon: float
    country: str
    city: str
    count: int


class Page(Struct, frozen=True):
    events: tuple[Event, ...]
    next: str | None  # hand it back as ``cursor`` for the following page


class SessionRow(Struct, frozen=True):
    id: str
    start: datetime
    family: str
    protocol: str
    source_ip: str
    destination_port: int
    events: int
    logins: int
    commands: int
    country: str
    files: int = 0
    duration: float = 0.0  # seconds from its first event to its last so far


class Artefact(Struct, frozen=True):
    sha256: str
    md5: str
    size: int
    name: str
    first_seen: datetime
    last_seen: datetime
    count: int
    sources: int


class SourceReport(Struct, frozen=True):
    ip: str
    country: str
    as_number: int | None
    as_organization: str
    first_seen: datetime | None
    last_seen: datetime | None
    attacks: int
    events: int
    protocols: tuple[TermRow, ...]
    credentials: tuple[TermRow, ...]
    commands: tuple[TermRow, ...]
    sessions: tuple[SessionRow, ...]


class Reader(Protocol):
    """Questions. All take a filter (None: everything) and a span; all are safe to call from any thread."""

    def summary(self, where: Node | None, span: Span) -> Summary: ...
    def histogram(
        self, where: Node | None, span: Span, *, by: str | None, buckets: int, top: int, unit: Unit
    ) -> Histogram: ...
    def terms(self, where: Node | None, span: Span, fields: Sequence[str], *, size: int, unit: Unit) -> Terms: ...
    def map(self, where: Node | None, span: Span, *, size: int) -> tuple[Cell, ...]: ...
    def events(
        self,
        where: Node | None,
        span: Span,
        *,
        limit: int,
        cursor: str | None = None,
        oldest_first: bool = False,
    ) -> Page: ...
    def scan(self, where: Node | None, span: Span) -> Iterator[Event]:
        """All matching events, oldest first, for downloads; bounded memory."""
        ...

    def sessions(
        self, where: Node | None, span: Span, *, limit: int, cursor: str | None = None
    ) -> tuple[SessionRow, ...]: ...
    def session(self, session_id: str) -> tuple[Event, ...]: ...
    def source(self, ip: str, span: Span) -> SourceReport: ...
    def artefacts(self, where: Node | None, span: Span, *, limit: int) -> tuple[Artefact, ...]: ...
    def bounds(self) -> Span | None:
        """Times of the oldest and newest event, or None when the store is empty."""
        ...

    def size(self) -> int:
        """Bytes on disk."""
        ...


class Writer(Protocol):
    """The one that owns the store."""

    def ingest(self, events: Sequence[Event], position: Position) -> None:
        """Take events in and remember ``position``, in one transaction: both or neither."""
        ...

    def position(self) -> Position: ...
    def retain(self, *, budget: int, days: int) -> int:
        """Drop whole sealed days, oldest first, until both hold; returns how many were dropped."""
        ...

    def backup(self, target: Path) -> None: ...
    def clear(self) -> None:
        """Forget everything, position too: before a rebuild from the spool."""
        ...

    def close(self) -> None: ...

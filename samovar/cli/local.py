"""Answers from the store's own files, when nothing runs on this DATA."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from samovar.event import Event
from samovar.query import QueryError, parse
from samovar.query.fields import nearest, resolve
from samovar.query.tree import Node
from samovar.store import DuckStore
from samovar.store.interface import (
    Artefact,
    Cell,
    Histogram,
    SessionRow,
    SourceReport,
    Span,
    Summary,
    Terms,
    Unit,
)

SERIES = 10  # as the API's default


class Local:
    """Reads DATA/store directly."""

    def __init__(self, data: Path) -> None:
        if not (data / "store").is_dir():
            raise ValueError(f"nothing has been recorded in {data} yet; start Samovar with: samovar up --data {data}")
        self._reader = DuckStore.open_reader(data / "store")

    def summary(self, query: str, span: Span) -> Summary:
        return self._reader.summary(_parsed(query), span)

    def terms(self, query: str, span: Span, fields: Sequence[str], size: int, unit: Unit) -> Terms:
        return self._reader.terms(_parsed(query), span, [_field(field) for field in fields], size=size, unit=unit)

    def histogram(self, query: str, span: Span, by: str, buckets: int, unit: Unit) -> Histogram:
        field = _field(by) if by else None
        return self._reader.histogram(_parsed(query), span, by=field, buckets=buckets, top=SERIES, unit=unit)

    def map(self, query: str, span: Span, size: int) -> tuple[Cell, ...]:
        return self._reader.map(_parsed(query), span, size=size)

    def artefacts(self, query: str, span: Span, limit: int) -> tuple[Artefact, ...]:
        return self._reader.artefacts(_parsed(query), span, limit=limit)

    def source(self, ip: str, span: Span) -> SourceReport:
        return self._reader.source(ip, span)

    def events(self, query: str, span: Span) -> Iterator[Event]:
        return self._reader.scan(_parsed(query), span)

    def sessions(self, query: str, span: Span, limit: int) -> tuple[SessionRow, ...]:
        return self._reader.sessions(_parsed(query), span, limit=limit)

    def session(self, session_id: str) -> tuple[Event, ...]:
        return self._reader.session(session_id)


def _parsed(query: str) -> Node | None:
    try:
        return parse(query)
    except QueryError as error:
        raise ValueError(f"{error} (at character {error.position + 1})") from None


def _field(spelling: str) -> str:
    name = resolve(spelling)
    if name is None:
        near = nearest(spelling)
        raise ValueError(f"there is no field '{spelling}'" + (f"; did you mean '{near}'?" if near else ""))
    return name

"""The embedded store: DuckDB day files behind the interface."""

# ruff: noqa: S608 - statements are put together from fixed names only; every value is a parameter

import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from samovar.event import Event
from samovar.query.tree import Compare, Node
from samovar.store.config import StoreConfig
from samovar.store.days import Day, Days, attach
from samovar.store.error import StoreError
from samovar.store.figures import Figures
from samovar.store.interface import (
    Artefact,
    Cell,
    Histogram,
    Page,
    Position,
    SessionRow,
    SourceReport,
    Span,
    Summary,
    TermRow,
    Terms,
    Unit,
)
from samovar.store.pages import Pages
from samovar.store.schema import INSERT, columns, rollback
from samovar.store.sealer import Sealer

_REPORT = 50  # rows of each list in a source's report
_LONG = 3600  # seconds that the copy of a day may take
_PATIENCE = 10  # seconds that retention waits for other upkeep


class DuckStore:
    """Reader and Writer in one. One process owns the files; ``ingest`` is called by one thread."""

    def __init__(
        self,
        path: Path,
        config: StoreConfig | None = None,
        *,
        clock: Callable[[], float] = time.time,
        read_only: bool = False,
    ) -> None:
        """Open or make the store in ``path``. Raises StoreError where another process owns it."""
        self._clock = clock
        self._days = Days(path, config or StoreConfig(), read_only=read_only)
        self._pages = Pages(self._days)
        self._figures = Figures(self._days)
        self._sealer = Sealer(self._days)
        try:
            if not read_only:
                self._days.roll(self._today())
                self._sealer.wake()
        except BaseException:
            self._days.close()
            raise

    @classmethod
    def open_reader(cls, path: Path, config: StoreConfig | None = None) -> "DuckStore":
        """For commands, while nothing runs. Raises StoreError where a running Samovar holds the store."""
        return cls(path, config, read_only=True)

    def __enter__(self) -> "DuckStore":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # Writer

    def ingest(self, events: Sequence[Event], position: Position) -> None:
        """Take events in and remember ``position``: both or neither. Raises StoreError (an OSError)."""
        self._owned()
        if self._days.roll(self._today()):
            self._sealer.wake()
        day = self._days.days[-1]
        parameters = columns(events)
        with self._days.cursor(timeout=600, urgent=True) as cursor:
            try:
                cursor.execute("BEGIN")
                if events:
                    cursor.execute(INSERT.replace("{day}", day.alias), parameters)
                cursor.execute(
                    f"UPDATE {day.alias}.position SET segment = $segment, bytes = $bytes",
                    {"segment": position.segment, "bytes": position.offset},
                )
                cursor.execute("COMMIT")
            except duckdb.Error as error:
                rollback(cursor)
                raise StoreError(f"the store could not take {len(events)} events: {error}") from error
        if events:
            times = [event.timestamp.astimezone(UTC) for event in events]
            day.widen(min(times), max(times))

    def position(self) -> Position:
        """How far the spool has been taken in."""
        with self._days.lock.shared():
            return self._days.position()

    def retain(self, *, budget: int, days: int) -> int:
        """Drop whole sealed days, oldest first, until ``budget`` bytes and ``days`` of age both hold."""
        self._owned()
        oldest = datetime.fromtimestamp(self._clock(), UTC) - timedelta(days=days)
        dropped = 0
        if not self._days.upkeep.acquire(timeout=_PATIENCE):
            return 0  # a backup or a roll-up is under way; the next call will do
        try:
            while len(self._days.days) > 1:
                day = self._days.days[0]
                if day.alias >= f"d{oldest:%Y%m%d}" and self._days.size() <= budget:
                    break
                self._days.drop(day)
                dropped += 1
        finally:
            self._days.upkeep.release()
        return dropped

    def seal(self) -> None:
        """Make the roll-ups of all past days now; else it happens by and by. Raises StoreError."""
        self._owned()
        self._sealer.seal()

    def backup(self, target: Path) -> None:
        """Copy the store into the folder ``target``, which must be empty or missing, while it runs.

        Events are taken in meanwhile; the copy has those that were there when today's turn came.
        """
        self._owned()
        target.mkdir(parents=True, exist_ok=True, mode=0o700)
        if any(target.iterdir()):
            raise ValueError(f"{target} is not empty; name a new folder for the backup")
        with self._days.upkeep:
            *sealed, hot = list(self._days.days)
            for day in sealed:
                if day.settled():
                    shutil.copy2(day.path, target / day.path.name)
                else:
                    self._copy(day, target)
            self._copy(hot, target)

    def _copy(self, day: Day, target: Path) -> None:
        """Copy a file that may change, by way of a file in our own folder: the database can touch no other."""
        copy = self._days.folder / "backup.db"
        copy.unlink(missing_ok=True)
        try:
            with self._days.cursor(timeout=_LONG) as cursor:
                attach(cursor, copy, "copying", read_only=False)
                try:
                    cursor.execute(f"COPY FROM DATABASE {day.alias} TO copying")
                finally:
                    cursor.execute("DETACH copying")
            shutil.copy2(copy, target / day.path.name)
        finally:
            copy.unlink(missing_ok=True)

    def clear(self) -> None:
        """Forget everything, position too."""
        self._owned()
        with self._days.upkeep:
            for day in list(self._days.days):
                self._days.drop(day)
        self._days.roll(self._today())

    def close(self) -> None:
        """Close the files."""
        self._sealer.stop()
        self._days.close()

    # Reader

    def summary(self, where: Node | None, span: Span) -> Summary:
        """See ``interface.Reader``, as for all that follow."""
        return self._figures.summary(where, span)

    def histogram(
        self, where: Node | None, span: Span, *, by: str | None, buckets: int, top: int, unit: Unit
    ) -> Histogram:
        """Counts over time."""
        return self._figures.histogram(where, span, by=by, buckets=buckets, top=top, unit=unit)

    def terms(self, where: Node | None, span: Span, fields: Sequence[str], *, size: int, unit: Unit) -> Terms:
        """Commonest values."""
        return self._figures.terms(where, span, fields, size=size, unit=unit)

    def map(self, where: Node | None, span: Span, *, size: int) -> tuple[Cell, ...]:
        """Places."""
        return self._figures.map(where, span, size=size)

    def events(
        self, where: Node | None, span: Span, *, limit: int, cursor: str | None = None, oldest_first: bool = False
    ) -> Page:
        """One page of events. Raises QueryError for a cursor that is none."""
        return self._pages.events(where, span, limit=limit, cursor=cursor, oldest_first=oldest_first)

    def scan(self, where: Node | None, span: Span) -> Iterator[Event]:
        """All events, oldest first."""
        return self._pages.scan(where, span)

    def sessions(
        self, where: Node | None, span: Span, *, limit: int, cursor: str | None = None
    ) -> tuple[SessionRow, ...]:
        """Sessions with a matching event, newest first; ``cursor`` is the last row's id."""
        return self._pages.sessions(where, span, limit=limit, cursor=cursor)

    def session(self, session_id: str) -> tuple[Event, ...]:
        """One session's events."""
        return self._pages.session(session_id)

    def source(self, ip: str, span: Span) -> SourceReport:
        """All about one address."""
        where = Compare("source_ip", "=", ip)
        newest = self.events(where, span, limit=1).events
        oldest = self.events(where, span, limit=1, oldest_first=True).events
        last, first = (newest[0], oldest[0]) if newest and oldest else (None, None)
        summary = self.summary(where, span)
        return SourceReport(
            ip=ip,
            country=(last and last.source_geo_country_iso_code) or "",
            as_number=last.source_as_number if last else None,
            as_organization=(last and last.source_as_organization_name) or "",
            first_seen=first.timestamp if first else None,
            last_seen=last.timestamp if last else None,
            attacks=summary.attacks,
            events=summary.events,
            protocols=self._common(where, span, ("event_dataset",), "attacks"),
            credentials=self._common(where, span, ("user_name", "samovar_login_password"), "logins"),
            commands=self._common(where, span, ("process_command_line",), "events"),
            sessions=self.sessions(where, span, limit=_REPORT),
        )

    def artefacts(self, where: Node | None, span: Span, *, limit: int) -> tuple[Artefact, ...]:
        """Files brought."""
        return self._figures.artefacts(where, span, limit=limit)

    def bounds(self) -> Span | None:
        """Times of the oldest and newest event."""
        firsts = [day.first for day in self._days.days if day.first]
        lasts = [day.last for day in self._days.days if day.last]
        return Span(min(firsts), max(lasts)) if firsts and lasts else None

    def size(self) -> int:
        """Bytes on disk."""
        return self._days.size()

    def _common(self, where: Node, span: Span, fields: tuple[str, ...], unit: Unit) -> tuple[TermRow, ...]:
        return self.terms(where, span, fields, size=_REPORT, unit=unit).rows

    def _today(self) -> str:
        return f"{datetime.fromtimestamp(self._clock(), UTC):%Y%m%d}"

    def _owned(self) -> None:
        if self._days.read_only:
            raise StoreError("this store was opened for reading only")

"""The day files: one DuckDB database for each day of ingest, the newest read-write, the others read-only.

All questions run under a shared lock; to drop a file is exclusive. A day that ends stays as it is attached, so
that a new day holds nothing up; its roll-up is made later, under ``upkeep``, which orders what works on whole days.
"""

# ruff: noqa: S608 - statements are put together from fixed names only; every value is a parameter

import re
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from msgspec import Struct

from samovar.store import rollup
from samovar.store.config import StoreConfig
from samovar.store.error import QueryTimeout, StoreError
from samovar.store.interface import Position, Span
from samovar.store.schema import CREATE_EVENTS, CREATE_POSITION, rollback

_FILE = re.compile(r"day-([0-9]{8})\.db")
_SPILL = 2  # GiB of temporary files at most
_LONG = 3600  # seconds that work on a whole day may take


class Day(Struct):
    """One file and the stretch of event times within it."""

    alias: str
    path: Path
    first: datetime | None = None
    last: datetime | None = None
    rolled: bool = False  # has its roll-up; no event comes any more

    def widen(self, first: datetime, last: datetime) -> None:
        """Take note of more events."""
        self.first = first if self.first is None else min(self.first, first)
        self.last = last if self.last is None else max(self.last, last)

    def touches(self, span: Span) -> bool:
        """Whether it may hold events of ``span``."""
        return self.first is not None and self.last is not None and self.first < span.end and self.last >= span.start

    def inside(self, span: Span) -> bool:
        """Whether all its events are of ``span``."""
        return self.first is not None and self.last is not None and self.first >= span.start and self.last < span.end

    def settled(self) -> bool:
        """Whether the file never changes any more."""
        return self.rolled and not wal(self.path).exists()


class Shared:
    """Many readers or one writer; a writer that waits goes first."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._readers = 0
        self._writing = False
        self._waiting = 0

    @contextmanager
    def shared(self, *, urgent: bool = False) -> Iterator[None]:
        """``urgent``: go before a writer that waits."""
        with self._condition:
            self._condition.wait_for(lambda: not self._writing and (urgent or not self._waiting))
            self._readers += 1
        try:
            yield
        finally:
            with self._condition:
                self._readers -= 1
                self._condition.notify_all()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        with self._condition:
            self._waiting += 1
            self._condition.wait_for(lambda: not self._writing and not self._readers)
            self._waiting -= 1
            self._writing = True
        try:
            yield
        finally:
            with self._condition:
                self._writing = False
                self._condition.notify_all()


class Days:
    """The files beneath one folder, open in one database instance."""

    def __init__(self, folder: Path, config: StoreConfig, *, read_only: bool) -> None:
        self.folder, self.config, self.read_only = folder.resolve(), config, read_only
        self.lock = Shared()
        self.upkeep = threading.Lock()
        self.days: list[Day] = []  # oldest first; the last is hot
        if not read_only:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.rmtree(self.folder / "tmp", ignore_errors=True)
        self._connection = connect(self.folder, config.megabytes(self.size()), config, read_only=read_only)
        try:
            paths = sorted(p for p in self.folder.iterdir() if _FILE.fullmatch(p.name))
            for path in paths:
                self._open(path, read_only=read_only or (path != paths[-1] and not wal(path).exists()))
            if not read_only and self.days and self.days[-1].rolled:  # its successor was lost: events will come again
                rollup.forget(self._connection, self.days[-1].alias)
                self.days[-1].rolled = False
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Close all files. A question under way ends with an error."""
        with self.lock.exclusive():
            self._connection.close()

    def size(self) -> int:
        """Bytes on disk."""
        total = 0
        for path in self.folder.glob("day-*"):
            try:
                total += path.stat().st_size
            except FileNotFoundError:
                continue
        return total

    @contextmanager
    def cursor(self, timeout: float | None = None, *, urgent: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for one question, with a deadline: QueryTimeout when that passes."""
        with self.lock.shared(urgent=urgent), self._told():
            cursor = self._connection.cursor()
            expired = threading.Event()

            def expire() -> None:
                expired.set()
                cursor.interrupt()

            timer = threading.Timer(timeout or self.config.timeout, expire)
            timer.daemon = True
            timer.start()
            try:
                yield cursor
            except duckdb.InterruptException:
                if expired.is_set():
                    raise QueryTimeout("this question takes too long; narrow its time or its search") from None
                raise
            finally:
                timer.cancel()
                timer.join()
                cursor.close()

    def touched(self, span: Span) -> list[Day]:
        """The days that may hold events of ``span``."""
        return [day for day in self.days if day.touches(span)]

    def roll(self, day: str) -> bool:
        """Make the hot file be that of ``day`` (YYYYMMDD) or later; whether a new one was begun."""
        if self.days and self.days[-1].alias >= "d" + day:
            return False
        with self.lock.shared(urgent=True), self._told():
            self._open(self.folder / f"day-{day}.db", read_only=False, position=self.position())
            megabytes = self.config.megabytes(self.size())
            self._connection.execute(f"SET memory_limit = '{megabytes:d}MB'")
        return True

    def position(self) -> Position:
        """What the hot file says has been taken in."""
        if not self.days:
            return Position()
        with self._told():
            statement = f"SELECT segment, bytes FROM {self.days[-1].alias}.position"
            rows = self._connection.cursor().execute(statement).fetchall()
        return Position(*rows[0]) if rows else Position()

    def settle(self, day: Day, stopped: Callable[[], bool]) -> None:
        """Roll a sealed day up and write all of it into its file. Under ``upkeep``."""
        with self.cursor(timeout=_LONG) as cursor:
            if day.rolled or rollup.build(cursor, day.alias, stopped):
                day.rolled = True
                cursor.execute(f"CHECKPOINT {day.alias}")

    def drop(self, day: Day) -> None:
        """Forget a file. Under ``upkeep``."""
        with self.lock.exclusive(), self._told():
            self._connection.execute(f"DETACH {day.alias}")
            self.days.remove(day)
            wal(day.path).unlink(missing_ok=True)
            day.path.unlink()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """The database's errors as StoreError."""
        try:
            yield
        except duckdb.OutOfMemoryException as error:
            limit = self.config.megabytes(self.size())
            raise StoreError(
                f"{limit} MB are too little for this: narrow its time or its search, or raise store.memory_limit"
            ) from error
        except duckdb.IOException as error:
            raise StoreError(f"the store's disk fails: {error}") from error
        except duckdb.Error as error:
            raise StoreError(f"the store fails: {error}") from error

    def _open(self, path: Path, *, read_only: bool, position: Position | None = None) -> None:
        alias = "d" + path.stem.removeprefix("day-")
        with self._connection.cursor() as cursor:
            attach(cursor, path, alias, read_only=read_only)
            try:
                rolled = rollup.exists(cursor, alias)
                if not rolled and read_only and not self.read_only:  # its roll-up is still to be made
                    cursor.execute(f"DETACH {alias}")
                    attach(cursor, path, alias, read_only=False)
                    read_only = False
                if not read_only:
                    self._prepare(cursor, alias, position)
                row = cursor.execute(f"SELECT min(timestamp), max(timestamp) FROM {alias}.ev").fetchone()
            except duckdb.CatalogException:  # made a moment before a crash, and read before it was made good
                cursor.execute(f"DETACH {alias}")
                return
            except duckdb.Error:
                cursor.execute(f"DETACH {alias}")
                raise
        first, last = row or (None, None)
        self.days.append(Day(alias, path, first and utc(first), last and utc(last), rolled))

    def _prepare(self, cursor: duckdb.DuckDBPyConnection, alias: str, position: Position | None) -> None:
        """Make the tables where they are missing: new, or stillborn in a crash (its predecessor then knows)."""
        made = cursor.execute(
            "SELECT count(*) FROM duckdb_tables() WHERE database_name = $alias AND table_name = 'position'",
            {"alias": alias},
        ).fetchone()
        if made == (1,):
            return
        if position is None:
            position = self.position()
        cursor.execute("BEGIN")
        try:
            cursor.execute(CREATE_EVENTS.format(day=alias))
            cursor.execute(CREATE_POSITION.format(day=alias))
            cursor.execute(
                f"INSERT INTO {alias}.position VALUES ($s, $o)", {"s": position.segment, "o": position.offset}
            )
            cursor.execute("COMMIT")
        except duckdb.Error:
            rollback(cursor)
            raise


def connect(folder: Path, megabytes: int, config: StoreConfig, *, read_only: bool) -> duckdb.DuckDBPyConnection:
    """A database instance that can touch nothing but ``folder``, and cannot be talked out of it."""
    connection = duckdb.connect(
        ":memory:",
        config={
            "threads": config.threads,
            "memory_limit": f"{megabytes}MB",
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "wal_autocheckpoint": "64MB",
            "max_temp_directory_size": f"{_SPILL}GiB",
            "temp_directory": "" if read_only else str(folder / "tmp"),
        },
    )
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET allowed_directories = [$folder]", {"folder": f"{folder}/"})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET allowed_configs = ['memory_limit']")
    connection.execute("SET lock_configuration = true")
    return connection


def attach(connection: duckdb.DuckDBPyConnection, path: Path, alias: str, *, read_only: bool) -> None:
    """Open a file under a name."""
    quoted = str(path).replace("'", "''")
    try:
        connection.execute(f"ATTACH '{quoted}' AS {alias}{' (READ_ONLY)' if read_only else ''}")
    except duckdb.IOException as error:
        if "lock" in str(error).lower():
            raise StoreError(f"{path.parent} is in use by a Samovar that runs; ask that one, or stop it") from None
        raise StoreError(f"{path} cannot be opened: {error}; restore it, or rebuild with: samovar reindex") from error


def wal(path: Path) -> Path:
    """The write-ahead log of a file."""
    return path.with_name(path.name + ".wal")


def utc(moment: datetime) -> datetime:
    """A column's time as the event had it."""
    return moment.replace(tzinfo=UTC)

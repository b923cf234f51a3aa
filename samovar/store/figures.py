"""Counts: what the panels of the overview show. All are exact."""

# ruff: noqa: S608 - statements are put together from fixed names only; every value is a parameter

from collections.abc import Sequence

import duckdb

from samovar.query.tree import Node
from samovar.store.basis import Basis
from samovar.store.days import Day, Days, utc
from samovar.store.interface import (
    Artefact,
    Cell,
    Histogram,
    Series,
    Span,
    Summary,
    SummaryRow,
    TermRow,
    Terms,
    Unit,
)

MAX_SIZE = 10_000
_HOUR = 3600
_INTERVALS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


class Figures:
    """Questions whose answer is a count."""

    def __init__(self, days: Days) -> None:
        self._days = days

    def summary(self, where: Node | None, span: Span) -> Summary:
        """Attacks, logins and sources for each protocol."""
        with self._days.cursor() as cursor:
            days = self._days.touched(span)
            if not days:
                return Summary((), 0, 0, 0, 0)
            basis = Basis(days, where, span)
            family, dataset = map(basis.sql.column, ("event_module", "event_dataset"))
            units: tuple[Unit, ...] = ("attacks", "events", "logins", "sources")
            counts = ", ".join(map(basis.count, units))
            statement = (
                f"SELECT grouping({family}), {family}, {dataset}, {counts} "
                f"FROM {basis.rows()} GROUP BY GROUPING SETS (({family}, {dataset}), ())"
            )
            rows = cursor.execute(statement, basis.sql.parameters).fetchall()
        total = next((row[3:] for row in rows if row[0]), (0, 0, 0, 0))
        shown = sorted(
            (
                SummaryRow(row[1], row[2].partition(".")[2] or row[2], row[3], row[5], row[6])
                for row in rows
                if not row[0]
            ),
            key=lambda row: (-row.attacks, row.family, row.protocol),
        )
        return Summary(tuple(shown), *total)

    def histogram(
        self, where: Node | None, span: Span, *, by: str | None, buckets: int, top: int, unit: Unit
    ) -> Histogram:
        """Counts over time, one series for each of the ``top`` values of ``by``."""
        interval = _interval(span, max(1, min(buckets, 2_000)))
        first = int(span.start.timestamp()) // interval * interval
        times = tuple(range(first, max(first + 1, -int(-span.end.timestamp() // 1)), interval))
        with self._days.cursor() as cursor:
            days = self._days.touched(span)
            if not days:
                return Histogram(interval, times, (), (0,) * len(times))
            rows = _buckets(cursor, days, where, span, by, interval, max(1, min(top, 100)), unit)
        place = {time: index for index, time in enumerate(times)}
        series: dict[str, list[int]] = {}
        totals: dict[str, int] = {}
        sources = [0] * len(times)
        for overall, time, key, count in rows:
            if overall:
                sources[place[time]] = count
            else:
                series.setdefault(key, [0] * len(times))[place[time]] = count
                totals[key] = totals.get(key, 0) + count
        keys = sorted(series, key=lambda key: (key == "" and by is not None, -totals[key], key))
        return Histogram(interval, times, tuple(Series(key, tuple(series[key])) for key in keys), tuple(sources))

    def terms(self, where: Node | None, span: Span, fields: Sequence[str], *, size: int, unit: Unit) -> Terms:
        """The commonest values of ``fields`` together."""
        with self._days.cursor() as cursor:
            days = self._days.touched(span)
            return _terms(cursor, days, where, span, tuple(fields), max(1, min(size, MAX_SIZE)), unit)

    def map(self, where: Node | None, span: Span, *, size: int) -> tuple[Cell, ...]:
        """Where attacks come from."""
        names = ("source_geo_lat", "source_geo_lon", "source_geo_country_iso_code", "source_geo_city_name")
        with self._days.cursor() as cursor:
            days = self._days.touched(span)
            if not days:
                return ()
            basis = Basis(days, where, span, names)
            lat, lon, country, city = map(basis.sql.column, names)
            count = basis.count("attacks")
            statement = (
                f"SELECT {lat}, {lon}, coalesce({country}, ''), coalesce({city}, ''), {count} AS n "
                f"FROM {basis.rows('attacks', f'{lat} IS NOT NULL AND {lon} IS NOT NULL')} "
                f"GROUP BY ALL ORDER BY n DESC, 1, 2, 3, 4 LIMIT {max(1, min(size, MAX_SIZE)):d}"
            )
            return tuple(Cell(*row) for row in cursor.execute(statement, basis.sql.parameters).fetchall())

    def artefacts(self, where: Node | None, span: Span, *, limit: int) -> tuple[Artefact, ...]:
        """Files that attackers brought, the latest first."""
        names = ("file_hash_sha256", "file_hash_md5", "file_size", "file_name", "timestamp")
        with self._days.cursor() as cursor:
            days = self._days.touched(span)
            if not days:
                return ()
            basis = Basis(days, where, span, names)
            sha256, md5, size, name, time = map(basis.sql.column, names)
            sources = basis.count("sources")
            statement = (
                f"SELECT {sha256}, coalesce(max({md5}), ''), coalesce(max({size}), 0), "
                f"coalesce(arg_max({name}, {time}), ''), min({time}), max({time}) AS seen, count(*), {sources} "
                f"FROM {basis.rows(also=f'{sha256} IS NOT NULL')} "
                f"GROUP BY 1 ORDER BY seen DESC, 1 LIMIT {max(1, min(limit, MAX_SIZE)):d}"
            )
            rows = cursor.execute(statement, basis.sql.parameters).fetchall()
        return tuple(
            Artefact(sha256, md5, size, name, utc(first), utc(last), count, sources)
            for sha256, md5, size, name, first, last, count, sources in rows
        )


def _interval(span: Span, buckets: int) -> int:
    seconds = max(1.0, (span.end - span.start).total_seconds())
    for interval in _INTERVALS:
        if seconds / interval <= buckets:
            return interval
    return -int(-seconds / buckets // 86_400) * 86_400


def _buckets(
    cursor: duckdb.DuckDBPyConnection,
    days: list[Day],
    where: Node | None,
    span: Span,
    by: str | None,
    interval: int,
    top: int,
    unit: Unit,
) -> list[tuple[bool, int, str, int]]:
    """Rows of (these are sources, time, key, count)."""
    basis = Basis(days, where, span, () if by is None else (by,), hourly=interval % _HOUR == 0)
    sql = basis.sql
    time = f"floor(epoch({sql.column('timestamp')}))::BIGINT // {interval:d} * {interval:d}"
    count, sources = basis.count(unit), basis.count("sources")
    key, tops = "''", ""
    if by is not None:
        field = f"{sql.field(by)}::VARCHAR"
        tops = (
            f"WITH top AS MATERIALIZED (SELECT {field} AS key, {count} AS n FROM "
            f"{basis.rows(unit, f'{field} IS NOT NULL')} GROUP BY 1 ORDER BY n DESC, 1 LIMIT {top:d}) "
        )
        key = f"CASE WHEN {field} IN (SELECT key FROM top) THEN {field} ELSE '' END"
    statement = (
        f"{tops}SELECT false, {time} AS b, coalesce({key}, '') AS k, {count} FROM {basis.rows(unit)} GROUP BY b, k "
        f"UNION ALL SELECT true, {time} AS b, '', {sources} FROM {basis.rows(unit)} GROUP BY b"
    )
    return cursor.execute(statement, sql.parameters).fetchall()


def _terms(
    cursor: duckdb.DuckDBPyConnection,
    days: list[Day],
    where: Node | None,
    span: Span,
    fields: tuple[str, ...],
    size: int,
    unit: Unit,
) -> Terms:
    """Sessions and sources are told apart in a table of (value, session), which is faster and smaller than a set
    for each value; sources only for the values that are shown."""
    if not days or not fields:
        return Terms(fields, (), 0, 0)
    basis = Basis(days, where, span, fields)
    values = [basis.sql.field(field) for field in fields]
    named = ", ".join(f"{value} AS v{index}" for index, value in enumerate(values))
    keys = ", ".join(f"v{index}" for index in range(len(fields)))
    count, distinct, source = basis.count(unit), basis.distinct(unit), basis.sql.column("source_ip_key")
    rows = basis.rows(unit, " AND ".join(f"{value} IS NOT NULL" for value in values))
    counted, total = f"SELECT {named}, {count} AS n FROM {rows} GROUP BY ALL", "(SELECT coalesce(sum(n), 0) FROM g)"
    if distinct is not None:
        apart = f"SELECT DISTINCT {named}, {distinct} AS d FROM {rows} AND {distinct} IS NOT NULL"
        counted, total = f"SELECT {keys}, count(*) AS n FROM ({apart}) GROUP BY ALL", f"(SELECT {count} FROM {rows})"
    statement = (
        f"WITH g AS MATERIALIZED ({counted}), "
        f"top AS MATERIALIZED (SELECT * FROM g WHERE n > 0 ORDER BY n DESC, {keys} LIMIT {size:d}), "
        f"s AS (SELECT {keys}, count(*) AS sources FROM (SELECT DISTINCT {keys}, {source} FROM "
        f"(SELECT {named}, {source} FROM {rows} AND {source} IS NOT NULL) SEMI JOIN top USING ({keys})) GROUP BY ALL) "
        f"SELECT {', '.join(f'{key}::VARCHAR' for key in keys.split(', '))}, n, coalesce(sources, 0), {total}, "
        f"(SELECT count(*) FROM g WHERE n > 0) FROM top LEFT JOIN s USING ({keys}) ORDER BY n DESC, {keys}"
    )
    answer = cursor.execute(statement, basis.sql.parameters).fetchall()
    width = len(fields)
    found = tuple(TermRow(tuple(row[:width]), row[width], row[width + 1]) for row in answer)
    return Terms(fields, found, int(answer[0][width + 2]) if answer else 0, answer[0][width + 3] if answer else 0)

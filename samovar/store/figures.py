"""Counts: what the panels of the overview show."""

# ruff: noqa: S608 - statements are put together from fixed names only; every value is a parameter

from collections.abc import Sequence

import duckdb

from samovar.query.tree import And, Compare, Node
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
from samovar.store.pages import relation
from samovar.store.sql import Sql, bound, bound_field

MAX_SIZE = 10_000
EXACT = 5_000_000  # events in the days asked up to which distinct counts are exact
_INTERVALS = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400)


class Figures:
    """Questions whose answer is a count."""

    def __init__(self, days: Days) -> None:
        self._days = days

    def summary(self, where: Node | None, span: Span) -> Summary:
        """Attacks, logins and sources for each protocol."""
        with self._days.cursor() as cursor:
            days = [day for day in self._days.days if day.touches(span)]
            if not days:
                return Summary((), 0, 0, 0, 0)
            sql = Sql()
            condition = sql.within(span, where)
            family, dataset = sql.column("event_module"), sql.column("event_dataset")
            counts = ", ".join(_count(sql, unit, bound(where), days) for unit in ("attacks", "events", "logins"))
            statement = (
                f"SELECT grouping({family}), {family}, {dataset}, {counts}, {_sources(sql, days)} "
                f"FROM {relation(days, sql)} WHERE {condition} GROUP BY GROUPING SETS (({family}, {dataset}), ())"
            )
            rows = cursor.execute(statement, sql.parameters).fetchall()
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
            days = [day for day in self._days.days if day.touches(span)]
            if not days:
                return Histogram(interval, times, (), (0,) * len(times))
            rows = _buckets(cursor, days, where, span, by, interval, max(1, min(top, 100)), unit)
        place = {time: index for index, time in enumerate(times)}
        series: dict[str, list[int]] = {}
        totals: dict[str, int] = {}
        sources = [0] * len(times)
        for overall, time, key, count, distinct in rows:
            if overall:
                sources[place[time]] = distinct
            else:
                series.setdefault(key, [0] * len(times))[place[time]] = count
                totals[key] = totals.get(key, 0) + count
        keys = sorted(series, key=lambda key: (key == "" and by is not None, -totals[key], key))
        return Histogram(interval, times, tuple(Series(key, tuple(series[key])) for key in keys), tuple(sources))

    def terms(self, where: Node | None, span: Span, fields: Sequence[str], *, size: int, unit: Unit) -> Terms:
        """The commonest values of ``fields`` together."""
        with self._days.cursor() as cursor:
            days = [day for day in self._days.days if day.touches(span)]
            return _terms(cursor, days, where, span, tuple(fields), max(1, min(size, MAX_SIZE)), unit)

    def map(self, where: Node | None, span: Span, *, size: int) -> tuple[Cell, ...]:
        """Where attacks come from."""
        names = ("source_geo_lat", "source_geo_lon", "source_geo_country_iso_code", "source_geo_city_name")
        with self._days.cursor() as cursor:
            days = [day for day in self._days.days if day.touches(span)]
            if not days:
                return ()
            sql = Sql()
            condition = sql.within(span, _connects(where))
            lat, lon, country, city = map(sql.column, names)
            statement = (
                f"SELECT {lat}, {lon}, coalesce({country}, ''), coalesce({city}, ''), "
                f"{_count(sql, 'attacks', bound(where), days)} AS n FROM {relation(days, sql)} "
                f"WHERE {condition} AND {lat} IS NOT NULL AND {lon} IS NOT NULL "
                f"GROUP BY ALL ORDER BY n DESC, 1, 2 LIMIT {max(1, min(size, MAX_SIZE)):d}"
            )
            return tuple(Cell(*row) for row in cursor.execute(statement, sql.parameters).fetchall())

    def artefacts(self, where: Node | None, span: Span, *, limit: int) -> tuple[Artefact, ...]:
        """Files that attackers brought, the latest first."""
        names = ("file_hash_sha256", "file_hash_md5", "file_size", "file_name", "timestamp")
        with self._days.cursor() as cursor:
            days = [day for day in self._days.days if day.touches(span)]
            if not days:
                return ()
            sql = Sql()
            condition = sql.within(span, where)
            sha256, md5, size, name, time = map(sql.column, names)
            statement = (
                f"SELECT {sha256}, coalesce(max({md5}), ''), coalesce(max({size}), 0), "
                f"coalesce(arg_max({name}, {time}), ''), min({time}), max({time}) AS seen, count(*), "
                f"{_sources(sql, days)} FROM {relation(days, sql)} WHERE {condition} AND {sha256} IS NOT NULL "
                f"GROUP BY 1 ORDER BY seen DESC, 1 LIMIT {max(1, min(limit, MAX_SIZE)):d}"
            )
            rows = cursor.execute(statement, sql.parameters).fetchall()
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


def _distinct(expression: str, days: Sequence[Day]) -> str:
    if sum(day.events for day in days) > EXACT:
        return f"approx_count_distinct({expression})"
    return f"count(DISTINCT {expression})"


def _sources(sql: Sql, days: Sequence[Day]) -> str:
    return _distinct(sql.column("source_ip_key"), days)


def _count(sql: Sql, unit: Unit, connects: bool, days: Sequence[Day]) -> str:
    """``connects``: the question is one that each session's connect event answers."""
    match unit:
        case "events":
            return "count(*)"
        case "logins":
            return f"count(*) FILTER ({sql.column('event_action')} = 'login')"
        case "sources":
            return _sources(sql, days)
        case "attacks" if connects:
            return f"count(*) FILTER ({sql.column('event_action')} = 'connect')"
        case "attacks":
            return _distinct(f"hash({sql.column('samovar_session_id')})", days)


def _connects(where: Node | None) -> Node | None:
    """Only connect events, where they answer the question: a fifth of the rows."""
    connect = Compare("event_action", "=", "connect")
    return where if not bound(where) else connect if where is None else And((where, connect))


def _narrowed(where: Node | None, unit: Unit, connects: bool) -> Node | None:
    if unit == "attacks" and connects:
        return _connects(where)
    if unit == "logins":
        login = Compare("event_action", "=", "login")
        return login if where is None else And((where, login))
    return where


def _buckets(
    cursor: duckdb.DuckDBPyConnection,
    days: list[Day],
    where: Node | None,
    span: Span,
    by: str | None,
    interval: int,
    top: int,
    unit: Unit,
) -> list[tuple[int, int, str, int, int]]:
    """Rows of (is the bucket's total, time, key, count, sources)."""
    sql = Sql()
    connects = bound(where) and (by is None or bound_field(by))
    condition = sql.within(span, _narrowed(where, unit, connects))
    time = f"floor(epoch({sql.column('timestamp')}))::BIGINT // {interval:d} * {interval:d}"
    key = "''"
    tops = ""
    if by is not None:
        field = f"{sql.field(by)}::VARCHAR"
        count = _count(sql, unit, connects, days)
        tops = (
            f"WITH top AS MATERIALIZED (SELECT {field} AS key, {count} AS n FROM {relation(days, sql)} "
            f"WHERE {condition} AND {field} IS NOT NULL GROUP BY 1 ORDER BY n DESC, 1 LIMIT {top:d}) "
        )
        key = f"CASE WHEN {field} IN (SELECT key FROM top) THEN {field} ELSE '' END"
    count, sources = _count(sql, unit, connects, days), _sources(sql, days)
    inner = sorted(sql.columns)
    statement = (
        f"{tops}SELECT grouping(k), b, coalesce(k, ''), {count}, {sources} FROM "
        f"(SELECT {time} AS b, {key} AS k, {', '.join(inner)} FROM {relation(days, sql)} WHERE {condition}) "
        f"GROUP BY GROUPING SETS ((b, k), (b))"
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
    if not days or not fields:
        return Terms(fields, (), 0, 0)
    sql = Sql()
    connects = bound(where) and all(map(bound_field, fields))
    condition = sql.within(span, _narrowed(where, unit, connects))
    values = [sql.field(field) for field in fields]
    present = " AND ".join(f"{value} IS NOT NULL" for value in values)
    named = ", ".join(f"{value} AS v{index}" for index, value in enumerate(values))
    keys = [f"v{index}" for index in range(len(fields))]
    count, sources = _count(sql, unit, connects, days), _sources(sql, days)
    base = f"{relation(days, sql)} WHERE {condition} AND {present}"
    total = "(SELECT coalesce(sum(n), 0) FROM g)"
    if "DISTINCT" in count.upper():
        total = f"(SELECT {count} FROM {base})"
    statement = (
        f"WITH g AS MATERIALIZED (SELECT {named}, {count} AS n, {sources} AS s "
        f"FROM {base} GROUP BY {', '.join(values)}) "
        f"SELECT {', '.join(f'{key}::VARCHAR' for key in keys)}, n, s, {total}, (SELECT count(*) FROM g WHERE n > 0) "
        f"FROM g WHERE n > 0 ORDER BY n DESC, s DESC, {', '.join(keys)} LIMIT {size:d}"
    )
    rows = cursor.execute(statement, sql.parameters).fetchall()
    width = len(fields)
    found = tuple(TermRow(tuple(row[:width]), row[width], row[width + 1]) for row in rows)
    return Terms(fields, found, int(rows[0][width + 2]) if rows else 0, rows[0][width + 3] if rows else 0)

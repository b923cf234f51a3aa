"""Events and sessions, page by page."""

# ruff: noqa: S608 - statements are put together from fixed names only; every value is a parameter

import base64
import heapq
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

import duckdb
import msgspec

from samovar.event import Event
from samovar.query.error import QueryError
from samovar.query.tree import Compare, Node
from samovar.store.days import Day, Days, utc
from samovar.store.interface import Page, SessionRow, Span
from samovar.store.sql import Sql, bound, naive

MAX_LIMIT = 5_000
_CHUNK = 2_000
_WALK = 4  # days looked at one by one before all the others are asked at once
_SLACK = timedelta(days=1)
_Key = tuple[datetime, str]
_DECODER = msgspec.json.Decoder(Event)


def relation(days: Sequence[Day], sql: Sql) -> str:
    """The events of ``days``, with the columns that ``sql`` has asked for."""
    names = ", ".join(sorted(sql.columns))
    if not days:
        raise ValueError("no day")
    return "(" + " UNION ALL ".join(f"SELECT {names} FROM {day.alias}.ev" for day in days) + ")"


class Pages:
    """Questions whose answer is a list of events or sessions."""

    def __init__(self, days: Days) -> None:
        self._days = days

    def events(
        self, where: Node | None, span: Span, *, limit: int, cursor: str | None = None, oldest_first: bool = False
    ) -> Page:
        """One page in the order of time."""
        limit = max(1, min(limit, MAX_LIMIT))
        after = _decode_cursor(cursor) if cursor else None
        rows = self._rows(where, span, limit, after, oldest_first)
        events = tuple(event for _, raw in rows if (event := _decode(raw)) is not None)
        return Page(events, _encode_cursor(rows[-1][0]) if len(rows) == limit else None)

    def scan(self, where: Node | None, span: Span) -> Iterator[Event]:
        """All, oldest first."""
        after: _Key | None = None
        while rows := self._rows(where, span, _CHUNK, after, True):
            for _, raw in rows:
                if (event := _decode(raw)) is not None:
                    yield event
            if len(rows) < _CHUNK:
                return
            after = rows[-1][0]

    def _rows(
        self, where: Node | None, span: Span, limit: int, after: _Key | None, oldest_first: bool
    ) -> list[tuple[_Key, str]]:
        if after is not None:
            moment = utc(after[0])
            span = (
                Span(max(span.start, moment), span.end)
                if oldest_first
                else Span(span.start, min(span.end, moment + timedelta(microseconds=1)))
            )
        with self._days.cursor() as cursor:
            days = [day for day in self._days.days if day.touches(span)]
            groups = _walk(days, oldest_first)
            found: list[tuple[_Key, str]] = []
            for index, group in enumerate(groups):
                found += _page(cursor, group, where, span, limit, after, oldest_first)
                found = (heapq.nsmallest if oldest_first else heapq.nlargest)(limit, found, key=lambda row: row[0])
                if len(found) == limit and _settled(found[-1][0][0], groups[index + 1 :], oldest_first):
                    break
            return found

    def session(self, session_id: str) -> tuple[Event, ...]:
        """All events of one session, oldest first (at most 10,000)."""
        where = Compare("samovar_session_id", "=", session_id)
        for span in (*_hint(session_id), _always()):
            if rows := self._rows(where, span, 2 * MAX_LIMIT, None, True):
                return tuple(event for _, raw in rows if (event := _decode(raw)) is not None)
        return ()

    def sessions(
        self, where: Node | None, span: Span, *, limit: int, cursor: str | None = None
    ) -> tuple[SessionRow, ...]:
        """Newest first; ``cursor`` is the id of the last row of the page before."""
        limit = max(1, min(limit, MAX_LIMIT))
        with self._days.cursor() as connection:
            days = [day for day in self._days.days if day.touches(span)]
            if not days:
                return ()
            ids = _session_ids(connection, days, where, span, limit, cursor)
            if not ids:
                return ()
            around = Span(utc(min(ids.values())) - _SLACK, span.end + _SLACK)
            return _session_rows(connection, [d for d in self._days.days if d.touches(around)], list(ids))


def _walk(days: list[Day], oldest_first: bool) -> list[list[Day]]:
    if oldest_first:
        days = sorted(days, key=lambda day: _edge(day, True))
    else:
        days = sorted(days, key=lambda day: _edge(day, False), reverse=True)
    groups = [[day] for day in days[:_WALK]]
    return [*groups, days[_WALK:]] if days[_WALK:] else groups


def _edge(day: Day, oldest_first: bool) -> datetime:
    edge = day.first if oldest_first else day.last
    if edge is None:
        raise ValueError(day.alias)
    return edge


def _settled(worst: datetime, rest: list[list[Day]], oldest_first: bool) -> bool:
    """Whether no other day can have a row that belongs before the last one found."""
    edges = [_edge(day, oldest_first) for group in rest for day in group]
    moment = utc(worst)
    return all(edge > moment if oldest_first else edge < moment for edge in edges)


def _page(
    cursor: duckdb.DuckDBPyConnection,
    days: list[Day],
    where: Node | None,
    span: Span,
    limit: int,
    after: _Key | None,
    oldest_first: bool,
) -> list[tuple[_Key, str]]:
    sql = Sql()
    order = "ASC" if oldest_first else "DESC"
    condition = sql.within(span, where)
    time, name, raw = (sql.column(column) for column in ("timestamp", "event_id", "raw"))
    if after is not None:
        moment, last = sql.value(after[0]), sql.value(after[1])
        sign = ">" if oldest_first else "<"
        condition += f" AND ({time} {sign} {moment} OR ({time} = {moment} AND {name} {sign} {last}))"
    statement = (
        f"SELECT {time}, {name}, {raw} FROM {relation(days, sql)} WHERE {condition} "
        f"ORDER BY {time} {order}, {name} {order} LIMIT {limit:d}"
    )
    return [((when, id_), text) for when, id_, text in cursor.execute(statement, sql.parameters).fetchall()]


def _session_ids(
    connection: duckdb.DuckDBPyConnection,
    days: list[Day],
    where: Node | None,
    span: Span,
    limit: int,
    cursor: str | None,
) -> dict[str, datetime]:
    """Ids of the page's sessions and when each first matched."""
    sql = Sql()
    condition = sql.within(span, where)
    if bound(where):
        condition += f" AND {sql.column('event_action')} = 'connect'"
    session, time = sql.column("samovar_session_id"), sql.column("timestamp")
    page = ""
    if cursor is not None:
        last = sql.value(cursor)
        page = f"WHERE (start, id) < (SELECT (start, id) FROM found WHERE id = {last})"
    statement = (
        f"WITH found AS MATERIALIZED (SELECT {session} AS id, min({time}) AS start "
        f"FROM {relation(days, sql)} WHERE {condition} GROUP BY 1) "
        f"SELECT id, start FROM found {page} ORDER BY start DESC, id DESC LIMIT {limit:d}"
    )
    return dict(connection.execute(statement, sql.parameters).fetchall())


def _session_rows(connection: duckdb.DuckDBPyConnection, days: list[Day], ids: list[str]) -> tuple[SessionRow, ...]:
    sql = Sql()
    names = ("samovar_session_id", "timestamp", "event_module", "event_dataset", "source_ip", "destination_port",
             "event_action", "source_geo_country_iso_code")  # fmt: skip
    session, time, family, dataset, ip, port, action, country = map(sql.column, names)
    wanted = ", ".join(map(sql.value, ids))
    statement = (
        f"SELECT {session}, min({time}), any_value({family}), any_value({dataset}), any_value({ip}), "
        f"any_value({port}), count(*), count(*) FILTER ({action} = 'login'), "
        f"count(*) FILTER ({action} = 'command'), coalesce(any_value({country}), ''), "
        f"count(*) FILTER ({action} = 'file'), epoch(max({time}) - min({time})) "
        f"FROM {relation(days, sql)} WHERE {session} IN ({wanted}) GROUP BY 1"
    )
    rows = {}
    for id_, start, family, dataset, *rest in connection.execute(statement, sql.parameters).fetchall():
        rows[id_] = SessionRow(id_, utc(start), family, dataset.partition(".")[2] or dataset, *rest)
    return tuple(rows[id_] for id_ in ids if id_ in rows)


def _decode(raw: str) -> Event | None:
    """The event; None for what a later version may have written and this one cannot read."""
    try:
        return _DECODER.decode(raw)
    except msgspec.ValidationError:
        return None


def _encode_cursor(key: _Key) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def _decode_cursor(cursor: str) -> _Key:
    try:
        moment, name = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=="), type=tuple[datetime, str])
    except ValueError:
        raise QueryError("this cursor is not one that was handed out", 0) from None
    return naive(moment), name


def _hint(session_id: str) -> tuple[Span, ...]:
    """Our own ids begin with the microsecond at which the session began."""
    try:
        start = datetime.fromtimestamp(int(session_id[:13], 16) / 1e6, tz=_always().start.tzinfo)
        return (Span(start - _SLACK, start + _SLACK),)
    except (ValueError, OverflowError, OSError):
        return ()


def _always() -> Span:
    return Span(utc(datetime(1, 1, 2)), utc(datetime(9999, 12, 30)))

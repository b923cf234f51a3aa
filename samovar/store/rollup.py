"""The roll-up of a sealed day: one row for each hour, port and source, in place of their events.

It has the columns of an event that are the same in a whole session and that people ask by, so that a count
over it is the count over the events. What it lacks is asked of the events.
"""

# ruff: noqa: S608 - statements are put together from fixed names only

from collections.abc import Callable

import duckdb

from samovar.store.schema import rollback

TABLE = "tally_1"  # another name where its columns change: days without it get it anew
_CHUNK = 200_000  # events rolled up at once, so that memory stays small

#: The columns that a roll-up has besides ``hour`` and the counts ``attacks``, ``events`` and ``logins``.
ROLLED = (
    "event_module",
    "event_dataset",
    "network_transport",
    "destination_port",
    "source_ip",
    "source_ip_key",
    "source_geo_country_iso_code",
    "source_geo_country_name",
    "source_geo_city_name",
    "source_geo_lat",
    "source_geo_lon",
    "source_as_number",
    "source_as_organization_name",
    "samovar_reputation",
)
ATTACKS, LOGINS = "event_action = 'connect'", "event_action = 'login'"
_KEYS = ", ".join(ROLLED)


def exists(connection: duckdb.DuckDBPyConnection, alias: str) -> bool:
    """Whether a day has its roll-up."""
    found = connection.execute(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = $alias AND table_name = $table",
        {"alias": alias, "table": TABLE},
    ).fetchone()
    return found == (1,)


def forget(connection: duckdb.DuckDBPyConnection, alias: str) -> None:
    """Take a day's roll-up away."""
    connection.execute(f"DROP TABLE {alias}.{TABLE}")


def build(cursor: duckdb.DuckDBPyConnection, alias: str, stopped: Callable[[], bool]) -> bool:
    """Roll a day up, all or nothing; False where ``stopped`` said so before the end."""
    cursor.execute("BEGIN")
    done = False
    try:
        statement = _statement(alias)
        cursor.execute(f"CREATE TABLE {alias}.{TABLE} AS {statement} LIMIT 0", {"start": None, "end": None})
        hours = cursor.execute(
            f"SELECT date_trunc('hour', timestamp) AS hour, count(*) FROM {alias}.ev GROUP BY 1 ORDER BY 1"
        ).fetchall()
        while hours and not stopped():
            size, events = 0, 0
            while size < len(hours) and (not size or events + hours[size][1] <= _CHUNK):
                events += hours[size][1]
                size += 1
            within = {"start": hours[0][0], "end": hours[size - 1][0]}
            cursor.execute(f"INSERT INTO {alias}.{TABLE} {statement}", within)
            del hours[:size]
        if not hours:
            cursor.execute("COMMIT")
            done = True
    finally:
        if not done:
            rollback(cursor)
    return done


def _statement(alias: str) -> str:
    return (
        f"SELECT date_trunc('hour', timestamp) AS hour, {_KEYS}, count(*) FILTER ({ATTACKS}) AS attacks, "
        f"count(*) AS events, count(*) FILTER ({LOGINS}) AS logins FROM {alias}.ev "
        "WHERE timestamp >= $start::TIMESTAMP AND timestamp < $end::TIMESTAMP + INTERVAL 1 HOUR "
        "GROUP BY ALL ORDER BY event_dataset, source_ip_key, destination_port, hour"
    )


def rolled(alias: str, columns: list[str], start: str) -> str:
    """A day's roll-up as rows with ``columns`` and counts. ``start`` is the parameter with the question's first
    moment: an hour that it cuts begins there."""
    named = (f"greatest(hour, {start}) AS timestamp" if name == "timestamp" else name for name in columns)
    return f"SELECT {', '.join(named)}, attacks, events, logins FROM {alias}.{TABLE}"


def unrolled(alias: str, columns: list[str]) -> str:
    """A day's events in the same shape."""
    counts = f"({ATTACKS})::BIGINT AS attacks, 1::BIGINT AS events, ({LOGINS})::BIGINT AS logins"
    return f"SELECT {', '.join(columns)}, {counts} FROM {alias}.ev"

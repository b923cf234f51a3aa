"""The table of events: a typed column for each field, the addresses once more as numbers, the event's JSON."""

# ruff: noqa: S608 - statements are put together from fixed names only; every value is a parameter

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

import duckdb
import msgspec

from samovar.event import ECS_NAMES, Event
from samovar.query.fields import FIELDS

_SQL_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "ip": "VARCHAR", "time": "TIMESTAMP"}
_MAPPED = 0xFFFF << 32  # IPv4 addresses are numbered as IPv6 maps them, so that one column holds both

#: Fields with an address, and the column that holds it as a number (for networks and for counting).
KEYS = {"source_ip": "source_ip_key", "destination_ip": "destination_ip_key"}

_COLUMNS = (
    *(f"{field.name} {_SQL_TYPES[field.type]}" for field in FIELDS.values()),
    "samovar_detail VARCHAR",
    *(f"{key} UHUGEINT" for key in KEYS.values()),
    "raw VARCHAR USING COMPRESSION zstd",
)
CREATE_EVENTS = f"CREATE TABLE {{day}}.ev ({', '.join(_COLUMNS)})"
CREATE_POSITION = "CREATE TABLE {day}.position (segment BIGINT, bytes BIGINT)"

_SHAPE = msgspec.json.encode(
    {ECS_NAMES[f.name]: _SQL_TYPES[f.type] if f.type != "time" else "VARCHAR" for f in FIELDS.values()}
).decode()


def _selected(name: str) -> str:
    value = f'e."{ECS_NAMES[name]}"'
    if name == "event_outcome":  # left out of the JSON when it is the default
        return f"coalesce({value}, 'unknown')"
    return f"{value}::TIMESTAMP" if FIELDS[name].type == "time" else value


# Only names from the fixed table stand in this text; the events come as parameters.
INSERT = f"""
INSERT INTO {{day}}.ev SELECT {", ".join(map(_selected, FIELDS))}, detail, source::UHUGEINT, destination::UHUGEINT, raw
FROM (SELECT from_json(raw, '{_SHAPE}') AS e, detail, source, destination, raw FROM (SELECT
    unnest($raw::VARCHAR[]) AS raw, unnest($detail::VARCHAR[]) AS detail,
    unnest($source::VARCHAR[]) AS source, unnest($destination::VARCHAR[]) AS destination))
"""

_ENCODER = msgspec.json.Encoder()


def columns(events: Sequence[Event]) -> dict[str, list[str] | list[str | None]]:
    """The parameters of INSERT."""
    return {
        "raw": [_ENCODER.encode(event).decode() for event in events],
        "detail": [_ENCODER.encode(e.samovar_detail).decode() if e.samovar_detail else None for e in events],
        "source": [address_key(event.source_ip) for event in events],
        "destination": [address_key(event.destination_ip) for event in events],
    }


@lru_cache(maxsize=65_536)
def address_key(text: str) -> str | None:
    """An address as a decimal number, or None for what is no address."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    return str(int(address) | _MAPPED if address.version == 4 else int(address))


def key_range(version: int, first: int, last: int) -> tuple[int, int]:
    """A network's first and last address as column values."""
    return (first | _MAPPED, last | _MAPPED) if version == 4 else (first, last)


def rollback(cursor: duckdb.DuckDBPyConnection) -> None:
    """Give a transaction up, also where its failure has ended it."""
    try:
        cursor.execute("ROLLBACK")
    except duckdb.TransactionException:
        return

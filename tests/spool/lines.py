"""Events and lines for tests of the spool and what follows it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from samovar.event import Event

START = datetime(2026, 11, 17, 12, tzinfo=UTC)


def event(number: int = 0, **fields: Any) -> Event:
    """The ``number``-th event of a small world."""
    stated: dict[str, Any] = {
        "event_action": "connect",
        "timestamp": START + timedelta(seconds=number),
        "event_id": f"{number:023x}",
        "event_sequence": 0,
        "event_module": "terminal",
        "event_dataset": "terminal.ssh",
        "observer_name": "urn",
        "samovar_session_id": f"{number:023x}",
        "source_ip": "203.0.113.9",
        "source_port": 40000,
        "destination_ip": "198.51.100.1",
        "destination_port": 22,
        "network_transport": "tcp",
    }
    return Event(**{**stated, **fields})


def lines(first: int, count: int) -> bytes:
    """``count`` consecutive events as the spool takes them."""
    return b"".join(msgspec.json.encode(event(number)) + b"\n" for number in range(first, first + count))

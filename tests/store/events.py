"""Events for the store's tests."""

from datetime import UTC, datetime, timedelta
from typing import Any

from samovar.event import Event
from samovar.store.interface import Span

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SPAN = Span(NOON - timedelta(days=400), NOON + timedelta(days=400))


def event(number: int = 0, **fields: Any) -> Event:
    """Event ``number`` of a plain session, with ``fields`` changed."""
    base: dict[str, Any] = {
        "timestamp": NOON + timedelta(seconds=number),
        "event_id": f"e{number:08d}",
        "event_sequence": number,
        "event_module": "terminal",
        "event_dataset": "terminal.ssh",
        "event_action": "connect",
        "observer_name": "urn",
        "samovar_session_id": f"s{number:08d}",
        "source_ip": "192.0.2.7",
        "source_port": 40000,
        "destination_ip": "198.51.100.1",
        "destination_port": 22,
        "network_transport": "tcp",
    }
    return Event(**{**base, **fields})


def attack(number: int, *users: str, **fields: Any) -> list[Event]:
    """A session: connect, a login for each of ``users``, disconnect."""
    start = number * 100
    common = {**fields, "samovar_session_id": f"s{number:08d}"}
    logins = [
        event(start + 1 + i, event_action="login", user_name=user, samovar_login_password="x", **common)
        for i, user in enumerate(users)
    ]
    return [event(start, **common), *logins, event(start + 90, event_action="disconnect", **common)]

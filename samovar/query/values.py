"""Checks a value against its field's type and gives the one way to write it. Shared by parser and store."""

import ipaddress
import re
from datetime import UTC, datetime

from samovar.query.fields import DETAIL, FIELDS, Kind, kind

_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?")
_WANTS: dict[Kind, str] = {
    "text": "text",
    "integer": "a whole number",
    "number": "a number",
    "ip": "an address such as 192.0.2.1, or a network such as 10.0.0.0/8",
    "time": "a time such as 2026-11-24 or 2026-11-24T12:30:00",
}


def wants(field: str) -> str:
    """What a field takes, for an error message."""
    return _WANTS[kind(field)]


def canonical(field: str, value: str) -> str | None:
    """``value`` as the tree holds it, or None where the field cannot take it."""
    match kind(field):
        case "text":
            return _folded(field, value)
        case "integer":
            digits = value[2:] if field == "source_as_number" and value[:2].lower() == "as" else value
            return str(int(digits)) if _NUMBER.fullmatch(digits) and "." not in digits else None
        case "number":
            return _decimal(value)
        case "ip":
            return address(value)
        case "time":
            moment = instant(value)
            return None if moment is None else moment.isoformat()


def _folded(field: str, value: str) -> str:
    fold = "" if field.startswith(DETAIL) else FIELDS[field].fold
    if fold == "upper":
        return value.upper()
    return value.lower() if fold == "lower" else value


def _decimal(value: str) -> str | None:
    parsed = number(value)
    return None if parsed is None else f"{parsed:.10f}".rstrip("0").rstrip(".")


def number(value: str) -> float | None:
    """A plain decimal number, or None."""
    return float(value) if _NUMBER.fullmatch(value) else None


def address(value: str) -> str | None:
    """An IP address in its usual spelling, or None."""
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        return None


def network(value: str) -> str | None:
    """A network in CIDR notation with host bits cleared, or None."""
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except ValueError:
        return None


def instant(value: str) -> datetime | None:
    """An ISO 8601 time, UTC unless it says otherwise, or None."""
    try:
        moment = datetime.fromisoformat(value)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def address_range(cidr: str) -> tuple[int, int, int]:
    """(IP version, first, last) of a network, addresses as integers."""
    net = ipaddress.ip_network(cidr)
    return net.version, int(net.network_address), int(net.broadcast_address)

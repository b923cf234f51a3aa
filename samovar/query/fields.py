"""The fields that a search can name: the event's, by ECS name, Python name or short name."""

import difflib
from typing import Literal

from msgspec import Struct

from samovar.event import ECS_NAMES

Kind = Literal["text", "integer", "number", "ip", "time"]
Fold = Literal["", "upper", "lower"]

#: A field of the open map is written ``samovar_detail.KEY`` in the tree.
DETAIL = "samovar_detail."
_DETAIL_SPELLINGS = ("samovar.detail.", DETAIL, "detail.")
_MAX_KEY = 128


class Field(Struct, frozen=True):
    """One field of an event as a search sees it."""

    name: str  # Python and column name
    ecs: str
    short: tuple[str, ...] = ()
    type: Kind = "text"
    fold: Fold = ""  # values are always stored in this case, so a search for them is put into it
    bound: bool = False  # the same in all events of a session, from its ``connect`` on


_SHORT: dict[str, tuple[str, ...]] = {
    "timestamp": ("time",),
    "event_action": ("action",),
    "event_outcome": ("outcome",),
    "event_original": ("original",),
    "event_module": ("family",),
    "event_dataset": ("dataset",),
    "network_protocol": ("protocol",),
    "network_transport": ("transport",),
    "user_name": ("user",),
    "samovar_login_password": ("password",),
    "process_command_line": ("command",),
    "http_request_method": ("method",),
    "http_request_body_content": ("body",),
    "url_original": ("url",),
    "user_agent_original": ("agent",),
    "file_name": ("file",),
    "file_hash_sha256": ("sha256",),
    "file_hash_md5": ("md5",),
    "vulnerability_id": ("cve",),
    "samovar_client_version": ("client",),
    "tls_client_ja3": ("ja3",),
    "tls_client_ja4": ("ja4",),
    "samovar_ssh_hassh": ("hassh",),
    "rule_name": ("rule",),
    "source_os_name": ("os",),
    "samovar_session_id": ("session",),
    "source_ip": ("ip",),
    "destination_port": ("port",),
    "source_geo_country_iso_code": ("country",),
    "source_geo_city_name": ("city",),
    "source_as_number": ("asn",),
    "source_as_organization_name": ("org",),
    "samovar_reputation": ("reputation",),
    "threat_technique_id": ("technique",),
}
_TYPES: dict[str, Kind] = {
    "timestamp": "time",
    "source_ip": "ip",
    "destination_ip": "ip",
    "source_geo_lat": "number",
    "source_geo_lon": "number",
    **dict.fromkeys(
        (
            "event_sequence",
            "event_duration",
            "file_size",
            "source_port",
            "destination_port",
            "source_bytes",
            "destination_bytes",
            "source_as_number",
        ),
        "integer",
    ),
}
_FOLDS: dict[str, Fold] = {
    **dict.fromkeys(("source_geo_country_iso_code", "vulnerability_id"), "upper"),
    **dict.fromkeys(
        (
            "event_action",
            "event_outcome",
            "event_module",
            "event_dataset",
            "network_transport",
            "file_hash_sha256",
            "file_hash_md5",
            "tls_client_ja3",
            "samovar_ssh_hassh",
        ),
        "lower",
    ),
}
_BOUND = frozenset(
    {
        "event_module",
        "event_dataset",
        "observer_name",
        "samovar_session_id",
        "source_ip",
        "source_port",
        "destination_ip",
        "destination_port",
        "network_transport",
        "source_geo_country_iso_code",
        "source_geo_country_name",
        "source_geo_city_name",
        "source_geo_lat",
        "source_geo_lon",
        "source_as_number",
        "source_as_organization_name",
        "samovar_reputation",
    }
)

#: Every field by its Python name, in the schema's order (the open map itself is not a field).
FIELDS: dict[str, Field] = {
    name: Field(name, ecs, _SHORT.get(name, ()), _TYPES.get(name, "text"), _FOLDS.get(name, ""), name in _BOUND)
    for name, ecs in ECS_NAMES.items()
    if name != "samovar_detail"
}

#: ``sensor:ssh`` is no field of its own: it is the part of ``event.dataset`` after the family, or a family.
SENSOR = "sensor"

#: Where a bare word is looked for, beside the values of the open map.
WORD_FIELDS: tuple[str, ...] = (
    "user_name",
    "samovar_login_password",
    "process_command_line",
    "url_original",
    "user_agent_original",
    "http_request_body_content",
    "event_original",
    "event_dataset",
    "file_name",
    "file_hash_sha256",
    "file_hash_md5",
    "vulnerability_id",
    "samovar_client_version",
    "samovar_ssh_hassh",
    "tls_client_ja3",
    "tls_client_ja4",
    "rule_name",
    "source_os_name",
    "source_ip",
    "source_geo_country_name",
    "source_geo_city_name",
    "source_as_organization_name",
    "samovar_session_id",
)

_BY_SPELLING: dict[str, str] = {
    spelling: field.name for field in FIELDS.values() for spelling in (field.name, field.ecs.lower(), *field.short)
}


def resolve(spelling: str) -> str | None:
    """The Python name for a field however it is spelt (``samovar_detail.KEY`` for a key of the map)."""
    for prefix in _DETAIL_SPELLINGS:
        if spelling.lower().startswith(prefix):
            key = spelling[len(prefix) :]
            return DETAIL + key if 0 < len(key) <= _MAX_KEY else None
    return _BY_SPELLING.get(spelling.lower())


def nearest(spelling: str) -> str | None:
    """The known name that looks most like ``spelling``, for an error's advice."""
    names = [*_BY_SPELLING, SENSOR]
    found = difflib.get_close_matches(spelling.lower()[:64], names, n=1, cutoff=0.55)
    return found[0] if found else None


def kind(name: str) -> Kind:
    """The type of a resolved field; values of the open map are text."""
    return "text" if name.startswith(DETAIL) else FIELDS[name].type


def spelt(name: str) -> str:
    """How a resolved field is best written in a search."""
    if name.startswith(DETAIL):
        return "samovar.detail." + name[len(DETAIL) :]
    field = FIELDS[name]
    return field.short[0] if field.short else field.ecs

"""The schema of everything: what a sensor states (Fact), what is stored (Event).

Names are the Elastic Common Schema's; what ECS lacks stands under ``samovar.*``. A field is spelt three
ways, always alike: Python ``source_ip``, column ``source_ip``, JSON ``source.ip``.
"""

from datetime import datetime
from typing import Literal, get_args

import msgspec
from msgspec import Struct, field

Action = Literal["connect", "hello", "login", "command", "request", "file", "exploit", "alert", "disconnect"]
Outcome = Literal["success", "failure", "unknown"]
Family = Literal["terminal", "services", "web", "elastic", "catchall", "ics", "ev", "nsm"]
Transport = Literal["tcp", "udp"]

ACTIONS: tuple[Action, ...] = get_args(Action)
FAMILIES: tuple[Family, ...] = get_args(Family)


class Fact(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a sensor saw. It has no address, time or id: those are not the sensor's to say.

    Text fields hold ``text(raw)``; where the raw bytes were not UTF-8, put their hex into
    ``samovar_detail`` under ``<field>_hex`` so that nothing is lost.
    """

    event_action: Action = field(name="event.action")
    event_outcome: Outcome = field(default="unknown", name="event.outcome")
    event_original: str | None = field(default=None, name="event.original")
    network_protocol: str | None = field(default=None, name="network.protocol")
    user_name: str | None = field(default=None, name="user.name")
    samovar_login_password: str | None = field(default=None, name="samovar.login.password")
    process_command_line: str | None = field(default=None, name="process.command_line")
    http_request_method: str | None = field(default=None, name="http.request.method")
    url_original: str | None = field(default=None, name="url.original")
    user_agent_original: str | None = field(default=None, name="user_agent.original")
    http_request_body_content: str | None = field(default=None, name="http.request.body.content")
    file_name: str | None = field(default=None, name="file.name")
    file_size: int | None = field(default=None, name="file.size")
    file_hash_sha256: str | None = field(default=None, name="file.hash.sha256")
    file_hash_md5: str | None = field(default=None, name="file.hash.md5")
    vulnerability_id: str | None = field(default=None, name="vulnerability.id")
    samovar_client_version: str | None = field(default=None, name="samovar.client.version")
    tls_client_ja3: str | None = field(default=None, name="tls.client.ja3")
    tls_client_ja4: str | None = field(default=None, name="tls.client.ja4")
    samovar_ssh_hassh: str | None = field(default=None, name="samovar.ssh.hassh")
    rule_id: str | None = field(default=None, name="rule.id")
    rule_name: str | None = field(default=None, name="rule.name")
    rule_category: str | None = field(default=None, name="rule.category")
    source_os_name: str | None = field(default=None, name="source.os.name")
    samovar_detail: dict[str, str | int | float | bool] = field(default_factory=dict, name="samovar.detail")


class Event(Fact, frozen=True, kw_only=True, omit_defaults=True):
    """A fact with its session's identity, bound once by the recorder, and what enrichment adds."""

    timestamp: datetime = field(name="@timestamp")
    event_id: str = field(name="event.id")
    event_sequence: int = field(name="event.sequence")
    event_module: Family = field(name="event.module")
    event_dataset: str = field(name="event.dataset")
    observer_name: str = field(name="observer.name")
    samovar_session_id: str = field(name="samovar.session.id")
    source_ip: str = field(name="source.ip")
    source_port: int = field(name="source.port")
    destination_ip: str = field(name="destination.ip")
    destination_port: int = field(name="destination.port")
    network_transport: Transport = field(name="network.transport")
    event_duration: int | None = field(default=None, name="event.duration")  # nanoseconds, as ECS says
    source_bytes: int | None = field(default=None, name="source.bytes")
    destination_bytes: int | None = field(default=None, name="destination.bytes")
    source_geo_country_iso_code: str | None = field(default=None, name="source.geo.country_iso_code")
    source_geo_country_name: str | None = field(default=None, name="source.geo.country_name")
    source_geo_city_name: str | None = field(default=None, name="source.geo.city_name")
    source_geo_lat: float | None = field(default=None, name="source.geo.location.lat")
    source_geo_lon: float | None = field(default=None, name="source.geo.location.lon")
    source_as_number: int | None = field(default=None, name="source.as.number")
    source_as_organization_name: str | None = field(default=None, name="source.as.organization.name")
    samovar_reputation: str | None = field(default=None, name="samovar.reputation")
    threat_technique_id: str | None = field(default=None, name="threat.technique.id")


def text(raw: bytes) -> str:
    """Readable text for raw bytes: UTF-8; what is not UTF-8, and NUL, as ``\\xNN``."""
    return raw.decode("utf-8", "backslashreplace").replace("\0", "\\x00")


def in_hex(raw: bytes) -> dict[str, str | int | float | bool]:
    """The ``samovar.detail`` of a command line that is not UTF-8: its bytes, so that nothing is lost."""
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return {"command_hex": raw.hex()}
    return {}


#: Python field name -> ECS name, for every field of an event, in the schema's order.
ECS_NAMES: dict[str, str] = {f.name: f.encode_name for f in msgspec.structs.fields(Event)}

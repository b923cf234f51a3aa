"""The configuration: one typed tree, decoded once, at start. Every key has a default; a wrong one stops the start.

``DATA/samovar.toml`` (or ``--config FILE``), then ``SAMOVAR_SECTION__KEY`` variables, then command-line options.
"""

import msgspec
from msgspec import Struct

from samovar.artefacts import ArtefactConfig
from samovar.disk import DiskConfig
from samovar.editions import Edition
from samovar.enrich.geo import GeoConfig
from samovar.fetch.config import FetchConfig
from samovar.listen.limits import Limits
from samovar.login import DEFAULT_RULES, LoginRule
from samovar.outputs.jsonl import JsonlConfig
from samovar.recordings import RecordingConfig
from samovar.sensor import Host, Sensor
from samovar.settings import Table, component, decode, refuse
from samovar.spool import SpoolConfig
from samovar.store.config import StoreConfig
from samovar.web.settings import WebConfig

SensorType = type[Sensor] | type[Host]


class TerminalConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[terminal]``: what SSH and Telnet have in common."""

    login: tuple[LoginRule, ...] = DEFAULT_RULES
    """Which logins succeed: the first rule whose user and password match decides; no match is a refusal."""


class OutputsConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where else events go."""

    jsonl: JsonlConfig = JsonlConfig()


class Settings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Keys outside any section, and the sections."""

    edition: str = "standard"
    """Which honeypots run: standard, sensor, industrial or full."""
    listen: tuple[str, ...] = ("0.0.0.0", "::")  # noqa: S104 (a honeypot is there to be reached)
    """Addresses on which the sensors listen."""
    port_offset: int = -1
    """Added to every port, wrapped into 1024 to 65535; -1: 0 where low ports are ours to bind, else 20000."""
    observer: str = ""
    """This sensor's name in every event (observer.name); empty: the persona's host name."""
    workers: int = 0
    """Processes that speak to attackers; 0: one for each core, at most 4."""
    passive_ports: tuple[int, int] = (27700, 27719)
    """First and last port for FTP data connections; shared out to the workers."""
    limits: Limits = Limits()
    spool: SpoolConfig = SpoolConfig()
    store: StoreConfig = StoreConfig()
    files: ArtefactConfig = ArtefactConfig()
    recordings: RecordingConfig = RecordingConfig()
    disk: DiskConfig = DiskConfig()
    geo: GeoConfig = GeoConfig()
    outputs: OutputsConfig = OutputsConfig()
    web: WebConfig = WebConfig()
    terminal: TerminalConfig = TerminalConfig()
    fetch: FetchConfig = FetchConfig()
    persona: dict[str, object] = {}
    """``[persona]``: any field of ``samovar persona`` that shall be fixed."""
    sensors: dict[str, Table] = {}
    """``[sensors.NAME]``: a sensor's own keys, and ``enabled`` and ``ports``."""


class Configured(Struct, frozen=True, kw_only=True):
    """One sensor that shall run: its kind, its ports, its configuration as a table."""

    kind: SensorType
    ports: tuple[int, ...]
    table: Table

    @property
    def name(self) -> str:
        """The sensor's name."""
        return self.kind.name

    def build(self) -> Sensor | Host:
        """The sensor itself."""
        return component(self.kind, self.table, f"sensors.{self.name}")


def configured(settings: Settings, edition: Edition, kinds: tuple[SensorType, ...]) -> tuple[Configured, ...]:
    """The sensors of an edition, each with its ports; the catch-all gets what no other one holds.

    Raises ValueError with one clear line for an unknown sensor, a wrong key, or a port that two sensors claim.
    """
    names = {kind.name for kind in kinds}
    for name in settings.sensors:
        if name not in names:
            raise refuse(name, names, "sensors")
    chosen = [_configure(kind, settings) for kind in kinds if kind.family in edition.families]
    running = [sensor for sensor in chosen if sensor is not None]
    claimed: dict[tuple[str, int], str] = {}
    for sensor in running:
        if sensor.kind.family == "catchall":
            continue
        for port in sensor.ports:
            place = (_transport(sensor.kind), port)
            if place in claimed:
                raise ValueError(f"configuration: {claimed[place]} and {sensor.name} both want {place[0]} port {port}")
            claimed[place] = sensor.name
    return tuple(
        msgspec.structs.replace(
            sensor, ports=tuple(p for p in sensor.ports if (_transport(sensor.kind), p) not in claimed)
        )
        if sensor.kind.family == "catchall"
        else sensor
        for sensor in running
    )


def _configure(kind: SensorType, settings: Settings) -> Configured | None:
    table = dict(settings.sensors.get(kind.name, {}))
    where = f"sensors.{kind.name}"
    general = decode(_General, {key: table.pop(key) for key in ("enabled", "ports") if key in table}, where)
    if not general.enabled:
        return None
    if "login" in kind.__annotations__ and kind.family == "terminal":
        table.setdefault("login", msgspec.to_builtins(settings.terminal.login))
    sensor = Configured(kind=kind, ports=kind.ports if general.ports is None else general.ports, table=table)
    sensor.build()  # a wrong key shall stop the start, not a worker
    return sensor


class _General(Struct, frozen=True, kw_only=True):
    """What every sensor's section may have."""

    enabled: bool = True
    """Whether it runs."""
    ports: tuple[int, ...] | None = None
    """Where it listens instead of its own ports."""

    def __post_init__(self) -> None:
        if any(not 0 < port < 65_536 for port in self.ports or ()):
            raise ValueError("ports must lie between 1 and 65535")


def _transport(kind: SensorType) -> str:
    return "udp" if kind.transport == "udp" else "tcp"

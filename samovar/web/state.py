"""What the page shows of the platform itself. The hub provides it; the page only asks."""

from pathlib import Path
from typing import Literal, Protocol

from msgspec import Struct


class Geo(Struct, frozen=True):
    """Whether there is location data, and whom to thank for it."""

    available: bool = False
    attribution: str = ""


class Worker(Struct, frozen=True):
    """A sensor worker: how often it was restarted and which lock-down layers this kernel lacks."""

    pid: int
    restarts: int = 0
    layers_missing: tuple[str, ...] = ()


class Disk(Struct, frozen=True):
    """Bytes used by DATA, allowed by the budget and free on the file system."""

    used: int = 0
    budget: int = 0
    free: int = 0
    state: Literal["ok", "shedding", "full"] = "ok"


class Health(Struct, frozen=True, kw_only=True):
    """How the platform is. ``lag`` is seconds from the spool to the store; ``drops`` counts by kind.

    ``datagrams`` is the broker's account since it was last started: ``received``, of those ``dropped`` because a worker
    did not keep up; replies ``sent``, ``suppressed`` as more than a peer may get, ``unknown`` for a dialogue that is
    over, ``malformed`` as no sound worker asks for them, ``failed`` in the kernel. Empty where nothing listens on UDP.
    """

    status: Literal["ok", "degraded"] = "ok"
    version: str
    uptime: float
    demo: bool = False
    geo: Geo = Geo()
    events: int = 0
    lag: float = 0.0
    drops: dict[str, int] = {}
    datagrams: dict[str, int] = {}
    workers: tuple[Worker, ...] = ()
    disk: Disk = Disk()


class Port(Struct, frozen=True):
    """One line of DATA/ports.json: ``port`` is what the attacker dials, ``bound`` where it listens."""

    sensor: str
    family: str
    transport: str
    port: int
    bound: str


class SensorCount(Struct, frozen=True):
    """What one sensor has seen since start."""

    family: str
    sensor: str
    sessions: int
    events: int


class Process(Struct, frozen=True):
    """One process of the platform and its resident memory in bytes."""

    name: str
    pid: int
    resident: int


class Counters(Struct, frozen=True, kw_only=True):
    """Running totals since start, for /metrics. ``lag`` in seconds, ``store`` in bytes."""

    sessions: int = 0
    active: int = 0
    events: int = 0
    drops: dict[str, int] = {}
    lag: float = 0.0
    store: int = 0
    sensors: tuple[SensorCount, ...] = ()
    processes: tuple[Process, ...] = ()


class Backup(Struct, frozen=True):
    """A copy of the store, made beneath DATA for the caller to take away; ``path`` is relative to DATA."""

    path: str


class Technique(Struct, frozen=True):
    """A technique of MITRE ATT&CK and the page that describes it."""

    id: str
    name: str
    url: str


class State(Protocol):
    """The platform's own state. Called from several threads; each call should take milliseconds."""

    def health(self) -> Health: ...
    def sensors(self) -> tuple[Port, ...]: ...
    def counters(self) -> Counters: ...
    def artefact(self, sha256: str) -> Path | None:
        """Where the artefact with this hash (64 lower-case hex digits) lies, or None."""
        ...

    def recording(self, session_id: str) -> Path | None:
        """Where the recording of a session's terminal lies, or None."""
        ...

    def recording_grows(self, session_id: str) -> bool:
        """Whether more may come to the recording: the session runs."""
        ...

    def techniques(self) -> tuple[Technique, ...]:
        """Those that events may name."""
        ...

    def backup(self) -> Backup:
        """Copy the store, as it is now, while it runs. May take minutes. Raises OSError."""
        ...

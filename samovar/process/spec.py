"""What the supervisor is told to run, and what it says about itself. Plain data that crosses process borders."""

from typing import Literal

from msgspec import Struct

from samovar.event import Family


class TapSpec(Struct, frozen=True, kw_only=True):
    """One place to listen: a sensor, the port it stands for, and the address that is really bound."""

    sensor: str
    family: Family
    transport: Literal["tcp", "tls", "udp"]
    port: int  # what it stands for, e.g. 22
    host: str  # a numeric address, IPv4 or IPv6
    bind_port: int  # what is bound, e.g. 20022; 0 lets the kernel choose
    amplifies: int = 0  # UDP: bytes of the largest reply that may be longer than what the peer sent


class Spec(Struct, frozen=True, kw_only=True):
    """One installation's run. The bytes are opaque here: JSON that the fork server's and the hub's makers decode."""

    data: str  # the DATA directory
    taps: tuple[TapSpec, ...]
    workers: int = 1
    observer: str = "sensor"  # observer.name of every event
    web: tuple[str, int] | None = None  # address of the page; None: no page
    data_ports: tuple[int, int] | None = None  # first and last passive data port, shared out to the workers
    data_hosts: tuple[str, ...] = ()  # addresses on which the data ports are bound
    persona: bytes = b"{}"
    sensors: bytes = b"{}"  # the sensors' configuration
    limits: bytes = b"{}"  # listen's limits
    udp_replies_per_minute: int = 60  # to one source
    udp_replies_per_second: int = 1000  # in all
    fetch: bytes = b""  # the fetcher's configuration; empty: there is none
    hub: bytes = b"{}"  # whatever the hub needs: spool, store, enrich, web


def fetcher_slot(spec: Spec) -> int:
    """The fetcher's number among the fork server's children: the broker's is the one after the last worker's."""
    return spec.workers + 1


class Port(Struct, frozen=True, kw_only=True):
    """One line of DATA/ports.json."""

    sensor: str
    family: Family
    transport: Literal["tcp", "udp"]
    port: int
    bound: str  # "127.0.0.1:20022" or "[::1]:20022"


class WorkerStatus(Struct, frozen=True, kw_only=True):
    """One worker as the supervisor sees it; pid 0 while it is being restarted."""

    slot: int
    pid: int
    ready: bool
    restarts: int
    layers_missing: tuple[str, ...] = ()  # one line each, empty if fully locked


class BrokerStats(Struct, kw_only=True):
    """What the broker has done since it started, in datagrams."""

    received: int = 0
    sent: int = 0
    dropped: int = 0  # the worker's queue was full
    suppressed: int = 0  # replies beyond what a peer may get
    unknown: int = 0  # replies to nobody: the flow is over, or was never this worker's
    malformed: int = 0  # frames that no sound worker sends
    failed: int = 0  # replies that the kernel refused: no route, no room, too long


class Status(Struct, frozen=True, kw_only=True):
    """How the installation stands; sent to the hub whenever it changes."""

    pid: int  # the supervisor's
    started: float  # seconds since 1970
    workers: tuple[WorkerStatus, ...]
    broker: WorkerStatus | None  # None: nothing listens on UDP
    hub_restarts: int
    ports: tuple[Port, ...]
    web: str  # "127.0.0.1:64296", or "" without a page
    failures: tuple[str, ...]  # ports that could not be bound: one line each

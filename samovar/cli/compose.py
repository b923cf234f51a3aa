"""From configuration and command line to what the supervisor is told to run."""

import os
import socket
from argparse import Namespace
from pathlib import Path

import msgspec
from msgspec import Struct

from samovar.config import Configured, Settings, configured
from samovar.editions import EDITIONS, Edition
from samovar.listen.limits import Limits
from samovar.process.spec import Spec, TapSpec
from samovar.settings import Table, decode, overlay, read

OFFSET = 20_000
_RESERVED = ("SAMOVAR_DATA", "SAMOVAR_SKIP_PAGE")  # of the command line, and of the build
_CAP_NET_BIND_SERVICE = 10  # linux/capability.h


class HubPlan(Struct, frozen=True, kw_only=True):
    """What the hub has to know."""

    settings: Settings
    pages: bool
    lines: bool  # whether to print a line per attack


def settings(data: Path, args: Namespace) -> Settings:
    """The configuration in force for a command. Raises ValueError with one clear line."""
    path = Path(args.config) if args.config else data / "samovar.toml"
    table = read(path) if args.config or path.exists() else {}
    table = overlay(table, os.environ, _RESERVED)
    return decode(Settings, _options(table, args))


def edition(chosen: Settings) -> Edition:
    """The edition that the settings name."""
    if chosen.edition not in EDITIONS:
        raise ValueError(f"configuration, edition: '{chosen.edition}' is none of {', '.join(EDITIONS)}")
    return EDITIONS[chosen.edition]


def spec(data: Path, chosen: Settings, *, lines: bool) -> Spec:
    """Everything that runs, decided. Draws the persona when DATA has none. Raises ValueError, OSError."""
    from samovar.persona.draw import load
    from samovar.sensors import SENSORS
    from samovar.web.settings import address

    kind = edition(chosen)
    sensors = configured(chosen, kind, SENSORS)
    if not sensors:
        raise ValueError(f"no sensor is enabled in edition '{kind.name}': enable some under [sensors], or take another")
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    persona = load(data, chosen.persona)
    workers = chosen.workers or min(4, os.cpu_count() or 1)
    offset = port_offset(chosen)
    return Spec(
        data=str(data.absolute()),
        taps=_taps(sensors, chosen.listen, offset),
        workers=workers,
        observer=chosen.observer or persona.host_name,
        web=address(chosen.web.listen) if kind.pages else None,
        data_ports=chosen.passive_ports if any(sensor.name == "ftp" for sensor in sensors) else None,
        data_hosts=chosen.listen,
        persona=msgspec.json.encode(persona),
        sensors=msgspec.json.encode({sensor.name: sensor.table for sensor in sensors}),
        limits=msgspec.json.encode(_shared_out(chosen.limits, workers)),
        udp_replies_per_minute=chosen.limits.udp_replies_per_minute,
        udp_replies_per_second=chosen.limits.udp_replies_per_second,
        fetch=msgspec.json.encode(chosen.fetch) if chosen.fetch.enabled else b"",
        hub=msgspec.json.encode(HubPlan(settings=chosen, pages=kind.pages, lines=lines)),
    )


def port_offset(chosen: Settings) -> int:
    """What is added to every port."""
    if chosen.port_offset >= 0:
        return chosen.port_offset
    return 0 if may_bind_low_ports() else OFFSET


def may_bind_low_ports() -> bool:
    """Whether this process may listen below 1024."""
    status = Path("/proc/self/status").read_text()
    effective = int(next(line.split()[1] for line in status.splitlines() if line.startswith("CapEff:")), 16)
    first = int(Path("/proc/sys/net/ipv4/ip_unprivileged_port_start").read_text())
    return bool(effective >> _CAP_NET_BIND_SERVICE & 1) or first <= 21


def shifted(port: int, offset: int) -> int:
    """Where ``port`` is bound: moved by ``offset``, wrapped into 1024 to 65535."""
    moved = port + offset
    return moved if moved < 65_536 else 1024 + (moved - 65_536) % 64_512


def _options(table: Table, args: Namespace) -> Table:
    """Command-line options win."""
    result = dict(table)
    for option in ("edition", "listen", "port_offset"):
        value = getattr(args, option, None)
        if value is not None:
            result[option] = value
    if getattr(args, "web", None):
        result["web"] = {**result.get("web", {}), "listen": args.web}
    return result


def _taps(sensors: tuple[Configured, ...], hosts: tuple[str, ...], offset: int) -> tuple[TapSpec, ...]:
    return tuple(
        TapSpec(
            sensor=sensor.name,
            family=sensor.kind.family,
            transport=sensor.kind.transport,
            port=port,
            host=host,
            bind_port=shifted(port, offset),
            amplifies=getattr(sensor.kind, "amplifies", 0),
        )
        for sensor in sensors
        for port in sensor.ports
        for host in _usable(hosts)
    )


def _usable(hosts: tuple[str, ...]) -> tuple[str, ...]:
    """Without IPv6 in the kernel, ``::`` is silently left out: it stands for "whatever there is"."""
    return hosts if socket.has_ipv6 and Path("/proc/net/if_inet6").exists() else tuple(h for h in hosts if h != "::")


def _shared_out(limits: Limits, workers: int) -> Limits:
    """Configured for the whole, handed to each worker. One source's sessions may all meet in one worker or spread."""
    each = {name: max(1, -(-getattr(limits, name) // workers)) for name in ("sessions", "udp_dialogues")}
    return msgspec.structs.replace(limits, **each)

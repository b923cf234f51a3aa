"""The commands about the platform itself: status and sensors."""

from argparse import Namespace
from pathlib import Path

import msgspec

from samovar.cli.ask import Api
from samovar.cli.running import Running, running
from samovar.cli.text import size, table
from samovar.process.spec import Port
from samovar.web.state import Health


def status(data: Path, args: Namespace) -> int:
    """What runs, and how it is. Exit code 3 when nothing runs, as init scripts have it."""
    state = running(data)
    if state is None:
        print('{"running": false}' if args.json else f"Nothing runs on {data}. Start it: samovar up --data {data}")
        return 3
    if not state.url:
        print(f"Samovar runs (process {state.pid}), without a page.")
        return 0
    raw = Api(data, state).get("health")
    print(raw.decode()) if args.json else _show(state, msgspec.json.decode(raw, type=Health))
    return 0


def sensors(data: Path, args: Namespace) -> None:
    """What listens where."""
    path = data / "ports.json"
    if running(data) is None or not path.exists():
        raise ValueError(f"nothing runs on {data}; start it: samovar up --data {data}")
    raw = path.read_bytes()
    if args.json:
        print(raw.decode())
        return
    ports = msgspec.json.decode(raw, type=tuple[Port, ...])
    table(
        ("family", "sensor", "transport", "port", "bound"),
        [(port.family, port.sensor, port.transport, port.port, port.bound) for port in ports],
        right=(3,),
    )


def _show(state: Running, health: Health) -> None:
    restarts = sum(worker.restarts for worker in health.workers)
    dropped = {name: count for name, count in health.drops.items() if count}
    rows: list[tuple[str, object]] = [
        ("state", health.status),
        ("version", health.version),
        ("page", state.url),
        ("running for", f"{health.uptime / 3600:.1f} h"),
        ("events since start", health.events),
        ("behind by", f"{health.lag:.1f} s"),
        ("lost", ", ".join(f"{name} {count}" for name, count in dropped.items()) or "nothing"),
        ("disk", f"{size(health.disk.used)} of {size(health.disk.budget)}, {size(health.disk.free)} free: "
                 f"{health.disk.state}"),
        ("locations", "known" if health.geo.available else "unknown (no location data)"),
        ("processes", f"{len(health.workers)}, restarted {restarts} times"),
    ]  # fmt: skip
    if health.datagrams:
        told = "{received} came, {sent} replies sent, {suppressed} withheld".format(**health.datagrams)
        rows.append(("datagrams", told))
    missing = {line for worker in health.workers for line in worker.layers_missing}
    rows += [("lock-down without", line) for line in sorted(missing)]
    table(("", ""), rows)

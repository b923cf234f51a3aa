"""The platform's counters in Prometheus' text format (version 0.0.4)."""

from collections.abc import Iterable, Mapping

from samovar.web.state import Counters, Health

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[Mapping[str, str], float]


def exposition(counters: Counters, health: Health, streams: int) -> str:
    """All samples; ``streams`` is how many live feeds are open."""
    return _totals(counters, health) + _state(counters, health, streams)


def _totals(counters: Counters, health: Health) -> str:
    sensors = [({"family": s.family, "sensor": s.sensor}, s) for s in counters.sensors]
    parts = (
        _family("samovar_build_info", "gauge", "The version that runs.", [({"version": health.version}, 1)]),
        _family("samovar_uptime_seconds", "gauge", "Seconds since start.", [({}, health.uptime)]),
        _family("samovar_sessions_total", "counter", "Attacks since start.", [({}, counters.sessions)]),
        _family("samovar_sessions_active", "gauge", "Attacks going on.", [({}, counters.active)]),
        _family("samovar_events_total", "counter", "Events since start.", [({}, counters.events)]),
        _family(
            "samovar_dropped_total",
            "counter",
            "What could not be taken in, by kind.",
            [({"kind": kind}, count) for kind, count in sorted(counters.drops.items())],
        ),
        _family(
            "samovar_datagrams_total",
            "counter",
            "UDP datagrams and replies at the broker since it was started, by what became of them.",
            [({"kind": kind}, count) for kind, count in sorted(health.datagrams.items())],
        ),
        _family(
            "samovar_sensor_sessions_total",
            "counter",
            "Attacks since start, by sensor.",
            [(labels, sensor.sessions) for labels, sensor in sensors],
        ),
        _family(
            "samovar_sensor_events_total",
            "counter",
            "Events since start, by sensor.",
            [(labels, sensor.events) for labels, sensor in sensors],
        ),
    )
    return "".join(parts)


def _state(counters: Counters, health: Health, streams: int) -> str:
    parts = (
        _family("samovar_lag_seconds", "gauge", "How far the store is behind the spool.", [({}, counters.lag)]),
        _family("samovar_store_bytes", "gauge", "Bytes the store has on disk.", [({}, counters.store)]),
        _family(
            "samovar_process_resident_memory_bytes",
            "gauge",
            "Resident memory of each process.",
            [({"process": p.name, "pid": str(p.pid)}, p.resident) for p in counters.processes],
        ),
        _family("samovar_disk_used_bytes", "gauge", "Bytes that DATA has on disk.", [({}, health.disk.used)]),
        _family("samovar_disk_budget_bytes", "gauge", "Bytes that DATA may have.", [({}, health.disk.budget)]),
        _family("samovar_disk_free_bytes", "gauge", "Bytes free on the file system.", [({}, health.disk.free)]),
        _family(
            "samovar_worker_restarts_total",
            "counter",
            "Restarts of each sensor worker.",
            [({"worker": str(i)}, worker.restarts) for i, worker in enumerate(health.workers)],
        ),
        _family("samovar_live_streams", "gauge", "Live feeds that are open.", [({}, streams)]),
    )
    return "".join(parts)


def _family(name: str, kind: str, text: str, samples: Iterable[Sample]) -> str:
    lines = [f"# HELP {name} {text}", f"# TYPE {name} {kind}"]
    lines += [f"{name}{_labels(labels)} {_number(value)}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(float(value))

"""The hub's account of itself: what /health, /metrics and the sensors page say."""

import os
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Protocol

import msgspec

from samovar import __version__
from samovar.artefacts import Artefacts
from samovar.demo import is_demo
from samovar.disk import Keeper
from samovar.enrich.technique import TECHNIQUES
from samovar.listen import Stats as ListenStats
from samovar.pipeline import Lag
from samovar.process.channel import Stats as WorkerStats
from samovar.process.hubloop import Hub
from samovar.process.spec import BrokerStats
from samovar.recordings import Recordings
from samovar.store import DuckStore
from samovar.web.state import Backup, Counters, Disk, Geo, Health, Port, Process, SensorCount, Technique, Worker

_PAGE = os.sysconf("SC_PAGE_SIZE")


class Taken(Protocol):
    """What has come in from the workers."""

    workers: dict[int, WorkerStats]
    taken: Counter[str]


class Account:
    """Implements ``web.state.State``. Called from any thread."""

    def __init__(
        self,
        hub: Hub,
        store: DuckStore,
        artefacts: Artefacts,
        recordings: Recordings,
        intake: Taken,
        lag: Callable[[], dict[str, Lag]],
        keeper: Keeper,
        geo: Geo,
        missing: tuple[str, ...],
    ) -> None:
        self._hub, self._store, self._artefacts, self._recordings = hub, store, artefacts, recordings
        self._intake = intake
        self._lag, self._keeper, self._geo, self._missing = lag, keeper, geo, missing
        self._copying = threading.Lock()
        self._demo = is_demo(Path(hub.spec.data))

    def health(self) -> Health:
        """How everything is now."""
        status, kept, drops = self._hub.status, self._keeper.state, self._drops()
        forked = (*status.workers, *((status.broker,) if status.broker else ()))
        workers = tuple(Worker(w.pid, w.restarts, w.layers_missing) for w in forked)
        lag = max((feed.seconds for feed in self._lag().values()), default=0.0)
        troubled = any(drops.values()) or kept.state != "ok" or lag > 60 or not all(w.ready for w in forked)
        return Health(
            status="degraded" if troubled else "ok",
            version=__version__,
            uptime=round(time.time() - status.started, 1),
            demo=self._demo,
            geo=self._geo,
            events=self._hub.received.events,
            lag=round(lag, 3),
            drops=drops,
            datagrams=msgspec.to_builtins(self._broker()) if status.broker else {},
            workers=(*workers, Worker(os.getpid(), status.hub_restarts, self._missing)),
            disk=Disk(kept.used, kept.budget, kept.free, kept.state),
        )

    def sensors(self) -> tuple[Port, ...]:
        """What listens where."""
        return tuple(Port(p.sensor, p.family, p.transport, p.port, p.bound) for p in self._hub.ports)

    def counters(self) -> Counters:
        """Running totals since start."""
        families = {port.sensor: port.family for port in self._hub.ports}
        totals: dict[str, int] = dict.fromkeys(families, 0)
        active = 0
        for service in self._services():
            for name, counts in service.sensors.items():
                totals[name] = totals.get(name, 0) + counts.total
                active += counts.open
        return Counters(
            sessions=sum(totals.values()),
            active=active,
            events=self._hub.received.events,
            drops=self._drops(),
            lag=max((feed.seconds for feed in self._lag().values()), default=0.0),
            store=self._store.size(),
            sensors=tuple(self._count(families.get(name, ""), name, n) for name, n in sorted(totals.items())),
            processes=tuple(self._processes()),
        )

    def _count(self, family: str, sensor: str, sessions: int) -> SensorCount:
        return SensorCount(family, sensor, sessions, self._intake.taken[f"{family}.{sensor}"])

    def artefact(self, sha256: str) -> Path | None:
        """Where an artefact lies."""
        return self._artefacts.path(sha256)

    def recording(self, session_id: str) -> Path | None:
        """Where a session's recording lies."""
        return self._recordings.path(session_id)

    def recording_grows(self, session_id: str) -> bool:
        """Whether the session's terminal is still there."""
        return self._recordings.live(session_id)

    def techniques(self) -> tuple[Technique, ...]:
        """What the table knows."""
        return tuple(Technique(known.id, known.name, known.url) for known in TECHNIQUES)

    def backup(self) -> Backup:
        """Copy the store beneath DATA; what an earlier, broken backup left there goes first."""
        with self._copying:
            target = Path(self._hub.spec.data) / "backup"
            shutil.rmtree(target, ignore_errors=True)
            self._store.backup(target)
        return Backup(target.name)

    def _drops(self) -> dict[str, int]:
        workers = list(self._intake.workers.values())
        received = self._hub.received
        counts = {
            "events": sum(w.dropped_events for w in workers) + self._keeper.state.shed.events,
            "artefacts": sum(w.dropped_artefacts for w in workers) + received.lost_artefacts + self._artefacts.refused,
            "terminal": sum(w.dropped_terminal for w in workers) + self._recordings.refused,
            "malformed": received.bad + self._broker().malformed,
            "damaged": sum(feed.damaged for feed in self._lag().values()),
            "datagrams": self._broker().dropped,
        }
        services = list(self._services())
        # A session closed for a cap, or a reply not sent, is how it should be: no loss.
        for name in ("refused", "crashes", "emfile"):
            counts[name] = sum(getattr(service, name) for service in services)
        return counts

    def _broker(self) -> BrokerStats:
        stats = self._intake.workers.get(self._hub.spec.workers)  # its place is the one after the last worker's
        try:
            return msgspec.json.decode(bytes(stats.service), type=BrokerStats) if stats else BrokerStats()
        except msgspec.MsgspecError:
            return BrokerStats()

    def _services(self) -> Iterable[ListenStats]:
        for slot, stats in list(self._intake.workers.items()):
            if slot == self._hub.spec.workers:
                continue
            try:
                yield msgspec.json.decode(bytes(stats.service), type=ListenStats)
            except msgspec.MsgspecError:
                continue  # a worker that was taken over may say anything

    def _processes(self) -> Iterable[Process]:
        status = self._hub.status
        named = [("supervisor", status.pid), ("hub", os.getpid())]
        named += [(f"worker-{worker.slot}", worker.pid) for worker in status.workers if worker.pid]
        named += [("broker", status.broker.pid)] if status.broker and status.broker.pid else []
        for name, pid in named:
            try:
                pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            except (OSError, IndexError, ValueError):
                continue  # it has just ended
            yield Process(name, pid, pages * _PAGE)

"""The hub's body: channels -> spool -> enrich -> store -> page, in one process that only DATA can be written from."""

import logging
import os
import sys
import threading
import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

import msgspec

from samovar.artefacts import Artefacts
from samovar.cli.account import Account
from samovar.cli.compose import HubPlan
from samovar.cli.enrichers import geo
from samovar.cli.logs import begin
from samovar.cli.text import safe
from samovar.enrich.geo import Geo as Places
from samovar.enrich.technique import technique
from samovar.event import Event
from samovar.pipeline import Pipeline, Publish
from samovar.process.channel import Stats
from samovar.process.hubloop import Hub
from samovar.process.lockdown import harden_hub
from samovar.spool import Spool
from samovar.store import DuckStore
from samovar.store.interface import Position
from samovar.web.app import create_app
from samovar.web.live import Live
from samovar.web.server import WebServer, serve
from samovar.web.state import Disk, Geo

_log = logging.getLogger(__name__)


class Intake:
    """What arrives from the workers goes to disk: see ``process.receiver.Inbox``."""

    def __init__(self, spool: Spool, artefacts: Artefacts) -> None:
        self._spool, self._artefacts = spool, artefacts
        self._recent = spool.recent_ids()
        self._lock = threading.Lock()  # the receiver appends, the sweeper syncs
        self.workers: dict[int, Stats] = {}

    def events(self, lines: bytes, events: Sequence[Event]) -> None:
        with self._lock:
            self._spool.append(lines, len(events))
            if self._spool.due():
                self._spool.sync()

    def artefact(self, sha256: str, data: bytes) -> None:
        self._artefacts.put(sha256, data)

    def stats(self, slot: int, stats: Stats) -> None:
        self.workers[slot] = stats

    def has(self, event_id: str) -> bool:
        return event_id in self._recent

    def sweep(self) -> None:
        """Sync what was appended a while ago and nothing has followed."""
        with self._lock:
            if self._spool.due():
                self._spool.sync()


def hub(data: Path, args: Namespace) -> NoReturn:
    """Run until the supervisor says stop."""
    begin("hub")
    link = Hub.connect()
    plan = msgspec.json.decode(link.spec.hub, type=HubPlan)
    folder = Path(link.spec.data)
    places = geo(folder, plan.settings)  # opens its files while it may
    if places.trouble:
        _log.warning("%s", places.trouble)
    missing = harden_hub(str(folder))
    spool = Spool(folder / "spool", plan.settings.spool)
    artefacts = Artefacts(folder / "files", plan.settings.files)
    intake = Intake(spool, artefacts)
    stop = threading.Event()
    _Body(link, plan, spool, artefacts, intake, places, missing, stop).run()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)  # all is on disk; the interpreter's own tidying up is slow and chatty with this database


class _Body:
    """The parts that run, and the order in which they begin and end."""

    def __init__(
        self,
        link: Hub,
        plan: HubPlan,
        spool: Spool,
        artefacts: Artefacts,
        intake: Intake,
        places: Places,
        missing: tuple[str, ...],
        stop: threading.Event,
    ) -> None:
        folder = Path(link.spec.data)
        self._link, self._spool, self._intake, self._stop = link, spool, intake, stop
        self._missing = missing
        self._live = Live(streams_per_user=plan.settings.web.streams_per_user)
        self._store = DuckStore(folder / "store", plan.settings.store) if plan.pages else None
        self._pipeline = Pipeline(
            spool,
            (places, technique),
            self._store,
            Position,
            publish=_both(self._live.publish, plan.lines and sys.stdout.isatty()),
        )
        self._server: WebServer | None = None
        if self._store is not None and link.web is not None:
            account = Account(
                link,
                self._store,
                artefacts,
                intake.workers,
                self._pipeline.lag,
                Disk,
                Geo(places.available, places.attribution),
                missing,
            )
            app = create_app(self._store, self._live, account, plan.settings.web, data=folder)
            self._server = serve(app, link.web, plan.settings.web, closing=self._live.stop)

    def run(self) -> None:
        """Begin, serve, and end with everything on disk."""
        threads = [
            threading.Thread(target=self._pipeline.run, args=(self._stop,), name="pipeline"),
            threading.Thread(target=self._sweep, name="sweeper"),
        ]
        for thread in threads:
            thread.start()
        self._link.start(self._intake, self._end)
        if self._server is None:
            self._link.ready(self._missing)
            self._stop.wait()
        else:
            threading.Thread(target=self._announce, name="announce", daemon=True).start()
            self._server.run()
        self._stop.set()
        if not self._link.finish():
            _log.error("not everything that the workers sent could be taken in")
        for thread in threads:
            thread.join()
        self._spool.sync()
        self._pipeline.close()
        self._spool.close()
        if self._store is not None:
            self._store.close()

    def _end(self) -> None:
        self._stop.set()
        if self._server is not None:
            self._server.stop()

    def _announce(self) -> None:
        while self._server is not None and not self._server.started and not self._stop.wait(0.01):
            pass
        self._link.ready(self._missing)

    def _sweep(self) -> None:
        beat = 0
        while not self._stop.wait(0.25):
            beat += 1
            try:
                self._intake.sweep()
                if beat % 20 == 0:
                    self._spool.maintain()
            except OSError as error:
                _log.warning("spool: %s", error)


def _both(publish: Publish, lines: bool) -> Publish:
    if not lines:
        return publish

    def told(events: Sequence[Event]) -> None:
        publish(events)
        for event in events:
            if event.event_action in ("login", "command", "request", "file", "exploit"):
                print(_line(event), flush=True)

    return told


def _line(event: Event) -> str:
    when = time.strftime("%H:%M:%S", event.timestamp.timetuple())
    what = event.process_command_line or event.url_original or event.file_name or ""
    if event.event_action == "login":
        what = f"{event.user_name or ''}:{event.samovar_login_password or ''} {event.event_outcome}"
    country = event.source_geo_country_iso_code or "--"
    protocol = event.event_dataset.partition(".")[2]
    return f"{when}  {country:2}  {safe(event.source_ip):39} {protocol:10} {event.event_action:8} {safe(what)[:160]}"

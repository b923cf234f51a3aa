"""The hub's body: channels -> spool -> enrich -> store -> page, in one process that only DATA can be written from."""

import logging
import os
import sys
import threading
import time
from argparse import Namespace
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

import msgspec

from samovar.artefacts import Artefacts
from samovar.cli.account import Account
from samovar.cli.compose import HubPlan
from samovar.cli.enrichers import geo as location_data
from samovar.cli.logs import begin
from samovar.cli.text import safe
from samovar.disk import Keeper
from samovar.enrich.geo import Geo as Places
from samovar.enrich.technique import technique
from samovar.event import Event
from samovar.outputs.jsonl import Jsonl
from samovar.pipeline import Pipeline, Publish
from samovar.process.channel import Stats
from samovar.process.hubloop import Hub
from samovar.process.lockdown import harden_hub
from samovar.process.terminals import Piece
from samovar.recordings import Recordings
from samovar.spool import Spool
from samovar.store import DuckStore
from samovar.store.interface import Position
from samovar.web.app import create_app
from samovar.web.live import Live
from samovar.web.server import WebServer, serve
from samovar.web.state import Geo

_log = logging.getLogger(__name__)
SWEEP_SECONDS = 0.25
LAST_SECONDS = 0.5
UPKEEP_BEATS = 16


class Intake:
    """What arrives from the workers goes to disk: see ``process.receiver.Inbox``."""

    def __init__(self, keeper: Keeper, recordings: Recordings, recent: set[str]) -> None:
        self._keeper, self._recordings, self._recent = keeper, recordings, recent
        self.workers: dict[int, Stats] = {}
        self.taken: Counter[str] = Counter()  # events since the start, by dataset

    def events(self, lines: bytes, events: Sequence[Event]) -> None:
        """Append; synced at once if the last sync is long ago, else by the sweeper."""
        self._keeper.append(lines, len(events))
        self.taken.update(event.event_dataset for event in events)
        self._keeper.sync()

    def artefact(self, sha256: str, data: bytes) -> None:
        """Keep, or count what finds no room."""
        self._keeper.keep(sha256, data)

    def terminal(self, slot: int, piece: Piece) -> None:
        """Into its recording."""
        self._recordings.take(slot, piece)

    def stats(self, slot: int, stats: Stats) -> None:
        """A worker's counters."""
        before = self.workers.get(slot)
        if before is not None and before.pid != stats.pid:
            self._recordings.left(slot)
        self.workers[slot] = stats

    def has(self, event_id: str) -> bool:
        """Whether it was appended before this hub started."""
        return event_id in self._recent


def hub(data: Path, args: Namespace) -> NoReturn:
    """Run until the supervisor says stop."""
    begin("hub")
    link = Hub.connect()
    plan = msgspec.json.decode(link.spec.hub, type=HubPlan)
    folder = Path(link.spec.data)
    places = location_data(folder, plan.settings)  # opens its files while it may
    if places.trouble:
        _log.warning("%s", places.trouble)
    missing = harden_hub(str(folder))
    _Body(link, plan, places, missing).run()
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)  # all is on disk; the interpreter's own tidying up is slow and chatty with this database


class _Body:
    """The parts that run, and the order in which they begin and end."""

    def __init__(self, link: Hub, plan: HubPlan, places: Places, missing: tuple[str, ...]) -> None:
        folder, chosen = Path(link.spec.data), plan.settings
        self._link, self._missing = link, missing
        self._ending, self._stop = threading.Event(), threading.Event()  # asked to end; threads shall end
        self._spool = Spool(folder / "spool", chosen.spool)
        artefacts = Artefacts(folder / "files", chosen.files)
        self._recordings = Recordings(folder / "recordings", chosen.recordings)
        self._live = Live(streams_per_user=chosen.web.streams_per_user)
        self._store = DuckStore(folder / "store", chosen.store) if plan.pages else None
        jsonl = chosen.outputs.jsonl
        outputs = (Jsonl(jsonl, folder),) if jsonl.path else ()
        publish = _both(self._live.publish, plan.lines and sys.stdout.isatty())
        self._pipeline = Pipeline(self._spool, (places, technique), self._store, Position, outputs, publish)
        self._keeper = Keeper(
            self._spool,
            self._store,
            artefacts,
            chosen.disk,
            folder,
            taken=self._pipeline.taken,
            casts=self._recordings,
        )
        self._intake = Intake(self._keeper, self._recordings, self._spool.recent_ids())
        self._server: WebServer | None = None
        if self._store is not None and link.web is not None:
            geo = Geo(places.available, places.attribution)
            account = Account(
                link,
                self._store,
                artefacts,
                self._recordings,
                self._intake,
                self._pipeline.lag,
                self._keeper,
                geo,
                missing,
            )
            app = create_app(self._store, self._live, account, chosen.web, data=folder)
            self._server = serve(app, link.web, chosen.web, closing=self._live.stop)

    def run(self) -> None:
        """Begin, serve, and end with everything on disk."""
        threading.excepthook = self._failed
        threads = [
            threading.Thread(target=self._pipeline.run, args=(self._stop,), name="pipeline"),
            threading.Thread(target=self._sweep, name="sweeper"),
        ]
        for thread in threads:
            thread.start()
        self._link.start(self._intake, self._end)
        if self._server is None:
            self._link.ready(self._missing)
            self._ending.wait()
        else:
            threading.Thread(target=self._announce, name="announce", daemon=True).start()
            self._server.run()
        if not self._link.finish():
            _log.error("not everything that the workers sent could be taken in")
        self._stop.set()
        for thread in threads:
            thread.join()
        self._keeper.close()
        self._take_the_rest()
        self._spool.sync()
        self._pipeline.close()
        self._spool.close()
        if self._store is not None:
            self._store.close()

    def _failed(self, failure: threading.ExceptHookArgs) -> None:
        """A consumer of the spool has ended that should not: better to be started afresh than to go on without it."""
        name = failure.thread.name if failure.thread else ""
        _log.critical("thread %s has failed", name, exc_info=failure.exc_value)
        if name in ("pipeline", "sweeper", *(feed.name for feed in self._pipeline.feeds)):
            os._exit(70)

    def _take_the_rest(self) -> None:
        """What came last goes into the store now, as far as a moment allows; the spool has it in any case."""
        until = time.monotonic() + LAST_SECONDS
        try:
            while self._pipeline.step() and time.monotonic() < until:
                pass
        except OSError as error:
            _log.warning("the last events will reach the store at the next start: %s", error)

    def _end(self) -> None:
        self._ending.set()
        if self._server is not None:
            self._server.stop()

    def _announce(self) -> None:
        while self._server is not None and not self._server.started and not self._ending.wait(0.01):
            pass
        self._link.ready(self._missing)

    def _sweep(self) -> None:
        """Sync what nothing has followed; every few seconds seal, compress, and keep to the budget."""
        beat = 0
        while not self._stop.wait(SWEEP_SECONDS):
            _try(self._keeper.sync)
            _try(self._recordings.sync)
            # The keeper first: on a full disk, sealing fails until it has made room.
            if beat % UPKEEP_BEATS == 0:
                _try(self._keeper.step)
                _try(self._spool.maintain)
            beat += 1


def _try(work: Callable[[], object]) -> None:
    """A broken or full disk is said, and tried again at the next beat."""
    try:
        work()
    except OSError as error:
        _log.warning("upkeep: %s", error)


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
    return (
        f"{when}  {country:2}  {safe(event.source_ip):39} {safe(protocol):10} {event.event_action:8} {safe(what)[:160]}"
    )

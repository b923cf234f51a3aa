"""Spool -> enrich -> store, outputs, live feed. Each consumer has its own place and its own pace.

The store keeps the place itself, in the transaction that takes the events in: each event arrives exactly
once. An output's place is kept by the spool after the output has accepted: at least once.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Generic, Protocol, TypeVar

import msgspec
from msgspec import Struct

from samovar.event import Event
from samovar.spool import Batch, Position, Spool

log = logging.getLogger(__name__)

Enricher = Callable[[Event], Event]
Publish = Callable[[Sequence[Event]], None]

BATCH_EVENTS = 2000
LINGER = 0.1  # seconds in which events gather, so that a batch is worth its transaction
PATIENCE = (0.25, 30.0)  # seconds between tries: the first, doubled up to the last


class Place(Protocol):
    """How a store spells a position in the spool."""

    @property
    def segment(self) -> int: ...
    @property
    def offset(self) -> int: ...


P = TypeVar("P", bound=Place)


class Writer(Protocol[P]):
    """What the pipeline asks of a store; see ``store.interface.Writer``."""

    def ingest(self, events: Sequence[Event], position: P) -> None: ...
    def position(self) -> P: ...
    def clear(self) -> None: ...


class Output(Protocol):
    """Where else events go. ``send`` returns when they are safe there, or raises OSError to be asked again."""

    name: str

    def send(self, events: Sequence[Event]) -> None: ...
    def close(self) -> None: ...


class Lag(Struct, frozen=True):
    """How far a consumer is behind."""

    events: int  # since start: appended and not yet taken
    segments: int  # whole segments to go
    seconds: float  # age of the last event taken, while there is more to take; else 0
    damaged: int  # lines that were no events, or that were refused; set aside
    trouble: str  # why the last try failed; "" when it did not


class Feed:
    """One consumer of the spool: reads, enriches, hands over, goes on; never loses its place."""

    def __init__(self, spool: Spool, name: str, enrichers: Sequence[Enricher] = ()) -> None:
        self.name = name
        self.taken = 0  # events, since the start
        self.trouble = ""
        self._spool = spool
        self._enrichers = tuple(enrichers)
        self._cursor = spool.cursor(name)
        self._ready: Batch | None = None
        self._careful = 0  # so many events go singly, to find the one that is refused
        self._newest = 0.0

    @property
    def position(self) -> Position:
        """Everything before it has been taken."""
        return self._cursor.committed

    def step(self) -> int:
        """Move one batch on; returns how many lines it had. Raises OSError: the next call tries the same again."""
        batch = self._ready or self._read()
        if batch is None:
            return 0
        self._ready = batch
        try:
            self._deliver(batch)
        except ValueError as error:
            return self._refused(batch, error)
        self._ready = None
        self._careful = max(0, self._careful - 1)
        self.taken += len(batch.events)
        if batch.events:
            self._newest = batch.events[-1].timestamp.timestamp()
        return len(batch.events) + len(batch.damaged)

    def drain(self) -> int:
        """Take all that there is; returns how many lines. Raises OSError."""
        total = 0
        while moved := self.step():
            total += moved
        return total

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set. Trouble is said once, and tried again with growing patience."""
        pause = PATIENCE[0]
        while not stop.is_set():
            try:
                moved = self.step()
            except OSError as error:
                self._say(str(error))
                stop.wait(pause)
                pause = min(pause * 2, PATIENCE[1])
                continue
            self._say("")
            pause = PATIENCE[0]
            if moved < BATCH_EVENTS and self._spool.wait(self.position, 0.5):
                stop.wait(LINGER)

    def lag(self) -> Lag:
        """How far behind this consumer is."""
        behind = self.position < self._spool.end
        return Lag(
            events=max(0, self._spool.events - self.taken) if behind else 0,
            segments=self._cursor.lag(),
            seconds=max(0.0, time.time() - self._newest) if behind and self._newest else 0.0,
            damaged=self._cursor.damaged,
            trouble=self.trouble,
        )

    def close(self) -> None:
        """Let go of the spool."""
        self._cursor.close()

    def _deliver(self, batch: Batch) -> None:
        """Hand over and remember the place. OSError: later. ValueError: never."""
        raise NotImplementedError

    def _read(self) -> Batch | None:
        batch = self._cursor.read(1 if self._careful else BATCH_EVENTS)
        if batch is None or not self._enrichers:
            return batch
        return msgspec.structs.replace(batch, events=tuple(self._enriched(event) for event in batch.events))

    def _enriched(self, event: Event) -> Event:
        for enrich in self._enrichers:
            event = enrich(event)
        return event

    def _refused(self, batch: Batch, error: ValueError) -> int:
        """Somebody's event will never be taken: find it, set it aside, go on."""
        self._ready = None
        if len(batch.events) > 1:
            self._careful = len(batch.events) + len(batch.damaged)
            self._cursor.rewind()
            return len(batch.events)
        log.error("%s refuses an event, which is set aside: %s", self.name, error)
        lines = tuple(msgspec.json.encode(event) for event in batch.events)
        self._cursor.damaged += len(lines)
        self._cursor.passed(Batch(events=(), end=batch.end, damaged=lines + batch.damaged))
        return 1

    def _say(self, trouble: str) -> None:
        """Once, when trouble begins, changes or ends."""
        if trouble != self.trouble:
            log.warning("%s: %s", self.name, trouble or "goes on")
        self.trouble = trouble


class StoreFeed(Feed, Generic[P]):
    """Into the store, exactly once, and then to whoever watches live."""

    def __init__(
        self,
        spool: Spool,
        enrichers: Sequence[Enricher],
        writer: Writer[P],
        place: Callable[[int, int], P],
        publish: Publish,
    ) -> None:
        super().__init__(spool, "store", enrichers)
        self._writer, self._place, self._publish = writer, place, publish
        self._cursor.seek(self._stored())

    def _stored(self) -> Position:
        position = self._writer.position()
        return Position(position.segment, position.offset)

    def _deliver(self, batch: Batch) -> None:
        try:
            self._writer.ingest(batch.events, self._place(batch.end.segment, batch.end.offset))
        except OSError:
            if self._stored() != batch.end:  # it may have failed after the commit
                raise
        self._cursor.passed(batch)
        self._publish(batch.events)


class OutputFeed(Feed):
    """To one output, at least once; or, without one (an edition with no store), only to whoever watches live."""

    def __init__(
        self, spool: Spool, enrichers: Sequence[Enricher], output: Output | None, publish: Publish | None = None
    ) -> None:
        super().__init__(spool, output.name if output else "live", enrichers)
        self._output, self._publish = output, publish

    def _deliver(self, batch: Batch) -> None:
        if self._output:
            self._output.send(batch.events)
        self._cursor.commit(batch)
        if self._publish:
            self._publish(batch.events)

    def close(self) -> None:
        """Close the output too."""
        super().close()
        if self._output:
            self._output.close()


class Pipeline(Generic[P]):
    """All consumers of one spool, each in a thread of its own.

    ``writer`` None: an edition without store; ``place`` makes the writer's kind of position.
    """

    def __init__(
        self,
        spool: Spool,
        enrichers: Sequence[Enricher],
        writer: Writer[P] | None,
        place: Callable[[int, int], P],
        outputs: Sequence[Output] = (),
        publish: Publish = lambda events: None,
    ) -> None:
        first = (
            OutputFeed(spool, enrichers, None, publish)
            if writer is None
            else StoreFeed(spool, enrichers, writer, place, publish)
        )
        self.feeds: tuple[Feed, ...] = (first, *(OutputFeed(spool, enrichers, output) for output in outputs))

    def step(self) -> int:
        """Move one batch of each consumer; returns how many lines the store took. Raises OSError."""
        moved = [feed.step() for feed in self.feeds]
        return moved[0]

    def run(self, stop: threading.Event) -> None:
        """Work until ``stop`` is set; returns when all threads have ended."""
        threads = [threading.Thread(target=feed.run, args=(stop,), name=feed.name) for feed in self.feeds]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def lag(self) -> dict[str, Lag]:
        """How far behind each consumer is; the store is called ``store``."""
        return {feed.name: feed.lag() for feed in self.feeds}

    def taken(self) -> Position:
        """What all consumers have taken: segments below it are needed only to rebuild the store."""
        return min(feed.position for feed in self.feeds)

    def close(self) -> None:
        """Close outputs and places."""
        for feed in self.feeds:
            feed.close()


def reindex(
    spool: Spool,
    enrichers: Sequence[Enricher],
    writer: Writer[P],
    place: Callable[[int, int], P],
    progress: Callable[[int, float], None] = lambda events, share: None,
) -> int:
    """Rebuild the store from the spool; returns the number of events. Raises OSError.

    ``progress`` gets the events so far and the share of the work that is done, 0 to 1.
    """
    writer.clear()
    feed = StoreFeed(spool, enrichers, writer, place, lambda events: None)
    sizes = {segment.number: segment.disk for segment in spool.segments()}
    total = max(1, sum(sizes.values()))
    try:
        while feed.step():
            done = sum(size for number, size in sizes.items() if number < feed.position.segment)
            progress(feed.taken, min(1.0, done / total))
    finally:
        feed.close()
    progress(feed.taken, 1.0)
    return feed.taken

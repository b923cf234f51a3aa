"""Drives one exchange: performs what the dialogue yields, in order, and waits where it must.

What carries the bytes is the subclass's: a stream or datagrams. Invariants: at most one run of the dialogue
is in progress; whatever waits has a deadline on the wheel (``_arm``); after ``end`` nothing is performed any more, and
the recorder has been closed.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator

from samovar.event import Fact
from samovar.exchange import Exchange, Output, Question
from samovar.listen.address import source_of
from samovar.listen.registry import Registry
from samovar.listen.room import Desk, Room
from samovar.sensor import Clock, Fetch, Keep, Pause, Peer, Send, Sensor, Tally, Tty

_STEPS_PER_TURN = 64  # then others get theirs: no peer's pipelined input may hold up the loop
_LAST_FACTS = 16  # what a dialogue that is ended from outside may still state


class Conversation(ABC):
    """One session of a ``Sensor``."""

    __slots__ = (
        "_bytes_in",
        "_bytes_out",
        "_cancel_fetch",
        "_deadline",
        "_exchange",
        "_name",
        "_on_due",
        "_over",
        "_peer",
        "_reads",
        "_recorder",
        "_registry",
        "_room",
        "_steps",
        "_timer",
        "_unflushed",
        "active",
        "due",
        "slot",
        "source",
    )

    def __init__(self, room: Room, registry: Registry, desk: Desk, sensor: Sensor, peer: Peer) -> None:
        now = room.loop.time()
        self.source = source_of(peer.ip)
        self.active = now
        self.due = 0.0
        self.slot = 0
        self._room, self._registry = room, registry
        self._name = sensor.name
        self._peer = peer
        self._deadline = now + room.limits.deadline
        self._on_due: Callable[[], None] = self._silent
        self._steps: Iterator[Output] | None = None  # a run that waits
        self._timer: asyncio.Handle | None = None
        self._cancel_fetch: Callable[[], None] | None = None
        self._over = False
        self._unflushed = True  # something was recorded that the sink may still hold
        self._reads = 0
        self._bytes_in = self._bytes_out = 0
        self._exchange = Exchange(sensor.talk(peer, room.persona), peer.transport == "udp")
        self._recorder = room.notebook(desk, peer)
        room.counts.opened(sensor.name)
        registry.admit(self)

    # What the subclass carries

    @abstractmethod
    def _send(self, step: Send) -> bool:
        """Send; True if the dialogue must wait until ``_resume``."""

    @abstractmethod
    def _start_tls(self) -> bool:
        """Begin the handshake; True if the dialogue must wait until ``_resume`` or ``_fail``."""

    @abstractmethod
    def _ask_data(self, question: Question) -> bytes | None:
        """Answer a question about data connections, or None and ``_answer`` or ``_fail`` later."""

    @abstractmethod
    def _finish(self) -> None:
        """The dialogue is over: let what was sent arrive, then ``_conclude``."""

    @abstractmethod
    def _release(self) -> None:
        """Give back whatever carries the bytes, at once."""

    # Deadlines, eviction

    def expire(self, now: float) -> None:
        """The wheel says that the time has come."""
        if now >= self._deadline:
            self._room.counts.timeouts += 1
            self.end("deadline")
        else:
            self._on_due()

    def evict(self) -> None:
        """Make room for another session."""
        self._room.counts.closed_for_cap += 1
        self.end("evicted")

    def end(self, reason: str) -> None:
        """End it where it stands. The dialogue may still state facts, but is not heard any more."""
        if self._over:
            return
        self._over = True
        try:
            self._last_facts(self._exchange.fail(reason) if self._exchange.ended is None else ())
            self._exchange.close()
        except Exception as error:
            self._room.crashed(self._name, error)
        self._dispose()

    def _last_facts(self, steps: Iterable[Output]) -> None:
        for count, step in enumerate(steps):
            if isinstance(step, Fact):
                self._recorder.note(step)
            elif isinstance(step, Keep):
                self._recorder.keep(step)
            if count >= _LAST_FACTS:
                break

    def _conclude(self) -> None:
        if not self._over:
            self._over = True
            self._dispose()

    def _dispose(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._cancel_fetch is not None:
            self._cancel_fetch()
        self._steps = None
        self._room.wheel.disarm(self)
        self._registry.remove(self)
        self._release()
        self._recorder.close(self._bytes_in, self._bytes_out)
        self._room.counts.closed(self._name)

    def _arm(self, seconds: float, action: Callable[[], None]) -> None:
        self._on_due = action
        due = self._room.loop.time() + seconds
        self._room.wheel.arm(self, due if due < self._deadline else self._deadline)

    def _silent(self) -> None:
        self._room.counts.timeouts += 1
        self._fail("silent")

    # The dialogue

    def _feed(self, data: bytes) -> None:
        """Give the dialogue input; while it waits for something else this is only buffered."""
        waiting = self._exchange.reading is not None
        steps = self._exchange.receive(data)
        if waiting:
            self._run(steps)

    def _run(self, steps: Iterator[Output]) -> None:
        """Perform steps until the dialogue waits or is over."""
        try:
            self._advance(steps)
        except Exception as error:  # a bug in a sensor must not end anything but its session
            self._room.crashed(self._name, error)
            self.end("crashed")

    def _advance(self, steps: Iterator[Output]) -> None:
        turn = _STEPS_PER_TURN
        while not self._over:
            for step in steps:
                turn -= 1
                if self._perform(step):
                    self._steps = steps
                    return
                if turn <= 0:
                    self._steps = steps
                    self._timer = self._room.loop.call_soon(self._resume)
                    return
            question = self._exchange.asking
            if question is None:
                break
            answer = self._ask(question)
            if answer is None:
                return
            steps = self._exchange.answer(answer)
        self._settle()

    def _settle(self) -> None:
        if self._over:
            return
        reading = self._exchange.reading
        if self._exchange.ended is not None:
            self._finish()
        elif reading is not None and self._exchange.reads != self._reads:
            self._reads = self._exchange.reads
            self._arm(reading.timeout, self._silent)

    def _perform(self, step: Output) -> bool:
        if type(step) is Send:
            return self._send(step) or self._over
        if type(step) is Fact:
            self._unflushed = True
            self._recorder.note(step)
            return False
        if type(step) is Keep:
            self._unflushed = True
            self._recorder.keep(step)
            return False
        if type(step) is Tty:
            self._recorder.tty(step)
            return False
        if type(step) is Pause:
            self._arm(self._room.limits.deadline, self._silent)
            self._timer = self._room.loop.call_later(max(step.seconds, 0.0), self._resume)
            return True
        return self._start_tls()

    def _ask(self, question: Question) -> bytes | None:
        if isinstance(question, Tally):
            return b"%d" % self._recorder.tally(question.key)
        if isinstance(question, Clock):
            return b"%.6f" % time.time()
        if isinstance(question, Fetch):
            self._flush()
            self._arm(self._room.limits.deadline, self._silent)
            self._cancel_fetch = self._room.fetcher.fetch(question, self._peer.ip, self._answer)
            return None
        return self._ask_data(question)

    def _resume(self) -> None:
        steps, self._steps = self._steps, None
        if steps is not None and not self._over:
            self._run(steps)

    def _answer(self, value: bytes) -> None:
        if not self._over:
            self._run(self._exchange.answer(value))

    def _fail(self, reason: str) -> None:
        self._steps = None
        if not self._over:
            self._run(self._exchange.fail(reason))

    def _flush(self) -> None:
        if self._unflushed:
            self._unflushed = False
            self._room.sink.flush()

"""Runs one program over a channel: performs its steps, feeds it what the client sends. Never blocks."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Generator
from typing import Any

import asyncssh
from asyncssh.channel import SSHChannel

from samovar.event import Fact
from samovar.sensor import Clock, Fetch, Keep, Pause, PeerError, Read, Recorder, Send, Step, Tally, Tty
from samovar.shell import Stderr
from samovar.terminal import Event, Listen

_MAX_TYPED = 256 * 1024  # input that a program may leave unread before the client has to wait
_MAX_UNSENT = 256 * 1024  # output that a client may leave unread before we stop listening to it
_MAX_EVENTS = 16  # that wait for a program to ask for them

Program = Generator[Any, Any, int | None]


class Driver:
    """What the sessions of all kinds of channels do."""

    _chan: SSHChannel[bytes]

    def __init__(self, loop: asyncio.AbstractEventLoop, recorder: Recorder) -> None:
        self._loop, self._recorder = loop, recorder
        self._program: Program | None = None
        self._typed = bytearray()
        self._events: deque[Event] = deque(maxlen=_MAX_EVENTS)
        self._asked: Read | Listen | None = None  # what the program waits for
        self._eof = self._stalled = self._crowded = False
        self._timer: asyncio.TimerHandle | None = None
        self._cancel_fetch: Callable[[], None] | None = None
        self.tty = False

    def ended(self, status: int) -> None:
        """The program is over."""
        raise NotImplementedError

    def data_received(self, data: bytes, datatype: Any) -> None:
        """asyncssh's: the client sent something."""
        if self.tty:
            self._recorder.tty(Tty(data, "i"))
        self._typed += data
        self._offer()
        if len(self._typed) > _MAX_TYPED and not self._crowded:  # the program must read before we go on
            self._crowded = True
            self._chan.pause_reading()

    def eof_received(self) -> bool:
        """asyncssh's: the client will send no more; our side stays open until the program ends."""
        self._eof = True
        self._offer()
        return True

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncssh's: the channel is gone."""
        self._stop_timer()
        program, self._program = self._program, None
        if program is not None:
            self._farewell(program)

    def resume_writing(self) -> None:
        """asyncssh's: the client reads again."""
        if self._stalled:
            self._stalled = False
            if not self._crowded:
                self._chan.resume_reading()
            self._advance(b"")

    def session_started(self) -> None:
        """asyncssh's: the channel is open and the program is known."""
        self._advance(None)

    def happen(self, event: Event) -> bool:
        """Deliver an event, or keep it until the program asks; False where it never has."""
        self._events.append(event)
        listening = isinstance(self._asked, Listen)
        self._offer()
        return listening

    def kill(self, number: int) -> None:
        """End the program as a signal does that it does not handle."""
        program = self._program
        if program is not None:
            self._stop_timer()
            self._program = None
            self._farewell(program)
            self.ended(-number)

    def _farewell(self, program: Program) -> None:
        """Let it note what it has; there is no one left to speak to."""
        try:
            step = program.throw(PeerError("closed"))
            while True:
                self._note(step)
                step = next(program)
        except (StopIteration, PeerError):
            return

    def _offer(self) -> None:
        """Go on if the program waits for what has come."""
        asked = self._asked
        if asked is None or self._program is None:
            return
        if self._typed or self._eof or (self._events and isinstance(asked, Listen)):
            self._stop_timer()
            self._advance(self._take(asked))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._cancel_fetch is not None:
            self._cancel_fetch()
            self._cancel_fetch = None

    def _take(self, asked: Read | Listen) -> bytes | Event | PeerError:
        """What the program's step gets: an event, all that was typed, or as much as it wants."""
        if isinstance(asked, Listen) and self._events:
            return self._events.popleft()
        if not self._typed:
            return PeerError("closed")
        wanted = asked.exactly if isinstance(asked, Read) else 0
        taken = bytes(self._typed[: wanted or len(self._typed)])
        del self._typed[: len(taken)]
        if self._crowded and len(self._typed) <= _MAX_TYPED:
            self._crowded = False
            if not self._stalled:
                self._loop.call_soon(self._chan.resume_reading)
        return taken

    def _advance(self, answer: bytes | Event | PeerError | None) -> None:
        program = self._program
        if program is None:
            return
        self._asked = None
        try:
            while True:
                step = self._step(program, answer)
                answer = b""
                if isinstance(step, Read | Listen):
                    if not self._typed and not self._eof and not (self._events and isinstance(step, Listen)):
                        self._asked = step
                        self._timer = self._loop.call_later(step.timeout, self._advance, PeerError("silent"))
                        return
                    answer = self._take(step)
                elif isinstance(step, Pause):
                    self._timer = self._loop.call_later(step.seconds, self._advance, b"")
                    return
                elif isinstance(step, Fetch):
                    self._cancel_fetch = self._recorder.fetch(step, self._advance)
                    return
                else:
                    answer = self._perform(step)
                    if self._chan.get_write_buffer_size() > _MAX_UNSENT:  # the client must read before we go on
                        self._stalled = True
                        self._chan.pause_reading()
                        return
        except StopIteration as done:
            self._program = None
            self.ended(int(done.value or 0))
        except PeerError:
            self._program = None
            self.ended(255)

    @staticmethod
    def _step(program: Program, answer: bytes | Event | PeerError | None) -> Any:
        if isinstance(answer, PeerError):
            return program.throw(answer)
        return next(program) if answer is None else program.send(answer)

    def _perform(self, step: Step | Stderr) -> bytes:
        if isinstance(step, Clock):
            return f"{time.time():.6f}".encode()
        if isinstance(step, Tally):
            return b"%d" % self._recorder.tally(step.key)
        if isinstance(step, Send | Stderr):
            if self.tty:
                self._recorder.tty(Tty(step.data))
            if not self._chan.is_closing():
                self._chan.write(step.data, None if isinstance(step, Send) else asyncssh.EXTENDED_DATA_STDERR)
        else:
            self._note(step)
        return b""

    def _note(self, step: object) -> None:
        if isinstance(step, Fact):
            self._recorder.note(step)
        elif isinstance(step, Keep):
            self._recorder.keep(step)
        elif isinstance(step, Tty):
            self._recorder.tty(step)

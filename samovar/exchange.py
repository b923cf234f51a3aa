"""Runs one dialogue: bytes in, steps out. The only protocol buffer in the platform. No I/O.

The driver feeds ``start``, ``receive``, ``answer`` and ``fail`` and performs the outputs each of them
returns, in order. While it has not exhausted such an iterator the dialogue is running: ``receive`` then only
buffers. After that either ``reading`` is set (the dialogue waits for input), or ``asking`` (it waits for the
driver's ``answer``), or ``ended`` says why it is over.

The buffer never grows by itself: a read that may not be satisfied any more fails ("oversent"). A driver
bounds it by not feeding more while ``reading`` is None and something is ``buffered``.
"""

from collections.abc import Iterator
from typing import TypeGuard

from samovar.event import Fact
from samovar.sensor import (
    Clock,
    Dialogue,
    Fetch,
    Keep,
    OpenData,
    Pause,
    PeerError,
    Read,
    ReadData,
    Send,
    SendData,
    StartTls,
    Step,
    Tally,
    Tty,
)

Question = Tally | Clock | OpenData | ReadData | SendData | Fetch
Output = Send | Keep | Tty | Pause | StartTls | Fact

# Types, exactly: isinstance costs ten times more.
_QUESTIONS = frozenset({Tally, Clock, OpenData, ReadData, SendData, Fetch})
_OUTPUTS = frozenset({Send, Keep, Tty, Pause, StartTls, Fact})
_MAX_FAULTS = 8  # so many failed reads in a row end a dialogue that goes on trying: it must not spin


class Exchange:
    """One dialogue and its input buffer. With ``datagrams`` a read never joins two of the peer's datagrams."""

    __slots__ = (
        "_buffer",
        "_datagrams",
        "_dialogue",
        "_eof",
        "_faults",
        "_searched",
        "asking",
        "ended",
        "reading",
        "reads",
    )

    def __init__(self, dialogue: Dialogue, datagrams: bool = False) -> None:
        self._dialogue = dialogue
        self._datagrams = datagrams
        self._buffer = bytearray()
        self._searched = 0  # how much of the buffer is known not to hold ``until``
        self._eof = False
        self._faults = 0
        self.reads = 0  # how many reads have waited: a driver's timeout restarts when this changes
        self.reading: Read | None = None
        self.asking: Question | None = None
        self.ended: str | None = None

    @property
    def buffered(self) -> int:
        """Bytes that have arrived and that the dialogue has not taken."""
        return len(self._buffer)

    def start(self) -> Iterator[Output]:
        """Begin."""
        return self._run(None)

    def receive(self, data: bytes) -> Iterator[Output]:
        """Accept input; ``b""`` means that the peer closed its side (or sent an empty datagram)."""
        if self._datagrams:
            self._buffer.clear()
            self._searched = 0
        self._buffer += data
        self._eof |= not data
        if self.reading is None or (taken := self._take(self.reading)) is None:
            return iter(())
        return self._run(taken)

    def answer(self, value: bytes) -> Iterator[Output]:
        """Answer the question in ``asking``."""
        return self._run(value)

    def fail(self, reason: str) -> Iterator[Output]:
        """Raise PeerError(reason) inside the dialogue: it was silent, or too long, or a question failed."""
        return self._run(PeerError(reason))

    def close(self) -> None:
        """End the dialogue where it stands, whatever it waits for."""
        self.reading = self.asking = None
        self.ended = self.ended or "closed"
        self._buffer.clear()
        self._dialogue.close()

    def _run(self, answer: bytes | PeerError | None) -> Iterator[Output]:
        self.reading = self.asking = None
        return self._outputs(answer)

    def _outputs(self, answer: bytes | PeerError | None) -> Iterator[Output]:
        dialogue = self._dialogue
        try:
            while self.ended is None:
                if isinstance(answer, bytes):
                    step = dialogue.send(answer)
                else:
                    step = next(dialogue) if answer is None else self._throw(answer)
                answer = b""
                if type(step) is Read:
                    self._searched = 0
                    taken = self._take(step)
                    if taken is None:
                        self.reading = step
                        self.reads += 1
                        return
                    answer = taken
                elif _is_output(step):
                    if type(step) is StartTls:
                        self._buffer.clear()
                    yield step
                elif _is_question(step):
                    self.asking = step
                    return
                else:
                    raise TypeError(f"{type(step).__name__} is not a step")
        except StopIteration:
            self.ended = self.ended or "done"
        except PeerError as error:
            self.ended = self.ended or str(error) or "malformed"

    def _throw(self, error: PeerError) -> Step:
        self._faults += str(error) != "silent"  # that took its time: who waits does not spin
        if self._faults > _MAX_FAULTS:
            self._dialogue.close()
            raise error
        return self._dialogue.throw(error)

    def _take(self, want: Read) -> bytes | PeerError | None:
        have = len(self._buffer)
        if want.until:
            start = max(self._searched - len(want.until) + 1, 0)
            size = self._buffer.find(want.until, start, want.limit) + len(want.until)
            complete = size >= len(want.until)
            self._searched = have
        else:
            size = want.exactly or min(have, want.limit)
            complete = 0 < size <= have
        if complete and size <= want.limit:
            taken = bytes(self._buffer[:size])
            del self._buffer[:size]
            self._faults = 0
            return taken
        if have >= want.limit or (not want.until and size > want.limit):
            return PeerError("oversent")
        if self._datagrams and have:
            self._buffer.clear()
            return PeerError("malformed")
        return PeerError("closed") if self._eof else None


def _is_output(step: Step) -> TypeGuard[Output]:
    return type(step) in _OUTPUTS


def _is_question(step: Step) -> TypeGuard[Question]:
    return type(step) in _QUESTIONS

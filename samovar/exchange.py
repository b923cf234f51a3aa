"""Runs one dialogue: bytes in, steps out. The only protocol buffer in the platform. No I/O.

The driver feeds ``start``, ``receive``, ``answer`` and ``fail`` and performs the outputs each of them
returns. After every call either ``reading`` is set (the dialogue waits for input), or ``asking`` (it waits
for the driver's ``answer``), or ``ended`` says why it is over.
"""

from collections.abc import Iterator

from samovar.event import Fact
from samovar.sensor import (
    Clock,
    Dialogue,
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
)

Question = Tally | Clock | OpenData | ReadData | SendData
Output = Send | Keep | Pause | StartTls | Fact


class Exchange:
    """One dialogue and its input buffer, which never holds more than the current read's limit."""

    def __init__(self, dialogue: Dialogue) -> None:
        self._dialogue = dialogue
        self._buffer = bytearray()
        self._eof = False
        self._fresh = True
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
        """Accept input; ``b""`` means that the peer closed its side."""
        self._buffer += data
        self._eof |= not data
        if self.reading is not None and (taken := self._take(self.reading)) is not None:
            yield from self._run(taken)

    def answer(self, value: bytes) -> Iterator[Output]:
        """Answer the question in ``asking``."""
        return self._run(value)

    def fail(self, reason: str) -> Iterator[Output]:
        """Raise PeerError(reason) inside the dialogue: it was silent, or too long, or a question failed."""
        return self._run(PeerError(reason))

    def close(self) -> None:
        """End the dialogue where it stands, whatever it waits for."""
        self._dialogue.close()
        self.reading = self.asking = None
        self.ended = self.ended or "closed"

    def _run(self, answer: bytes | PeerError | None) -> Iterator[Output]:
        self.reading = self.asking = None
        try:
            while True:
                step = self._resume(answer)
                answer = b""
                if isinstance(step, Read):
                    taken = self._take(step)
                    if taken is None:
                        self.reading = step
                        return
                    answer = taken
                elif isinstance(step, Question):
                    self.asking = step
                    return
                else:
                    if isinstance(step, StartTls):
                        self._buffer.clear()
                    yield step
        except StopIteration:
            self.ended = "done"
        except PeerError as error:
            self.ended = str(error) or "malformed"

    def _resume(self, answer: bytes | PeerError | None) -> Step:
        if isinstance(answer, PeerError):
            return self._dialogue.throw(answer)
        if self._fresh:
            self._fresh = False
            return next(self._dialogue)
        return self._dialogue.send(answer or b"")

    def _take(self, want: Read) -> bytes | PeerError | None:
        have = len(self._buffer)
        if want.until:
            size = self._buffer.find(want.until, 0, want.limit) + len(want.until)
            complete = size >= len(want.until)
        else:
            size = want.exactly or min(have, want.limit)
            complete = 0 < size <= have
        if complete and size <= want.limit:
            taken = bytes(self._buffer[:size])
            del self._buffer[:size]
            return taken
        if have >= want.limit or (not want.until and size > want.limit):
            return PeerError("oversent")
        return PeerError("closed") if self._eof else None

"""Binds a session's identity to its facts, numbers them, hashes artefacts. Identity is bound here, once."""

import hashlib
import itertools
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Literal, Protocol

from msgspec import Struct, to_builtins
from msgspec.structs import fields, force_setattr, replace

from samovar.asciicast import Decoder, Entry
from samovar.event import Event, Fact, Family, text
from samovar.filetype import kind
from samovar.sensor import Keep, Peer, Tty

_PYTHON_NAMES = {field.encode_name: field.name for field in fields(Fact)}
_NEVER = datetime.fromtimestamp(0, UTC)
TERMINAL_BYTES = 2 << 20  # recorded of one session's terminal
_PIECE = 16 * 1024  # characters of one entry: any fits into a message of the channel
_ENTRY = 24  # bytes that an entry costs beside its text


class Sink(Protocol):
    """Where events and artefacts go: in a worker, the channel to the hub."""

    def event(self, event: Event) -> None: ...
    def artefact(self, sha256: str, data: bytes) -> None: ...
    def terminal(self, session_id: str, entry: Entry | None) -> None:
        """What a session's terminal showed or was given; None: it is over."""

    def tally(self, source_ip: str, key: str) -> int: ...
    def flush(self) -> None:
        """Hand over what was recorded so far; called before any byte that follows it goes to the peer."""


class Ids:
    """Sortable ids: microseconds, this process's random tag, a counter. 13 + 6 + 4 hex digits."""

    def __init__(self) -> None:
        self._tag = os.urandom(3).hex()
        self._counter = itertools.count()

    def next(self, now: float) -> str:
        """A new id; later ``now`` sorts later."""
        return "%013x%s%04x" % (int(now * 1e6), self._tag, next(self._counter) & 0xFFFF)  # noqa: UP031  twice as fast


class Identity(Struct, frozen=True):
    """What all sessions of one tap share."""

    observer: str
    family: Family
    sensor: str
    dataset: str = ""

    def __post_init__(self) -> None:
        force_setattr(self, "dataset", f"{self.family}.{self.sensor}")


class Terminal:
    """The recording of one session's terminal: text from bytes, up to a bound."""

    __slots__ = ("_decoders", "_last", "_left")

    def __init__(self) -> None:
        self._decoders = {"o": Decoder(), "i": Decoder()}
        self._left = TERMINAL_BYTES
        self._last = 0.0

    def entries(self, offset: float, step: Tty) -> Iterator[Entry]:
        """What to record of a step; a marker where the bound is reached, and nothing after it."""
        if self._left <= 0:
            return
        self._last = offset
        if step.kind == "r":
            yield from self._pieces(offset, "r", text(step.data[:128]))
            return
        yield from self._pieces(offset, step.kind, self._decoders[step.kind].decode(step.data[: self._left]))
        if self._left <= 0:
            yield Entry(offset, "m", "recorded up to here: the session's bound is reached")

    def rest(self) -> Iterator[Entry]:
        """What was left incomplete at the end."""
        for code, decoder in self._decoders.items():
            yield from self._pieces(self._last, "o" if code == "o" else "i", decoder.decode(b"", final=True))

    def _pieces(self, offset: float, code: Literal["o", "i", "r"], shown: str) -> Iterator[Entry]:
        for start in range(0, len(shown), _PIECE):
            piece = shown[start : start + _PIECE]
            self._left -= len(piece.encode()) + _ENTRY
            yield Entry(offset, code, piece)


class Session:
    """The Recorder of one session (see ``sensor.Recorder``)."""

    __slots__ = (
        "_began",
        "_bound",
        "_clock",
        "_closed",
        "_ids",
        "_sequence",
        "_sink",
        "_source_ip",
        "_terminal",
        "id",
    )

    def __init__(
        self, identity: Identity, peer: Peer, sink: Sink, ids: Ids, clock: Callable[[], float] = time.time
    ) -> None:
        self._sink, self._ids, self._clock = sink, ids, clock
        self._began = time.monotonic()
        self._sequence = 0
        self._closed = False
        self._terminal: Terminal | None = None
        self.id = ids.next(clock())
        self._bound = Event(  # what all its events share
            event_action="connect",
            timestamp=_NEVER,
            event_id="",
            event_sequence=0,
            event_module=identity.family,
            event_dataset=identity.dataset,
            observer_name=identity.observer,
            samovar_session_id=self.id,
            source_ip=peer.ip,
            source_port=peer.port,
            destination_ip=peer.local_ip,
            destination_port=peer.local_port,
            network_transport=peer.transport,
            network_protocol=identity.sensor,  # unless the fact says what was spoken
        )
        self._source_ip = peer.ip
        self.note(Fact(event_action="connect", samovar_detail={"tls": True} if peer.tls else {}))

    def note(self, fact: Fact) -> None:
        """Record one fact, now."""
        self._emit(fact, {})

    def keep(self, artefact: Keep) -> None:
        """Store an artefact and note the ``file`` fact that names it."""
        sha256 = hashlib.sha256(artefact.data).hexdigest()
        md5 = hashlib.md5(artefact.data, usedforsecurity=False).hexdigest()
        self._sink.artefact(sha256, artefact.data)
        self.note(
            Fact(
                event_action="file",
                event_outcome="success",
                file_name=artefact.name or None,
                file_size=len(artefact.data),
                file_hash_sha256=sha256,
                file_hash_md5=md5,
                samovar_detail={"file_type": kind(artefact.data)},
            )
        )

    def tty(self, step: Tty) -> None:
        """Record what the terminal showed, was given, or became."""
        if self._closed:
            return
        if self._terminal is None:
            self._terminal = Terminal()
        for entry in self._terminal.entries(time.monotonic() - self._began, step):
            self._sink.terminal(self.id, entry)

    def tally(self, key: str) -> int:
        """Count one more ``key`` for this session's source address."""
        return self._sink.tally(self._source_ip, key)

    def close(self, source_bytes: int, destination_bytes: int) -> None:
        """Note ``disconnect`` with duration and bytes; further calls do nothing."""
        if self._closed:
            return
        if self._terminal is not None:
            for entry in self._terminal.rest():
                self._sink.terminal(self.id, entry)
            self._sink.terminal(self.id, None)
        self._emit(
            Fact(event_action="disconnect"),
            {
                "event_duration": int((time.monotonic() - self._began) * 1e9),
                "source_bytes": source_bytes,
                "destination_bytes": destination_bytes,
            },
        )
        self._closed = True

    def _emit(self, fact: Fact, extra: dict[str, Any]) -> None:
        if self._closed:
            return
        now = self._clock()
        for name, value in to_builtins(fact).items():  # those that differ from their defaults: two or three
            extra[_PYTHON_NAMES[name]] = value
        event = replace(
            self._bound,
            timestamp=datetime.fromtimestamp(now, UTC),
            event_id=self._ids.next(now),
            event_sequence=self._sequence,
            **extra,
        )
        self._sequence += 1
        self._sink.event(event)

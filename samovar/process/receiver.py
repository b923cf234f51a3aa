"""The event channel, the hub's side. A worker may be in an attacker's hands: nothing it sends can hurt the hub.

A message is looked at (MSG_PEEK), checked, handed to the inbox, and only then taken off, so that a hub that
dies in between finds it again. Events are decoded and encoded anew: a line is what the schema says, no more.
"""

import errno
import re
import select
import socket
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from samovar.asciicast import began
from samovar.event import Event
from samovar.process.channel import ARTEFACT, EVENTS, MESSAGE_LIMIT, STATS, TERMINAL, Chunk, Stats
from samovar.process.parts import Parts
from samovar.process.terminals import Piece

_ID = re.compile(r"[0-9a-f]{23}")
_OLDEST, _NEWEST = 86_400.0, 3_600.0  # seconds that an event's time may lie before and after now


class Inbox(Protocol):
    """Where the hub puts what arrives. Called from one thread; an OSError (disk full) leaves the message where
    it is, and it is offered again a second later."""

    def events(self, lines: bytes, events: Sequence[Event]) -> None:
        """Append: JSON lines, each ended by a newline, and the same decoded."""

    def artefact(self, sha256: str, data: bytes) -> None:
        """Keep; the hash has been verified; the same one may come again."""

    def terminal(self, slot: int, piece: Piece) -> None:
        """A piece of a recording; its session's id has the form of ours. The same one may come again."""

    def stats(self, slot: int, stats: Stats) -> None:
        """A worker's latest counters."""

    def has(self, event_id: str) -> bool:
        """Whether this event is among the last that were appended before the hub started."""
        ...


class Received(msgspec.Struct):
    """What the receiver has counted since the hub started."""

    messages: int = 0
    events: int = 0
    repeated: int = 0  # events that a hub before this one had appended already
    bad: int = 0  # lines and messages that a sound worker does not send
    lost_artefacts: int = 0  # incomplete, too large, or not what their hash says


class Receiver:
    """Drains all channels in one thread, a message from each in turn, so that no worker can starve another."""

    def __init__(self, channels: Sequence[socket.socket], inbox: Inbox, parts: Path) -> None:
        self._channels = list(channels)
        self._inbox = inbox
        self._parts = Parts(parts)
        self._first = set(range(len(channels)))  # slots whose first events may be repeats
        self._decoder = msgspec.json.Decoder(Event)
        self._encode = msgspec.json.Encoder().encode
        self._pieces = msgspec.msgpack.Decoder(list[Piece])
        self._buffer = bytearray(MESSAGE_LIMIT)
        self._ending = threading.Event()
        self._deadline = 0.0
        self.counts = Received()

    def finish(self, timeout: float) -> None:
        """Have ``run`` return when every channel is at its end of file, or after ``timeout`` seconds."""
        self._deadline = time.monotonic() + timeout
        self._ending.set()

    def run(self) -> None:
        """Drain until ``finish``."""
        poll = select.poll()
        slots = {}
        for slot, channel in enumerate(self._channels):
            channel.setblocking(False)
            channel.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)  # see _at_end
            poll.register(channel, select.POLLIN)
            slots[channel.fileno()] = slot
        while slots and not (self._ending.is_set() and time.monotonic() > self._deadline):
            for descriptor, _ in poll.poll(100):
                slot = slots[descriptor]
                try:
                    alive = self._one(slot)
                except OSError:
                    self._ending.wait(1.0)  # the inbox says no: the disk is full, and says so itself
                    continue
                if not alive:
                    poll.unregister(descriptor)
                    del slots[descriptor]

    def _one(self, slot: int) -> bool:
        """Handle the next message; False at the end of file."""
        channel = self._channels[slot]
        try:
            size = channel.recv_into(self._buffer, 0, socket.MSG_PEEK | socket.MSG_TRUNC)
        except BlockingIOError:
            return True
        if size == 0 and _at_end(channel):
            return False
        self._handle(slot, bytes(self._buffer[:size]) if size <= MESSAGE_LIMIT else b"")
        channel.recv(1)  # takes the whole message off
        self._parts.taken()
        self.counts.messages += 1
        return True

    def _handle(self, slot: int, message: bytes) -> None:
        kind, payload = message[:1], message[1:]
        if kind == EVENTS:
            self._events(slot, payload)
        elif kind == ARTEFACT:
            self._artefact(slot, payload)
        elif kind == TERMINAL:
            self._terminals(slot, payload)
        elif kind == STATS:
            self._stats(slot, payload)
        else:
            self.counts.bad += 1

    def _events(self, slot: int, payload: bytes) -> None:
        first = slot in self._first
        now = time.time()
        events: list[Event] = []
        lines: list[bytes] = []
        for raw in payload.splitlines():
            try:
                event = self._decoder.decode(raw)
                line = self._encode(event)
                sound = _plausible(event, now)
            except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError):
                sound = False
            if not sound:
                self.counts.bad += 1
            elif first and self._inbox.has(event.event_id):
                self.counts.repeated += 1
            else:
                events.append(event)
                lines.append(line)
        if events:
            self._inbox.events(b"\n".join(lines) + b"\n", events)
            self.counts.events += len(events)
        self._first.discard(slot)

    def _artefact(self, slot: int, payload: bytes) -> None:
        try:
            chunk = msgspec.msgpack.decode(payload, type=Chunk)
            whole = self._parts.add(slot, chunk)
        except (msgspec.MsgspecError, ValueError):
            self.counts.lost_artefacts += 1
            return
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                raise
            self.counts.lost_artefacts += 1  # better this piece than the events that wait behind it
            return
        if whole is not None:
            self._inbox.artefact(chunk.sha256, whole)

    def _terminals(self, slot: int, payload: bytes) -> None:
        try:
            pieces = self._pieces.decode(payload)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self.counts.bad += 1
            return
        now = time.time()
        for piece in pieces:
            if _ID.fullmatch(piece.session) and -_OLDEST < began(piece.session) - now < _NEWEST and piece.first >= 0:
                self._inbox.terminal(slot, piece)
            else:
                self.counts.bad += 1

    def _stats(self, slot: int, payload: bytes) -> None:
        try:
            stats = msgspec.json.decode(payload, type=Stats)
            msgspec.json.decode(stats.service)
        except (msgspec.MsgspecError, ValueError, RecursionError):
            self.counts.bad += 1
            return
        self._inbox.stats(slot, stats)


def _at_end(channel: socket.socket) -> bool:
    """Whether nothing came, or an empty message: that has its sender's credentials with it."""
    _, ancillary, _, _ = channel.recvmsg(1, socket.CMSG_SPACE(12), socket.MSG_PEEK)
    return not ancillary


def _plausible(event: Event, now: float) -> bool:
    """What a sound worker's recorder always holds to."""
    if event.timestamp.tzinfo is None or not -_OLDEST < event.timestamp.timestamp() - now < _NEWEST:
        return False
    if not _ID.fullmatch(event.event_id) or not _ID.fullmatch(event.samovar_session_id):
        return False
    ports = (event.source_port, event.destination_port)
    return all(0 <= port <= 0xFFFF for port in ports) and all(map(_address, (event.source_ip, event.destination_ip)))


def _address(text: str) -> bool:
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    try:
        socket.inet_pton(family, text.partition("%")[0])
    except (OSError, ValueError):
        return False
    return True

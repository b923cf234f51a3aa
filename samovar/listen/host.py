"""A session whose library owns the socket: the platform watches it from outside, through a second descriptor."""

import asyncio
import os
import socket
import struct
from collections.abc import Callable
from contextlib import suppress

from samovar.event import Fact
from samovar.fetch.asker import Asker
from samovar.listen.address import source_of
from samovar.listen.room import Desk, Room
from samovar.record import Session, Sink
from samovar.sensor import Fetch, Host, Keep, Peer

_SWEEP = 1.0  # seconds between looks at a session's counters
_PATIENCE = 2.0  # seconds from shutting the socket to cancelling the task
_TCP_INFO = 11
_ACKED, _RECEIVED = 120, 128  # offsets in struct tcp_info, Linux >= 4.1


class Notebook:
    """A Recorder that hands over each fact at once: we do not see when its library sends."""

    def __init__(self, session: Session, sink: Sink, fetcher: Asker, source: str) -> None:
        self._session, self._sink = session, sink
        self._fetcher, self._source = fetcher, source
        self.tally = session.tally
        self.tty = session.tty
        self.close = session.close

    def note(self, fact: Fact) -> None:
        """Record one fact."""
        self._session.note(fact)
        self._sink.flush()

    def keep(self, artefact: Keep) -> None:
        """Store an artefact."""
        self._session.keep(artefact)
        self._sink.flush()

    def fetch(self, step: Fetch, answer: Callable[[bytes], None]) -> Callable[[], None]:
        """Download for this session's source."""
        self._sink.flush()
        return self._fetcher.fetch(step, self._source, answer)


class HostSession:
    """One connection of a ``Host``."""

    def __init__(self, room: Room, desk: Desk, host: Host, peer: Peer, sock: socket.socket) -> None:
        now = room.loop.time()
        self.source = source_of(peer.ip)
        self.active = now
        self.due = 0.0
        self.slot = 0
        self._room, self._host, self._peer, self._sock = room, host, peer, sock
        self._deadline = now + room.limits.deadline
        self._probe = socket.socket(fileno=os.dup(sock.fileno()))
        self._received = self._sent = 0
        self._ending = False
        self._recorder = Notebook(room.notebook(desk, peer), room.sink, room.fetcher, peer.ip)
        self.task: asyncio.Task[None] | None = None
        room.counts.opened(host.name)
        room.registry.admit(self)
        room.sink.flush()

    def begin(self) -> asyncio.Task[None]:
        """Hand the socket to the host."""
        self._room.wheel.arm(self, self.active + _SWEEP)
        self.task = self._room.loop.create_task(self._serve())
        return self.task

    async def _serve(self) -> None:
        try:
            await self._host.serve(self._sock, self._peer, self._room.persona, self._recorder)
        except OSError:
            pass  # the peer went away
        except Exception as error:
            self._room.crashed(self._host.name, error)
        finally:
            self._look()
            self._room.wheel.disarm(self)
            self._room.registry.remove(self)
            self._probe.close()
            self._sock.close()
            self._recorder.close(self._received, self._sent)
            self._room.counts.closed(self._host.name)

    def expire(self, now: float) -> None:
        """Look whether it is still welcome."""
        limits = self._room.limits
        if self._ending:
            if self.task is not None:
                self.task.cancel()
            self._room.wheel.arm(self, now + _PATIENCE)
            return
        if self._look():
            self._room.registry.touch(self, now)
        if self._received > limits.bytes_in or self._sent > limits.bytes_out:
            self._room.counts.over_budget += 1
            self.end("budget")
        elif now >= self._deadline or now - self.active > limits.idle:
            self._room.counts.timeouts += 1
            self.end("deadline")
        else:
            self._room.wheel.arm(self, now + _SWEEP)

    def evict(self) -> None:
        """Make room for another session."""
        self._room.counts.closed_for_cap += 1
        self.end("evicted")

    def end(self, reason: str) -> None:
        """Shut the connection; the host gets ``_PATIENCE`` to notice, then is cancelled."""
        self._ending = True
        self._room.registry.remove(self)
        with suppress(OSError):  # it is shut already
            self._probe.shutdown(socket.SHUT_RDWR)
        self._room.wheel.arm(self, self._room.loop.time() + _PATIENCE)

    def _look(self) -> bool:
        """Read the connection's counters; True if the peer sent something since the last look."""
        before = self._received
        info = self._probe.getsockopt(socket.IPPROTO_TCP, _TCP_INFO, 192)
        if len(info) >= _RECEIVED + 8:
            self._sent, self._received = struct.unpack_from("=QQ", info, _ACKED)
        return self._received != before

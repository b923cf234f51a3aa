"""What all sessions of one worker share."""

import asyncio
import os
import ssl
from collections.abc import Callable

from samovar.event import Fact
from samovar.fetch.asker import Asker
from samovar.listen.crash import Crashes
from samovar.listen.limits import Limits
from samovar.listen.poll import Poll
from samovar.listen.registry import Registry
from samovar.listen.stats import Counts
from samovar.listen.wheel import Wheel
from samovar.persona import Persona
from samovar.record import Identity, Ids, Session, Sink
from samovar.sensor import Host, Peer, Sensor

Fingerprint = Callable[[bytes], Fact | None]  # a ClientHello -> a ``hello`` fact that names it

_SEED = 16
_SEEDS = 256  # are drawn at once: one system call instead of 256


class Desk:
    """One sensor with the identity that its sessions carry."""

    def __init__(self, sensor: Sensor | Host, observer: str) -> None:
        self.sensor = sensor
        self.identity = Identity(observer, sensor.family, sensor.name)


class Room:
    """The parts that sessions use; no behaviour of its own but opening a notebook."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        poll: Poll,
        persona: Persona,
        sink: Sink,
        limits: Limits,
        tls_context: ssl.SSLContext | None,
        fingerprint: Fingerprint | None,
        fetcher: Asker,
    ) -> None:
        self.loop = loop
        self.poll = poll
        self.persona = persona
        self.sink = sink
        self.limits = limits
        self.tls_context = tls_context
        self.fingerprint = fingerprint
        self.fetcher = fetcher
        self.counts = Counts()
        self.crashes = Crashes()
        self.wheel = Wheel(loop.time())
        self.registry = Registry(limits.sessions, limits.sessions_per_source)
        self.waiting = Registry(limits.sessions, limits.sessions)  # for their PROXY header
        self._ids = Ids()
        self._seeds = b""

    def notebook(self, desk: Desk, peer: Peer) -> Session:
        """Open a session's record: this notes ``connect``."""
        return Session(desk.identity, peer, self.sink, self._ids)

    def seed(self) -> bytes:
        """Fresh random bytes for one session."""
        if not self._seeds:
            self._seeds = os.urandom(_SEED * _SEEDS)
        seed, self._seeds = self._seeds[:_SEED], self._seeds[_SEED:]
        return seed

    def crashed(self, sensor: str, error: BaseException) -> None:
        """Count a bug of ours, and log it once."""
        self.counts.crashes += 1
        self.crashes.log(sensor, error)

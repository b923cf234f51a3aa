"""One worker's listening: takes sockets that listen already, gives each connection its session."""

import asyncio
import socket
import ssl
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Literal, Protocol, TypeGuard

from msgspec import Struct

from samovar.fetch.asker import Asker
from samovar.listen.accept import Acceptor, Address
from samovar.listen.address import Trusted
from samovar.listen.bucket import ReplyRate
from samovar.listen.data import DataPorts
from samovar.listen.datagram import Datagrams, DatagramTap
from samovar.listen.host import HostSession
from samovar.listen.limits import Limits
from samovar.listen.poll import Poll
from samovar.listen.registry import Registry
from samovar.listen.room import Desk, Fingerprint, Room
from samovar.listen.stats import Counts, Stats
from samovar.listen.stream import Stream
from samovar.listen.udp import DirectDatagrams
from samovar.listen.wheel import GRAIN
from samovar.persona import Persona
from samovar.record import Sink
from samovar.sensor import Host, Peer, Sensor

_LAST_WAIT = 1.0  # seconds for hosts to notice that they were cancelled


class Tap(Struct, frozen=True):
    """A sensor on a socket that is bound and, unless UDP, listens; or on what brings it datagrams from elsewhere.
    ``transport`` is the sensor's."""

    sensor: Sensor | Host
    sock: socket.socket | Datagrams
    transport: Literal["tcp", "tls", "udp"]


class _Entrance(Protocol):
    def start(self) -> None: ...
    def stop(self) -> None: ...


class Listener:
    """All sessions of one worker. Every worker has one, on the same TCP sockets; datagrams come from the broker, or
    from a UDP socket of its own where there is no broker."""

    def __init__(
        self,
        taps: Sequence[Tap],
        persona: Persona,
        sink: Sink,
        limits: Limits,
        tls_context: ssl.SSLContext | None,
        observer: str,
        data_sockets: Sequence[socket.socket] = (),
        fingerprint: Fingerprint | None = None,
        fetcher: Asker | None = None,
    ) -> None:
        for tap in taps:
            if tap.transport == "tls" and tls_context is None:
                raise ValueError(f"{tap.sensor.name} speaks TLS: give a TLS context")
        self._taps, self._persona, self._sink, self._limits = taps, persona, sink, limits
        self._tls_context, self._observer, self._data_sockets = tls_context, observer, data_sockets
        self._fingerprint = fingerprint
        self._fetcher = fetcher or Asker(None)
        self._entrances: list[_Entrance] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._poll = Poll()
        self._room: Room | None = None
        self._ticker: asyncio.TimerHandle | None = None
        self._last = Counts().snapshot()

    async def start(self) -> None:
        """Accept from now on, on the running loop."""
        loop = asyncio.get_running_loop()
        limits = self._limits
        room = self._room = Room(
            loop, self._poll, self._persona, self._sink, limits, self._tls_context, self._fingerprint, self._fetcher
        )
        self._poll.start(loop)
        self._fetcher.start()
        for sock in self._data_sockets:
            sock.setblocking(False)
        self._ports = DataPorts(loop, self._data_sockets)
        self._trusted = Trusted(limits.proxy_from)
        self._dialogues = Registry(limits.udp_dialogues, limits.sessions_per_source)
        rate = ReplyRate(limits.udp_replies_per_minute, limits.udp_replies_per_second, loop.time())
        self._entrances = [self._entrance(room, tap, rate) for tap in self._taps]
        for entrance in self._entrances:
            entrance.start()
        self._tick()

    async def stop(self, grace: float) -> None:
        """Accept no more; let sessions end by themselves for ``grace`` seconds, then end them all."""
        room = self._room
        if room is None:
            return
        for entrance in self._entrances:
            entrance.stop()
        with suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await room.registry.empty.wait()
                await self._dialogues.empty.wait()
        for member in [*room.registry.members(), *self._dialogues.members(), *room.waiting.members()]:
            member.end("shutdown")
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LAST_WAIT)
        if self._ticker is not None:
            self._ticker.cancel()
        self._poll.stop()
        self._sink.flush()
        self._room = None
        self._last = room.counts.snapshot()

    def stats(self) -> Stats:
        """The counts so far."""
        return self._room.counts.snapshot() if self._room is not None else self._last

    def _entrance(self, room: Room, tap: Tap, rate: ReplyRate) -> _Entrance:
        sensor, sock = tap.sensor, tap.sock
        desk = Desk(sensor, self._observer)
        room.counts.known(sensor.name)
        if tap.transport == "udp":
            if not _is_sensor(sensor):
                raise ValueError(f"{sensor.name} does not speak UDP")
            if isinstance(sock, socket.socket):
                sock = DirectDatagrams(sock, rate, getattr(sensor, "amplifies", 0))
            return DatagramTap(room, self._dialogues, desk, sensor, sock)
        if not isinstance(sock, socket.socket):
            raise ValueError(f"{sensor.name} needs a listening socket")
        if _is_host(sensor):
            return Acceptor(room, self._trusted, sock, sensor.name, partial(self._host, room, desk, sensor))
        if not _is_sensor(sensor):
            raise ValueError(f"{sensor.name} is neither a Sensor (talk) nor a Host (serve)")
        arrived = partial(self._stream, room, desk, sensor, tap.transport == "tls")
        return Acceptor(room, self._trusted, sock, sensor.name, arrived)

    def _stream(
        self,
        room: Room,
        desk: Desk,
        sensor: Sensor,
        tls: bool,
        sock: socket.socket,
        remote: Address,
        local: Address,
    ) -> None:
        peer = _peer(room, remote, local, tls)
        Stream(room, desk, sensor, peer, sock, self._ports).begin()

    def _host(self, room: Room, desk: Desk, host: Host, sock: socket.socket, remote: Address, local: Address) -> None:
        if len(self._tasks) >= 2 * room.limits.sessions:
            room.counts.refused += 1  # evicted ones that do not end
            sock.close()
            return
        task = HostSession(room, desk, host, _peer(room, remote, local, False), sock).begin()
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _tick(self) -> None:
        room = self._room
        if room is not None:
            room.wheel.tick(room.loop.time())
            self._ticker = room.loop.call_later(GRAIN, self._tick)


def _peer(room: Room, remote: Address, local: Address, tls: bool) -> Peer:
    return Peer(ip=remote[0], port=remote[1], local_ip=local[0], local_port=local[1], tls=tls, seed=room.seed())


def _is_host(sensor: Sensor | Host) -> TypeGuard[Host]:
    return hasattr(sensor, "serve")


def _is_sensor(sensor: Sensor | Host) -> TypeGuard[Sensor]:
    return hasattr(sensor, "talk")

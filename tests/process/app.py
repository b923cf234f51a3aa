"""A whole installation for the tests: ``python -m tests.process.app up DATA``, with a tiny service and the real spool.

The service answers each line of a connection with ``ok LINE``, having recorded it as a command; a line
``keep N`` stores N bytes as an artefact, ``probe NAME`` tries what a worker must not be able to do,
``fetch URL`` asks the fetcher (answered with the error's kind and the body's size).
"""

import asyncio
import functools
import logging
import os
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import msgspec

from samovar.event import Event, Fact
from samovar.fetch.asker import Asker
from samovar.listen.poll import Poll
from samovar.process.channel import Stats
from samovar.process.child import Child
from samovar.process.forkserver import ForkServer
from samovar.process.hubloop import Hub
from samovar.process.lockdown import harden_hub, lock_broker, lock_fetcher, lock_worker
from samovar.process.spec import Spec, Status, TapSpec
from samovar.process.supervisor import Supervisor
from samovar.process.terminals import Piece
from samovar.process.worker import BoundTap, DatagramTap, Service, Surroundings
from samovar.record import Identity, Ids, Session
from samovar.sensor import Fetch, Keep, Peer, fetched
from samovar.spool import Spool, SpoolConfig
from tests.process.probes import PROBES


class LineService:
    """See the module's text."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._ids = Ids()
        self._tasks: set[asyncio.Task[None]] = set()
        self._served = 0
        self._poll = Poll()
        self._fetcher = Asker(surroundings.fetcher)

    async def start(self) -> None:
        self._poll.start(asyncio.get_running_loop())
        self._fetcher.start()
        for bound in self._around.taps:
            self._begin(self._accept(bound))
        for port in self._around.datagram_taps:
            port.datagrams.start(self._poll, functools.partial(self._datagram, port))

    async def stop(self, grace: float) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def report(self) -> bytes:
        return msgspec.json.encode({"served": self._served})

    def _begin(self, work: "asyncio._CoroutineLike[None]") -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, bound: BoundTap) -> None:
        loop = asyncio.get_running_loop()
        while True:
            connection, address = await loop.sock_accept(bound.sock)
            self._served += 1
            self._begin(self._talk(bound, connection, address))

    async def _talk(self, bound: BoundTap, connection: socket.socket, address: tuple[str, int]) -> None:
        loop = asyncio.get_running_loop()
        with connection:
            connection.setblocking(False)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            session = self._session(bound.tap, address, connection.getsockname())
            rest = b""
            try:
                while data := await loop.sock_recv(connection, 4096):
                    *lines, rest = (rest + data).split(b"\n")
                    for line in lines:
                        answer = await self._fetch(line.decode()) or self._answer(session, line.decode())
                        self._around.sink.flush()
                        await loop.sock_sendall(connection, answer)
            except OSError:
                pass
            finally:
                session.close(0, 0)

    def _datagram(
        self, port: DatagramTap, token: int, ip: str, number: int, local_ip: str, local_port: int, data: bytes
    ) -> None:
        session = self._session(port.tap, (ip, number), (local_ip, local_port))
        session.note(Fact(event_action="request", process_command_line=data.decode()))
        session.close(len(data), len(data))
        self._around.sink.flush()
        port.datagrams.reply(token, data, False)

    def _session(self, tap: TapSpec, address: tuple[str, int], local: tuple[str, int]) -> Session:
        identity = Identity(self._around.observer, tap.family, tap.sensor)
        transport = "udp" if tap.transport == "udp" else "tcp"
        peer = Peer(ip=address[0], port=address[1], local_ip=local[0], local_port=tap.port, transport=transport)
        return Session(identity, peer, self._around.sink, self._ids)

    async def _fetch(self, line: str) -> bytes:
        word, _, url = line.partition(" ")
        if word != "fetch":
            return b""
        done: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._fetcher.fetch(Fetch(url, timeout=20.0), "198.51.100.7", done.set_result)
        got = fetched(await done)
        return f"{got.error} {len(got.body)}\n".encode()

    def _answer(self, session: Session, line: str) -> bytes:
        word, _, argument = line.partition(" ")
        if word == "keep":
            session.keep(Keep(os.urandom(int(argument)), "x"))
        if word == "pid":
            return b"%d\n" % os.getpid()
        if word == "tally":
            return b"%d\n" % session.tally(argument)
        if word == "probe":
            try:
                result = f"done {PROBES[argument](self._around)!r}"
            except BaseException as error:
                result = f"refused {type(error).__name__}: {error}"
            return result.encode() + b"\n"
        session.note(Fact(event_action="command", process_command_line=line))
        return f"ok {line}\n".encode()


class SpoolInbox:
    """The hub's inbox over the real spool."""

    def __init__(self, data: Path) -> None:
        self._files = data / "files"
        self._files.mkdir(exist_ok=True)
        self._stats = data / "stats"
        self.spool = Spool(data / "spool", SpoolConfig())
        self._recent = self.spool.recent_ids()

    def events(self, lines: bytes, events: Sequence[Event]) -> None:
        self.spool.append(lines, len(events))

    def artefact(self, sha256: str, data: bytes) -> None:
        (self._files / sha256).write_bytes(data)

    def terminal(self, slot: int, piece: Piece) -> None:
        pass

    def stats(self, slot: int, stats: Stats) -> None:
        self._stats.with_suffix(f".{slot}").write_bytes(msgspec.json.encode(stats))

    def has(self, event_id: str) -> bool:
        return event_id in self._recent


def prepare(spec: Spec) -> "type[Service]":
    """What the fork server calls once."""
    import encodings.idna  # noqa: F401  warm, as the real one is

    return LineService  # type: ignore[return-value]  # a class is a maker too


def run_hub() -> int:
    """The hub: as samovar's, without store and page."""
    hub = Hub.connect()
    data = Path(hub.spec.data)
    inbox = SpoolInbox(data)
    missing = harden_hub(hub.spec.data)
    stopped = threading.Event()
    hub.start(inbox, stopped.set)
    hub.ready(missing)
    stopped.wait()
    complete = hub.finish()
    inbox.spool.sync()
    inbox.spool.close()
    (data / "received").write_bytes(msgspec.json.encode(hub.received))
    return 0 if complete else 1


def up(data: str, workers: int) -> int:
    """The supervisor, with the taps that DATA/taps.json names."""
    spec = msgspec.json.decode(Path(data, "spec.json").read_bytes(), type=Spec)
    spec = msgspec.structs.replace(spec, workers=workers)

    def announce(status: Status) -> None:
        Path(data, "status.new").write_bytes(msgspec.json.encode(status))
        Path(data, "status.new").rename(Path(data, "status.json"))

    command = [sys.executable, "-m", "tests.process.app"]
    return Supervisor(
        spec, Child("fork server", [*command, "forkserver"]), Child("hub", [*command, "hub"]), announce
    ).run()


def main(arguments: list[str]) -> int:
    logging.basicConfig(level=logging.INFO, format="%(process)d %(name)s: %(message)s")
    if arguments[0] == "up":
        return up(arguments[1], int(arguments[2]))
    if arguments[0] == "hub":
        return run_hub()
    return ForkServer(prepare, lock_worker, lock_broker, lock_fetcher).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

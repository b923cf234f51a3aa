"""CPU to record, spool, read back and enrich an event; the socket between worker and hub excluded. One JSON line.

Sessions of six events from long-tailed addresses. With location data in ./geo (or --geo DIR) places are looked up
as well; ``geo`` in the result says whether.
"""

import argparse
import json
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import IPv4Address
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from samovar.asciicast import Entry
from samovar.enrich.geo import Geo, GeoConfig
from samovar.enrich.technique import technique
from samovar.event import Event, Fact
from samovar.record import Identity, Ids, Session
from samovar.sensor import Peer
from samovar.spool import Spool

SESSIONS, EVENTS, ADDRESSES = 20_000, 6, 4_000
BATCH = 50  # events that arrive together


class Lines:
    """As a worker's end of the channel: events as JSON lines."""

    def __init__(self) -> None:
        self._encode = msgspec.json.Encoder().encode
        self.lines: list[bytes] = []

    def event(self, event: Event) -> None:
        self.lines.append(self._encode(event))

    def artefact(self, sha256: str, data: bytes) -> None:
        raise NotImplementedError

    def terminal(self, session_id: str, entry: Entry | None) -> None:
        pass

    def tally(self, source_ip: str, key: str) -> int:
        return 1

    def flush(self) -> None:
        return


class Stage:
    """CPU microseconds an event, by stage."""

    def __init__(self) -> None:
        self.spent: dict[str, float] = {}

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        before = time.process_time()
        yield
        taken = (time.process_time() - before) / (SESSIONS * EVENTS) * 1e6
        self.spent[name] = self.spent.get(name, 0.0) + taken


def session(sink: Lines, ids: Ids, ip: str, chance: random.Random) -> None:
    """Connect, hello, two logins, a command, disconnect."""
    peer = Peer(ip=ip, port=40_000, local_ip="198.51.100.1", local_port=22, transport="tcp")
    made = Session(Identity("urn", "terminal", "ssh"), peer, sink, ids)
    made.note(Fact(event_action="hello", samovar_client_version="SSH-2.0-Go", samovar_ssh_hassh="a" * 32))
    for outcome in ("failure", "success"):
        password = str(chance.randrange(10_000))
        made.note(Fact(event_action="login", event_outcome=outcome, user_name="root", samovar_login_password=password))
    made.note(Fact(event_action="command", process_command_line="uname -s -v -n -r -m"))
    made.close(2100, 3400)


def measure(geo: Geo) -> dict[str, float]:
    """All stages over all sessions."""
    chance = random.Random(7)
    addresses = [str(IPv4Address(chance.randrange(1 << 24, 0xDF000000))) for _ in range(ADDRESSES)]
    visits = [addresses[min(int(chance.paretovariate(0.5)), ADDRESSES) - 1] for _ in range(SESSIONS)]
    stage, sink, ids = Stage(), Lines(), Ids()
    with stage("record"):
        for ip in visits:
            session(sink, ids, ip, chance)
    decoder = msgspec.json.Decoder(Event)
    with TemporaryDirectory() as folder:
        spool = Spool(Path(folder))
        with stage("spool"):
            for first in range(0, len(sink.lines), BATCH):
                message = b"\n".join(sink.lines[first : first + BATCH]) + b"\n"
                events = [decoder.decode(line) for line in message.splitlines()]  # as the hub checks what arrives
                spool.append(message, len(events))
                if spool.due():
                    spool.sync()
        cursor = spool.cursor("bench")
        with stage("read"):
            read = [batch.events for batch in iter(lambda: cursor.read(2000), None)]
        with stage("enrich"):
            for batch in read:
                for event in batch:
                    technique(geo(event))
        cursor.close()
        spool.close()
    return stage.spent


def first_visits(geo: Geo) -> float:
    """CPU microseconds to place an event from an address that was not seen before."""
    chance = random.Random(8)
    sink, ids = Lines(), Ids()
    for _ in range(ADDRESSES):
        session(sink, ids, str(IPv4Address(chance.randrange(1 << 24, 0xDF000000))), chance)
    events = [msgspec.json.decode(line, type=Event) for line in sink.lines[::EVENTS]]
    before = time.process_time()
    for event in events:
        geo(event)
    return (time.process_time() - before) / ADDRESSES * 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--geo", type=Path, default=Path("geo"))
    geo = Geo(GeoConfig(), parser.parse_args().geo)
    spent = measure(geo)
    result: dict[str, float | bool] = {f"{name}_us": round(value, 2) for name, value in spent.items()}
    result["record_spool_enrich_us_per_event"] = round(sum(spent.values()), 2)
    result["geo_new_address_us"] = round(first_visits(geo), 2)
    print(json.dumps(result | {"events": SESSIONS * EVENTS, "geo": geo.available}))


if __name__ == "__main__":
    main()

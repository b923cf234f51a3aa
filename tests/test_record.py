"""A session's events: bound identity, sequence, artefacts, one disconnect."""

import hashlib

from samovar.asciicast import Entry
from samovar.event import Event, Fact
from samovar.record import Identity, Ids, Session
from samovar.sensor import Keep, Peer


class Memory:
    """Remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.artefacts: dict[str, bytes] = {}

    def event(self, event: Event) -> None:
        self.events.append(event)

    def artefact(self, sha256: str, data: bytes) -> None:
        self.artefacts[sha256] = data

    def terminal(self, session_id: str, entry: Entry | None) -> None:
        pass

    def tally(self, source_ip: str, key: str) -> int:
        return len(source_ip + key)

    def flush(self) -> None:
        pass


PEER = Peer(ip="198.51.100.7", port=4711, local_ip="203.0.113.5", local_port=21, tls=True)


def test_a_session() -> None:
    sink = Memory()
    session = Session(Identity("here", "services", "ftp"), PEER, sink, Ids(), clock=lambda: 1_790_000_000.5)
    session.note(Fact(event_action="login", user_name="root", network_protocol="ftps"))
    session.keep(Keep(b"#!/bin/sh\n", "a.sh"))
    session.close(12, 34)
    session.close(99, 99)
    session.note(Fact(event_action="command"))
    connect, login, file, end = sink.events
    assert [event.event_sequence for event in sink.events] == [0, 1, 2, 3]
    assert {event.samovar_session_id for event in sink.events} == {session.id}
    assert len({event.event_id for event in sink.events}) == 4
    assert connect.samovar_detail == {"tls": True}
    assert (login.user_name, login.network_protocol, connect.network_protocol) == ("root", "ftps", "ftp")
    assert (login.source_ip, login.destination_port, login.event_dataset) == ("198.51.100.7", 21, "services.ftp")
    digest = hashlib.sha256(b"#!/bin/sh\n").hexdigest()
    assert (file.file_name, file.file_size, file.file_hash_sha256) == ("a.sh", 10, digest)
    assert sink.artefacts == {digest: b"#!/bin/sh\n"}
    assert (end.source_bytes, end.destination_bytes) == (12, 34)
    assert session.tally("login") == len("198.51.100.7login")


def test_ids_sort_by_time() -> None:
    ids = Ids()
    made = [ids.next(1_790_000_000 + n / 1000) for n in range(100)]
    assert made == sorted(made)
    assert {len(name) for name in made} == {23}

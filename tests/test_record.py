"""A session's events: bound identity, sequence, artefacts, one disconnect."""

import hashlib

from samovar.asciicast import Entry
from samovar.event import Event, Fact
from samovar.record import TERMINAL_BYTES, Identity, Ids, Session
from samovar.sensor import Keep, Peer, Tty


class Memory:
    """Remembers."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.artefacts: dict[str, bytes] = {}
        self.terminals: list[Entry | None] = []

    def event(self, event: Event) -> None:
        self.events.append(event)

    def artefact(self, sha256: str, data: bytes) -> None:
        self.artefacts[sha256] = data

    def terminal(self, session_id: str, entry: Entry | None) -> None:
        self.terminals.append(entry)

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
    assert file.samovar_detail == {"file_type": "shell script"}
    assert sink.artefacts == {digest: b"#!/bin/sh\n"}
    assert (end.source_bytes, end.destination_bytes) == (12, 34)
    assert session.tally("login") == len("198.51.100.7login")


def test_ids_sort_by_time() -> None:
    ids = Ids()
    made = [ids.next(1_790_000_000 + n / 1000) for n in range(100)]
    assert made == sorted(made)
    assert {len(name) for name in made} == {23}


def recorded(*steps: Tty) -> list[Entry | None]:
    sink = Memory()
    session = Session(Identity("here", "terminal", "ssh"), PEER, sink, Ids())
    for step in steps:
        session.tty(step)
    session.close(0, 0)
    session.tty(Tty(b"too late"))
    assert [event.event_action for event in sink.events] == ["connect", "disconnect"]
    return sink.terminals


def test_a_terminal_is_recorded_as_text_and_ends_before_the_session() -> None:
    steps = (Tty(b"80x24 xterm", "r"), Tty(b"caf\xc3"), Tty(b"q\xc3", "i"), Tty(b"\xa9 \xff"), Tty(b"\xf0\x9f"))
    *entries, end = recorded(*steps)
    assert end is None
    told = [(entry.code, entry.data) for entry in entries if entry]
    assert told == [
        ("r", "80x24 xterm"),
        ("o", "caf"),
        ("i", "q"),
        ("o", "é \uf7ff"),
        ("o", "\uf7f0\uf79f"),
        ("i", "\uf7c3"),
    ]
    offsets = [entry.offset for entry in entries if entry]
    assert offsets[:4] == sorted(offsets[:4])


def test_a_session_without_a_terminal_says_nothing_of_one() -> None:
    assert recorded() == []


def test_a_recording_is_bounded_and_says_where_it_stops() -> None:
    *entries, end = recorded(Tty(b"a" * TERMINAL_BYTES), Tty(b"b"), Tty(b"c" * TERMINAL_BYTES), Tty(b"1x1", "r"))
    assert end is None
    assert sum(len(entry.data) for entry in entries if entry) <= TERMINAL_BYTES + 100
    assert [entry.code for entry in entries if entry][-1] == "m"
    assert all(entry and len(entry.data) <= 16 * 1024 for entry in entries)

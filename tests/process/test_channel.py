"""The channel: full, broken, and in an attacker's hands."""

import asyncio
import hashlib
import mmap
import socket
import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.event import Event
from samovar.process.cells import size
from samovar.process.channel import MESSAGE_LIMIT, Chunk, Sender, Stats
from samovar.process.receiver import Receiver
from samovar.process.tally import SharedTally
from samovar.process.terminals import Piece

NOW = datetime.now(UTC)


def event(number: int = 0, **changes: object) -> Event:
    made = Event(
        event_action="command",
        timestamp=NOW,
        event_id=f"{number:023x}",
        event_sequence=0,
        event_module="terminal",
        event_dataset="terminal.ssh",
        observer_name="x",
        samovar_session_id="0" * 23,
        source_ip="192.0.2.1",
        source_port=1,
        destination_ip="2001:db8::1",
        destination_port=22,
        network_transport="tcp",
    )
    return msgspec.structs.replace(made, **changes)


class Kept:
    """An inbox that remembers."""

    def __init__(self, had: Sequence[str] = (), full: int = 0) -> None:
        self.lines = b""
        self.ids: list[str] = []
        self.artefacts: dict[str, bytes] = {}
        self.reports: list[Stats] = []
        self.pieces: list[Piece] = []
        self._had = set(had)
        self._full = full

    def events(self, lines: bytes, events: Sequence[Event]) -> None:
        if self._full:
            self._full -= 1
            raise OSError(28, "disk full")
        self.lines += lines
        self.ids += [event.event_id for event in events]

    def artefact(self, sha256: str, data: bytes) -> None:
        self.artefacts[sha256] = data

    def terminal(self, slot: int, piece: Piece) -> None:
        self.pieces.append(piece)

    def stats(self, slot: int, stats: Stats) -> None:
        self.reports.append(stats)

    def has(self, event_id: str) -> bool:
        return event_id in self._had


Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    ends[1].setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
    yield ends
    for end in ends:
        end.close()


def tally(workers: int = 1) -> SharedTally:
    return SharedTally(mmap.mmap(-1, size(workers)), 0, b"k")


def drain(pair: Pair, inbox: Kept, parts: Path) -> Receiver:
    """Receive all that was sent, until the end of file."""
    pair[1].close()
    receiver = Receiver([pair[0]], inbox, parts)
    thread = threading.Thread(target=receiver.run)
    thread.start()
    receiver.finish(30)
    thread.join(60)
    assert not thread.is_alive()
    return receiver


async def test_a_full_channel_queues_then_drops_and_counts(pair: Pair, tmp_path: Path) -> None:
    sender = Sender(pair[1], tally(), queue_limit=300_000)
    for number in range(10_000):
        sender.event(event(number))
    sender.artefact("0" * 64, bytes(400_000))
    sender.flush()
    assert sender.dropped_events > 0
    assert sender.dropped_artefacts == 1
    assert not await sender.drained(0.01)
    inbox = Kept()
    receiver = Receiver([pair[0]], inbox, tmp_path)
    thread = threading.Thread(target=receiver.run)
    thread.start()
    assert await sender.drained(30)
    pair[1].close()
    receiver.finish(30)
    await asyncio.to_thread(thread.join, 60)
    assert len(inbox.ids) == 10_000 - sender.dropped_events
    assert inbox.ids == sorted(set(inbox.ids))
    assert inbox.lines.count(b"\n") == len(inbox.ids)


async def test_an_event_that_no_message_holds_is_dropped_and_counted(pair: Pair) -> None:
    sender = Sender(pair[1], tally())
    sender.event(event(1, process_command_line="x" * MESSAGE_LIMIT))
    sender.event(event(2, process_command_line="\ud800"))
    sender.flush()
    assert (sender.events, sender.dropped_events) == (2, 2)


async def test_a_report_reaches_the_inbox(pair: Pair, tmp_path: Path) -> None:
    Sender(pair[1], tally()).stats(7, b'{"a":1}')
    inbox = Kept()
    drain(pair, inbox, tmp_path)
    assert [(stats.pid, bytes(stats.service)) for stats in inbox.reports] == [(7, b'{"a":1}')]


def test_repeats_after_a_restart_are_left_out(pair: Pair, tmp_path: Path) -> None:
    lines = [msgspec.json.encode(event(number)) for number in (1, 2, 3)]
    pair[1].send(b"E" + b"\n".join(lines) + b"\n")
    pair[1].send(b"E" + lines[0] + b"\n")
    inbox = Kept(had=[f"{1:023x}", f"{2:023x}"])
    receiver = drain(pair, inbox, tmp_path)
    assert inbox.ids == [f"{3:023x}", f"{1:023x}"]
    assert receiver.counts.repeated == 2


def test_a_full_disk_leaves_the_message_where_it_is(pair: Pair, tmp_path: Path) -> None:
    pair[1].send(b"E" + msgspec.json.encode(event(1)) + b"\n")
    inbox = Kept(full=1)
    drain(pair, inbox, tmp_path)
    assert inbox.ids == [f"{1:023x}"]


@pytest.mark.parametrize(
    "line",
    [
        msgspec.json.encode(event(timestamp=NOW + timedelta(days=400))),
        msgspec.json.encode(event(timestamp=NOW - timedelta(days=400))),
        msgspec.json.encode(event(timestamp=NOW.replace(tzinfo=None))),
        msgspec.json.encode(event(event_id="../../etc")),
        msgspec.json.encode(event(samovar_session_id="'; drop")),
        msgspec.json.encode(event(source_ip="nowhere")),
        msgspec.json.encode(event(source_ip="1.2.3.4\0")),
        msgspec.json.encode(event(destination_port=65536)),
        b"{}",
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_no_sound_worker_sends_is_left_out(pair: Pair, tmp_path: Path, line: bytes) -> None:
    pair[1].send(b"E" + line + b"\n" + msgspec.json.encode(event(5)) + b"\n")
    inbox = Kept()
    receiver = drain(pair, inbox, tmp_path)
    assert inbox.ids == [f"{5:023x}"]
    assert receiver.counts.bad == 1


def test_unknown_fields_do_not_reach_the_spool(pair: Pair, tmp_path: Path) -> None:
    line = msgspec.json.encode(event(1))
    pair[1].send(b"E" + line[:-1] + b',"evil":"x"}\n')
    inbox = Kept()
    drain(pair, inbox, tmp_path)
    assert inbox.lines == line + b"\n"


@given(messages=st.lists(st.binary(max_size=200) | st.binary(max_size=50).map(lambda b: b"A" + b), max_size=20))
def test_garbage_ends_nothing(messages: list[bytes], tmp_path_factory: pytest.TempPathFactory) -> None:
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    for message in [*messages, b"", b"S[]", b"E", b"E" + msgspec.json.encode(event(1)) + b"\n"]:
        ends[1].send(message)
    inbox = Kept()
    drain(ends, inbox, tmp_path_factory.mktemp("parts"))
    ends[0].close()
    assert inbox.ids == [f"{1:023x}"]


def test_pieces_that_do_not_fit_are_left_out(pair: Pair, tmp_path: Path) -> None:
    good = bytes(range(256)) * 10
    name = hashlib.sha256(good).hexdigest()
    pieces = [
        Chunk("../" * 20 + "abcd", 0, 5, b"x"),
        Chunk(name, 0, 5, b"wrong"),
        Chunk(name, 100, 2560, good[100:200]),  # nothing before it
        Chunk(name, 0, 1 << 60, b"x"),
        Chunk(name, -5, 10, b"x"),
        Chunk(name, 0, 2560, good[:1000]),
        Chunk(name, 0, 2560, good[:1000]),  # a repeat
        Chunk(name, 1000, 2560, good[1000:]),
    ]
    for piece in pieces:
        pair[1].send(b"A" + msgspec.msgpack.encode(piece))
    inbox = Kept()
    receiver = drain(pair, inbox, tmp_path)
    assert inbox.artefacts == {name: good}
    assert receiver.counts.lost_artefacts == 5
    assert not list(tmp_path.iterdir())


def test_the_tally_counts_over_workers_and_forgets_the_rarest() -> None:
    memory = mmap.mmap(-1, size(2))
    first, second = SharedTally(memory, 0, b"k"), SharedTally(memory, 1, b"k")
    assert [first.count("192.0.2.1", "a"), second.count("192.0.2.1", "a"), first.count("192.0.2.1", "a")] == [1, 2, 3]
    assert first.count("192.0.2.1", "b") == 1
    for _ in range(70_000):
        first.count("192.0.2.9", "often")
    assert first.count("192.0.2.9", "often") == 65_535

"""Terminals on their way: gathered, in order, numbered, and bounded where the hub is slow."""

import asyncio
import socket
from pathlib import Path

import msgspec

from samovar.asciicast import Entry
from samovar.process.channel import MESSAGE_LIMIT, Sender
from samovar.process.terminals import Piece, Terminals
from tests.process.test_channel import Kept, Pair, drain, event, pair, tally

__all__ = ["pair"]  # the fixture
NAME = "0" * 23


class Line:
    """Takes messages until told otherwise."""

    def __init__(self) -> None:
        self.open = True
        self.pieces: list[Piece] = []
        self.asked = 0
        self.terminals = Terminals(self._send, self._later)

    def _send(self, message: bytes, must: bool) -> bool:
        assert len(message) < MESSAGE_LIMIT
        if not (self.open or must):
            return False
        self.pieces += msgspec.msgpack.decode(message, type=list[Piece])
        return True

    def _later(self) -> None:
        self.asked += 1


def test_pieces_that_come_together_are_one_entry_of_their_kind() -> None:
    line = Line()
    for number, char in enumerate("uname"):
        line.terminals.add(NAME, Entry(1 + number / 1000, "i", char))
        line.terminals.add(NAME, Entry(1 + number / 1000, "o", char))
    line.terminals.add(NAME, Entry(1.5, "o", "Linux"))
    line.terminals.add(NAME, Entry(1.5, "r", "80x24"))
    line.terminals.add(NAME, Entry(1.5, "o", "$ "))
    line.terminals.flush()
    assert line.asked == 1
    (piece,) = line.pieces
    told = [(entry.code, entry.data) for entry in piece.entries]
    assert told == [("i", "uname"), ("o", "uname"), ("o", "Linux"), ("r", "80x24"), ("o", "$ ")]


def test_entries_are_numbered_and_the_end_is_sent_at_once() -> None:
    line = Line()
    line.terminals.add(NAME, Entry(1, "o", "a"))
    line.terminals.flush()
    line.terminals.add(NAME, Entry(2, "o", "b"))
    line.terminals.add(NAME, None)
    assert [(piece.first, len(piece.entries), piece.ended) for piece in line.pieces] == [(0, 1, False), (1, 1, True)]


def test_what_is_dropped_is_counted_told_and_leaves_no_gap() -> None:
    line = Line()
    line.terminals.add(NAME, Entry(1, "o", "a"))
    line.terminals.flush()
    line.open = False
    for number in range(3):
        line.terminals.add(NAME, Entry(2 + number, "o", "b"))
    line.terminals.flush()
    line.open = True
    line.terminals.add(NAME, Entry(9, "o", "c"))
    line.terminals.flush()
    last = line.pieces[-1]
    assert (last.first, [entry.code for entry in last.entries]) == (1, ["m", "o"])
    assert last.entries[0].data.startswith("3 entries")
    assert line.terminals.dropped == 3
    line.open = False
    line.terminals.add(NAME, None)
    assert line.pieces[-1] == Piece(NAME, 3, (), True)


def test_many_sessions_fill_several_messages() -> None:
    line = Line()
    for number in range(60):
        line.terminals.add(f"{number:023x}", Entry(1, "o", "é" * 8000))
    line.terminals.flush()
    assert len({piece.session for piece in line.pieces}) == 60


async def test_a_terminal_reaches_the_inbox_before_its_disconnect(pair: Pair, tmp_path: Path) -> None:
    sender = Sender(pair[1], tally())
    sender.terminal(event().samovar_session_id.replace("0" * 13, f"{int(event().timestamp.timestamp() * 1e6):013x}"),
                    Entry(1, "o", "a"))  # fmt: skip
    await asyncio.sleep(0.2)  # it goes by itself, a moment later
    sender.terminal(NAME, Entry(1, "o", "of 1970"))
    sender.terminal(NAME, None)
    sender.event(event(1, event_action="disconnect"))
    sender.flush()
    pair[1].send(b"Tnonsense")
    pair[1].send(b"T" + msgspec.msgpack.encode([Piece("../../../../etc/passwd1", 0, (), True)]))
    inbox = Kept()
    receiver = drain(pair, inbox, tmp_path)
    assert [piece.entries for piece in inbox.pieces] == [(Entry(1, "o", "a"),)]
    assert receiver.counts.bad == 3
    assert len(inbox.ids) == 1


def test_a_kind_of_message_that_is_cut_short_is_counted(tmp_path: Path) -> None:
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    whole = b"T" + msgspec.msgpack.encode([Piece(NAME, 0, (Entry(1, "o", "a"),), False)])
    for length in range(1, len(whole)):
        ends[1].send(whole[:length])
    inbox = Kept()
    receiver = drain(ends, inbox, tmp_path)
    ends[0].close()
    assert receiver.counts.bad == len(whole) - 1
    assert inbox.pieces == []

"""What is appended is read back, in order, once, whatever happens in between."""

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.spool import Cursor, Position, Spool, SpoolBusy, SpoolConfig, verify
from tests.spool.lines import lines

SMALL = SpoolConfig(segment_bytes=1 << 16)


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    spool = Spool(tmp_path, SMALL)
    yield spool
    spool.close()


def numbers(cursor: Cursor, size: int = 1000) -> list[int]:
    found = []
    while batch := cursor.read(size):
        found += [int(event.event_id, 16) for event in batch.events]
        cursor.commit(batch)
    return found


def test_reads_what_was_appended(spool: Spool) -> None:
    cursor = spool.cursor("store")
    assert cursor.read() is None
    end = spool.append(lines(0, 10), 10)
    batch = cursor.read(4)
    assert batch is not None
    assert [int(event.event_id, 16) for event in batch.events] == [0, 1, 2, 3]
    assert batch.end < end
    assert numbers(cursor) == [4, 5, 6, 7, 8, 9]
    assert cursor.committed == end == spool.end
    assert spool.events == 10


def test_lines_are_kept_verbatim(spool: Spool) -> None:
    spool.append(lines(0, 3), 3)
    assert spool.segments()[0].path.read_bytes() == lines(0, 3)


def test_incomplete_lines_are_refused(spool: Spool) -> None:
    with pytest.raises(ValueError, match="complete lines"):
        spool.append(b'{"half":', 1)


def test_many_segments_sealed_and_packed(spool: Spool) -> None:
    for first in range(0, 3000, 50):
        spool.append(lines(first, 50), 50)
    spool.maintain()
    *sealed, active = spool.segments()
    assert len(sealed) > 5
    assert active.seal is None
    assert [segment.packed for segment in sealed] == [True] * (len(sealed) - 1) + [False]
    assert sum(segment.seal.events for segment in sealed if segment.seal) < 3000
    assert all(good for _, good in verify(spool.directory))
    assert numbers(spool.cursor("late"), 77) == list(range(3000))


def test_reader_goes_on_while_segments_are_packed(spool: Spool) -> None:
    cursor = spool.cursor("slow")
    found = []
    for first in range(0, 3000, 50):
        spool.append(lines(first, 50), 50)
        spool.maintain()
        batch = cursor.read(7)
        assert batch is not None
        found += [int(event.event_id, 16) for event in batch.events]
        cursor.commit(batch)
    assert found + numbers(cursor) == list(range(3000))


def test_places_are_durable_and_of_each_reader(tmp_path: Path) -> None:
    spool = Spool(tmp_path, SMALL)
    spool.append(lines(0, 9), 9)
    one, two = spool.cursor("one"), spool.cursor("two")
    batch = one.read(4)
    assert batch is not None
    one.commit(batch)
    spool.close()
    spool = Spool(tmp_path, SMALL)
    assert numbers(spool.cursor("one")) == [4, 5, 6, 7, 8]
    assert numbers(spool.cursor("two")) == list(range(9))
    two.close()
    spool.close()


def test_uncommitted_is_read_again(spool: Spool) -> None:
    spool.append(lines(0, 5), 5)
    cursor = spool.cursor("store")
    first = cursor.read(3)
    cursor.rewind()
    assert cursor.read(3) == first


def test_torn_line_is_cut_off_and_kept(tmp_path: Path) -> None:
    spool = Spool(tmp_path, SMALL)
    spool.append(lines(0, 5), 5)
    spool.close()
    path = spool.segments()[-1].path
    torn = lines(5, 1)[:-30]
    with path.open("ab") as file:
        file.write(torn)
    again = Spool(tmp_path, SMALL)
    assert again.torn == 1
    again.append(lines(6, 2), 2)
    assert numbers(again.cursor("store")) == [0, 1, 2, 3, 4, 6, 7]
    assert [kept.read_bytes() for kept in (tmp_path / "damaged").glob("torn-*")] == [torn]
    again.close()


def test_a_file_of_nothing_but_a_torn_line(tmp_path: Path) -> None:
    spool = Spool(tmp_path, SMALL)
    spool.close()
    spool.segments()[-1].path.write_bytes(b"\0" * 3_000_000)
    again = Spool(tmp_path, SMALL)
    again.append(lines(0, 1), 1)
    assert numbers(again.cursor("store")) == [0]
    again.close()


def test_damaged_lines_are_set_aside(spool: Spool) -> None:
    bad = b'{"event.action":"nonsense"}\n\xff\xfe\n\n'
    spool.append(lines(0, 2) + bad + lines(2, 2), 7)
    cursor = spool.cursor("store")
    assert numbers(cursor) == [0, 1, 2, 3]
    assert cursor.damaged == 3
    assert (spool.directory / "damaged" / "store").read_bytes() == bad


def test_an_endless_line_is_passed_over(spool: Spool) -> None:
    spool.append(lines(0, 1) + b"x" * 3_000_000 + b"\n" + lines(1, 1), 3)
    cursor = spool.cursor("store")
    assert numbers(cursor) == [0, 1]
    assert cursor.damaged >= 1


def test_damaged_packed_segment_costs_only_itself(spool: Spool) -> None:
    for first in range(0, 3000, 50):
        spool.append(lines(first, 50), 50)
    spool.maintain()
    victim = spool.segments()[1]
    data = bytearray(victim.path.read_bytes())
    data[len(data) // 2 :] = os.urandom(len(data) - len(data) // 2)
    victim.path.write_bytes(data)
    assert [segment.number for segment, good in verify(spool.directory) if not good] == [victim.number]
    assert victim.seal is not None
    found = numbers(spool.cursor("store"))
    assert found == sorted(set(found))
    assert len(found) >= 3000 - victim.seal.events
    assert found[-1] == 2999


def test_dropped_segments_are_skipped(spool: Spool) -> None:
    cursor = spool.cursor("far-behind")
    for first in range(0, 3000, 50):
        spool.append(lines(first, 50), 50)
    first_batch = cursor.read(1)
    assert first_batch is not None
    cursor.commit(first_batch)
    cursor.close()
    while spool.drop_oldest_sealed():
        pass
    assert len(spool.segments()) == 1
    assert numbers(cursor)[-1] == 2999
    assert cursor.skipped > 0


def test_a_place_beyond_a_new_spool_means_its_start(spool: Spool) -> None:
    spool.append(lines(0, 3), 3)
    cursor = spool.cursor("store")
    cursor.seek(Position(99, 12345))
    assert numbers(cursor) == [0, 1, 2]


def test_after_a_reboot_a_new_segment_begins(tmp_path: Path) -> None:
    spool = Spool(tmp_path, SMALL)
    spool.append(lines(0, 9), 9)
    place = spool.end
    spool.close()
    path = spool.segments()[-1].path
    path.write_bytes(lines(0, 5))  # the power cut cost what was not synced
    (tmp_path / "boot").write_text("another boot")
    again = Spool(tmp_path, SMALL)
    again.append(lines(20, 9), 9)
    cursor = again.cursor("store")
    cursor.seek(place)  # the store had all nine
    assert numbers(cursor) == list(range(20, 29))
    again.close()


def test_only_one_writes(spool: Spool) -> None:
    with pytest.raises(SpoolBusy, match="another process"):
        Spool(spool.directory)


def test_recent_ids_reach_over_the_last_seal(spool: Spool) -> None:
    for first in range(0, 200, 50):
        spool.append(lines(first, 50), 50)
    spool._roll()
    spool.append(lines(200, 1), 1)
    recent = {int(identity, 16) for identity in spool.recent_ids(20)}
    assert {200, 199, 190} <= recent
    assert 100 not in recent


def test_sync_is_due_after_a_second(tmp_path: Path) -> None:
    now = [1000.0]
    spool = Spool(tmp_path, clock=lambda: now[0])
    assert not spool.due()
    spool.append(lines(0, 1), 1)
    assert not spool.due()
    now[0] += 1.0
    assert spool.due()
    spool.sync()
    assert not spool.due()
    spool.close()


def test_old_segments_are_sealed(tmp_path: Path) -> None:
    now = [1000.0]
    spool = Spool(tmp_path, SpoolConfig(segment_seconds=60), clock=lambda: now[0])
    spool.append(lines(0, 1), 1)
    now[0] += 61
    spool.append(lines(1, 1), 1)
    assert [segment.number for segment in spool.segments()] == [1, 2]
    spool.close()


def test_failed_append_leaves_no_trace(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    spool.append(lines(0, 2), 2)
    whole_write = os.write

    def half_write(descriptor: int, data: bytes) -> int:
        whole_write(descriptor, bytes(data)[: len(data) // 2])
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "write", half_write)
    with pytest.raises(OSError, match="No space"):
        spool.append(lines(2, 2), 2)
    monkeypatch.undo()
    spool.append(lines(4, 1), 1)
    assert numbers(spool.cursor("store")) == [0, 1, 4]


def test_a_killed_pack_is_done_again(spool: Spool) -> None:
    for first in range(0, 600, 50):
        spool.append(lines(first, 50), 50)
    (spool.directory / "000000000001.jsonl.tmp").write_bytes(b"half")
    spool.maintain()
    assert not list(spool.directory.glob("*.tmp"))
    packed = spool.directory / "000000000001.jsonl.zst"
    assert zstandard.ZstdDecompressor().stream_reader(packed.read_bytes()).read(20).startswith(b'{"')
    assert numbers(spool.cursor("store")) == list(range(600))


@pytest.mark.parametrize("config", [{"segment_bytes": 10}, {"compression": 99}, {"plain_segments": 0}])
def test_bad_configuration(config: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="spool"):
        SpoolConfig(**config)


def test_bad_reader_name(spool: Spool) -> None:
    with pytest.raises(ValueError, match="name for a reader"):
        spool.cursor("../../etc/passwd")


KILLED = """
import sys
from pathlib import Path
from samovar.spool import Spool, SpoolConfig
from tests.spool.lines import lines
spool = Spool(Path(sys.argv[1]), SpoolConfig(segment_bytes=1 << 16))
number = int(sys.argv[2])
while True:
    spool.append(lines(number, 7), 7)
    number += 7
    print(number, flush=True)
    spool.maintain()
"""


def test_kill_9_loses_nothing_acknowledged(tmp_path: Path) -> None:
    acknowledged = 0
    for _ in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path), str(acknowledged)], stdout=subprocess.PIPE, text=True
        )
        assert writer.stdout is not None
        with writer.stdout:
            for _ in range(150):
                acknowledged = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
            rest = writer.stdout.read().split()
        writer.wait(10)
        spool = Spool(tmp_path, SMALL)
        found = numbers(spool.cursor("check"))
        spool.close()
        acknowledged = max([acknowledged, *map(int, rest)])
        (tmp_path / "cursors" / "check.json").unlink()
        assert found[: len(found)] == list(range(len(found)))
        assert len(found) >= acknowledged
        acknowledged = len(found)


@settings(max_examples=30, deadline=None)
@given(pieces=st.lists(st.one_of(st.binary(max_size=200), st.integers(0, 20)), max_size=12), size=st.integers(1, 9))
def test_any_bytes_between_events(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes | int], size: int
) -> None:
    spool = Spool(tmp_path_factory.mktemp("spool"), SMALL)
    expected = []
    for piece in pieces:
        if isinstance(piece, int):
            expected += range(len(expected), len(expected) + piece)
            spool.append(lines(len(expected) - piece, piece) or b"\n", piece)
        else:
            spool.append(b"{" + piece + b"\n", 1)
    assert numbers(spool.cursor("store"), size) == expected
    spool.close()

"""Recordings: exact after a kill wherever it falls, bounded, and never in the way of anything else."""

import errno
import os
import time
from pathlib import Path

import pytest

from samovar import recordings as module
from samovar.asciicast import Entry, parse
from samovar.process.terminals import Piece
from samovar.recordings import RecordingConfig, Recordings


def session(number: int = 1, at: float | None = None) -> str:
    return f"{int((at or time.time()) * 1e6):013x}aaaaaa{number:04x}"


def piece(name: str, first: int, *texts: str, ended: bool = False) -> Piece:
    return Piece(name, first, tuple(Entry(first + n, "o", text) for n, text in enumerate(texts)), ended)


def texts(kept: Recordings, name: str) -> list[str]:
    path = kept.path(name)
    assert path is not None
    return [entry.data for entry in parse(path.read_bytes())[1]]


def test_a_session_from_beginning_to_end(tmp_path: Path) -> None:
    kept, name = Recordings(tmp_path), session()
    assert (kept.path(name), kept.live(name)) == (None, False)
    kept.take(0, Piece(name, 0, (Entry(0.5, "r", "100x30 xterm"), Entry(1.0, "o", "$ ")), False))
    assert kept.live(name)
    kept.take(0, piece(name, 2, "ls", ended=True))
    assert not kept.live(name)
    path = kept.path(name)
    assert path is not None
    assert path.parent.name == time.strftime("%Y-%m-%d", time.gmtime())
    header, entries = parse(path.read_bytes())
    assert (header.width, header.height, header.env, header.title) == (100, 30, {"TERM": "xterm"}, name)
    assert [entry.data for entry in entries] == ["100x30", "$ ", "ls"]


@pytest.mark.parametrize("name", ["../../etc/passwd", "0" * 22, "0" * 24, "0" * 22 + "G", "", "0" * 22 + "\n"])
def test_only_our_own_ids_are_file_names(tmp_path: Path, name: str) -> None:
    assert Recordings(tmp_path).path(name) is None


def test_a_killed_hub_goes_on_exactly_wherever_the_file_was_cut(tmp_path: Path) -> None:
    name = session()
    whole = Recordings(tmp_path / "whole")
    whole.take(0, piece(name, 0, "a", "b"))
    whole.take(0, piece(name, 2, "c", "d"))
    path = whole.path(name)
    assert path is not None
    content = path.read_bytes()
    for cut in range(len(content) + 1):
        folder = tmp_path / str(cut)
        before = folder / path.parent.name
        before.mkdir(parents=True)
        (before / path.name).write_bytes(content[:cut])
        again = Recordings(folder)
        for offered in (piece(name, 0, "a", "b"), piece(name, 2, "c", "d")):  # all that may not have been taken off
            again.take(0, offered)
        found = again.path(name)
        assert found is not None
        assert found.read_bytes() == content, cut


def test_a_gap_ends_a_recording(tmp_path: Path) -> None:
    kept, name = Recordings(tmp_path), session()
    kept.take(0, piece(name, 0, "a"))
    kept.take(0, piece(name, 5, "f"))
    kept.take(0, piece(name, 1, "b"))
    assert texts(kept, name) == ["a"]
    assert (kept.refused, kept.live(name)) == (1, False)


def test_another_worker_cannot_write_into_a_session(tmp_path: Path) -> None:
    kept, name = Recordings(tmp_path), session()
    kept.take(0, piece(name, 0, "a"))
    kept.take(1, piece(name, 1, "evil", ended=True))
    assert texts(kept, name) == ["a"]
    assert kept.live(name)


def test_sessions_of_a_worker_that_is_gone_are_over(tmp_path: Path) -> None:
    kept, mine, other = Recordings(tmp_path), session(1), session(2)
    kept.take(0, piece(mine, 0, "a"))
    kept.take(1, piece(other, 0, "b"))
    kept.left(0)
    assert (kept.live(mine), kept.live(other)) == (False, True)


def test_what_a_worker_makes_up_is_made_sound(tmp_path: Path) -> None:
    kept, name = Recordings(tmp_path), session()
    entries = (Entry(float("nan"), "o", "a"), Entry(-1.0, "r", "999999x1"), Entry(1e300, "i", "b"))
    kept.take(0, Piece(name, 0, entries, False))
    path = kept.path(name)
    assert path is not None
    assert [(entry.offset, entry.code) for entry in parse(path.read_bytes())[1]] == [(0, "o"), (0, "m"), (0, "i")]


def test_a_file_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FILE_BYTES", 10_000)
    kept, name = Recordings(tmp_path), session()
    for number in range(100):
        kept.take(0, piece(name, number, "x" * 500))
    path = kept.path(name)
    assert path is not None
    assert 9_000 < path.stat().st_size <= 10_000
    assert kept.refused == 1


def test_all_together_are_bounded_and_the_oldest_go(tmp_path: Path) -> None:
    kept = Recordings(tmp_path, RecordingConfig(total_mib=1))
    now = time.time()
    names = [session(number, now - 200_000 + number * 1000) for number in range(400)]
    for name in names:
        kept.take(0, piece(name, 0, "x" * 5000, ended=True))
        assert kept.size <= (1 << 20) + 8192
    left = [name for name in names if kept.path(name)]
    assert left == names[-len(left) :]
    assert len(left) > 20
    assert Recordings(tmp_path).size == kept.size


def test_days_go_when_they_are_too_old(tmp_path: Path) -> None:
    kept, now = Recordings(tmp_path), time.time()
    old, new = session(1, now - 10 * 86_400), session(2, now)
    for name in (old, new):
        kept.take(0, piece(name, 0, "x"))
    kept.expire(now - 5 * 86_400)
    assert (kept.path(old), kept.path(new) is not None) == (None, True)
    kept.take(0, piece(old, 1, "y"))  # it was given up: nothing comes back
    assert kept.path(old) is None


def test_a_full_disk_ends_a_recording_and_leaves_whole_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept, name = Recordings(tmp_path), session()
    kept.take(0, piece(name, 0, "a"))
    write = os.pwrite

    def half(descriptor: int, data: bytes, offset: int) -> int:
        write(descriptor, data[: len(data) // 2], offset)
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr(os, "pwrite", half)
        kept.take(0, piece(name, 1, "b"))
    kept.take(0, piece(name, 2, "c"))
    path = kept.path(name)
    assert path is not None
    assert path.read_bytes().endswith(b'"a"]\n')
    assert kept.refused == 1


def test_what_was_written_is_synced_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SYNC_AFTER", 0.0)
    kept, synced = Recordings(tmp_path), []
    monkeypatch.setattr(os, "fdatasync", lambda descriptor: synced.append(descriptor))
    kept.take(0, piece(session(), 0, "a"))
    kept.sync()
    kept.sync()
    assert len(synced) == 1


def test_what_cannot_be_given_up_is_in_nobodys_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, "read-only")

    kept, first, second = Recordings(tmp_path, RecordingConfig(total_mib=1)), session(1), session(2)
    kept.take(0, piece(first, 0, *["x" * 10_000] * 150))
    assert kept.path(first) is None  # larger than all may be
    monkeypatch.setattr(Path, "unlink", refuse)
    kept.take(0, piece(second, 0, *["x" * 10_000] * 150))
    assert len(texts(kept, second)) == 150

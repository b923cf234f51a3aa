"""Files are kept once, read-only, verified, and within bounds."""

import hashlib
from pathlib import Path

import pytest

from samovar.artefacts import ArtefactConfig, Artefacts


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_kept_once_and_read_only(tmp_path: Path) -> None:
    artefacts = Artefacts(tmp_path)
    assert artefacts.put(digest(b"abc"), b"abc")
    assert artefacts.put(digest(b"abc"), b"abc")
    (kept,) = artefacts
    assert (kept.sha256, kept.size, artefacts.size) == (digest(b"abc"), 3, 3)
    assert kept.first_seen <= kept.last_seen
    path = artefacts.path(kept.sha256)
    assert path is not None
    assert path.read_bytes() == b"abc"
    assert path.stat().st_mode & 0o777 == 0o400


def test_wrong_hash_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="hash"):
        Artefacts(tmp_path).put(digest(b"other"), b"abc")


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "ab/" + "c" * 61])
def test_only_hashes_name_files(tmp_path: Path, name: str) -> None:
    assert Artefacts(tmp_path).path(name) is None


def test_caps_and_a_full_disk(tmp_path: Path) -> None:
    artefacts = Artefacts(tmp_path, ArtefactConfig(file_bytes=10, total_bytes=15))
    assert not artefacts.put(digest(b"x" * 11), b"x" * 11)
    assert artefacts.put(digest(b"x" * 10), b"x" * 10)
    assert not artefacts.put(digest(b"y" * 10), b"y" * 10)
    artefacts.accepting = False
    assert not artefacts.put(digest(b"z"), b"z")
    assert artefacts.refused == 3


def test_half_written_files_are_removed(tmp_path: Path) -> None:
    Artefacts(tmp_path).put(digest(b"abc"), b"abc")
    part = next(tmp_path.glob("??")) / (digest(b"abc") + ".part")
    part.write_bytes(b"ab")
    again = Artefacts(tmp_path)
    assert not part.exists()
    assert again.size == 3

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.sensors.tftp import Tftp, file
from samovar.testing import replay
from tests.conftest import Follows
from tests.personas import persona

SCRIPTS = sorted((Path(__file__).parents[1] / "transcripts").glob("tftp-*.txt"))
PIECES = (b"\0\1a\0octet\0", b"\0\2a\0octet\0", b"\0\3\0\1", b"\0\4\0\1", b"blksize\x008\0", b"tsize\x00x\0")


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_transcript(script: Path, follows: Follows) -> None:
    follows(Tftp(), script)


@given(st.lists(st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=20)), min_size=1), max_size=8))
def test_garbage_only_ends_the_session(datagrams: list[list[bytes]]) -> None:
    lines = [b"".join(pieces).decode("latin-1").encode("unicode_escape").decode() for pieces in datagrams]
    script = "".join(f"C: {line}\n" for line in lines if line)
    assert "end: " in replay(Tftp(max_upload=64), script, 65536, persona())


def test_files_to_read_are_no_larger_than_a_block() -> None:
    for name in (b"default", b"running-config"):
        assert len(file(name, persona()) or b"") in range(1, 512)


def test_a_silent_peer_is_given_up() -> None:
    script = "C: \\x00\\x02a\\x00octet\\x00\n" + "X: silent\n" * 4
    assert replay(Tftp(), script, 65536, persona()).endswith("end: done\n")

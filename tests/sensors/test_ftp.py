from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.sensors.ftp import Ftp
from samovar.sensors.ftp.listing import listing, wildcard
from samovar.sensors.ftp.session import FIXED, HANDLERS
from samovar.sensors.ftp.tree import MAX_BYTES, MAX_NODES, Node, Tree
from samovar.testing import replay
from tests.conftest import Follows
from tests.personas import persona

SCRIPTS = sorted((Path(__file__).parents[1] / "transcripts").glob("ftp-*.txt"))
VERBS = (*HANDLERS, *FIXED, "FEAT", "OPTS", "AUTH", "PBSZ", "PROT", "QUIT")


@pytest.mark.parametrize("chunk", [65536, 1])
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_transcript(script: Path, chunk: int, follows: Follows) -> None:
    follows(Ftp(), script, chunk)


@given(st.lists(st.binary(min_size=1, max_size=40)))
def test_garbage_before_login_only_ends_the_session(lines: list[bytes]) -> None:
    assert "end: " in replay(Ftp(), script(lines), 65536, persona())


@given(st.lists(st.tuples(st.sampled_from(VERBS), st.binary(max_size=12)), max_size=12), st.booleans())
def test_garbage_after_login_only_ends_the_session(commands: list[tuple[str, bytes]], guest: bool) -> None:
    door = [b"USER ftp\r\nPASS x\r\n"] if guest else [b"USER root\r\nPASS root\r\n"] * 3
    lines = [verb.encode() + b" " + argument + b"\r\n" for verb, argument in commands]
    transcript = replay(Ftp(attempts=9), script([*door, *lines]), 65536, persona())
    assert "230 Login successful." in transcript


def script(lines: list[bytes]) -> str:
    return "".join(f"C: {line.decode('latin-1').encode('unicode_escape').decode()}\nX: data\n" for line in lines)


def test_an_overlong_line_is_refused_in_vsftpds_words() -> None:
    transcript = replay(Ftp(), f"C: {'A' * 4100}\\r\\n\n", 65536, persona())
    assert transcript.endswith("S: 500 Input line too long.\\r\\n\nend: oversent\n")


def test_without_tls_nothing_of_it_is_offered() -> None:
    transcript = replay(Ftp(tls=False), "C: FEAT\\r\\nAUTH TLS\\r\\nPROT P\\r\\n\n", 65536, persona())
    assert transcript.count("530 Please login with USER and PASS.") == 2
    assert "AUTH TLS\\r\\n\nS:  EPRT" not in transcript


def test_no_anonymous_entry_when_it_is_switched_off() -> None:
    transcript = replay(Ftp(anonymous=False), "C: USER ftp\\r\\nPASS x\\r\\n\n", 65536, persona())
    assert "530 Login incorrect." in transcript


def home() -> Tree:
    return Tree(Node(0o755, 1000, 0.0, children={}), 1000)


def test_a_path_never_leaves_the_tree() -> None:
    tree = home()
    tree.make(b"d", 0.0)
    assert tree.path(b"../../d/../../etc") == (b"etc",)
    assert tree.enter(b"../d")
    assert not tree.enter(b"../../etc")
    assert tree.cwd == (b"d",)


def test_a_session_has_a_share_of_bytes_and_names() -> None:
    tree = home()
    assert tree.write(b"big", bytes(MAX_BYTES), 0.0)
    assert not tree.write(b"more", b"x", 0.0)
    assert tree.remove(b"big", directory=False)
    assert tree.write(b"more", b"x", 0.0)
    made = sum(tree.make(b"%d" % number, 0.0) for number in range(MAX_NODES + 10))
    assert made == MAX_NODES - 1


def test_a_directory_is_not_moved_into_itself() -> None:
    tree = home()
    tree.make(b"a", 0.0)
    assert not tree.rename(b"a", b"a/b")
    assert tree.rename(b"a", b"c")
    assert tree.find((b"c",)) is not None


def test_nobody_else_writes() -> None:
    tree = Tree(Node(0o755, 0, 0.0, children={b"f": Node(0o644, 0, 0.0, b"x")}), 1000)
    assert not tree.write(b"f", b"y", 0.0)
    assert not tree.make(b"d", 0.0)
    assert not tree.remove(b"f", directory=False)


def test_listing_shows_old_times_with_the_year_and_hides_dot_files() -> None:
    tree = home()
    tree.write(b"old", b"12345", 1_577_840_461.0)
    tree.write(b".new", b"", 1_790_000_000.0)
    assert listing(tree, b"", 1_790_000_000.0, full=True) == (
        b"-rw-------    1 1000     1000            5 Jan 01  2020 old\r\n"
    )
    assert listing(tree, b"-a .n?w", 1_790_000_000.0, full=False) == b".new\r\n"


@given(st.binary(max_size=300))
def test_a_name_without_wildcards_matches_itself(name: bytes) -> None:
    plain = name.replace(b"*", b"x").replace(b"?", b"y")[:255]
    assert wildcard(plain).fullmatch(plain)


def test_hard_wildcards_are_answered() -> None:
    assert wildcard(b"*a" * 100 + b"b").fullmatch(b"a" * 255) is None
    assert wildcard(b"a*b*c?").fullmatch(b"a--b--cd")

"""The text of a terminal's bytes gives them back, however they were cut."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.asciicast import Decoder, Entry, Size, began, head, line, parse, raw, size_of

SESSION = "0065d4a6c3b80" + "aaaaaa0001"
AWKWARD = st.sampled_from(
    [b"\xef\x9e\x80", b"\xef", b"\x9e", b"\x80", b"\xf0\x9f\x98\x80", b"\xed\xb2\x80", b"\x1b[0m"]
)


@given(st.lists(AWKWARD | st.binary(max_size=8), max_size=20))
def test_nothing_is_lost(pieces: list[bytes]) -> None:
    decoder = Decoder()
    text = "".join([*(decoder.decode(piece) for piece in pieces), decoder.decode(b"", final=True)])
    assert raw(text) == b"".join(pieces)
    text.encode()  # it can stand in JSON
    whole = Decoder()
    assert text == whole.decode(b"".join(pieces), final=True)


def test_a_byte_that_is_no_text_is_seen_and_one_cell_wide() -> None:
    assert Decoder().decode(b"a\xffb") == "a\uf7ffb"
    assert Decoder().decode("\uf7ff".encode()) == "\uf7ef\uf79f\uf7bf"


def test_a_file_is_what_players_read() -> None:
    content = head(SESSION, Size(100, 30, "xterm")) + line(Entry(1.23456789, "o", "é\x1b[0m")) + b'[2,"o","cut'
    first, second, _ = content.decode().split("\n")
    assert json.loads(first) == {
        "width": 100,
        "height": 30,
        "timestamp": int(began(SESSION)),
        "title": SESSION,
        "env": {"TERM": "xterm"},
        "version": 2,
    }
    assert json.loads(second) == [1.234568, "o", "é\x1b[0m"]
    header, entries = parse(content)
    assert header.width == 100
    assert list(entries) == [Entry(1.234568, "o", "é\x1b[0m")]


def test_what_is_not_sound_is_left_out() -> None:
    content = head(SESSION, Size()) + b'[1,"x","a"]\nnonsense\n[1,"o"]\n[1,"i","b"]\n'
    assert list(parse(content)[1]) == [Entry(1.0, "i", "b")]
    with pytest.raises(ValueError, match="no recording"):
        parse(b'{"width": "far"}\n')


@pytest.mark.parametrize(
    ("told", "size"),
    [
        ("80x24", Size(80, 24)),
        ("132x43 vt100", Size(132, 43, "vt100")),
        ("0x0 xterm", Size(80, 24, "xterm")),
        ("99999x24", None),
        ("80x24 " + "x" * 65, None),
        ("axb", None),
        ("٣x٣", None),
    ],
)
def test_sizes(told: str, size: Size | None) -> None:
    assert size_of(told) == size

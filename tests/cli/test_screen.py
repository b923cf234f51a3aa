"""Nothing an attacker's terminal showed can act on the analyst's; what only draws passes as it is."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.cli.screen import Screen

ALLOWED = re.compile(
    r"[^\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\n\r\t\b]"
    r"|\x1b\[[0-9;:]{0,64}[@ABCDEFGHJKLMPSTX`adefmsur]|\x1b\[\?(?:7|25|1049)[hl]|\x1b[78DEM]|\x1b[()][0AB]"
)


def shown(text: str) -> str:
    return Screen().show(text)


@pytest.mark.parametrize(
    "text",
    [
        "plain, é 漢 😀\r\n\tb\b",
        "\x1b[31;1mred\x1b[0m \x1b[38;5;200mx\x1b[38:2::1:2:3m",
        "\x1b[2J\x1b[H\x1b[10;20Hx\x1b[K\x1b[3A\x1b[5C\x1b[2;20r\x1b[4L\x1b[M",
        "\x1b[?25l\x1b[?25h\x1b[?7l\x1b[?1049h\x1b[?1049l\x1b7\x1b8\x1bM\x1b(0lqk\x1b(B",
    ],
)
def test_what_draws_passes(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "\x1b]0;title\x07",
        "\x1b]2;title\x1b\\",
        "\x1b]52;c;ZXZpbA==\x07",  # the clipboard
        "\x1b]8;;http://evil\x1b\\",  # a link
        "\x1b]1337;File=inline=1:AAAA\x07",
        "\x1bP$qm\x1b\\",  # a question about the settings
        "\x1bP+q544e\x1b\\",
        "\x1b_Gf=100;AAAA\x1b\\",
        "\x1b^private\x1b\\",
        "\x1bXstring\x1b\\",
        "\x1b[6n\x1b[5n\x1b[c\x1b[>c\x1b[=c\x1b[0c",  # who and where are you
        "\x1b[21t\x1b[18t\x1b[8;1;1t\x1b[2t",  # report the title; resize; minimise
        "\x1b[?1000h\x1b[?1006h\x1b[?2004h\x1b[?1h\x1b[4h\x1b[20h\x1b[12h",  # mouse, paste, keys, insert
        "\x1bc\x1b#8\x1b=\x1b>\x1b[!p\x1bZ\x1bn\x1bo",  # reset, identify, shifts
        "\x1b[999999999b",  # repeat
        "\x1b[5i\x1b[4i",  # print
        "\x1b[2 q\x1b[1$r\x1b[?6n\x1b[x\x1b[1;1;1;1;1*y",
        "\x1b[" + "1;" * 100 + "m",
        "\x1b F\x1b%G\x1b(Z\x1b*0",
        "\x07\x0e\x0f\x05\x11\x00\x0b\x0c\x7f",
        "\x9b\x9d\x90\x9c\x85",
    ],
)
def test_what_acts_does_not(text: str) -> None:
    assert shown(text) == ""


def test_what_deceives_is_seen() -> None:
    assert shown("a\u202eb\u200bc\uf7ffd") == "a\ufffdb\ufffdc\ufffdd"


def test_a_string_that_never_ends_swallows_to_its_end_only() -> None:
    screen = Screen()
    assert screen.show("a\x1b]0;" + "x" * 10_000) == "a"
    assert screen.show("\x07b") == "b"
    assert screen.show("\x1b]0;x\x18c") == "c"
    assert screen.show("\x1b]0;x\x1b[31md") == "\x1b[31md"


def test_the_terminal_is_put_right() -> None:
    screen = Screen()
    screen.show("\x1b[?1049h\x1b[31m\x1b[5;10r\x1b[?25l")
    left = screen.leave()
    assert left.startswith("\x1b[?1049l")
    for sequence in ("\x1b[r", "\x1b[m", "\x1b[?25h", "\x1b[?7h", "\x1b(B"):
        assert sequence in left
    assert "\x1b[r" not in screen.leave()


PARTS = st.sampled_from(
    ["\x1b", "[", "]", "P", "\\", "?", "1049", "25", "h", "l", "m", ";", "6n", "\x07", "\x9b", "(", "0", "#8", " ", "a"]
)


@given(st.lists(PARTS | st.text(max_size=3), max_size=40))
def test_only_what_is_on_the_list_ever_passes_however_it_is_cut(parts: list[str]) -> None:
    whole = shown("".join(parts))
    assert ALLOWED.sub("", whole) == ""
    screen = Screen()
    assert "".join(map(screen.show, parts)) == whole

"""cat, head, tail, wc, tac, rev, tee, cut, tr beside the real ones."""

import pytest

from tests.shell.commands.rig import Rig, run, same_as_real

FILES = {"a": b"one two\nthree\n\n\n\tfour:x:y\n", "b": b"x:1:z\nlast", "c": bytes(range(256)), "d/e": b"inner\n"}
LINES = [
    "cat a b", "cat -n a b", "cat -b a", "cat -A c", "cat -s a", "cat nosuch a", "cat d", "cat -z", "cat -E a -",
    "head -1 a b", "head -n 2 a", "head -c 5 a", "head -n -2 a", "head -c -3 b", "head nosuch a", "head -q -n1 a b",
    "head -n x a", "head d", "head -v -n1", "head -3", "tail -1 a", "tail -n 2 b", "tail -n +2 a", "tail -c 3 b",
    "tail -c +3 b", "tail a b", "tail nosuch", "tail -2 a", "tail -n +99 a", "tail -n 0 a", "tail -n q",
    "wc a b", "wc -l a", "wc -lw a b nosuch", "wc", "wc -c", "wc -L c a", "wc d", "wc -m -l", "wc nosuch",
    "tac a b", "tac nosuch", "rev a b", "tee x y", "tee -a a", "tee nodir/x",
    "cut -d: -f1 b", "cut -d: -f1,3 a b", "cut -d: -f2- b", "cut -c2-4 a", "cut -b1 a", "cut -s -d: -f2 a", "cut",
    "cut -d: a", "cut -f1 nosuch", "cut -d: -f1,3 --output-delimiter=- b", "cut --complement -c2 b", "cut -f0 a",
    "cut -f3-2 a", "cut -d xx -f1 a", "cut -f- a", "cut -fa a", "cut -c1 -f1 a", "cut -c1 -d: a",
    "tr a-z A-Z", "tr -d n", "tr -s '[:space:]'", "tr '[:lower:]' '[:upper:]'", "tr a", "tr", "tr -cd '0-9\\n'",
    "tr -c 'a-z' '\\n'", "tr -s n", "tr z-a x", "tr 'a-c' 'x'", "tr '\\n' ' '", "tr -d a b", "tr a b c", "tr e ''",
    "tr '[:foo:]' x", "tr 'abc' '[x*]'", "tr -t abc x",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_as_the_real_one(line: str) -> None:
    same_as_real(line, b"one  two\nnnn aabbcc 123\nlast:line", FILES)


def test_devices_give_as_much_as_is_taken() -> None:
    assert len(run("head -c 100 /dev/urandom").out) == 100
    assert run("head -c 3 /dev/zero").out == b"\0\0\0"
    assert run("cat /dev/null") == (b"", b"", 0)


def test_a_long_output_is_complete() -> None:
    data = b"0123456789abcde\n" * 20_000
    assert run("cat -", data).out == data
    assert run("tail -n +2 big", files={"big": data}).out == data[16:]
    assert run("head -n 19999", data).out == data[:-16]


def test_following_waits() -> None:
    with pytest.raises(AssertionError, match="does not end"):
        Rig({"a": b"x\n"}).run("tail -f a")

"""grep beside the real one."""

import pytest

from tests.shell.commands.rig import run, same_as_real

FILES = {
    "a": b"root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/usr/sbin/nologin\nsys x\n\nlast (a) a.b\n",
    "b": b"one\ntwo\nthree root\nfour\nfive\nsix\nroot end", "n": b"ab\0cd\nroot\n", "d/x.c": b"root in c\n",
    "pat": b"one\nsix\n",
}  # fmt: skip
LINES = [
    "grep root a", "grep -c root a b", "grep -v root b", "grep -i ROOT b", "grep -n root a b", "grep -o 'r.' b",
    "grep -l root a b d/x.c", "grep -L root a b pat", "grep -w sys a", "grep -x one b", "grep -E '^(root|sys)' a",
    "grep -F '(a)' a", "grep -F a.b a", "grep root nosuch", "grep -s root nosuch a", "grep -q root a",
    "grep -h root a b",
    "grep -H root a", "grep -A1 two b", "grep -B1 four b", "grep -C1 four b", "grep -1 two b", "grep -n -A1 o b",
    "grep -m1 root b", "grep -e one -e six b", "grep -f pat b", "grep -r root d", "grep -rn root d/x.c",
    "grep -r --include=*.c root d", "grep -r --exclude=*.c root d", "grep -rh root d", "grep root d", "grep",
    "grep --nosuch x a", "grep -Y x", "grep '[' a", "grep -E '(a' a", "grep 'a\\' a", "grep root n", "grep -a root n",
    "grep -c root n", "grep -P '\\d+' a", "grep -oP '(?<=:)\\w+(?=:)' a", "grep -oE '[0-9]+' a",
    "grep --color=always root a",
    "grep -on root b", "grep -b root b", "grep -vc root b", "grep '' b", "grep -z root n", "grep nothing a",
    "grep -m x root a", "grep -A x root a", "grep 'o\\|i' b", "grep '\\(o\\)\\1' a", "grep -w ro a", "grep -E 'x{2' a",
    "grep -Ev '^$|root' a", "grep -o -w root a", "egrep 'one|six' b", "fgrep . a", "grep -c '' b", "grep one",
    "grep -n e -",
    "grep -Lv root a", "grep -E 'a|b|' pat", "grep [:space:] a", "grep -lr root d nosuch",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_as_the_real_one(line: str) -> None:
    same_as_real(line, b"one\nelse\n", FILES)


def test_a_tree_is_walked() -> None:
    assert b"PermitRootLogin" in run("grep -r PermitRootLogin /etc/ssh").out

"""echo and printf."""

import pytest

from tests.shell.commands.rig import same_as_real

LINES = [
    "/bin/echo a  b", "/bin/echo -n a", r"/bin/echo -e 'a\tb\x41\0101\c' z", r"/bin/echo 'a\tb'", "/bin/echo -ne x",
    r"/bin/printf '%s\n' a b c", r"/bin/printf '%d-%5s|%-5s|%05d\n' 1 a b 7", r"/bin/printf '%x %o %X\n' 255 8 171",
    r"/bin/printf '\x41\101\n'", r"/bin/printf '%b' 'a\nb\0101\n'", "/bin/printf abc", r"/bin/printf '%%%c\n' hello",
    r"/bin/printf '%.2f %e %g\n' 3.14159 1000 0.0001", r"/bin/printf '%*d|%-*d|\n' 5 42 4 1", "/bin/printf '%s %s' a",
]  # fmt: skip


@pytest.mark.parametrize("line", LINES)
def test_as_the_real_one(line: str) -> None:
    same_as_real(line)

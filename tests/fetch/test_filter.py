"""The fetcher's filter on both machines."""

import errno
import os

import pytest

from samovar.process.sandbox.bpf import ALLOW, KILL
from samovar.process.sandbox.seccomp import fetcher_filter
from samovar.process.sandbox.syscalls import TABLES
from tests.process.test_filter import FENCE, NO, PID, judge

NO_FILE = 0x00050000 | errno.EACCES
CASES = [
    ("socket", (2, 1), ALLOW),
    ("socket", (2, 0x80801, 6), ALLOW),
    ("socket", (10, 0x80002, 17), ALLOW),
    ("socket", (2, 3), NO),
    ("socket", (2, 5), NO),
    ("socket", (1, 1), NO),
    ("socket", (16, 3), NO),
    ("socket", (17, 3), NO),
    ("socketpair", (1, 1), NO),
    ("connect", (99,), ALLOW),
    ("connect", (100,), NO),
    ("connect", (109,), NO),
    ("bind", (7,), NO),
    ("listen", (7,), NO),
    ("accept4", (7,), NO),
    ("sendto", (7, 1, 5, 0, 1), ALLOW),
    ("sendto", (100, 1, 5, 0), ALLOW),
    ("sendmsg", (7, 1, 0), ALLOW),
    ("sendmsg", (100, 1, 0), NO),
    ("sendmmsg", (7, 1, 1, 0), NO),
    ("shutdown", (99,), ALLOW),
    ("shutdown", (100,), NO),
    ("setsockopt", (7, 6, 1), ALLOW),
    ("setsockopt", (7, 1, 15), NO),
    ("setsockopt", (100, 1, 7), NO),
    ("clone", (0x10000,), NO),
    ("execve", (), KILL),
    ("ptrace", (), KILL),
    ("kill", (1, 9), NO),
    ("mmap", (0, 1, 5), NO),
    ("openat", (0, 0, os.O_RDONLY | os.O_CLOEXEC), ALLOW),
    ("openat", (0, 0, os.O_WRONLY), NO_FILE),
]


@pytest.mark.parametrize("machine", sorted(TABLES))
@pytest.mark.parametrize(("name", "arguments", "expected"), CASES)
def test_fetcher(machine: str, name: str, arguments: tuple[int, ...], expected: int) -> None:
    table = TABLES[machine]
    code = fetcher_filter(table, FENCE, PID, files=True)
    assert judge(code, table.audit, table.numbers[name], arguments) == expected
    assert len(code) // 8 < 4096


@pytest.mark.parametrize("machine", sorted(TABLES))
def test_without_landlock_no_file_is_read(machine: str) -> None:
    table = TABLES[machine]
    code = fetcher_filter(table, FENCE, PID, files=False)
    assert judge(code, table.audit, table.numbers["openat"], (0, 0, os.O_RDONLY)) == NO_FILE

"""The filters of both machines, run by a small interpreter of classic BPF: what they say of each call."""

import errno
import os
import struct

import pytest

from samovar.process.fence import Fence
from samovar.process.sandbox.bpf import ALLOW, KILL
from samovar.process.sandbox.seccomp import broker_filter, hub_filter, worker_filter
from samovar.process.sandbox.syscalls import TABLES

FENCE = Fence(100, 110)
PID = 4242


def judge(code: bytes, audit: int, number: int, arguments: tuple[int, ...]) -> int:
    """The filter's verdict."""
    data = struct.pack("<IIQ6Q", number, audit, 0, *(*arguments, 0, 0, 0, 0, 0, 0)[:6])
    steps = list(struct.iter_unpack("<HBBI", code))
    at = loaded = 0
    while True:
        operation, when_true, when_false, k = steps[at]
        at += 1
        if operation == 0x06:
            return int(k)
        if operation == 0x20:
            (loaded,) = struct.unpack_from("<I", data, k)
        else:
            true = {0x15: loaded == k, 0x35: loaded >= k, 0x45: bool(loaded & k)}[operation]
            at += when_true if true else when_false


NO = 0x00050000 | errno.EPERM
WORKER = [
    ("read", (), ALLOW),
    ("accept4", (100,), ALLOW),
    ("execve", (), KILL),
    ("ptrace", (), KILL),
    ("socket", (2, 1), NO),
    ("connect", (5,), NO),
    ("bind", (5,), NO),
    ("kill", (1, 9), NO),
    ("clone", (0x10000,), NO),
    ("clone3", (), NO),
    ("memfd_create", (), NO),
    ("sendto", (7, 1, 5, 0), ALLOW),
    ("sendto", (7, 1, 5, 0, 1), NO),
    ("sendto", (7, 1, 5, 0, 1 << 40), NO),
    ("sendto", (7, 1, 5, 0x20000000), NO),
    ("sendto", (103, 1, 5, 0, 1), NO),
    ("sendmsg", (7, 1, 0), NO),
    ("sendmsg", (103, 1, 0), NO),
    ("sendmmsg", (103, 1, 1, 0), NO),
    ("shutdown", (99,), ALLOW),
    ("shutdown", (100,), NO),
    ("shutdown", (109,), NO),
    ("shutdown", (110,), ALLOW),
    ("setsockopt", (7, 6, 1), ALLOW),
    ("setsockopt", (7, 1, 13), ALLOW),
    ("setsockopt", (7, 1, 15), NO),
    ("setsockopt", (7, 0, 19), NO),
    ("setsockopt", (104, 6, 1), NO),
    ("mmap", (0, 1, 3), ALLOW),
    ("mmap", (0, 1, 5), NO),
    ("mprotect", (0, 1, 4), NO),
    ("openat", (0, 0, os.O_RDONLY | os.O_CLOEXEC), ALLOW),
    ("openat", (0, 0, os.O_RDWR), 0x00050000 | errno.EACCES),
    ("openat", (0, 0, os.O_CREAT), 0x00050000 | errno.EACCES),
    ("fcntl", (7, 8), NO),
    ("fcntl", (7, 1030), ALLOW),
    ("prctl", (15,), ALLOW),
    ("prctl", (4,), NO),
    ("prlimit64", (0, 7, 0), ALLOW),
    ("prlimit64", (0, 7, 1 << 33), NO),
    ("tgkill", (PID, 1, 6), ALLOW),
    ("tgkill", (PID + 1, 1, 6), NO),
]


@pytest.mark.parametrize("machine", sorted(TABLES))
@pytest.mark.parametrize(("name", "arguments", "expected"), WORKER)
def test_worker(machine: str, name: str, arguments: tuple[int, ...], expected: int) -> None:
    table = TABLES[machine]
    code = worker_filter(table, FENCE, PID, files=True)
    assert judge(code, table.audit, table.numbers[name], arguments) == expected


@pytest.mark.parametrize("machine", sorted(TABLES))
def test_worker_elsewhere(machine: str) -> None:
    table = TABLES[machine]
    code = worker_filter(table, FENCE, PID, files=False)
    assert judge(code, 1, table.numbers["read"], ()) == KILL
    assert judge(code, table.audit, 0x40000000, ()) == KILL
    assert judge(code, table.audit, 9999, ()) == NO
    assert judge(code, table.audit, table.numbers["openat"], ()) == 0x00050000 | errno.EACCES
    assert len(code) // 8 < 4096


BROKER = [
    ("sendmsg", (100, 1, 0), ALLOW),
    ("sendmsg", (109, 1, 0x4000), ALLOW),
    ("sendmsg", (100, 1, 0x20000000), NO),
    ("sendmsg", (99, 1, 0), NO),
    ("sendmsg", (110, 1, 0), NO),
    ("sendmmsg", (100, 1, 1, 0), NO),
    ("sendto", (7, 1, 5, 0x4040), ALLOW),
    ("sendto", (100, 1, 5, 0, 1), NO),
    ("recvmsg", (100, 1, 0), ALLOW),
    ("accept4", (100,), NO),
    ("socket", (2, 2), NO),
    ("connect", (100,), NO),
    ("setsockopt", (100, 0, 19), NO),
    ("openat", (0, 0, os.O_RDONLY), 0x00050000 | errno.EACCES),
    ("fcntl", (100, 0), NO),
    ("clone", (0x10000,), NO),
    ("execve", (), KILL),
    ("mmap", (0, 1, 5), NO),
    ("tgkill", (PID, 1, 6), ALLOW),
    ("tgkill", (PID + 1, 1, 6), NO),
]


@pytest.mark.parametrize("machine", sorted(TABLES))
@pytest.mark.parametrize(("name", "arguments", "expected"), BROKER)
def test_broker(machine: str, name: str, arguments: tuple[int, ...], expected: int) -> None:
    table = TABLES[machine]
    code = broker_filter(table, FENCE, PID)
    assert judge(code, table.audit, table.numbers[name], arguments) == expected


@pytest.mark.parametrize("machine", sorted(TABLES))
def test_hub(machine: str) -> None:
    table = TABLES[machine]
    code = hub_filter(table)
    cases = [
        ("execve", (), NO),
        ("clone", (0x10000,), ALLOW),
        ("clone", (17,), NO),
        ("clone3", (), 0x00050000 | errno.ENOSYS),
        ("mmap", (0, 1, 5), ALLOW),
        ("mmap", (0, 1, 7), NO),
        ("mmap", (0, 1, 3), ALLOW),
        ("socket", (2,), ALLOW),
        ("socket", (16,), NO),
        ("openat", (0, 0, os.O_RDWR), ALLOW),
    ]
    for name, arguments, expected in cases:
        assert judge(code, table.audit, table.numbers[name], arguments) == expected, (name, arguments)

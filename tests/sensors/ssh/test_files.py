"""sftp and scp as dialogues, without a network: what a hostile client may send."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.event import Fact
from samovar.sensor import Clock, Keep, Peer, PeerError, Read, Send
from samovar.sensors.ssh.scp import scp
from samovar.sensors.ssh.sftp import sftp
from samovar.shell import Login, Program
from samovar.shell.console.hosts import HOSTS
from tests.personas import NOW, persona


def guest() -> Login:
    peer = Peer(ip="198.51.100.7", port=40022, local_ip="203.0.113.1", local_port=22)
    HOSTS.forget(persona(), peer.ip)
    return Login(persona(), "root", peer)


def drive(program: Program, data: bytes) -> tuple[bytes, list[Keep], list[Fact], int]:
    """Feed a dialogue all of ``data``, then hang up: what it sent, kept and noted, and its status."""
    sent, kept, noted = b"", [], []
    step = next(program)
    while True:
        try:
            if isinstance(step, Read):
                taken, data = data[: step.exactly or len(data)], data[step.exactly or len(data) :]
                step = program.send(taken) if taken else program.throw(PeerError("closed"))
                continue
            if isinstance(step, Send):
                sent += step.data
            elif isinstance(step, Keep):
                kept.append(step)
            elif isinstance(step, Fact):
                noted.append(step)
            step = program.send(f"{NOW}.0".encode() if isinstance(step, Clock) else b"")
        except StopIteration as done:
            return sent, kept, noted, done.value


def packed(kind: int, *fields: bytes | int) -> bytes:
    body = bytes((kind,)) + b"".join(
        struct.pack(">I", field) if isinstance(field, int) else struct.pack(">I", len(field)) + field
        for field in fields
    )
    return len(body).to_bytes(4) + body


def attempt_scp(command: bytes, data: bytes) -> tuple[bytes, list[Keep], list[Fact], int]:
    program = scp(guest(), command)
    assert program is not None
    return drive(program, data)


def test_openssh_says_hello_so() -> None:
    sent, _, _, _ = drive(sftp(guest()), packed(1, 3))
    assert sent[4:9] == b"\x02\0\0\0\x03"
    assert b"posix-rename@openssh.com\0\0\0\x011" in sent
    assert b"vendor" not in sent


def test_what_is_not_closed_is_kept_too() -> None:
    write = struct.pack(">Q", 2) + (3).to_bytes(4) + b"abc"
    request = bytes((6,)) + (2).to_bytes(4) + b"\0\0\0\x04" + bytes(4) + write
    sent, kept, _, _ = drive(sftp(guest()), packed(3, 1, b"/tmp/x", 0x1A, 0) + len(request).to_bytes(4) + request)
    assert [(keep.name, keep.data) for keep in kept] == [("/tmp/x", b"\0\0abc")]
    assert b"Success" in sent


def test_nothing_grows_without_bound() -> None:
    far = struct.pack(">Q", 1 << 40) + (1).to_bytes(4) + b"x"
    request = bytes((6,)) + (2).to_bytes(4) + b"\0\0\0\x04" + bytes(4) + far
    opened = packed(3, 1, b"/tmp/x", 0x1A, 0)
    sent, kept, _, _ = drive(sftp(guest()), opened + len(request).to_bytes(4) + request)
    assert b"Failure" in sent
    assert kept == []
    sent, _, _, _ = drive(sftp(guest()), opened * 100)
    assert sent.count(b"Failure") == 36
    assert drive(sftp(guest()), b"\x7f\xff\xff\xff")[0] == b""


STEPS = st.tuples(st.integers(1, 21) | st.just(200), st.binary(max_size=30))
NAMES = st.sampled_from(
    [b"/tmp", b"/tmp/a", b"..", b"/etc/passwd", b"", b"\0", b"\0\0\0\0", b"posix-rename@openssh.com"]
)


@given(st.lists(STEPS | st.tuples(st.integers(3, 20), st.lists(NAMES | st.integers(0, 63), max_size=4)), max_size=8))
def test_any_sftp_packet_is_answered(steps: list[tuple[int, bytes | list[bytes | int]]]) -> None:
    data = packed(1, 3)
    for kind, rest in steps:
        data += packed(kind, 7, *rest) if isinstance(rest, list) else packed(kind, 7) + rest
    sent, _, _, status = drive(sftp(guest()), data)
    assert sent
    assert status == 0


def test_scp_takes_files_and_folders() -> None:
    data = b"T1 0 1 0\nC0755 3 a.sh\nabc\0D0755 0 d\nC0644 0 e\n\0E\n"
    sent, kept, _, status = attempt_scp(b"scp -r -p -t /tmp", data)
    assert [(keep.name, keep.data) for keep in kept] == [("/tmp/a.sh", b"abc")]
    assert sent == bytes(8)  # the start, the times, two for each file, the folder and its end
    assert status == 0


@pytest.mark.parametrize("data", [b"C0644 5 ../x\n", b"X\n", b"C0644 99999999999999999 x\n", b"D0755 0 d\n", b"E\n"])
def test_scp_refuses(data: bytes) -> None:
    sent, kept, _, status = attempt_scp(b"scp -t /tmp", data)
    assert sent.startswith(b"\0\1scp: ")
    assert (kept, status) == ([], 1)


def test_scp_keeps_what_came_of_a_file() -> None:
    _, kept, _, _ = attempt_scp(b"scp -t /tmp/x", b"C0644 100 y\nhalf")
    assert [(keep.name, keep.data) for keep in kept] == [("/tmp/x", b"half")]


@pytest.mark.parametrize("command", [b"scp", b"scp a b", b"scp -t", b"echo scp -t /", b"scp -t / ; id", b"scp '-t"])
def test_what_is_no_scp_server_is_a_command(command: bytes) -> None:
    assert scp(guest(), command) is None


PARTS = st.sampled_from(
    [b"C0644 3 a\n", b"abc\0", b"D0755 0 d\n", b"E\n", b"T1 0 1 0\n", b"\0", b"\1x\n", b"C0644 -1 a\n"]
)


@given(st.lists(PARTS | st.binary(max_size=8), max_size=12), st.sampled_from([b"scp -rt /tmp", b"scp -rf /etc /none"]))
def test_any_scp_bytes_end(parts: list[bytes], command: bytes) -> None:
    assert attempt_scp(command, b"".join(parts))[3] in (0, 1)

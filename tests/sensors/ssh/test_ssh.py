"""The ssh sensor with OpenSSH's own client, and with clients that misbehave."""

import asyncio
import hashlib
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from asyncssh.constants import MSG_USERAUTH_REQUEST
from asyncssh.packet import String
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samovar.event import Event
from samovar.persona.ssh import face_of
from samovar.sensors.ssh import Ssh
from samovar.sensors.ssh.hassh import hello_of
from samovar.sensors.ssh.identification import DIFFER, INVALID, judge_identification
from samovar.sensors.ssh.mac import Umac
from tests.clients.running import Notes, client, running

OPTIONS = [
    *("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"),
    *("-o", "NumberOfPasswordPrompts=1", "-F", "/dev/null"),
]
KEXINIT = b"".join(map(String, (b"curve25519-sha256", b"ssh-ed25519", *[b"aes128-ctr"] * 2, *[b"hmac-sha2-256"] * 2)))
KEXINIT = b"\x14" + bytes(16) + KEXINIT + b"".join(map(String, (b"none", b"none", b"", b""))) + bytes(5)


def packet(payload: bytes) -> bytes:
    padding = -(len(payload) + 5) % 8 + 8
    return (len(payload) + 1 + padding).to_bytes(4) + bytes((padding,)) + payload + bytes(padding)


PIECES = (packet(KEXINIT), packet(b"\x1e" + String(bytes(32))), packet(b"\x1e" + String(b"\x09" + bytes(31))))
PIECES += (
    packet(b"\x15"),
    packet(b"\x05" + String(b"ssh-userauth")),
    packet(b"\x01\0\0\0\x0b" + String(b"\xff") + String(b"")),
)
PIECES += (packet(b"\x32" + String(b"root") * 3), packet(b"\x02"), packet(b"\xc0\0"), b"\0\0\0\x0c\x0a", b"\r\n")
needs_ssh = pytest.mark.skipif(not (shutil.which("ssh") and shutil.which("sshpass")), reason="needs ssh, sshpass")


async def ssh(port: int, password: str, *arguments: str, stdin: bytes = b"") -> tuple[bytes, bytes, int]:
    process = await asyncio.create_subprocess_exec(
        *("sshpass", "-p", password, "ssh", "-p", str(port), *OPTIONS, *arguments),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(stdin), 30)
    return out, err, process.returncode or 0


def logins(notes: Notes) -> list[Event]:
    return [event for event in notes.events if event.event_action == "login"]


def commands(notes: Notes) -> list[str | None]:
    return [event.process_command_line for event in notes.events if event.event_action == "command"]


@needs_ssh
async def test_passwords_are_recorded_and_the_third_weak_one_works(tmp_path: Path) -> None:
    async with running(Ssh(failure_delay=0), tmp_path) as (port, notes):
        method = ("-o", "PreferredAuthentications=password")
        for password in ("letmein", "s3cret"):
            _, err, _ = await ssh(port, password, *method, "root@127.0.0.1", "id")
            assert b"Permission denied (publickey,password)" in err
        out, err, status = await ssh(port, "123456", *method, "root@127.0.0.1", "whoami; nosuch; exit 3")
    assert (out, err, status) == (b"root\n", b"bash: line 1: nosuch: command not found\n", 3)
    assert [(e.user_name, e.samovar_login_password, e.event_outcome) for e in logins(notes)] == [
        ("root", "letmein", "failure"),
        ("root", "s3cret", "failure"),
        ("root", "123456", "success"),
    ]
    assert {(e.source_ip, e.destination_ip, e.destination_port) for e in notes.events} == {
        ("127.0.0.1", "127.0.0.1", port)
    }
    assert commands(notes) == ["whoami; nosuch; exit 3"]
    hello = next(e for e in notes.events if e.event_action == "hello")
    assert (hello.samovar_client_version or "").startswith("SSH-2.0-OpenSSH")
    algorithms = str(hello.samovar_detail["hassh_algorithms"])
    assert hello.samovar_ssh_hassh == hashlib.md5(algorithms.encode()).hexdigest()


@needs_ssh
async def test_shell_upload_and_forward(tmp_path: Path) -> None:
    async with running(Ssh(failure_delay=0), tmp_path) as (port, notes):
        notes.tries = 2
        out, _, status = await ssh(port, "admin", "-tt", "root@127.0.0.1", stdin=b"cd /tmp\npwd\nexit\n")
        assert b"root@web03:/tmp# " in out
        assert b"\x1b[?2004l\r/tmp\r\n" in out  # as bash with bracketed paste
        assert status == 0
        out, _, _ = await ssh(port, "admin", "root@127.0.0.1", "cat > /tmp/x; wc -c /tmp/x", stdin=b"payload")
        assert out == b"7 /tmp/x\n"
        _, err, _ = await ssh(port, "admin", "-W", "192.0.2.1:26", "root@127.0.0.1")
        assert b"stdio forwarding failed" in err
    assert b"payload" in notes.files.values()
    assert {"target": "192.0.2.1:26", "forward": "direct-tcpip"} in [e.samovar_detail for e in notes.events]
    assert commands(notes) == ["cd /tmp", "pwd", "exit", "cat > /tmp/x; wc -c /tmp/x"]


async def run(*command: str, stdin: bytes = b"") -> tuple[bytes, int]:
    process = await asyncio.create_subprocess_exec(
        *("sshpass", "-p", "admin", *command),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    out, _ = await asyncio.wait_for(process.communicate(stdin), 30)
    return out, process.returncode or 0


@needs_ssh
@pytest.mark.parametrize("mode", ["-O", "-s"], ids=["scp", "sftp"])
async def test_scp_in_both_modes(mode: str, tmp_path: Path) -> None:
    (tmp_path / "up" / "in").mkdir(parents=True)
    (tmp_path / "up" / "in" / "deep").write_bytes(b"deep")
    payload = b"\x7fELF" + bytes(range(256)) * 3000
    (tmp_path / "up" / "big").write_bytes(payload)
    async with running(Ssh(failure_delay=0), tmp_path) as (port, notes):
        notes.tries = 9
        scp = ("scp", mode, "-P", str(port), *OPTIONS)
        out, status = await run(*scp, "-rp", str(tmp_path / "up"), "root@127.0.0.1:/tmp/")
        assert (out, status) == (b"", 0)
        for name in ("/etc/hostname", "/bin/ls"):
            assert await run(*scp, f"root@127.0.0.1:{name}", str(tmp_path)) == (b"", 0)
        out, status = await run(*scp, "root@127.0.0.1:/none", str(tmp_path))
        assert (b"/none" in out, status) == (True, 1)
    assert (tmp_path / "ls").read_bytes().startswith(b"\x7fELF")
    assert (tmp_path / "hostname").read_bytes() == b"web03\n"
    assert sorted(notes.files.values()) == sorted([payload, b"deep"])
    names = [event.file_name for event in notes.events if event.event_action == "file"]
    assert sorted(filter(None, names)) == ["/tmp/up/big", "/tmp/up/in/deep"]


@needs_ssh
async def test_sftp(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"malware")
    (tmp_path / "big").write_bytes(bytes(range(256)) * 12_000)
    batch = f"""cd /tmp
mkdir d
put {tmp_path}/x d/y
chmod 755 d/y
rename d/y d/z
ln -s z d/l
ls -l d
get d/l {tmp_path}/back
rm d/z
ls d
df
put {tmp_path}/big /tmp/big
get /tmp/big {tmp_path}/bigger
put {tmp_path}/x /none/x
"""
    async with running(Ssh(failure_delay=0), tmp_path) as (port, notes):
        notes.tries = 9
        out, status = await run("sftp", "-P", str(port), *OPTIONS, "root@127.0.0.1", stdin=batch.encode())
    assert (tmp_path / "back").read_bytes() == b"malware"
    assert (tmp_path / "bigger").read_bytes() == (tmp_path / "big").read_bytes()
    said = out.decode()
    assert "-rwxr-xr-x" in said
    assert 'dest open "/none/x": No such file or directory' in said
    assert status == 0
    assert list(notes.files.values()) == [b"malware", (tmp_path / "big").read_bytes()]
    operations = [event.samovar_detail.get("sftp") for event in notes.events if event.event_action == "request"]
    assert {"mkdir", "write", "rename", "list", "read", "remove"} <= set(operations)


@needs_ssh
async def test_a_key_is_recorded(tmp_path: Path) -> None:
    key = tmp_path / "key"
    make = await asyncio.create_subprocess_exec("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key))
    await asyncio.wait_for(make.wait(), 30)
    async with running(Ssh(failure_delay=0), tmp_path) as (port, notes):
        await ssh(port, "x", "-i", str(key), "-o", "PreferredAuthentications=publickey", "eve@127.0.0.1", "id")
    show = await asyncio.create_subprocess_exec("ssh-keygen", "-lf", f"{key}.pub", stdout=asyncio.subprocess.PIPE)
    shown, _ = await asyncio.wait_for(show.communicate(), 30)
    assert str(logins(notes)[0].samovar_detail["key_fingerprint"]) in shown.decode()
    assert logins(notes)[0].user_name == "eve"


@needs_ssh
@pytest.mark.parametrize("mac", ["umac-64-etm", "umac-128-etm", "umac-64", "umac-128"])
async def test_umac_with_openssh(mac: str, tmp_path: Path) -> None:
    async with running(Ssh(failure_delay=0), tmp_path) as (port, notes):
        notes.tries = 9
        options = ("-c", "aes128-ctr", "-m", f"{mac}@openssh.com")
        out, _, _ = await ssh(port, "admin", *options, "root@127.0.0.1", "cat | wc -c", stdin=bytes(100_000))
    assert out == b"100000\n"


@pytest.mark.parametrize(
    ("message", "tag"),
    [(b"", "6E155FAD26900BE1"), (b"a" * 3, "44B5CB542F220104"), (b"a" * 1024, "26BF2F5D60118BD9")],
)
def test_umac_by_rfc_4418(message: bytes, tag: str) -> None:
    assert Umac(b"abcdefghijklmnop", 8).tag(b"bcdefghi", message).hex().upper() == tag


async def test_what_is_no_ssh_is_told_so_and_recorded(tmp_path: Path) -> None:
    async with running(Ssh(), tmp_path) as (port, notes):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        banner = await asyncio.wait_for(reader.readline(), 10)
        writer.write(b"GET / HTTP/1.1\r\n")
        assert await asyncio.wait_for(reader.read(), 10) == INVALID + b"\r\n"
        writer.close()
    assert banner == b"SSH-2.0-OpenSSH_8.4p1 Debian-5+deb11u3\r\n"
    assert [e.event_action for e in notes.events] == ["connect", "hello", "disconnect"]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.one_of(st.sampled_from(PIECES), st.binary(max_size=60)), max_size=6), greets=st.booleans())
def test_garbage_only_ends_the_session(
    pieces: list[bytes], greets: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def session() -> list[str]:
        async with running(Ssh(failure_delay=0), tmp_path) as (port, notes):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write((b"SSH-2.0-x\r\n" if greets else b"") + b"".join(pieces))
            writer.write_eof()
            with suppress(ConnectionError):
                await asyncio.wait_for(reader.read(), 10)
            writer.close()
        return [event.event_action for event in notes.events]

    assert asyncio.run(session())[-1] == "disconnect"
    assert "crashed" not in caplog.text


CLIENT: dict[str, Any] = {"username": "root", "known_hosts": None, "config": None, "client_keys": []}


class Raw(asyncssh.SSHClient):
    """Sends a password that is no text."""

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        self.conn = conn

    def password_auth_requested(self) -> str:
        user, password = b"r\xf6\xff", b"p\xe4\x00ss\xfe"
        fields = (user, b"ssh-connection", b"password")
        body = b"".join(map(String, fields)) + b"\0" + String(password)
        self.conn.send_packet(MSG_USERAUTH_REQUEST, body)
        return "second"


async def test_a_password_that_is_no_text_is_recorded_whole(tmp_path: Path) -> None:
    async with running(Ssh(failure_delay=0), tmp_path) as (port, notes):
        with pytest.raises(asyncssh.DisconnectError):
            await asyncio.wait_for(asyncssh.connect("127.0.0.1", port, client_factory=Raw, **CLIENT), 20)
    first = logins(notes)[0]
    assert (first.user_name, first.samovar_login_password) == ("r\\xf6\\xff", "p\\xe4\\x00ss\\xfe")
    assert (first.samovar_detail["user_hex"], first.samovar_detail["password_hex"]) == ("72f6ff", "70e4007373fe")


async def test_nmap_sees_openssh(tmp_path: Path) -> None:
    async with running(Ssh(failure_delay=0), tmp_path) as (port, _):
        said = await client("nmap", "-Pn", "-sV", "-p", str(port), "127.0.0.1")
    assert "OpenSSH 8.4p1 Debian 5+deb11u3 (protocol 2.0)" in said


def test_judgement_of_first_lines() -> None:
    def judged(received: bytes) -> tuple[bytes, bool, bytes] | None:
        verdict = judge_identification(received)
        return verdict and (verdict.line, verdict.accepted, verdict.complaint)

    assert judged(b"SSH-2.0-x\r\nrest") == (b"SSH-2.0-x", True, b"")
    assert judged(b"SSH-1.99-x\n") == (b"SSH-1.99-x", True, b"")
    assert judged(b"SSH-2.0") is None
    assert judged("SSH-2.0-ü\n".encode("latin-1")) == (b"SSH-2.0-\xfc", True, b"")
    assert judged(b"SSH-1.5-x\r\n") == (b"SSH-1.5-x", False, DIFFER)
    assert judged(b"A" * 9000) == (b"A" * 8192, False, INVALID)


def test_faces_differ_as_the_builds_do() -> None:
    assert face_of("OpenSSH_8.4p1 Debian-5+deb11u3").strict_kex
    assert not face_of("OpenSSH_8.4p1 Debian-5+deb11u1").strict_kex
    assert face_of("OpenSSH_8.2p1 Ubuntu-4ubuntu0.11").strict_kex
    assert "webauthn" not in face_of("OpenSSH_8.2p1 Ubuntu-4ubuntu0.11").extensions[0][1]


def test_a_short_kexinit_has_no_hassh() -> None:
    assert hello_of(b"\0" * 30) is None


@needs_ssh
async def test_input_that_is_not_read_makes_the_client_wait_and_is_not_lost(tmp_path: Path) -> None:
    async with running(Ssh(failure_delay=0), tmp_path) as (port, notes):
        notes.tries = 2
        data = b"x" * 3_000_000
        out, _, _ = await ssh(port, "admin", "root@127.0.0.1", "sleep 1; wc -c", stdin=data)
        assert out == b"3000000\n"


@needs_ssh
async def test_the_clients_locale_reaches_the_program_and_nothing_else_does(tmp_path: Path) -> None:
    async with running(Ssh(failure_delay=0), tmp_path) as (port, notes):
        notes.tries = 2
        options = ("-o", "SetEnv=LC_NOTE=hello LD_PRELOAD=x")
        out, _, _ = await ssh(port, "admin", *options, "root@127.0.0.1", "echo $LC_NOTE; env | grep -c LD_")
        assert out == b"hello\n0\n"

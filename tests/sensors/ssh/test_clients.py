"""Clients and scanners that others made: OpenSSH, PuTTY's plink, paramiko, hydra and medusa (libssh), nmap."""

import asyncio
import socket
from pathlib import Path

import paramiko
import pytest

from samovar.login import LoginRule
from samovar.sensors.ssh import Ssh
from tests.clients.running import Notes, client, running
from tests.sensors.ssh.peers import drawn, real_banner, real_sshd

OPEN = (LoginRule(user="root", password="open"),)
SSH = Ssh(login=OPEN, failure_delay=0)
OPTIONS = (
    "-F",
    "/dev/null",
    "-o",
    "StrictHostKeyChecking=no",
    "-o",
    "UserKnownHostsFile=/dev/null",
    "-o",
    "LogLevel=ERROR",
)
KINDS = pytest.mark.parametrize("kind", ["debian-12", "openwrt-23.05"])


def openssh(port: int, *more: str) -> tuple[str, ...]:
    return ("sshpass", "-p", "open", "ssh", "-p", str(port), *OPTIONS, *more)


def logins(notes: Notes) -> list[tuple[str | None, str | None, str]]:
    return [
        (event.user_name, event.samovar_login_password, event.event_outcome)
        for event in notes.events
        if event.event_action == "login"
    ]


@KINDS
async def test_openssh(kind: str, tmp_path: Path) -> None:
    async with running(SSH, tmp_path, drawn(kind)) as (port, notes):
        said = await client(*openssh(port, "root@127.0.0.1", "echo in; exit 3"))
    assert said == "in\n"
    assert logins(notes)[-1] == ("root", "open", "success")


async def test_openssh_keyboard_interactive(tmp_path: Path) -> None:
    async with running(Ssh(login=OPEN, keyboard_interactive=True), tmp_path) as (port, notes):
        method = ("-o", "PreferredAuthentications=keyboard-interactive")
        assert await client(*openssh(port, *method, "root@127.0.0.1", "echo in")) == "in\n"
    assert notes.events[-3].samovar_detail.get("auth_method") in (None, "keyboard-interactive")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return int(sock.getsockname()[1])


async def connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection, once someone listens."""
    for _ in range(100):
        try:
            return await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
    raise TimeoutError


async def forwarding(port: int, *options: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *openssh(port, "-N", *options, "root@127.0.0.1"), stderr=asyncio.subprocess.PIPE
    )


async def test_openssh_forwards_a_port(tmp_path: Path) -> None:
    local = free_port()
    async with running(SSH, tmp_path) as (port, notes):
        tunnel = await forwarding(port, "-L", f"127.0.0.1:{local}:mx.example.com:25")
        reader, writer = await connected(local)
        assert await asyncio.wait_for(reader.readline(), 20) == b"220 mx.example.com ESMTP Postfix\r\n"
        writer.close()
        tunnel.terminate()
        await tunnel.wait()
    assert "mx.example.com:25" in [event.samovar_detail.get("target") for event in notes.events]


async def test_openssh_is_a_proxy(tmp_path: Path) -> None:
    local = free_port()
    async with running(SSH, tmp_path) as (port, notes):
        tunnel = await forwarding(port, "-D", f"127.0.0.1:{local}")
        _, writer = await connected(local)
        writer.close()
        said = await client("curl", "-s", "-i", "-x", f"socks5h://127.0.0.1:{local}", "http://ip.example.com/json")
        tunnel.terminate()
        await tunnel.wait()
    assert said.startswith("HTTP/1.1 200 OK")
    assert any((event.event_original or "").startswith("GET /json HTTP/1.1") for event in notes.events)


async def test_openssh_may_not_listen_here(tmp_path: Path) -> None:
    async with running(SSH, tmp_path) as (port, _):
        tunnel = await forwarding(port, "-o", "ExitOnForwardFailure=yes", "-R", "8080:127.0.0.1:80")
        _, error = await asyncio.wait_for(tunnel.communicate(), 20)
    assert b"remote port forwarding failed for listen port 8080" in error


@KINDS
async def test_plink(kind: str, tmp_path: Path) -> None:
    async with running(SSH, tmp_path, drawn(kind)) as (port, notes):
        key = await client("ssh-keyscan", "-t", "ed25519", "-p", str(port), "127.0.0.1")
        (tmp_path / "known").write_text(next(line for line in key.splitlines() if not line.startswith("#")))
        shown = await client("ssh-keygen", "-lf", str(tmp_path / "known"))
        said = await client(
            *("plink", "-batch", "-ssh", "-P", str(port), "-hostkey", shown.split()[1], "-pw", "open"),
            *("root@127.0.0.1", "echo in"),
        )
    assert said.endswith("in\n")
    assert logins(notes)[-1] == ("root", "open", "success")


@KINDS
async def test_paramiko(kind: str, tmp_path: Path) -> None:
    def work(port: int) -> tuple[bytes, int]:
        connection = paramiko.SSHClient()
        connection.set_missing_host_key_policy(paramiko.MissingHostKeyPolicy())
        options = {"username": "root", "allow_agent": False, "look_for_keys": False, "timeout": 20}
        with pytest.raises(paramiko.AuthenticationException):
            connection.connect("127.0.0.1", port, password="wrong", **options)
        connection.connect("127.0.0.1", port, password="open", **options)
        _, out, _ = connection.exec_command("echo in; exit 3", timeout=20)
        said = out.read(), out.channel.recv_exit_status()
        connection.close()
        return said

    async with running(SSH, tmp_path, drawn(kind)) as (port, notes):
        assert await asyncio.to_thread(work, port) == (b"in\n", 3)
    assert logins(notes) == [("root", "wrong", "failure"), ("root", "open", "success")]


@KINDS
async def test_hydra(kind: str, tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text("a\nb\nopen\nc\n")
    async with running(SSH, tmp_path, drawn(kind)) as (port, notes):
        said = await client(
            *("hydra", "-I", "-t", "1", "-l", "root", "-P", str(tmp_path / "passwords"), "-s", str(port)),
            "ssh://127.0.0.1",
        )
    assert f"[{port}][ssh] host: 127.0.0.1   login: root   password: open" in said
    assert {password for _, password, _ in logins(notes)} >= {"a", "b", "open"}


async def test_medusa(tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text("a\nopen\n")
    async with running(SSH, tmp_path, drawn("debian-12")) as (port, notes):
        said = await client(
            *(
                "medusa",
                "-h",
                "127.0.0.1",
                "-n",
                str(port),
                "-u",
                "root",
                "-P",
                str(tmp_path / "passwords"),
                "-M",
                "ssh",
            )
        )
    assert "ACCOUNT FOUND: [ssh] Host: 127.0.0.1 User: root Password: open [SUCCESS]" in said
    assert ("root", "a", "failure") in logins(notes)


SCRIPTS = "ssh2-enum-algos,ssh-auth-methods"


async def nmap(port: int) -> list[str]:
    said = await client("nmap", "-Pn", "-sV", "-p", str(port), "--script", SCRIPTS, "127.0.0.1", wait=120)
    shown = (line for line in said.splitlines() if line.startswith((f"{port}/tcp", "|", "Service Info")))
    return sorted(line.lstrip("|_ ").replace(str(port), "PORT") for line in shown)  # which script ends first is chance


async def test_nmap_cannot_tell_us_from_debian_12(tmp_path: Path) -> None:
    async with running(SSH, tmp_path, drawn("debian-12")) as (port, _):
        ours = await nmap(port)
    assert any("OpenSSH 9.2p1 Debian 2+deb12u10 (protocol 2.0)" in line for line in ours)
    assert "password" in [line.rstrip() for line in ours]
    with real_sshd(tmp_path) as port:
        if real_banner() not in drawn("debian-12").ssh_banner:
            pytest.skip("another build is installed")
        assert ours == await nmap(port)


async def test_nmap_sees_the_keys_of_a_debian(tmp_path: Path) -> None:
    async with running(SSH, tmp_path, drawn("debian-12")) as (port, _):
        said = await client("nmap", "-Pn", "-sV", "-p", str(port), "--script", "ssh-hostkey", "127.0.0.1", wait=120)
    assert sorted(line.split()[-1] for line in said.splitlines() if line.startswith("|") and line.endswith(")")) == [
        "(ECDSA)",
        "(ED25519)",  # the RSA key is not shown: nmap wants it signed with SHA-1, which Debian 12 does not offer
    ]


async def test_nmap_sees_dropbear(tmp_path: Path) -> None:
    async with running(SSH, tmp_path, drawn("openwrt-23.05")) as (port, _):
        said = await client("nmap", "-Pn", "-sV", "-p", str(port), "127.0.0.1", wait=120)
    assert "Dropbear sshd (protocol 2.0)" in said

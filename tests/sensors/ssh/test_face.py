"""What the server says of itself: Debian 12's build byte for byte, and what of asyncssh this needs."""

import asyncio
import hashlib
import os
from importlib.metadata import version
from pathlib import Path

import asyncssh
import asyncssh.channel
import asyncssh.connection
import asyncssh.kex_dh
import pytest
from asyncssh.misc import ProtocolError
from hypothesis import given
from hypothesis import strategies as st

from samovar.login import LoginRule
from samovar.persona.moduli import moduli
from samovar.persona.ssh import DEBIAN_12, OPENWRT
from samovar.sensors.ssh import Ssh
from samovar.sensors.ssh.kex import choose
from samovar.sensors.ssh.sntrup import _CIPHERTEXT_RADIX, _KEY_RADIX, PUBLIC_BYTES, Q, encapsulate
from tests.clients.running import client, running
from tests.sensors.ssh.peers import ask, drawn, kexinit, packet, real_banner, real_sshd
from tests.sensors.ssh.raw import OPTIONS

PASSWORD = (LoginRule(user="root", password="open"),)


def lists(payload: bytes) -> list[str]:
    names, at = [], 17
    for _ in range(10):
        size = int.from_bytes(payload[at : at + 4])
        names.append(payload[at + 4 : at + 4 + size].decode())
        at += 4 + size
    return names


def hassh_server(names: list[str]) -> str:
    return hashlib.md5(";".join((names[0], names[3], names[5], names[7])).encode()).hexdigest()


async def kexinit_of(kind: str, folder: Path) -> tuple[bytes, bytes]:
    async with running(Ssh(), folder, drawn(kind)) as (port, _):
        heard = await asyncio.to_thread(ask, port, (b"SSH-2.0-x\r\n",))
    return heard.banner, heard.payloads[0]


async def test_kexinit_is_that_of_the_installed_debian_12(tmp_path: Path) -> None:
    banner, ours = await kexinit_of("debian-12", tmp_path)
    with real_sshd(tmp_path) as port:
        if real_banner() not in drawn("debian-12").ssh_banner:
            pytest.skip(f"{real_banner()} is another build")
        real = await asyncio.to_thread(ask, port, (b"SSH-2.0-x\r\n",))
    assert banner == real.banner == b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u10\r"
    assert ours[17:] == real.payloads[0][17:]  # all but the random cookie


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("debian-12", "425d29fe50d8e4f5e37efb6e24bcf660"),
        ("openwrt-23.05", "0803a2d28f1c98ccd3ba990586ee6da1"),
    ],
)
async def test_hassh_server_is_the_recorded_one(kind: str, expected: str, tmp_path: Path) -> None:
    _, payload = await kexinit_of(kind, tmp_path)
    assert hassh_server(lists(payload)) == expected


async def test_dropbear_says_what_openwrt_builds_say(tmp_path: Path) -> None:
    banner, payload = await kexinit_of("openwrt-23.05", tmp_path)
    assert banner == b"SSH-2.0-dropbear\r"
    names = lists(payload)
    assert names[0].split(",") == [*OPENWRT.kex, "kex-strict-s-v00@openssh.com"]
    assert names[1:4:2] == ["ssh-ed25519,rsa-sha2-256,ssh-rsa", "chacha20-poly1305@openssh.com,aes128-ctr,aes256-ctr"]
    assert names[5::2] == ["hmac-sha1,hmac-sha2-256", "none", ""]


async def extensions(port: int) -> str:
    said = await client(
        *("ssh", "-vvv", "-p", str(port), "-F", "/dev/null", "-o", "StrictHostKeyChecking=no", "-o", "BatchMode=yes"),
        *("-o", "UserKnownHostsFile=/dev/null", "root@127.0.0.1", "id"),
    )
    return "\n".join(line.strip() for line in said.splitlines() if "ext_info" in line.lower() or "kex: algo" in line)


async def test_extensions_are_those_of_debian_12(tmp_path: Path) -> None:
    async with running(Ssh(), tmp_path, drawn("debian-12")) as (port, _):
        ours = await extensions(port)
    assert f"server-sig-algs=<{DEBIAN_12.extensions[0][1]}>" in ours
    with real_sshd(tmp_path) as port:
        assert ours == await extensions(port)


ALGORITHMS = [(name, "") for name in DEBIAN_12.kex] + [("", name) for name in DEBIAN_12.host_keys]


@pytest.mark.parametrize(("kex", "host_key"), ALGORITHMS)
async def test_what_is_offered_works_with_openssh(kex: str, host_key: str, tmp_path: Path) -> None:
    options = [f"KexAlgorithms={kex}"] if kex else [f"HostKeyAlgorithms={host_key}"]
    known = await client("ssh", "-Q", "kex")
    if kex and kex not in known:
        options = ["KexAlgorithms=sntrup761x25519-sha512@openssh.com"]
    async with running(Ssh(login=PASSWORD), tmp_path, drawn("debian-12")) as (port, _):
        said = await client(
            *("sshpass", "-p", "open", "ssh", "-p", str(port), "-F", "/dev/null", "-o", "StrictHostKeyChecking=no"),
            *(
                "-o",
                "UserKnownHostsFile=/dev/null",
                "-o",
                "LogLevel=ERROR",
                "-o",
                *options,
                "root@127.0.0.1",
                "echo in",
            ),
        )
    assert said == "in\n"


@pytest.mark.parametrize("cipher", DEBIAN_12.ciphers)
async def test_every_cipher_works(cipher: str, tmp_path: Path) -> None:
    async with running(Ssh(login=PASSWORD), tmp_path, drawn("debian-12")) as (port, _):
        options = {**OPTIONS, "encryption_algs": [cipher], "compression_algs": ["zlib@openssh.com"]}
        async with asyncssh.connect("127.0.0.1", port, username="root", password="open", **options) as connected:
            assert (await connected.run("echo in")).stdout == "in\n"


def test_the_key_encapsulation_encodes_as_specified() -> None:
    key = os.urandom(PUBLIC_BYTES)
    secret, ciphertext = encapsulate(key)
    assert (len(secret), len(ciphertext)) == (32, 1039)
    with pytest.raises(ValueError, match="length"):
        encapsulate(key[1:])


@given(st.lists(st.integers(0, Q - 1), min_size=761, max_size=761))
def test_the_encoding_reads_back(values: list[int]) -> None:
    assert _KEY_RADIX.decode(_KEY_RADIX.encode(values)) == values
    small = [value % 1531 for value in values]
    assert _CIPHERTEXT_RADIX.decode(_CIPHERTEXT_RADIX.encode(small)) == small


def test_groups_are_debians() -> None:
    assert [len(primes) for primes in moduli().values()] == [12] * 6
    published = Path("/etc/ssh/moduli")
    if published.exists():
        known = published.read_text().upper()
        assert all(f"{prime:X}" in known for primes in moduli().values() for _, prime in primes)


@pytest.mark.parametrize(
    ("asked", "bits"),
    [((2048, 2048, 8192), 2048), ((1024, 1024, 8192), 0), ((2048, 3000, 8192), 3072), ((2048, 8192, 8192), 8192)],
)
def test_a_group_of_the_best_size_is_chosen(asked: tuple[int, int, int], bits: int) -> None:
    if not bits:
        with pytest.raises(ProtocolError):
            choose(*asked)
    else:
        assert choose(*asked)[1].bit_length() == bits


async def test_old_group_requests_and_nonsense_are_not_answered(tmp_path: Path) -> None:
    start = (b"SSH-2.0-x\r\n", packet(kexinit(kex=b"diffie-hellman-group-exchange-sha256")))
    async with running(Ssh(), tmp_path, drawn("debian-12")) as (port, _):
        old = await asyncio.to_thread(ask, port, (*start, packet(b"\x1e\0\0\x08\0")))
        low = await asyncio.to_thread(ask, port, (*start, packet(b"\x22" + b"\0\0\x04\0" * 3)))
        good = await asyncio.to_thread(ask, port, (*start, packet(b"\x22\0\0\x08\0\0\0\x0c\0\0\0\x20\0")))
    assert str(old) == "KEXINIT 0300000001 open"
    assert str(low) == "KEXINIT FIN"
    assert int.from_bytes(good.payloads[1][5:-5]).bit_length() == 3072


#: What we override or call, and the number of its parameters, in the release that is pinned.
PRIVATE = {
    asyncssh.connection.SSHConnection: {
        "_send": 2, "_send_version": 1, "_recv_version": 1, "_recv_pkthdr": 1, "_recv_packet": 1,
        "_finish_recv_packet": 5, "_send_disconnect": 4, "_send_kexinit": 1, "_process_kexinit": 4,
        "_send_ext_info": 1, "_force_close": 2, "_cleanup": 2, "_recv_data": 1, "_report_global_response": 2,
        "send_newkeys": 3, "send_packet": 2, "set_extra_info": 1, "internal_error": 3, "data_received": 3,
    },
    asyncssh.connection.SSHServerConnection: {
        "_process_session_open": 2, "_process_direct_tcpip_open": 2, "reload_config": 1, "choose_server_host_key": 2,
        "send_userauth_success": 1,
    },
    asyncssh.channel.SSHServerChannel: {
        "_process_exec_request": 2, "_process_env_request": 2, "_process_pty_req_request": 2, "_start_session": 3,
        "_process_subsystem_request": 2, "_process_signal_request": 2, "_flush_send_buf": 1, "_send_request": 2,
    },
    asyncssh.kex_dh._KexDHGex: {"_init_group": 3, "_process_init": 4},
    asyncssh.kex_dh._KexHybridECDH: {"_compute_server_shared": 1},
}  # fmt: skip


def test_the_private_parts_of_asyncssh_have_not_moved() -> None:
    pinned = (Path(__file__).parents[3] / "pyproject.toml").read_text()
    assert f'"asyncssh=={version("asyncssh")}"' in pinned
    found = {
        kind: {name: _parameters(kind, name) for name in names if hasattr(kind, name)}
        for kind, names in PRIVATE.items()
    }
    assert found == PRIVATE


def _parameters(kind: type, name: str) -> int:
    code = getattr(kind, name).__code__
    return int(code.co_argcount)

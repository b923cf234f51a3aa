"""Malformed input before the key exchange: the same bytes and the same close as OpenSSH's, and as dropbear's.

``EXPECTED`` was recorded at Debian 12's sshd and dropbear 2022.83; where sshd is installed, it is asked again.
"""

import asyncio
import threading
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from samovar.sensors.ssh import Ssh
from tests.clients.running import running
from tests.sensors.ssh.peers import Heard, ask, drawn, kexinit, packet, real_sshd, string

HELLO = b"SSH-2.0-probe\r\n"
KEX = packet(kexinit())
INVALID = repr(b"Invalid SSH identification string.")
INVALID_LINE = repr(b"Invalid SSH identification string.\r\n")
DIFFER = repr(b"Protocol major versions differ.\r\n")


def disconnect(reason: bytes) -> str:
    return "KEXINIT " + (b"\x01\0\0\0\x02" + string(reason) + string(b"")).hex() + " FIN"


Probe = tuple[tuple[bytes, ...], bool]
#: name: (what is sent, whether the client then closes its side), OpenSSH's answer, dropbear's
PROBES: dict[str, tuple[Probe, str, str]] = {
    "http": (((b"GET / HTTP/1.1\r\n\r\n",), False), f"{INVALID} RST", "KEXINIT RST"),
    "ssh 1": (((b"SSH-1.5-x\r\n",), False), f"{DIFFER} FIN", "KEXINIT FIN"),
    "ssh 3": (((b"SSH-3.0-x\r\n",), False), f"{DIFFER} FIN", "KEXINIT FIN"),
    "nul": (((b"SSH-2.0-a\0b\r\n",), False), f"{INVALID} RST", "KEXINIT open"),
    "long line": (((b"A" * 9000,), False), f"{INVALID} RST", "KEXINIT RST"),
    "many lines": (((b"hello\r\n" * 10,), False), f"{INVALID} RST", "KEXINIT RST"),
    "empty line": (((b"\r\n",), False), f"{INVALID_LINE} FIN", "KEXINIT FIN"),
    "no comment": (((b"SSH-2.0\r\n",), False), f"{INVALID_LINE} FIN", "KEXINIT open"),
    "empty software": (((b"SSH-2.0-\r\n",), False), f"{INVALID_LINE} FIN", "KEXINIT open"),
    "early close": (((), True), "FIN", "KEXINIT FIN"),
    "close in the line": (((b"SSH-2.0-pro",), True), "FIN", "KEXINIT FIN"),
    "no ascii": (((b"SSH-2.0-\xfc\xe4\xff\r\n", KEX), False), "KEXINIT open", "KEXINIT open"),
    "line feed only": (((b"SSH-2.0-x\n", KEX), False), "KEXINIT open", "KEXINIT open"),
    "1.99": (((b"SSH-1.99-x\r\n", KEX), False), "KEXINIT open", "KEXINIT open"),
    "carriage return": (((b"SSH-2.0-x\ry\n",), False), f"{INVALID} RST", "KEXINIT open"),
    "huge packet": (((HELLO, b"\xff" * 4 + b"x" * 12), False), "KEXINIT FIN", "KEXINIT RST"),
    "empty packet": (((HELLO, bytes(4) + b"x" * 12), False), "KEXINIT FIN", "KEXINIT RST"),
    "odd packet": (((HELLO, b"\0\0\0\x0d\x04" + b"x" * 12), False), "KEXINIT FIN", "KEXINIT RST"),
    "text as packet": (((HELLO, b"GET / HTTP/1.0\r\n\r\n"), False), "KEXINIT FIN", "KEXINIT RST"),
    "padding of 3": (
        ((HELLO, b"\0\0\0\x0c\x03" + b"x" * 11), False),
        disconnect(b"Corrupted padlen 3 on input."),
        "KEXINIT FIN",
    ),
    "padding of 255": (((HELLO, b"\0\0\0\x0c\xff" + b"x" * 11), False), "KEXINIT FIN", "KEXINIT FIN"),
    "no payload": (((HELLO, b"\0\0\0\x0c\x0b" + bytes(11)), False), "KEXINIT FIN", "KEXINIT FIN"),
    "no common kex": (((HELLO, packet(kexinit(kex=b"none-such"))), False), "KEXINIT FIN", "KEXINIT FIN"),
    "no common key": (((HELLO, packet(kexinit(host_key=b"none"))), False), "KEXINIT FIN", "KEXINIT FIN"),
    "short kexinit": (((HELLO, packet(b"\x14" + bytes(20))), False), "KEXINIT FIN", "KEXINIT FIN"),
    "kexinit twice": (((HELLO, KEX, KEX), False), "KEXINIT 0300000001 open", "KEXINIT FIN"),
    "point of zeros": (((HELLO, KEX, packet(b"\x1e" + string(bytes(32)))), False), "KEXINIT FIN", "KEXINIT FIN"),
    "short point": (((HELLO, KEX, packet(b"\x1e" + string(b"x" * 31))), False), "KEXINIT FIN", "KEXINIT FIN"),
    "keys early": (((HELLO, packet(b"\x15")), False), "KEXINIT 0300000000 open", "KEXINIT 0300000000 open"),
    "service early": (((HELLO, packet(b"\x05" + string(b"x"))), False), "KEXINIT 0300000000 open", "KEXINIT FIN"),
    "login early": (((HELLO, packet(b"\x32" + string(b"x") * 3)), False), "KEXINIT FIN", "KEXINIT FIN"),
    "type 192": (((HELLO, packet(b"\xc0")), False), disconnect(b"Invalid ssh2 packet type: 192"), "KEXINIT FIN"),
    "type 0": (((HELLO, packet(b"\0abc")), False), disconnect(b"Invalid ssh2 packet type: 0"), "KEXINIT FIN"),
    "disconnect": (((HELLO, packet(b"\x01\0\0\0\x0b" + string(b"") * 2)), False), "KEXINIT FIN", "KEXINIT FIN"),
    "close in a packet": (((HELLO, KEX[:20]), True), "KEXINIT FIN", "KEXINIT FIN"),
}


async def answers(sensor_kind: str, folder: Path) -> dict[str, str]:
    """What our server says to each probe, each in a connection of its own, all at once."""
    async with running(Ssh(), folder, drawn(sensor_kind)) as (port, _):

        async def one(probe: Probe) -> Heard:
            return await asyncio.to_thread(ask, port, probe[0], eof=probe[1])

        heard = await asyncio.gather(*(one(probe) for probe, _, _ in PROBES.values()))
    return dict(zip(PROBES, map(str, heard), strict=True))


async def test_every_probe_is_answered_as_openssh_does(tmp_path: Path) -> None:
    assert await answers("debian-12", tmp_path) == {name: expected for name, (_, expected, _) in PROBES.items()}


async def test_every_probe_is_answered_as_dropbear_does(tmp_path: Path) -> None:
    assert await answers("openwrt-23.05", tmp_path) == {name: expected for name, (_, _, expected) in PROBES.items()}


async def test_what_is_expected_is_what_sshd_says(tmp_path: Path) -> None:
    with real_sshd(tmp_path) as port:
        calls = (asyncio.to_thread(ask, port, probe[0], eof=probe[1]) for probe, _, _ in PROBES.values())
        heard = await asyncio.gather(*calls)
    real = dict(zip(PROBES, map(str, heard), strict=True))
    assert real == {name: expected for name, (_, expected, _) in PROBES.items()}


LINES = st.sampled_from([HELLO, b"SSH-2.0-x\n", b"SSH-1.5-\xff\r\n", b"\r\n", b"SSH-2.0-a\0\r\n"]) | st.binary(
    max_size=40
)
TYPES = st.sampled_from([0, 2, 3, 4, 5, 6, 7, 20, 21, 29, 31, 49, 50, 79, 90, 100, 191, 192, 255])
PACKETS = st.builds(lambda kind, body: packet(bytes((kind,)) + body), TYPES, st.binary(max_size=12))
RAW = st.builds(lambda size, rest: size.to_bytes(4) + rest, st.integers(0, 40), st.binary(min_size=12, max_size=40))


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(line=LINES, packets=st.lists(PACKETS | RAW | st.just(KEX), max_size=3))
def test_fuzzed_input_is_answered_as_sshd_does(line: bytes, packets: list[bytes], pair: tuple[int, int]) -> None:
    ours, real = (ask(port, (line + b"".join(packets),), eof=True) for port in pair)
    assert str(ours) == str(real)


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Ports of our server, in a thread of its own, and of a real one."""
    folder = tmp_path_factory.mktemp("pair")
    ready, done = threading.Event(), threading.Event()
    ports: list[int] = []

    async def serve() -> None:
        async with running(Ssh(), folder, drawn("debian-12")) as (port, _):
            ports.append(port)
            ready.set()
            await asyncio.to_thread(done.wait)

    with real_sshd(folder) as real:
        thread = threading.Thread(target=lambda: asyncio.run(serve()))
        thread.start()
        ready.wait(30)
        yield ports[0], real
        done.set()
        thread.join()

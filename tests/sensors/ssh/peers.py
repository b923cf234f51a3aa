"""A real sshd on loopback to compare with, personas, and a client that sends what it likes, byte by byte."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random

import pytest
from msgspec import Struct

from samovar.persona import Persona
from samovar.persona.draw import draw, release_of
from tests.personas import NOW

SSHD = "/usr/sbin/sshd"
_PATIENCE = 0.8  # seconds after which a server that says nothing is taken to wait for more


@cache
def drawn(kind: str) -> Persona:
    """A persona of a kind; always the same story, with keys of this test process."""
    return draw(Random(7), NOW, release_of(kind))


@contextmanager
def real_sshd(folder: Path, *options: str) -> Iterator[int]:
    """Debian's sshd with its own configuration on a free port; skips where it is not installed."""
    if not (Path(SSHD).exists() and shutil.which("ssh-keygen")):
        pytest.skip("openssh-server is not installed")
    keys = []
    for kind in ("rsa", "ecdsa", "ed25519"):
        key = folder / f"host_{kind}"
        subprocess.run(["ssh-keygen", "-q", "-t", kind, "-N", "", "-f", key], check=True)
        keys += ["-h", str(key)]
    Path("/run/sshd").mkdir(exist_ok=True)  # sshd's own empty directory, which its service would make
    (folder / "sshd_config").write_text("UsePAM yes\nKbdInteractiveAuthentication no\nMaxStartups 200\n")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    address = ("-o", f"ListenAddress=127.0.0.1:{port}", "-o", f"PidFile={folder}/pid", *options)
    server = subprocess.Popen([SSHD, "-D", "-e", "-f", folder / "sshd_config", *keys, *address], stderr=subprocess.PIPE)
    try:
        assert server.stderr is not None
        while b"Server listening" not in (line := server.stderr.readline()):
            if not line:
                pytest.skip("sshd does not start here")
        yield port
    finally:
        server.terminate()
        server.wait()
        server.stderr.close() if server.stderr else None


def real_banner() -> str:
    """The installed sshd's name for itself."""
    said = subprocess.run([SSHD, "-V"], capture_output=True, text=True, check=False).stderr
    return said.split(",")[0].strip()


def string(data: bytes) -> bytes:
    """RFC 4251's string."""
    return len(data).to_bytes(4) + data


def packet(payload: bytes) -> bytes:
    """An unencrypted packet."""
    padding = -(len(payload) + 5) % 8
    padding += 8 if padding < 4 else 0
    return (len(payload) + 1 + padding).to_bytes(4) + bytes((padding,)) + payload + bytes(padding)


def kexinit(kex: bytes = b"curve25519-sha256", host_key: bytes = b"ssh-ed25519") -> bytes:
    """A client's KEXINIT."""
    lists = (
        kex,
        host_key,
        b"aes128-ctr",
        b"aes128-ctr",
        b"hmac-sha2-256",
        b"hmac-sha2-256",
        b"none",
        b"none",
        b"",
        b"",
    )
    return b"\x14" + bytes(16) + b"".join(map(string, lists)) + bytes(5)


class Heard(Struct, frozen=True):
    """What a server sent after its banner, and how it closed: FIN, RST, or open."""

    banner: bytes
    payloads: tuple[bytes, ...]
    raw: bytes
    close: str

    def __str__(self) -> str:
        shown = ["KEXINIT" if p[:1] == b"\x14" else "KEXREPLY" if p[:1] == b"\x1f" else p.hex() for p in self.payloads]
        return " ".join([*shown, *([repr(self.raw)] if self.raw else []), self.close])


def ask(port: int, steps: tuple[bytes, ...], *, eof: bool = False) -> Heard:
    """Wait for the banner, say ``steps`` one after the other, then listen until the server closes or falls silent."""
    with socket.create_connection(("127.0.0.1", port)) as sock:
        sock.settimeout(10)
        heard = b""
        close = "open"
        try:
            while b"\n" not in heard and (data := sock.recv(4096)):
                heard += data
            for step in steps:
                sock.sendall(step)
                time.sleep(0.1)
            if eof:
                sock.shutdown(socket.SHUT_WR)
            sock.settimeout(_PATIENCE)
            while data := sock.recv(65536):
                heard += data
            close = "FIN"
        except TimeoutError:
            close = "open"
        except OSError:
            close = "RST"
    banner, _, rest = heard.partition(b"\n")
    payloads = []
    while len(rest) >= 5 and 5 <= (size := int.from_bytes(rest[:4])) <= 40_000 and len(rest) >= 4 + size:
        payloads.append(rest[5 : 4 + size - rest[4]])
        rest = rest[4 + size :]
    return Heard(banner, tuple(payloads), rest, close)

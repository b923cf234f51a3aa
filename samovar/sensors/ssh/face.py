"""What an OpenSSH server of a given release says of itself before anyone logs in.

The lists are what unchanged sshd builds of these releases send, in order (OpenSSH's myproposal.h and
sshkey.c; compared with ``ssh -vvv`` transcripts of Debian's and Ubuntu's builds).
"""

import re

from msgspec import Struct


class Face(Struct, frozen=True, kw_only=True):
    """Algorithm lists as they stand in KEXINIT and EXT_INFO."""

    kex: tuple[str, ...]
    host_keys: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]
    compression: tuple[str, ...]
    signatures: tuple[str, ...]  # server-sig-algs
    strict_kex: bool  # whether the build has the answer to CVE-2023-48795


KEX = (
    "curve25519-sha256",
    "curve25519-sha256@libssh.org",
    "ecdh-sha2-nistp256",
    "ecdh-sha2-nistp384",
    "ecdh-sha2-nistp521",
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
)
HOST_KEYS = ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519")
CIPHERS = (
    "chacha20-poly1305@openssh.com",
    "aes128-ctr",
    "aes192-ctr",
    "aes256-ctr",
    "aes128-gcm@openssh.com",
    "aes256-gcm@openssh.com",
)
MACS = (
    "umac-64-etm@openssh.com",
    "umac-128-etm@openssh.com",
    "hmac-sha2-256-etm@openssh.com",
    "hmac-sha2-512-etm@openssh.com",
    "hmac-sha1-etm@openssh.com",
    "umac-64@openssh.com",
    "umac-128@openssh.com",
    "hmac-sha2-256",
    "hmac-sha2-512",
    "hmac-sha1",
)
SIGNATURES = (
    "ssh-ed25519",
    "sk-ssh-ed25519@openssh.com",
    "ssh-rsa",
    "rsa-sha2-256",
    "rsa-sha2-512",
    "ssh-dss",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)
STRICT_KEX = "kex-strict-s-v00@openssh.com"

#: From which security update on a distribution's build has strict key exchange (DLA-3694-1, USN-6560-2).
_STRICT_SINCE = {"deb11u": 3, "4ubuntu0.": 10}
_UPDATE = re.compile(r"(deb11u|4ubuntu0\.)(\d+)")


def face_of(banner: str) -> Face:
    """The face that belongs to a banner such as ``OpenSSH_8.4p1 Debian-5+deb11u3``.

    Releases 8.2 and 8.4 differ in what they accept as signatures: webauthn came with 8.4.
    """
    update = _UPDATE.search(banner)
    webauthn = () if banner.startswith("OpenSSH_8.2") else ("webauthn-sk-ecdsa-sha2-nistp256@openssh.com",)
    return Face(
        kex=KEX,
        host_keys=HOST_KEYS,
        ciphers=CIPHERS,
        macs=MACS,
        compression=("none", "zlib@openssh.com"),
        signatures=SIGNATURES + webauthn,
        strict_kex=update is not None and int(update[2]) >= _STRICT_SINCE[update[1]],
    )


# What sshd writes in plain text where a client's first line will not do (sshd's kex.c), then hangs up.
INVALID_IDENTIFICATION = b"Invalid SSH identification string.\r\n"
VERSIONS_DIFFER = b"Protocol major versions differ.\r\n"
MAX_IDENTIFICATION = 8192
_IDENTIFICATION = re.compile(rb"SSH-\s*(\d{1,9})\.\s*(\d{1,9})-(.+)", re.DOTALL)


def judge_identification(received: bytes) -> tuple[bytes | None, bytes]:
    """Read a client's first line as sshd does: (the line, ``b""``), or (what came, sshd's complaint).

    (None, ``b""``) where the line is not complete yet.
    """
    end = received.find(b"\n", 0, MAX_IDENTIFICATION + 2)
    line = received if end < 0 else received[:end]
    carriage = line.find(b"\r")
    # A NUL, or anything but LF after CR, is refused at once, without waiting for the line's end.
    if b"\0" in line or 0 <= carriage < len(line) - 1 or len(line) > MAX_IDENTIFICATION:
        return line[:MAX_IDENTIFICATION], INVALID_IDENTIFICATION
    if end < 0:
        return None, b""
    line = line.removesuffix(b"\r")
    parsed = _IDENTIFICATION.fullmatch(line)
    if parsed is None:
        return line, INVALID_IDENTIFICATION
    major, minor = int(parsed[1]), int(parsed[2])
    if major != 2 and (major, minor) != (1, 99):
        return line, VERSIONS_DIFFER
    return line, b""

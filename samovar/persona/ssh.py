"""What an SSH server of a given build says of itself and how it answers before anyone is in.

Measured at the build itself where a comment says so (``tests/sensors/ssh`` compares with Debian 12's whenever it is
installed); the others are what unchanged builds of these releases send (OpenSSH's myproposal.h and sshkey.c,
dropbear's common-algo.c, ``ssh -vvv`` and ssh-audit transcripts).
"""

import re
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace


class SshFace(Struct, frozen=True, kw_only=True):
    """One build of an SSH server with its distribution's configuration."""

    program: Literal["openssh", "dropbear"]
    kex: tuple[str, ...]
    host_keys: tuple[str, ...]
    ciphers: tuple[str, ...]
    macs: tuple[str, ...]
    compression: tuple[str, ...]
    extensions: tuple[tuple[str, str], ...]  # EXT_INFO (RFC 8308), in order
    strict_kex: bool  # whether the build has the answer to CVE-2023-48795
    methods: tuple[str, ...] = ("publickey", "password")
    max_tries: int = 6
    login_grace: float = 120.0  # seconds until one must be in
    failure_delay: float  # seconds that a wrong password costs, about
    max_sessions: int = 10


_CURVES = ("curve25519-sha256", "curve25519-sha256@libssh.org")
_NIST = ("ecdh-sha2-nistp256", "ecdh-sha2-nistp384", "ecdh-sha2-nistp521")
_GROUPS = (
    "diffie-hellman-group-exchange-sha256",
    "diffie-hellman-group16-sha512",
    "diffie-hellman-group18-sha512",
    "diffie-hellman-group14-sha256",
)
_SIGNATURES_84 = (
    "ssh-ed25519,sk-ssh-ed25519@openssh.com,ssh-rsa,rsa-sha2-256,rsa-sha2-512,ssh-dss,ecdsa-sha2-nistp256,"
    "ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,sk-ecdsa-sha2-nistp256@openssh.com"
)
_WEBAUTHN = "webauthn-sk-ecdsa-sha2-nistp256@openssh.com"
_SIGNATURES_92 = (
    "ssh-ed25519,sk-ssh-ed25519@openssh.com,ecdsa-sha2-nistp256,ecdsa-sha2-nistp384,ecdsa-sha2-nistp521,"
    f"sk-ecdsa-sha2-nistp256@openssh.com,{_WEBAUTHN},ssh-dss,ssh-rsa,rsa-sha2-256,rsa-sha2-512"
)

#: Debian 12's openssh-server 1:9.2p1-2+deb12u10, measured. Its PAM waits about two seconds (pam_unix).
DEBIAN_12 = SshFace(
    program="openssh",
    kex=("sntrup761x25519-sha512", "sntrup761x25519-sha512@openssh.com", *_CURVES, *_NIST, *_GROUPS),
    host_keys=("rsa-sha2-512", "rsa-sha2-256", "ecdsa-sha2-nistp256", "ssh-ed25519"),
    ciphers=(
        "chacha20-poly1305@openssh.com",
        "aes128-ctr",
        "aes192-ctr",
        "aes256-ctr",
        "aes128-gcm@openssh.com",
        "aes256-gcm@openssh.com",
    ),
    macs=(
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
    ),
    compression=("none", "zlib@openssh.com"),
    extensions=(("server-sig-algs", _SIGNATURES_92), ("publickey-hostbound@openssh.com", "0")),
    strict_kex=True,
    failure_delay=2.0,
)
DEBIAN_11 = replace(
    DEBIAN_12,
    kex=(*_CURVES, *_NIST, *_GROUPS),
    host_keys=("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa", "ecdsa-sha2-nistp256", "ssh-ed25519"),
    extensions=(("server-sig-algs", f"{_SIGNATURES_84},{_WEBAUTHN}"),),
)
UBUNTU_20 = replace(DEBIAN_11, extensions=(("server-sig-algs", _SIGNATURES_84),))  # webauthn came with 8.4
#: OpenWrt 23.05's dropbear: no NIST curves, no zlib, no version in its name; three tries by its init script.
OPENWRT = SshFace(
    program="dropbear",
    kex=(*_CURVES, "diffie-hellman-group14-sha256", "kexguess2@matt.ucc.asn.au"),
    host_keys=("ssh-ed25519", "rsa-sha2-256", "ssh-rsa"),
    ciphers=("chacha20-poly1305@openssh.com", "aes128-ctr", "aes256-ctr"),
    macs=("hmac-sha1", "hmac-sha2-256"),
    compression=("none",),
    extensions=(("server-sig-algs", "ssh-ed25519,sk-ssh-ed25519@openssh.com,rsa-sha2-256,ssh-rsa"),),
    strict_kex=True,
    max_tries=3,
    login_grace=300.0,
    failure_delay=0.3,
    max_sessions=10,
)

_FACES = {
    "OpenSSH_9.2p1 Debian-": DEBIAN_12,
    "OpenSSH_8.4p1 Debian-": DEBIAN_11,
    "OpenSSH_8.2p1 Ubuntu-": UBUNTU_20,
    "dropbear": OPENWRT,
}
#: From which security update on a distribution's build has strict key exchange (DLA-3694-1, USN-6560-2).
_STRICT_SINCE = {"deb11u": 3, "4ubuntu0.": 10}
_UPDATE = re.compile(r"(deb11u|4ubuntu0\.)(\d+)")


def face_of(banner: str) -> SshFace:
    """The face that belongs to a banner such as ``OpenSSH_9.2p1 Debian-2+deb12u10``. Raises ValueError."""
    face = next((face for start, face in _FACES.items() if banner.startswith(start)), None)
    if face is None:
        raise ValueError(f"ssh_banner '{banner}': its algorithms are not known; known are {', '.join(_FACES)}")
    update = _UPDATE.search(banner)
    if update is not None and int(update[2]) < _STRICT_SINCE[update[1]]:
        return replace(face, strict_kex=False)
    return face

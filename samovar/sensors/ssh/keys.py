"""Host keys and options, made once for each process and persona: nothing of it is read during a session."""

from functools import lru_cache

import asyncssh
from asyncssh.packet import String, UInt32
from asyncssh.public_key import SSHKey, SSHKeyPair, load_keypairs
from msgspec import Struct

from samovar.persona import Persona
from samovar.persona.ssh import SshFace
from samovar.sensors.ssh import kex, mac

_STRICT_KEX = "kex-strict-s-v00@openssh.com"
_NO_KEX = frozenset({"kexguess2@matt.ucc.asn.au"})  # says something else in the list of key exchanges
WINDOW = 64 * 32 * 1024  # sshd's CHAN_SES_WINDOW_DEFAULT


class Identity(Struct, frozen=True, eq=False):
    """Who the server is: its face, its keys, asyncssh's options."""

    face: SshFace
    options: asyncssh.SSHServerConnectionOptions
    #: One key pair for each algorithm: asyncssh would change a shared RSA pair under another session's hands.
    host_keys: dict[bytes, SSHKeyPair]
    kexinit: bytes  # SSH_MSG_KEXINIT after its cookie
    ext_info: bytes  # the body of SSH_MSG_EXT_INFO


@lru_cache(maxsize=4)
def identity_of(persona: Persona) -> Identity:
    """The identity of this persona. Parses keys; call it before any socket is served."""
    mac.register()
    kex.register()
    face = persona.ssh
    keys = [asyncssh.import_private_key(key) for key in persona.ssh_host_keys]
    options = asyncssh.SSHServerConnectionOptions(
        server_factory=asyncssh.SSHServer,
        server_host_keys=keys,
        send_server_host_keys=True,
        server_version=persona.ssh_banner,
        kex_algs=[name for name in face.kex if name not in _NO_KEX],
        encryption_algs=face.ciphers,
        mac_algs=face.macs,
        compression_algs=face.compression,
        gss_host=None,
        agent_forwarding=False,
        x11_forwarding=False,
        tcp_keepalive=True,
        login_timeout=face.login_grace,
        keepalive_interval=0,
        encoding=None,
        line_editor=False,
        sftp_factory=None,
        window=WINDOW,
    )
    strict = (_STRICT_KEX,) if face.strict_kex else ()
    return Identity(
        face,
        options,
        _pairs(keys, face),
        kexinit=_kexinit(face, (*face.kex, *strict)),
        ext_info=UInt32(len(face.extensions)) + b"".join(String(n) + String(v) for n, v in face.extensions),
    )


def _kexinit(face: SshFace, kex: tuple[str, ...]) -> bytes:
    rows = (kex, face.host_keys, face.ciphers, face.ciphers, face.macs, face.macs, face.compression, face.compression)
    return b"".join(String(",".join(row)) for row in (*rows, (), ())) + bytes(5)


def _pairs(keys: list[SSHKey], face: SshFace) -> dict[bytes, SSHKeyPair]:
    pairs: dict[bytes, SSHKeyPair] = {}
    for name in face.host_keys:
        algorithm = name.encode()
        for key in keys:
            if algorithm in key.sig_algorithms:
                pair = load_keypairs([key])[0]
                pair.set_sig_algorithm(algorithm)
                pairs[algorithm] = pair
    return pairs

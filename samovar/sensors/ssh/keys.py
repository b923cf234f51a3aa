"""Host keys and options, made once for each process and persona: nothing of it is read during a session."""

from functools import lru_cache

import asyncssh
from asyncssh.packet import String, UInt32
from asyncssh.public_key import SSHKey, SSHKeyPair, load_keypairs
from msgspec import Struct

from samovar.persona import Persona
from samovar.sensors.ssh import mac
from samovar.sensors.ssh.face import STRICT_KEX, Face, face_of

LOGIN_GRACE = 120.0  # sshd's LoginGraceTime, seconds
WINDOW = 64 * 32 * 1024  # sshd's CHAN_SES_WINDOW_DEFAULT


class Identity(Struct, frozen=True, eq=False):
    """Who the server is: its face, its keys, asyncssh's options."""

    face: Face
    options: asyncssh.SSHServerConnectionOptions
    #: One key pair for each algorithm: asyncssh would change a shared RSA pair under another session's hands.
    host_keys: dict[bytes, SSHKeyPair]
    kexinit: bytes  # SSH_MSG_KEXINIT after its cookie
    ext_info: bytes  # the body of SSH_MSG_EXT_INFO


@lru_cache(maxsize=4)
def identity_of(persona: Persona) -> Identity:
    """The identity of this persona. Parses keys; call it before any socket is served."""
    mac.register()
    face = face_of(persona.ssh_banner)
    keys = [asyncssh.import_private_key(key) for key in persona.ssh_host_keys]
    options = asyncssh.SSHServerConnectionOptions(
        server_factory=asyncssh.SSHServer,
        server_host_keys=keys,
        send_server_host_keys=True,
        server_version=persona.ssh_banner,
        kex_algs=face.kex,
        encryption_algs=face.ciphers,
        mac_algs=face.macs,
        compression_algs=face.compression,
        gss_host=None,
        agent_forwarding=False,
        x11_forwarding=False,
        tcp_keepalive=True,
        login_timeout=LOGIN_GRACE,
        keepalive_interval=0,
        encoding=None,
        line_editor=False,
        sftp_factory=None,
        window=WINDOW,
    )
    strict = (STRICT_KEX,) if face.strict_kex else ()
    return Identity(
        face,
        options,
        _pairs(keys, face),
        kexinit=_kexinit(face, (*face.kex, *strict)),
        ext_info=UInt32(1) + String("server-sig-algs") + String(",".join(face.signatures)),
    )


def _kexinit(face: Face, kex: tuple[str, ...]) -> bytes:
    rows = (kex, face.host_keys, face.ciphers, face.ciphers, face.macs, face.macs, face.compression, face.compression)
    return b"".join(String(",".join(row)) for row in (*rows, (), ())) + bytes(5)


def _pairs(keys: list[SSHKey], face: Face) -> dict[bytes, SSHKeyPair]:
    pairs: dict[bytes, SSHKeyPair] = {}
    for name in face.host_keys:
        algorithm = name.encode()
        for key in keys:
            if algorithm in key.sig_algorithms:
                pair = load_keypairs([key])[0]
                pair.set_sig_algorithm(algorithm)
                pairs[algorithm] = pair
    return pairs

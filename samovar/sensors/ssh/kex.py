"""Key exchanges that asyncssh has not, or has otherwise than OpenSSH: sntrup761, finite fields, groups by size."""

from collections.abc import Callable
from hashlib import sha256, sha512
from random import SystemRandom

from asyncssh.crypto import Curve25519DH
from asyncssh.kex import register_kex_alg
from asyncssh.kex_dh import (
    MSG_KEX_DH_GEX_GROUP,
    MSG_KEX_DH_GEX_INIT,
    MSG_KEX_DH_GEX_REQUEST,
    _group14_g,
    _group14_p,
    _group16_g,
    _group16_p,
    _group18_g,
    _group18_p,
    _KexDH,
    _KexDHGex,
    _KexHybridECDH,
)
from asyncssh.misc import ProtocolError
from asyncssh.packet import MPInt, SSHPacket

from samovar.persona.moduli import moduli
from samovar.sensors.ssh.sntrup import Sntrup761

_LEAST, _MOST = 2048, 8192  # bits that sshd's DH_GRP_MIN and DH_GRP_MAX allow
_EXPONENT_BITS = 128  # what keeps 8,192 bits below 40 ms; no secret of ours is in it
_random = SystemRandom()


class _Exponent:
    """Our half of a finite-field exchange in asyncssh's place of OpenSSL's, which takes seconds to believe a prime."""

    _p: int
    _g: int
    _e: int
    _f: int

    def _compute_server_shared(self) -> bytes:
        if not 1 < self._e < self._p - 1:
            raise ProtocolError("Kex DH e out of range")
        exponent = _random.getrandbits(_EXPONENT_BITS) | 1 << _EXPONENT_BITS
        self._f = pow(self._g, exponent, self._p)
        return MPInt(pow(self._e, exponent, self._p))


class Fixed(_Exponent, _KexDH):
    """diffie-hellman-group14 and its like."""


class Group(_Exponent, _KexDHGex):
    """diffie-hellman-group-exchange as sshd does it: a random prime of the best size."""

    def _request(self, _pkttype: int, _pktid: int, packet: SSHPacket) -> None:
        if self._p:
            raise ProtocolError("group requested twice")
        self._gex_data = packet.get_remaining_payload()
        least, wanted, most = packet.get_uint32(), packet.get_uint32(), packet.get_uint32()
        packet.check_end()
        generator, prime = choose(least, wanted, most)
        self._init_group(generator, prime)
        self._gex_data += MPInt(prime) + MPInt(generator)
        self.send_packet(MSG_KEX_DH_GEX_GROUP, MPInt(prime), MPInt(generator))

    _packet_handlers = {MSG_KEX_DH_GEX_REQUEST: _request, MSG_KEX_DH_GEX_INIT: _KexDHGex._process_init}  # noqa: RUF012


def choose(
    least: int, wanted: int, most: int, pick: Callable[..., tuple[int, int]] = _random.choice
) -> tuple[int, int]:
    """(generator, prime) for a client's request. Raises ProtocolError where it is out of range."""
    least, most = max(least, _LEAST), min(most, _MOST)
    if most < least or wanted < least or most < wanted:
        raise ProtocolError("group size out of range")
    sizes = [size for size in sorted(moduli()) if least <= size <= most]
    best = next((size for size in sizes if size >= wanted), sizes[-1] if sizes else None)
    if best is None:
        raise ProtocolError("no such group")
    return pick(moduli()[best])


def register() -> None:
    """Put them into asyncssh's table."""
    moduli()
    for name in (b"sntrup761x25519-sha512", b"sntrup761x25519-sha512@openssh.com"):
        register_kex_alg(name, _KexHybridECDH, sha512, (Sntrup761, b"sntrup761", Curve25519DH), False)
    for name, digest, group in (
        (b"diffie-hellman-group14-sha256", sha256, (_group14_g, _group14_p)),
        (b"diffie-hellman-group16-sha512", sha512, (_group16_g, _group16_p)),
        (b"diffie-hellman-group18-sha512", sha512, (_group18_g, _group18_p)),
    ):
        register_kex_alg(name, Fixed, digest, group, False)
    register_kex_alg(b"diffie-hellman-group-exchange-sha256", Group, sha256, (), False)

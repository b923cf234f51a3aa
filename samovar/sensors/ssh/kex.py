"""Key exchanges that asyncssh has not, or has otherwise than OpenSSH: sntrup761 and groups from /etc/ssh/moduli."""

from collections.abc import Callable
from hashlib import sha256, sha512
from random import SystemRandom

from asyncssh.crypto import Curve25519DH
from asyncssh.kex import register_kex_alg
from asyncssh.kex_dh import MSG_KEX_DH_GEX_GROUP, MSG_KEX_DH_GEX_INIT, MSG_KEX_DH_GEX_REQUEST, _KexDHGex, _KexHybridECDH
from asyncssh.misc import ProtocolError
from asyncssh.packet import MPInt, SSHPacket

from samovar.persona.moduli import moduli
from samovar.sensors.ssh.sntrup import Sntrup761

_LEAST, _MOST = 2048, 8192  # bits that sshd's DH_GRP_MIN and DH_GRP_MAX allow
_random = SystemRandom()


class Group(_KexDHGex):
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
    register_kex_alg(b"diffie-hellman-group-exchange-sha256", Group, sha256, (), False)

"""Message authentication codes for asyncssh's table: HMAC in one call, and UMAC (RFC 4418) without a C library.

OpenSSH offers UMAC, so a server with its face must be able to speak it. Clients with AEAD ciphers, which is
what OpenSSH's prefer, never use either.
"""

import hmac
import struct

from asyncssh.mac import MAC, register_mac_alg
from cryptography.hazmat.primitives.ciphers import Cipher, CipherContext
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

_BLOCK = 1024  # bytes that NH takes at once
_P36, _P64 = 2**36 - 5, 2**64 - 59
_MASK = 0x01FFFFFF01FFFFFF


class Hmac(MAC):
    """RFC 2104, as RFC 4253 section 6.4 uses it."""

    def __init__(self, key: bytes, hash_size: int, name: str) -> None:
        super().__init__(key, hash_size)
        self._name = name

    def sign(self, seq: int, packet: bytes) -> bytes:
        """The code of one packet."""
        return hmac.digest(self._key, seq.to_bytes(4) + packet, self._name)

    def verify(self, seq: int, packet: bytes, sig: bytes) -> bool:
        """Whether the packet is as it was signed."""
        return hmac.compare_digest(self.sign(seq, packet), sig)


class Umac(MAC):
    """RFC 4418 with tags of 8 or 16 bytes; the nonce is the packet's number as 8 bytes."""

    def __init__(self, key: bytes, hash_size: int) -> None:
        super().__init__(key, hash_size)
        rounds = hash_size // 4
        self._pad = _aes(_derived(key, 0, 16))
        first, second = _derived(key, 1, _BLOCK + (rounds - 1) * 16), _derived(key, 2, rounds * 24)
        third, fourth = _derived(key, 3, rounds * 64), _derived(key, 4, rounds * 4)
        self._rounds = [
            (
                struct.unpack_from(">256I", first, 16 * i),
                int.from_bytes(second[24 * i : 24 * i + 8]) & _MASK,
                [word % _P36 for word in struct.unpack_from(">8Q", third, 64 * i)],
                int.from_bytes(fourth[4 * i : 4 * i + 4]),
            )
            for i in range(rounds)
        ]

    def sign(self, seq: int, packet: bytes) -> bytes:
        """The code of one packet."""
        return self.tag(seq.to_bytes(8), packet)

    def verify(self, seq: int, packet: bytes, sig: bytes) -> bool:
        """Whether the packet is as it was signed."""
        return hmac.compare_digest(self.sign(seq, packet), sig)

    def tag(self, nonce: bytes, message: bytes) -> bytes:
        """UMAC of a message under an 8-byte nonce."""
        size = len(self._rounds) * 4
        half = nonce[-1] & 1 if size == 8 else 0  # two tags of 8 bytes share one block of the pad
        block = nonce[:-1] + bytes((nonce[-1] - half,))
        pad = self._pad.update(block.ljust(16, b"\0"))[half * 8 : half * 8 + size]
        blocks = [message[i : i + _BLOCK] for i in range(0, len(message), _BLOCK)] or [b""]
        words = [struct.unpack(f"<{(n := max(-(-len(b) // 32), 1)) * 8}I", b.ljust(n * 32, b"\0")) for b in blocks]
        lengths = [len(block) * 8 for block in blocks]
        hashed = b"".join(_hash(words, lengths, *keys) for keys in self._rounds)
        return bytes(a ^ b for a, b in zip(pad, hashed, strict=True))


def _hash(
    blocks: list[tuple[int, ...]], lengths: list[int], first: tuple[int, ...], second: int, third: list[int], last: int
) -> bytes:
    sums = []
    for words, length in zip(blocks, lengths, strict=True):
        mixed = [a + b & 0xFFFFFFFF for a, b in zip(words, first, strict=False)]
        pairs = (mixed[i + j] * mixed[i + j + 4] for i in range(0, len(mixed), 8) for j in range(4))
        sums.append((sum(pairs) + length) % 2**64)
    if len(sums) == 1:
        value = sums[0]
    else:
        value = 1
        for word in sums:
            if word >= 2**64 - 2**32:
                value, word = (second * value + _P64 - 1) % _P64, word - 59
            value = (second * value + word) % _P64
    parts = struct.unpack(">8H", value.to_bytes(16))
    short: int = sum(a * b for a, b in zip(parts, third, strict=True)) % _P36 & 0xFFFFFFFF
    return (short ^ last).to_bytes(4)


def _aes(key: bytes) -> CipherContext:
    return Cipher(AES(key), ECB()).encryptor()  # noqa: S305 - RFC 4418 derives keys and pads from single blocks


def _derived(key: bytes, index: int, size: int) -> bytes:
    """KDF of RFC 4418 section 3.2.1."""
    blocks = b"".join(struct.pack(">QQ", index, i) for i in range(1, -(-size // 16) + 1))
    return _aes(key).update(blocks)[:size]


def register() -> None:
    """Put them into asyncssh's table, in the place of its own."""
    for size, name in ((32, "sha2-256"), (64, "sha2-512"), (20, "sha1")):
        digest = name.replace("sha2-", "sha")
        for suffix in ("-etm@openssh.com", ""):
            etm = bool(suffix)
            register_mac_alg(f"hmac-{name}{suffix}".encode(), size, size, etm, Hmac, (digest,), False)
    for size in (8, 16):
        for suffix, etm in (("-etm@openssh.com", True), ("@openssh.com", False)):
            register_mac_alg(f"umac-{size * 8}{suffix}".encode(), 16, size, etm, Umac, (), False)

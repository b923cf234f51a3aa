"""Streamlined NTRU Prime 761 (ntruprime.cr.yp.to, the round 3 specification), the server's half: encapsulation.

OpenSSH from 9.0 on prefers it, so a server with its face must speak it; no library that asyncssh could use is
packaged for Debian 12 or permissively licensed on PyPI. A product of polynomials is one product of big integers
here, which is what makes this fast enough (bench/sntrup.py). It is not constant-time: there is no secret of ours
in it, only the session's.
"""

import hashlib
import os
import struct
from collections.abc import Sequence

P, Q, WEIGHT = 761, 4591, 286
PUBLIC_BYTES, CIPHERTEXT_BYTES, SECRET_BYTES = 1158, 1039, 32
_HALF = Q // 2
_ROUNDED = (Q + 2) // 3  # values of a coefficient that is rounded to a multiple of 3
_LIMIT = 16384  # the specification's bound between what is merged and what is written out

_WORDS = struct.Struct(f"<{P}I")
_WIDTH = 32 * P
_MASK = (1 << _WIDTH) - 1


def _packed(values: Sequence[int]) -> int:
    """A polynomial as one integer, 32 bits a coefficient."""
    return int.from_bytes(_WORDS.pack(*values), "little")


# Added to each of a product's coefficients so that none is negative; a multiple of q, above WEIGHT * q.
_LIFT = _packed([Q * (WEIGHT + 2)] * P)
_LIFT |= _LIFT << _WIDTH

_Level = tuple[list[tuple[int, int, int]], bool]


class _Radix:
    """The specification's encoding of 761 numbers below one modulus: pairs are merged, full bytes written out."""

    def __init__(self, modulus: int) -> None:
        moduli = [modulus] * P
        self._levels: list[_Level] = []  # (modulus, modulus, bytes written) for each pair; whether one is left over
        while len(moduli) > 1:
            row, merged = [], []
            for first, second in zip(moduli[::2], moduli[1::2], strict=False):
                product, written = first * second, 0
                while product >= _LIMIT:
                    product, written = (product + 255) // 256, written + 1
                row.append((first, second, written))
                merged.append(product)
            odd = len(moduli) % 2 == 1
            self._levels.append((row, odd))
            moduli = merged + moduli[-1:] * odd
        self._last = moduli[0]
        self._last_bytes = ((self._last - 1).bit_length() + 7) // 8

    def encode(self, values: list[int]) -> bytes:
        """Bytes for 761 numbers."""
        written = bytearray()
        for row, odd in self._levels:
            merged = []
            for (modulus, _, count), first, second in zip(row, values[::2], values[1::2], strict=False):
                number = first + modulus * second
                for _ in range(count):
                    written.append(number & 255)
                    number >>= 8
                merged.append(number)
            values = merged + values[-1:] * odd
        return bytes(written) + values[0].to_bytes(self._last_bytes, "little")

    def decode(self, data: bytes) -> list[int]:
        """The numbers; any bytes of the right length give some."""
        at, lows = 0, []
        for row, _ in self._levels:
            low = []
            for _, _, count in row:
                low.append(int.from_bytes(data[at : at + count], "little"))
                at += count
            lows.append(low)
        values = [int.from_bytes(data[at:], "little") % self._last]
        for (row, odd), low in zip(reversed(self._levels), reversed(lows), strict=True):
            split: list[int] = []
            for (first, second, count), small, value in zip(row, low, values, strict=False):
                number = small + (value << 8 * count)
                split += (number % first, number // first % second)
            values = split + values[-1:] * odd
        return values


_KEY_RADIX, _CIPHERTEXT_RADIX = _Radix(Q), _Radix(_ROUNDED)


def encapsulate(public: bytes) -> tuple[bytes, bytes]:
    """A fresh secret and its ciphertext for a client's public key. Raises ValueError for a wrong length."""
    if len(public) != PUBLIC_BYTES:
        raise ValueError("sntrup761: wrong length of public key")
    short = _short()
    small = [digit + 1 for digit in short] + [0, 0, 0]
    hidden = bytes(a | b << 2 | c << 4 | d << 6 for a, b, c, d in zip(*[iter(small)] * 4, strict=True))
    key = [value - _HALF for value in _KEY_RADIX.decode(public)]
    body = _CIPHERTEXT_RADIX.encode(_rounded_product(key, short))
    session = _hash(3, hidden)
    ciphertext = body + _hash(2, session + _hash(4, public))
    return _hash(1, session + ciphertext), ciphertext


def _short() -> list[int]:
    """761 digits -1, 0, 1, of which 286 are not 0, shuffled by sorting random words."""
    words = _WORDS.unpack(os.urandom(4 * P))
    shuffled = sorted([word & ~1 for word in words[:WEIGHT]] + [word & ~3 | 1 for word in words[WEIGHT:]])
    return [(word & 3) - 1 for word in shuffled]


def _rounded_product(key: list[int], short: list[int]) -> list[int]:
    """key * short in Z/q[x]/(x^p - x - 1), each coefficient rounded to a multiple of 3 and counted from 0."""
    ones = _packed([digit == 1 for digit in short]) - _packed([digit == -1 for digit in short])
    product = _packed([value % Q for value in key]) * ones + _LIFT
    high = product >> _WIDTH
    low = (product & _MASK) + high + (high << 32 & _MASK)  # x^p is x + 1
    return [((value + _HALF) % Q + 1) // 3 for value in _WORDS.unpack(low.to_bytes(_WORDS.size, "little"))]


def _hash(prefix: int, data: bytes) -> bytes:
    return hashlib.sha512(bytes((prefix,)) + data).digest()[:32]


class Sntrup761:
    """asyncssh's interface to a key encapsulation, as far as a server uses it."""

    pubkey_bytes, ciphertext_bytes = PUBLIC_BYTES, CIPHERTEXT_BYTES

    def __init__(self, name: bytes) -> None:
        """asyncssh passes the algorithm's name."""

    def encaps(self, peer_public: bytes) -> tuple[bytes, bytes]:
        """See ``encapsulate``."""
        return encapsulate(peer_public)

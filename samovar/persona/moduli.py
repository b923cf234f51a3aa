"""The primes of Debian's /etc/ssh/moduli, of which an OpenSSH server offers one to who asks for a group (RFC 4419)."""

from functools import lru_cache
from importlib.resources import files


@lru_cache(maxsize=1)
def moduli() -> dict[int, tuple[tuple[int, int], ...]]:
    """(generator, prime) by the prime's size in bits; written by scripts/moduli.py."""
    raw = files("samovar.persona").joinpath("moduli.bin").read_bytes()
    sizes: dict[int, tuple[tuple[int, int], ...]] = {}
    at = 0
    while at < len(raw):
        end = at + 3 + int.from_bytes(raw[at : at + 2])
        prime = int.from_bytes(raw[at + 3 : end])
        sizes[prime.bit_length()] = (*sizes.get(prime.bit_length(), ()), (raw[at + 2], prime))
        at = end
    return sizes

"""HASSH: a fingerprint of an SSH client by what its KEXINIT offers (github.com/salesforce/hassh)."""

import hashlib
from functools import lru_cache

from msgspec import Struct

_MAX_KNOWN = 4096  # bytes; the same few programs send most of what comes


class Hello(Struct, frozen=True):
    """A client's KEXINIT, as far as it tells one client from another."""

    hassh: str
    algorithms: str  # what was hashed: kex;ciphers;macs;compression, all client to server
    host_keys: str


def hello_of(kexinit: bytes) -> Hello | None:
    """Read the body of an SSH_MSG_KEXINIT (RFC 4253 section 7.1), without its type byte; None if malformed."""
    lists = kexinit[16:]
    return _known(lists) if len(lists) <= _MAX_KNOWN else _read(lists)


def _read(kexinit: bytes) -> Hello | None:
    position, lists = 0, []
    for _ in range(10):
        size = int.from_bytes(kexinit[position : position + 4])
        position += 4 + size
        if position > len(kexinit):
            return None
        lists.append(kexinit[position - size : position])
    hashed = b";".join((lists[0], lists[2], lists[4], lists[6]))
    return Hello(
        hashlib.md5(hashed, usedforsecurity=False).hexdigest(),
        hashed.decode("ascii", "backslashreplace"),
        lists[1].decode("ascii", "backslashreplace"),
    )


_known = lru_cache(maxsize=256)(_read)

"""Files that simulated attackers leave. Each is a harmless text that says so."""

import hashlib

from msgspec import Struct


class Sample(Struct, frozen=True):
    """A file with its digests."""

    name: str
    data: bytes

    @property
    def sha256(self) -> str:
        """Lower-case hex."""
        return _SHA256[self.data]

    @property
    def md5(self) -> str:
        """Lower-case hex."""
        return _MD5[self.data]


def _text(what: str) -> bytes:
    return f"#!/bin/sh\n# Demo data: stands for {what}. It does nothing.\nexit 0\n".encode()


BOT = Sample("redtail.x86_64", _text("a miner that a campaign uploads"))
DROPPER = Sample("arm7", _text("a Mirai binary"))
WORM = Sample("mssecsvc.exe", _text("a worm that comes through SMB"))
SAMPLES = (BOT, DROPPER, WORM)

_SHA256 = {sample.data: hashlib.sha256(sample.data).hexdigest() for sample in SAMPLES}
_MD5 = {sample.data: hashlib.md5(sample.data, usedforsecurity=False).hexdigest() for sample in SAMPLES}

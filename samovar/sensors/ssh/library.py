"""Small replacements for parts of asyncssh: its logging, its tasks, its inflation."""

import zlib
from collections.abc import Coroutine
from typing import Any

from asyncssh.compression import Decompressor
from asyncssh.logging import SSHLogger

_MAX_INFLATED = 256 * 1024


class _Silent(SSHLogger):
    """What attackers do is recorded, not logged."""

    def log(self, level: int, msg: object, *args: object, **kwargs: object) -> None:
        """Drop it."""

    def get_child(self, child: str = "", context: str = "") -> SSHLogger:
        return self


SILENT = _Silent()


def finish(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run one of asyncssh's coroutines that never wait for anything: a task for each would cost more."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("asyncssh waits where it did not use to wait")


def handlers(inherited: dict[int, Any], own: dict[int, Any]) -> dict[int, Any]:
    """asyncssh's table of packet types with our own entries in it."""
    return {**inherited, **own}


class Bounded(Decompressor):
    """zlib that refuses to inflate one packet beyond what a packet may hold."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj()

    def decompress(self, data: bytes) -> bytes | None:
        try:
            inflated = self._zlib.decompress(data, _MAX_INFLATED)
        except zlib.error:
            return None
        return None if self._zlib.unconsumed_tail else inflated

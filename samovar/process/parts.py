"""Artefacts in the making: pieces that have arrived, each slot's in one file, so that a killed hub loses none.

A slot assembles one artefact at a time, since its worker sends them one after the other. What does not follow
on is dropped. Memory and disk are bounded by slots times the size limit.
"""

import hashlib
import re
from pathlib import Path

from samovar.process.channel import Chunk

_SHA256 = re.compile(r"[0-9a-f]{64}")
SIZE_LIMIT = 64 << 20


class Parts:
    """The directory of unfinished artefacts; made when needed."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._finished: Path | None = None

    def add(self, slot: int, chunk: Chunk) -> bytes | None:
        """Add a piece; the artefact if it is whole now. ValueError: not a sound piece, or it does not follow on.

        The same piece may come twice (a hub died before it was taken off): it overwrites itself.
        """
        end = chunk.offset + len(chunk.data)
        if not (_SHA256.fullmatch(chunk.sha256) and 0 <= chunk.offset <= end <= chunk.total <= SIZE_LIMIT):
            raise ValueError("not a piece of an artefact")
        if chunk.offset == 0 and end == chunk.total:
            return _verified(chunk.sha256, chunk.data)
        path = self._directory / f"{slot}-{chunk.sha256}"
        if chunk.offset == 0:
            self._begin(slot)
        elif not path.exists() or path.stat().st_size < chunk.offset:
            raise ValueError("a piece without the pieces before it")
        with path.open("r+b" if path.exists() else "xb") as file:
            file.seek(chunk.offset)
            file.write(chunk.data)
            file.truncate()
        if end < chunk.total:
            return None
        self._finished = path
        return _verified(chunk.sha256, path.read_bytes())

    def taken(self) -> None:
        """The last piece has left the channel: what was finished with it is no longer needed."""
        if self._finished is not None:
            self._finished.unlink(missing_ok=True)
            self._finished = None

    def _begin(self, slot: int) -> None:
        self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for left in self._directory.glob(f"{slot}-*"):
            left.unlink()


def _verified(sha256: str, data: bytes) -> bytes:
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError("not what its hash says")
    return data

"""How often a source did something, over all workers: a fixed table in memory that the workers share.

Each worker writes only its own rows and reads all of them, so that nothing is locked and nothing is lost. A
row is a small set of cells (tag, count); where it is full, the rarest is forgotten. Memory never grows.
"""

import hashlib
import mmap

from samovar.process.cells import CELL, ROW_BYTES, SET_BYTES, SETS

_MAX = 0xFFFF


class SharedTally:
    """One worker's view of the table. ``secret`` keeps sources from choosing whom they collide with."""

    def __init__(self, memory: mmap.mmap, slot: int, secret: bytes) -> None:
        self._memory = memory
        self._slot = slot
        self._workers = len(memory) // ROW_BYTES
        self._secret = secret

    def count(self, source_ip: str, key: str) -> int:
        """Count one more ``key`` for this source; the sum over all workers, which stays at 65,535 a worker."""
        name = f"{source_ip}\0{key}".encode("utf-8", "surrogateescape")
        digest = hashlib.blake2b(name, digest_size=8, key=self._secret).digest()
        place = (int.from_bytes(digest[:4], "little") % SETS) * SET_BYTES
        tag = int.from_bytes(digest[4:], "little") or 1  # 0 marks an empty cell
        total = self._add(self._slot * ROW_BYTES + place, tag)
        for slot in range(self._workers):
            if slot != self._slot:
                total += self._find(slot * ROW_BYTES + place, tag)
        return total

    def _find(self, start: int, tag: int) -> int:
        for offset in range(start, start + SET_BYTES, CELL.size):
            cell_tag, count, _ = CELL.unpack_from(self._memory, offset)
            if cell_tag == tag:
                return int(count)
        return 0

    def _add(self, start: int, tag: int) -> int:
        rarest, fewest = start, _MAX + 1
        for offset in range(start, start + SET_BYTES, CELL.size):
            cell_tag, count, _ = CELL.unpack_from(self._memory, offset)
            if cell_tag == tag:
                more = min(int(count) + 1, _MAX)
                CELL.pack_into(self._memory, offset, tag, more, 0)
                return more
            if count < fewest:
                rarest, fewest = offset, count
        CELL.pack_into(self._memory, rarest, tag, 1, 0)
        return 1

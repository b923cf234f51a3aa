"""A compact table of who announces which addresses: sorted ranges in one file, mapped and bisected at look-up.

All numbers are unsigned and big-endian, so that packed addresses compare as bytes::

    magic (8), counts of IPv4 ranges, IPv6 ranges, owners, bytes of names (4 each)
    IPv4: starts (4 each), ends (4 each), owners' indices (4 each); IPv6: the same with 16, 16 and 4
    owners: AS number, offset of the name's end (4 each); names (UTF-8, one after the other)
"""

import mmap
import struct
from bisect import bisect_right
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_MAGIC = b"ASNTAB1\n"
_HEADER = struct.Struct("!8s4I")
_OWNER = struct.Struct("!2I")
_INDEX = struct.Struct("!I")

Row = tuple[int, int, int, str]  # first address, last address, AS number, organisation


class Owner(NamedTuple):
    """Who announces an address."""

    number: int
    organization: str


class AsnTable:
    """The table in a file. Raises OSError where it cannot be read, ValueError where it is none or incomplete."""

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            if path.stat().st_size < _HEADER.size:
                raise ValueError(f"{path} is not an AS table")
            self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        magic, v4, v6, self._owners, names = _HEADER.unpack_from(self._data)
        ranges4, ranges6 = _HEADER.size, _HEADER.size + v4 * 12
        self._ranges = {4: (ranges4, v4), 16: (ranges6, v6)}
        self._owners_at = ranges6 + v6 * 36
        self._names_at = self._owners_at + self._owners * _OWNER.size
        if magic != _MAGIC or len(self._data) != self._names_at + names:
            self.close()
            raise ValueError(f"{path} is not a complete AS table")

    def get(self, packed: bytes) -> Owner | None:
        """Who announces an address, given as 4 or 16 bytes; None when nobody does. ValueError: a damaged table."""
        width, data = len(packed), self._data
        at, count = self._ranges[width]
        found = bisect_right(range(count), packed, key=lambda i: data[at + i * width : at + i * width + width]) - 1
        if found < 0:
            return None
        end = at + (count + found) * width
        if packed > data[end : end + width]:
            return None
        (index,) = _INDEX.unpack_from(data, at + count * width * 2 + found * _INDEX.size)
        return self._owner(index)

    def release(self) -> None:
        """Give mapped pages back; they are read anew where needed."""
        self._data.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Unmap the file."""
        self._data.close()

    def _owner(self, index: int) -> Owner:
        if index >= self._owners:
            raise ValueError("the AS table is damaged")
        at = self._owners_at + index * _OWNER.size
        number, end = _OWNER.unpack_from(self._data, at)
        start = _OWNER.unpack_from(self._data, at - _OWNER.size)[1] if index else 0
        return Owner(number, self._data[self._names_at + start : self._names_at + end].decode("utf-8", "replace"))


def write(path: Path, v4: Iterable[Row], v6: Iterable[Row]) -> int:
    """Write a table; returns how many ranges it has. Raises ValueError unless ranges ascend and do not overlap."""
    owners: dict[tuple[int, str], int] = {}
    blocks = [_block(rows, width, owners) for rows, width in ((v4, 4), (v6, 16))]
    names = bytearray()
    table = bytearray()
    for number, organization in owners:
        names += organization.encode("utf-8", "replace")
        table += _OWNER.pack(number, len(names))
    counts = [len(block) // size for block, size in zip(blocks, (12, 36), strict=True)]
    path.write_bytes(b"".join((_HEADER.pack(_MAGIC, *counts, len(owners), len(names)), *blocks, table, names)))
    return sum(counts)


def _block(rows: Iterable[Row], width: int, owners: dict[tuple[int, str], int]) -> bytes:
    starts, ends, indices = bytearray(), bytearray(), bytearray()
    previous = -1
    for start, end, number, organization in rows:
        if not previous < start <= end < 1 << 8 * width:
            raise ValueError(f"the range {start}-{end} is out of order")
        previous = end
        starts += start.to_bytes(width, "big")
        ends += end.to_bytes(width, "big")
        indices += _INDEX.pack(owners.setdefault((number, organization), len(owners)))
    return bytes(starts + ends + indices)

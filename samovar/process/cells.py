"""How the shared tally lies in memory. Apart from it, since the supervisor must not import what hashes."""

import struct

CELL = struct.Struct("<IHH")  # tag, count, unused
SETS = 4096  # a worker
SET_BYTES = 8 * CELL.size  # eight cells: one cache line
ROW_BYTES = SET_BYTES * SETS


def size(workers: int) -> int:
    """Bytes of memory that the table of so many workers takes."""
    return workers * ROW_BYTES

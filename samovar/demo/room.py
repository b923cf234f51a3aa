"""How much disk a simulated week takes, asked before it is made: no event of it shall be shed for want of room."""

import os
from pathlib import Path

from samovar.disk import DiskConfig

_EVENT = 180  # bytes in store and packed spool: 160 as measured, and a tenth more
_FIXED = 192 << 20  # the spool's plain segments and the store's log
_GIB = 1 << 30


def room(data: Path, events: int, disk: DiskConfig) -> str:
    """One line: the disk that ``events`` need and have. Raises ValueError where the disk or its budget is too small."""
    need = events * _EVENT + _FIXED
    status = os.statvfs(data)
    free = status.f_bavail * status.f_frsize
    said = f"{events:,} events need about {need / _GIB:.1f} GiB in {data}"
    if need > disk.budget:
        raise ValueError(
            f"{said}, and [disk] budget_gib allows {disk.budget_gib:g}: "
            f"set SAMOVAR_DISK__BUDGET_GIB={need // _GIB + 1}, or take fewer"
        )
    if need + disk.reserve > free:
        raise ValueError(
            f"{said}, and {max(0, free - disk.reserve) / _GIB:.1f} GiB are free, "
            f"{disk.reserve_mib} MiB of reserve left out: take fewer, or another folder"
        )
    return f"{said}; {free / _GIB:.1f} GiB are free."

"""A file's attributes as sftp sends them. Pure."""

import struct
from datetime import UTC, datetime

from samovar.shell import Stat, mode_text

_FORMATS = {"f": 0o100000, "d": 0o40000, "l": 0o120000, "c": 0o20000, "b": 0o60000, "p": 0o10000, "s": 0o140000}
_HALF_YEAR = 15778476


def attributes(stat: Stat) -> bytes:
    """Size, owner, mode and times."""
    mode = _FORMATS[stat.kind] | stat.mode
    times = (int(stat.atime) & 0xFFFFFFFF, int(stat.mtime) & 0xFFFFFFFF)
    return struct.pack(">IQIIIII", 15, stat.size, stat.uid, stat.gid, mode, *times)


def long_name(name: str, stat: Stat, owner: str, group: str, now: float) -> str:
    """A line as ``ls -l`` gives it."""
    form = "%b %e %H:%M" if now - stat.mtime < _HALF_YEAR else "%b %e  %Y"
    when = datetime.fromtimestamp(stat.mtime, UTC).strftime(form)
    return f"{mode_text(stat)} {stat.nlink:>3} {owner:<8} {group:<8} {stat.size:>8} {when} {name}"

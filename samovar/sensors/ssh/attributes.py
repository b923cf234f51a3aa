"""A file's attributes as sftp sends them. Pure."""

import struct
from datetime import UTC, datetime

from samovar.persona import Persona
from samovar.shell import File, user_number

_KINDS = {"f": 0o100000, "d": 0o40000, "l": 0o120000, "c": 0o20000}
_LETTERS = {"f": "-"}
_HALF_YEAR = 15778476


def attributes(node: File, persona: Persona) -> bytes:
    """Size, owner, mode and times."""
    owner = user_number(persona, node.owner) or 0
    time = int(node.mtime) & 0xFFFFFFFF
    return struct.pack(">IQIIIII", 15, node.length, owner, owner, _KINDS[node.kind] | node.mode, time, time)


def long_name(name: str, node: File, now: float) -> str:
    """A line as ``ls -l`` gives it."""
    bits = "".join(c if node.mode >> 8 - i & 1 else "-" for i, c in enumerate("rwxrwxrwx"))
    form = "%b %e %H:%M" if now - node.mtime < _HALF_YEAR else "%b %e  %Y"
    when = datetime.fromtimestamp(node.mtime, UTC).strftime(form)
    links = 2 if node.kind == "d" else 1
    kind = _LETTERS.get(node.kind, node.kind)
    return f"{kind}{bits} {links:>3} {node.owner:<8} {node.owner:<8} {node.length:>8} {when} {name}"

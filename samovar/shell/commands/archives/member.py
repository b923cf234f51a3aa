"""Members of a tar archive: GNU's format written, ustar, GNU and pax read."""

from collections.abc import Iterator

from msgspec import Struct

BLOCK = 512
RECORD = 20 * BLOCK
_TYPES = {"f": "0", "l": "2", "c": "3", "b": "4", "d": "5", "p": "6"}
_KINDS = {"0": "f", "\0": "f", "7": "f", "1": "h", "2": "l", "3": "c", "4": "b", "5": "d", "6": "p"}


class Unfit(Exception):
    """The data is no archive (``foreign``) or ends early (``short``)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Member(Struct):
    """A name in an archive with what it leads to; kind ``h`` is a hard link to ``target``."""

    name: str
    kind: str
    mode: int = 0o644
    uid: int = 0
    gid: int = 0
    user: str = ""
    group: str = ""
    mtime: int = 0
    target: str = ""
    data: bytes = b""
    rdev: tuple[int, int] = (0, 0)


def written(member: Member) -> bytes:
    """A member's blocks."""
    long = b""
    for letter, text in (("K", member.target), ("L", member.name)):
        if len(text) > 100:
            data = text.encode("latin-1") + b"\0"
            long += _header(Member("././@LongLink", letter, 0o644, user="root", group="root", data=data))
            long += _filled(data)
    return long + _header(member) + _filled(member.data)


def _filled(data: bytes) -> bytes:
    return data + bytes(-len(data) % BLOCK)


def _header(member: Member) -> bytes:
    letter = "1" if member.kind == "h" else _TYPES.get(member.kind, member.kind)
    devices = b"%07o\0%07o\0" % member.rdev if member.kind in "cb" else bytes(16)
    front = member.name.encode("latin-1")[:100].ljust(100, b"\0")
    front += b"%07o\0%07o\0%07o\0" % (member.mode & 0o7777, member.uid, member.gid)
    front += b"%011o\0%011o\0" % (len(member.data), max(member.mtime, 0))
    back = letter.encode() + member.target.encode("latin-1")[:100].ljust(100, b"\0") + b"ustar  \0"
    back += member.user.encode("latin-1")[:31].ljust(32, b"\0") + member.group.encode("latin-1")[:31].ljust(32, b"\0")
    back = (back + devices).ljust(BLOCK - 156, b"\0")
    return front + b"%06o\0 " % (sum(front) + sum(back) + 8 * 32) + back


def ending(size: int) -> bytes:
    """What closes an archive of that many bytes: two empty blocks, filled to a record."""
    return bytes(2 * BLOCK + -(size + 2 * BLOCK) % RECORD)


def members(data: bytes) -> Iterator[Member]:
    """The members of an archive, one by one. Raises Unfit."""
    place, name, target, pax = 0, "", "", dict[str, str]()
    if data and len(data) < BLOCK:
        raise Unfit("foreign")
    while place < len(data):
        block = data[place : place + BLOCK]
        if len(block) < BLOCK:
            raise Unfit("short")
        if not any(block):
            return
        size = _number(block[124:136])
        if _number(block[148:156]) != sum(block[:148]) + 8 * 32 + sum(block[156:]) or size is None:
            raise Unfit("foreign")
        letter = chr(block[156])
        content = b"" if letter in "123456" else data[place + BLOCK : place + BLOCK + size]
        place += BLOCK if letter in "123456" else BLOCK + size + -size % BLOCK
        if letter in "LK":
            text = content.rstrip(b"\0").decode("latin-1")
            name, target = (text, target) if letter == "L" else (name, text)
        elif letter in "xg":
            pax = _records(content)
        else:
            yield _member(block, content, name or pax.get("path", ""), target or pax.get("linkpath", ""))
            name, target, pax = "", "", {}
        if place > len(data):
            raise Unfit("short")


def _member(block: bytes, content: bytes, name: str, target: str) -> Member:
    if not name:
        name = _text(block[:100])
        prefix = _text(block[345:500]) if block[257:263] == b"ustar\0" else ""
        name = f"{prefix}/{name}" if prefix else name
    kind = _KINDS.get(chr(block[156]), "f")
    if kind == "f" and name.endswith("/"):
        kind = "d"
    mode, uid, gid = (_number(block[i : i + 8]) or 0 for i in (100, 108, 116))
    rdev = (_number(block[329:337]) or 0, _number(block[337:345]) or 0)
    times = min(_number(block[136:148]) or 0, 1 << 33)
    names = _text(block[265:297]), _text(block[297:329])
    target = target or _text(block[157:257])
    return Member(name, kind, mode & 0o7777, uid, gid, *names, times, target, content, rdev)


def _text(field: bytes) -> str:
    return field.partition(b"\0")[0].decode("latin-1")


def _number(field: bytes) -> int | None:
    if field[0] & 0x80:
        return int.from_bytes(field[1:], "big")
    digits = field.strip(b" \0")
    if not digits:
        return 0
    return int(digits, 8) if digits.isdigit() and not set(digits) & set(b"89") else None


def _records(content: bytes) -> dict[str, str]:
    """pax records: "LENGTH KEY=VALUE\\n"."""
    found, place = {}, 0
    while place < len(content):
        digits = content[place : place + 8].partition(b" ")[0]
        length = int(digits) if digits.isdigit() else 0
        if length < 5 or place + length > len(content):
            break
        key, _, value = content[place + len(digits) + 1 : place + length - 1].partition(b"=")
        found[key.decode("latin-1")] = value.decode("latin-1")
        place += length
    return found

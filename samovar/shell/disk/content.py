"""Bytes for files whose content is not kept: right in their first bytes and their length, the rest from a keyed hash.

The same file has the same bytes at every reading, and others on every installation. They are made a piece
at a time, so that a file of any size costs no memory.
"""

import hashlib
import struct

from msgspec import Struct

PIECE = 4 * 1024
_TEXT = (
    "the value default option path name file section list of system package version this set type when used to and "
    "is for in with not be from as by are should will may config server user data log service directory process"
)
_WORDS = _TEXT.split()
_MAGIC = {
    "gz": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03",
    "xz": b"\xfd7zXZ\x00\x00\x04\xe6\xd6\xb4F",
    "zst": b"\x28\xb5\x2f\xfd\x04\x58",
    "bz2": b"BZh91AY&SY",
    "png": b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
    "mo": b"\xde\x12\x04\x95\x00\x00\x00\x00",
    "pyc": b"\xa7\r\r\n\x00\x00\x00\x00",
    "deb": b"!<arch>\ndebian-binary   ",
    "a": b"!<arch>\n",
    "zip": b"PK\x03\x04\x14\x00\x00\x00\x08\x00",
    "mgc": b"\x1c\x04\x1e\xf1\x12\x00\x00\x00",
    "db": b"\x13W\x9a\xce\x04\x00\x00\x00",
}
_BINARY = frozenset(
    ("bin", "fw", "dat", "cache", "so", "ko", "elc", "tables", "trie", "aliases", "symbols", "img", "key")
)


class Maker(Struct, frozen=True):
    """Makes contents for one installation."""

    key: bytes  # secret, 32 bytes
    machine: str = "x86_64"  # uname -m, decides the ELF header

    def read(self, path: str, head: str, size: int, offset: int, count: int) -> bytes:
        """``count`` bytes from ``offset`` of the file of that path, first line (or ELF magic) and size."""
        count = min(count, size - offset)
        if count <= 0:
            return b""
        start = self._start(path, head, size)[:size]
        pieces = [start[offset : offset + count]] if offset < len(start) else []
        at = offset + (len(pieces[0]) if pieces else 0)
        make = self._text if _is_text(path, head) else self._noise
        key = hashlib.blake2b(path.encode("latin-1", "replace"), key=self.key, digest_size=16).digest()
        while at < offset + count:
            number, skipped = divmod(at, PIECE)
            piece = make(key + number.to_bytes(8, "little"))[skipped : skipped + offset + count - at]
            pieces.append(piece)
            at += len(piece)
        data = b"".join(pieces)
        return data[:-1] + b"\n" if offset + count == size and make == self._text else data

    def _start(self, path: str, head: str, size: int) -> bytes:
        if head == "\x7fELF":
            identity = hashlib.blake2b(path.encode("latin-1", "replace"), key=self.key, digest_size=20).digest()
            return elf(self.machine, size, identity, path)
        if head:
            return head.encode("latin-1") + b"\n#\n"
        if path.startswith("/boot/vmlinuz"):
            return b"MZ\xea\x07\x00\xc0\x07\x8c".ljust(0x1FE, b"\0") + b"\x55\xaa\xebjHdrS\x0f\x02"
        if path.startswith("/boot/initrd"):
            return b"\x28\xb5\x2f\xfd\x04\x58"
        return _MAGIC.get(path.rpartition(".")[2], b"")

    @staticmethod
    def _noise(key: bytes) -> bytes:
        return hashlib.shake_128(key).digest(PIECE)

    @staticmethod
    def _text(key: bytes) -> bytes:
        """PIECE characters in lines of words."""
        picks = hashlib.shake_128(key).digest(PIECE // 3)
        words = [_WORDS[pick % len(_WORDS)] for pick in picks]
        lines = [" ".join(words[place : place + 9 + picks[place] % 4]) for place in range(0, len(words), 9)]
        return "\n".join(lines).encode()[: PIECE - 1].ljust(PIECE - 1, b" ") + b"\n"


def _is_text(path: str, head: str) -> bool:
    if head:
        return head[0] == "#"
    suffix = path.rpartition("/")[2].rpartition(".")[2]
    return (
        suffix not in _MAGIC
        and suffix not in _BINARY
        and not path.startswith(("/boot/vml", "/boot/init", "/var/cache/"))
    )


class _Target(Struct, frozen=True):
    """How programs of a machine look: ELF class and data bytes, e_machine, flags, and the loader."""

    wide: bool
    order: str
    number: int
    flags: int
    loader: bytes


_TARGETS = {
    "x86_64": _Target(True, "<", 62, 0, b"/lib64/ld-linux-x86-64.so.2"),
    "i686": _Target(False, "<", 3, 0, b"/lib/ld-linux.so.2"),
    "aarch64": _Target(True, "<", 183, 0, b"/lib/ld-linux-aarch64.so.1"),
    "armv7l": _Target(False, "<", 40, 0x05000400, b"/lib/ld-linux-armhf.so.3"),
    "mips": _Target(False, "<", 8, 0x70001007, b"/lib/ld-musl-mipsel-sf.so.1"),
}
_PHNUM, _SHNUM = 9, 29


def elf(machine: str, size: int, identity: bytes, path: str) -> bytes:
    """The first bytes of a program, library or module: ELF header, program headers, loader and build id."""
    target = _TARGETS.get(machine, _TARGETS["x86_64"])
    order, wide = target.order, target.wide
    header, entry_size, section_size = (64, 56, 64) if wide else (52, 32, 40)
    relocatable, library = path.endswith(".ko"), ".so" in path
    sections = max(size - _SHNUM * section_size, 0) & ~7
    entry = 0 if relocatable or library else 0x1000 + int.from_bytes(identity[:2], "little") % max(size // 2, 1) & ~15
    count = 0 if relocatable else _PHNUM
    e_ident = b"\x7fELF" + bytes((2 if wide else 1, 1 if order == "<" else 2, 1)) + bytes(9)
    start = e_ident + struct.pack(
        order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH"),
        1 if relocatable else 3, target.number, 1, entry, 0 if relocatable else header, sections, target.flags,
        header, 0 if relocatable else entry_size, count, section_size, _SHNUM, _SHNUM - 1,
    )  # fmt: skip
    if relocatable:
        return start
    loader = target.loader + b"\0"
    note = struct.pack(order + "III", 4, 20, 3) + b"GNU\0" + identity
    loader_at = header + count * entry_size
    note_at = loader_at + len(loader) + 7 & ~7
    rows = _segments(size, sections, loader_at, len(loader), note_at, header, count * entry_size)
    if library:
        rows = [(0, 4, 0, 0, 1) if row[0] == 3 else row for row in rows]
    table = b"".join(_segment(order, wide, row) for row in rows)
    return (start + table + loader).ljust(note_at, b"\0") + note


def _segments(
    size: int, sections: int, loader_at: int, loader: int, note_at: int, header: int, table: int
) -> list[tuple[int, int, int, int, int]]:
    """Type, flags, offset, length and alignment of each program header."""
    text, data = min(0x1000, sections), sections * 3 // 4 & ~0xFFF
    return [
        (6, 4, header, table, 8),
        (3, 4, loader_at, loader, 1),
        (1, 4, 0, text, 0x1000),
        (1, 5, text, max(data - text, 0), 0x1000),
        (1, 6, data, max(sections - data, 0), 0x1000),
        (2, 6, data, min(0x1F0, size), 8),
        (4, 4, note_at, 36, 4),
        (0x6474E551, 6, 0, 0, 16),
        (0x6474E552, 4, data, min(0x1000, size), 1),
    ]


def _segment(order: str, wide: bool, row: tuple[int, int, int, int, int]) -> bytes:
    kind, flags, offset, length, align = row
    if wide:
        return struct.pack(order + "IIQQQQQQ", kind, flags, offset, offset, offset, length, length, align)
    return struct.pack(order + "IIIIIIII", kind, offset, offset, offset, length, length, flags, align)

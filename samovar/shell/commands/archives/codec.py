"""gzip, bzip2 and xz streams, expanded to a bounded size."""

import bz2
import lzma
import struct
import zlib

MAX_EXPANDED = 8 << 20
_MAX_MEMBERS = 64  # each costs a copy of what follows it
_MAGIC = {"gzip": b"\x1f\x8b", "bzip2": b"BZh", "xz": b"\xfd7zXZ\0", "lzma": b"\x5d\0\0"}
_LZMA_MEMORY = 64 << 20


class Broken(Exception):
    """The data is no such stream (``foreign``), ends early (``short``), is damaged (``damaged``) or is too large
    (``large``). ``before``: what could be expanded."""

    def __init__(self, why: str, before: bytes = b"") -> None:
        super().__init__(why)
        self.why, self.before = why, before


_Expander = bz2.BZ2Decompressor | lzma.LZMADecompressor


def kind_of(data: bytes) -> str:
    """Which format data begins with; empty if none."""
    return next((kind for kind, magic in _MAGIC.items() if data.startswith(magic)), "")


def pack(kind: str, data: bytes, *, level: int = 6, name: str = "", mtime: int = 0) -> bytes:
    """The data as a stream of that kind."""
    if kind == "bzip2":
        return bz2.compress(data, level or 9)
    if kind == "xz":
        return lzma.compress(data, preset=min(level, 2), check=lzma.CHECK_CRC64)
    if kind == "lzma":
        return lzma.compress(data, format=lzma.FORMAT_ALONE, preset=min(level, 2))
    body = zlib.compressobj(level, zlib.DEFLATED, -15)
    extra = {9: 2, 1: 4}.get(level, 0)
    head = b"\x1f\x8b\x08" + struct.pack("<BIBB", 8 if name else 0, mtime & 0xFFFFFFFF, extra, 3)
    head += name.encode("latin-1") + b"\0" if name else b""
    tail = struct.pack("<II", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return head + body.compress(data) + body.flush() + tail


def expand(kind: str, data: bytes) -> bytes:
    """What a stream of that kind holds, all its members. Raises Broken."""
    if not data and kind == "gzip":
        raise Broken("short")
    if kind == "xz" and data.startswith(_MAGIC["lzma"]):
        kind = "lzma"
    magic = _MAGIC[kind]
    if not data.startswith(magic):
        raise Broken("short" if kind == "gzip" and len(data) < 2 and magic.startswith(data) else "foreign")
    whole = bytearray()
    for _ in range(_MAX_MEMBERS):
        data = _member(kind, data, whole)
        if not data.startswith(magic):
            break
    return bytes(whole)


def _member(kind: str, data: bytes, whole: bytearray) -> bytes:
    """One member's content behind ``whole``; what follows it."""
    expander = zlib.decompressobj(31) if kind == "gzip" else _expander(kind)
    try:
        whole += expander.decompress(data, MAX_EXPANDED + 1 - len(whole))
    except (zlib.error, lzma.LZMAError, OSError, ValueError, EOFError):
        raise Broken("damaged") from None
    if len(whole) > MAX_EXPANDED:
        raise Broken("large")
    if not expander.eof:
        raise Broken("short", bytes(whole))
    return expander.unused_data.lstrip(b"\0")


def _expander(kind: str) -> _Expander:
    if kind == "bzip2":
        return bz2.BZ2Decompressor()
    form = lzma.FORMAT_XZ if kind == "xz" else lzma.FORMAT_ALONE
    return lzma.LZMADecompressor(form, memlimit=_LZMA_MEMORY)

"""How an image is stored: columns in msgpack, compressed with zstd. ``scripts/image.py`` writes it.

Nodes are numbered breadth first from the root, 0, and sorted by name within their directory: so a
directory's children are a range of numbers, and a parent is found from how many children each node has.
Columns of 32-bit numbers are split into their four bytes, all lowest bytes first, which zstd packs better.
"""

import sys
from array import array
from collections.abc import Iterable

import msgspec
import zstandard

MAX_BYTES = 16 << 20  # of an image, unpacked


class Kind(msgspec.Struct, frozen=True, array_like=True):
    """What many nodes share; ``head`` is what the file begins with: "#!/bin/sh", "\\x7fELF" or nothing."""

    mode: int  # st_mode
    uid: int
    gid: int
    head: str = ""


class Columns(msgspec.Struct, array_like=True):
    """A whole image. A column has an entry for each node, or for those that ``..._nodes`` lists, ascending."""

    installed: int  # seconds since 1970 when the system was installed; later times are of what that made
    kinds: list[Kind]
    names: bytes  # one after the other
    name_lengths: bytes
    node_kinds: bytes
    child_counts: bytes  # 16 bits each, as are all node numbers
    sizes: bytes
    times: bytes
    link_targets: list[bytes]  # of the symbolic links, in their order
    content_nodes: bytes
    content_lengths: bytes
    contents: bytes
    hard_links: list[list[int]]  # nodes that are the same file
    packages: str
    templates: list[str]  # paths whose text the persona fills in


def pack(columns: Columns) -> bytes:
    """The bytes of an image."""
    return zstandard.ZstdCompressor(level=22).compress(msgspec.msgpack.encode(columns))


def unpack(data: bytes) -> Columns:
    """The columns of an image."""
    raw = zstandard.ZstdDecompressor().decompress(data, max_output_size=MAX_BYTES)
    return msgspec.msgpack.decode(raw, type=Columns)


def shorts(data: bytes) -> "array[int]":
    """16-bit numbers, least byte first."""
    numbers = array("H", data)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def join_shorts(numbers: Iterable[int]) -> bytes:
    """The inverse of ``shorts``."""
    return b"".join(number.to_bytes(2, "little") for number in numbers)


def words(data: bytes) -> "array[int]":
    """32-bit numbers, from their split bytes."""
    count = len(data) // 4
    whole = bytearray(len(data))
    for place in range(4):
        whole[place::4] = data[place * count : (place + 1) * count]
    numbers = array("I", bytes(whole))
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers


def split_words(numbers: Iterable[int]) -> bytes:
    """The inverse of ``words``."""
    whole = b"".join(number.to_bytes(4, "little") for number in numbers)
    return b"".join(whole[place::4] for place in range(4))

"""What a node is to those who look at it."""

import stat

from msgspec import Struct

KINDS = {
    stat.S_IFREG: "f", stat.S_IFDIR: "d", stat.S_IFLNK: "l", stat.S_IFCHR: "c", stat.S_IFBLK: "b",
    stat.S_IFIFO: "p", stat.S_IFSOCK: "s",
}  # fmt: skip
FORMATS = {letter: bits for bits, letter in KINDS.items()}


class Stat(Struct, frozen=True):
    """What stat(2) tells. Times are seconds since 1970; ``blocks`` are of 512 bytes."""

    ino: int
    kind: str  # d, f, l, c, b, p or s
    mode: int  # permission bits, 0o7777 at most
    nlink: int
    uid: int
    gid: int
    size: int
    atime: float
    mtime: float
    ctime: float
    device: int  # major << 8 | minor
    rdev: tuple[int, int]  # major and minor of a device node
    blocks: int


def kind(mode: int) -> str:
    """The letter of a node's type."""
    return KINDS[stat.S_IFMT(mode)]


class Mount(Struct, frozen=True):
    """A mounted file system. Sizes are KiB."""

    source: str  # "/dev/sda1", "tmpfs"
    target: str
    type: str
    options: str  # as in /proc/mounts
    device: int
    size: int = 0
    used: int = 0
    available: int = 0
    inodes: int = 0
    inodes_used: int = 0

"""A small image made of a dictionary, and a Base upon it."""

import stat

from samovar.shell.disk.base import Base
from samovar.shell.disk.content import Maker
from samovar.shell.image import Package

FILE, FOLDER, LINK = stat.S_IFREG, stat.S_IFDIR, stat.S_IFLNK


class Tiny:
    """Paths to (st_mode, uid, content or target); the same interface as a stored image."""

    root = 0
    installed = 1_700_000_000

    def __init__(self, tree: dict[str, tuple[int, int, str]]) -> None:
        rows = {"/": (FOLDER | 0o755, 0, "")} | tree
        self._paths = sorted(rows, key=lambda path: (path.count("/") if path != "/" else 0, path))
        self._rows = [rows[path] for path in self._paths]
        self._number = {path: number for number, path in enumerate(self._paths)}

    def packages(self) -> tuple[Package, ...]:
        return ()

    def __len__(self) -> int:
        return len(self._rows)

    def parent(self, node: int) -> int:
        return self._number[self._paths[node].rpartition("/")[0] or "/"]

    def path(self, node: int) -> str:
        return self._paths[node]

    def name(self, node: int) -> str:
        return self._paths[node].rpartition("/")[2]

    def children(self, directory: int) -> range:
        held = [n for n in range(1, len(self)) if self.parent(n) == directory]
        return range(held[0], held[-1] + 1) if held else range(0)

    def lookup(self, directory: int, name: str) -> int:
        return self._number.get(f"{self._paths[directory].rstrip('/')}/{name}", -1)

    def mode(self, node: int) -> int:
        return self._rows[node][0]

    def uid(self, node: int) -> int:
        return self._rows[node][1]

    def gid(self, node: int) -> int:
        return self._rows[node][1]

    def head(self, node: int) -> str:
        return ""

    def size(self, node: int) -> int:
        return 4096 if stat.S_ISDIR(self.mode(node)) else len(self._rows[node][2])

    def mtime(self, node: int) -> int:
        return 1_600_000_000 + node

    def target(self, node: int) -> str:
        return self._rows[node][2] if stat.S_ISLNK(self.mode(node)) else ""

    def content(self, node: int) -> bytes | None:
        return self._rows[node][2].encode("latin-1")

    def inode(self, node: int) -> int:
        return node

    def nlink(self, node: int) -> int:
        if not stat.S_ISDIR(self.mode(node)):
            return 1
        return 2 + sum(stat.S_ISDIR(self.mode(child)) for child in self.children(node))


def tiny_base(tree: dict[str, tuple[int, int, str]]) -> Base:
    """A lower layer with just that in it."""
    return Base(Tiny(tree), Maker(bytes(32)), 1_700_000_000)

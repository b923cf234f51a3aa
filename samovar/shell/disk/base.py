"""What all sources see before they change anything: the image, with the machine's own nodes in it. Immutable.

A node is a number: below ``len(image)`` the image's, then the made ones', from LIVE on those of processes.
"""

import stat
from bisect import insort
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from samovar.shell.disk.content import Maker
from samovar.shell.disk.made import LIVE, ROOT_DEVICE, Live, Made
from samovar.shell.disk.node import Mount
from samovar.shell.disk.overlay import Total
from samovar.shell.disk.session import Session
from samovar.shell.image import Package

_MAX_KNOWN = 4096  # names whose number is remembered
FIRST_NEW = 1 << 24  # the numbers of nodes that sources make start here


class Image(Protocol):
    """The stored part; ``samovar.shell.image`` has one."""

    root: int
    installed: int

    def __len__(self) -> int: ...
    def lookup(self, directory: int, name: str) -> int: ...
    def children(self, directory: int) -> range: ...
    def parent(self, node: int) -> int: ...
    def name(self, node: int) -> str: ...
    def path(self, node: int) -> str: ...
    def mode(self, node: int) -> int: ...
    def uid(self, node: int) -> int: ...
    def gid(self, node: int) -> int: ...
    def head(self, node: int) -> str: ...
    def size(self, node: int) -> int: ...
    def mtime(self, node: int) -> int: ...
    def target(self, node: int) -> str: ...
    def content(self, node: int) -> bytes | None: ...
    def inode(self, node: int) -> int: ...
    def nlink(self, node: int) -> int: ...
    def packages(self) -> Sequence[Package]: ...


def _root_only(now: float) -> Sequence[Mount]:
    return (Mount("/dev/sda1", "/", "ext4", "rw,relatime", ROOT_DEVICE, 8 << 20, 1 << 20, 7 << 20, 524_288, 40_000),)


class Base:
    """The lower layer of every Disk of one machine.

    ``made`` maps paths to nodes: made ones, numbers of the image's, or None for a path of the image that is
    not there. Directories above them come of themselves. ``installed`` is when this machine was set up,
    ``mounts`` its file systems by the time.
    """

    root = 0

    def __init__(
        self,
        image: Image,
        maker: Maker,
        installed: int,
        made: Mapping[str, Made | int | None] | None = None,
        live: Live | None = None,
        mounts: Callable[[float], Sequence[Mount]] = _root_only,
    ) -> None:
        self.image, self.maker, self.installed, self.mounts = image, maker, installed, mounts
        self._count = len(image)
        self.total = Total()
        self._shift = installed - image.installed
        self._made: dict[int, Made] = {}
        self._paths: dict[int, str] = {}
        self._grafts: dict[int, dict[str, int]] = {}
        self._known: dict[tuple[int, str], int] = {}
        self._live, self._live_root = live, -1
        for path in sorted(made or {}):
            self._put(path, (made or {})[path])
        if live is not None:
            self._live_root = self._find("/proc")

    def _find(self, path: str) -> int:
        node = self.root
        for name in path.split("/"):
            if name:
                node = self._below(node, name)
        return node

    def _below(self, directory: int, name: str) -> int:
        graft = self._grafts.get(directory, {}).get(name)
        if graft is not None:
            return graft
        return self.image.lookup(directory, name) if 0 <= directory < self._count else -1

    def _put(self, path: str, node: Made | int | None) -> None:
        directory, place = self.root, ""
        *above, name = path.strip("/").split("/")
        for part in above:
            place += "/" + part
            directory = self._child(directory, part, place, Made(mode=stat.S_IFDIR | 0o755, time=self.installed))
        if node is None or isinstance(node, int):
            self._grafts.setdefault(directory, {})[name] = -1 if node is None else node
        else:
            self._made[self._child(directory, name, path, node)] = node

    def _child(self, directory: int, name: str, path: str, node: Made) -> int:
        """The child of that name, made where there is none."""
        child = self._below(directory, name)
        if child >= 0:
            return child if child >= self._count else self.image.inode(child)
        child = self._count + len(self._paths)
        self._paths[child] = path
        self._made[child] = node
        self._grafts.setdefault(directory, {})[name] = child
        return child

    def lookup(self, directory: int, name: str, session: Session) -> int:
        """The child of that name, or -1."""
        key = (directory, name)
        node = self._known.get(key)
        if node is not None:
            return node
        if directory >= LIVE or (directory == self._live_root and name.isdecimal()):
            return self._live.lookup(max(directory, LIVE), name, session) if self._live else -1
        node = self._below(directory, name)
        if 0 <= node < self._count:
            node = self.image.inode(node)
        if len(self._known) >= _MAX_KNOWN:
            self._known.clear()
        self._known[key] = node
        return node

    def names(self, directory: int, session: Session) -> list[str]:
        """What a directory holds, sorted."""
        if directory >= LIVE:
            return self._live.names(directory, session) if self._live else []
        graft = self._grafts.get(directory)
        names = [self.image.name(child) for child in self.image.children(directory)] if directory < self._count else []
        if graft:
            names = [name for name in names if graft.get(name) != -1]
            held = set(names)
            for name, node in graft.items():
                if node != -1 and name not in held:
                    insort(names, name)
        if directory == self._live_root and self._live:
            names = sorted(names + self._live.names(LIVE, session))
        return names

    def made(self, node: int, session: Session) -> Made | None:
        """The machine's own node of that number, if it is one."""
        if node >= LIVE:
            found = self._live.made(node, session) if self._live else None
            return found or Made(mode=stat.S_IFREG)
        return self._made.get(node)

    def mode(self, node: int, session: Session) -> int:
        """st_mode."""
        made = self._made.get(node)
        if made is not None:
            return made.mode
        if node >= LIVE:
            found = self.made(node, session)
            return found.mode if found else 0
        return self.image.mode(node)

    def mtime(self, node: int) -> float:
        """An image node's mtime on this machine: as packed, unless that is after this machine was set up."""
        packed = self.image.mtime(node)
        return packed if packed < min(self.image.installed, self.installed) else packed + self._shift

    def path(self, node: int) -> str:
        """Where a node lay at first."""
        return self._paths[node] if node >= self._count else self.image.path(node)

    def size(self, node: int, session: Session) -> int:
        """st_size."""
        made = self.made(node, session)
        if made is None:
            return self.image.size(node)
        if stat.S_ISDIR(made.mode):
            return max(made.size, 0) if made.size >= 0 else 4096
        if stat.S_ISLNK(made.mode):
            return len(self.target(node, session)) if made.size < 0 else made.size
        return made.size if made.size >= 0 else len(made.content(session))

    def target(self, node: int, session: Session) -> str:
        """Where a symbolic link leads."""
        made = self.made(node, session)
        if made is None:
            return self.image.target(node)
        return made.target if isinstance(made.target, str) else made.target(session)

    def read(self, node: int, offset: int, count: int, session: Session) -> bytes:
        """Bytes of a regular file."""
        made = self.made(node, session)
        if made is not None and (made.data is not None or node >= LIVE):
            return made.content(session)[offset : offset + count]
        if made is None and (kept := self.image.content(node)) is not None:
            return kept[offset : offset + count]
        head = self.image.head(node) if node < self._count else ""
        return self.maker.read(self.path(node), head, self.size(node, session), offset, count)

    def nlink(self, node: int, session: Session) -> int:
        """How many names a node has."""
        if not stat.S_ISDIR(self.mode(node, session)):
            return self.image.nlink(node) if node < self._count and node not in self._made else 1
        if node >= LIVE:
            return 2
        if node < self._count and node not in self._grafts and node != self._live_root:
            return self.image.nlink(node)
        if node == self._live_root:
            return 2 + len(self.names(node, session))
        children = (self.lookup(node, name, session) for name in self.names(node, session))
        return 2 + sum(stat.S_ISDIR(self.mode(child, session)) for child in children)

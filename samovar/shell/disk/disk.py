"""The file system of one source: the shared Base under what this source changed. It costs what was changed.

Nodes are numbers here, without paths and rights: those are a View's.
"""

import hashlib
import stat
from collections.abc import Iterator
from itertools import count

from samovar.shell.disk.base import FIRST_NEW, Base
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.made import LIVE, PROC_DEVICE, SYS_DEVICE
from samovar.shell.disk.node import Stat, kind
from samovar.shell.disk.overlay import MAX_NOTE, Inode, Ledger
from samovar.shell.disk.session import Session

_BLOCK = 4096
_MAX_GONE = 16 << 20  # bytes of contents that were lost before anybody asked
_MAX_GIVEN = 2_000  # contents that a source gives in all
_MAX_TAIL = 1 << 20  # zeros at a file's end that ``written`` gives back


class Disk:
    """Nodes and names, for any number of sessions of one source."""

    root = 0

    def __init__(self, base: Base, now: float = 0.0) -> None:
        self.base = base
        self.session = Session(now=now)  # for views that have none of their own
        root = next(mount for mount in base.mounts(now) if mount.target == "/")
        self._ledger = Ledger(root.available << 10, base.total)
        self._nodes: dict[int, Inode] = {}
        self._numbers = count(FIRST_NEW)
        self._dirty: dict[int, Inode] = {}
        self._gone: list[tuple[str, bytes]] = []  # written and lost again, before anybody asked
        self._gone_bytes = 0
        self._given: set[bytes] = set()

    @property
    def size(self) -> int:
        """Bytes of memory that the changes take, about."""
        return self._ledger.bytes + self._gone_bytes

    @property
    def allocated(self) -> int:
        """Bytes of the emulated disk that the changes take."""
        return self._ledger.allocated

    # looking --------------------------------------------------------------------------------------------

    def lookup(self, directory: int, name: str, session: Session) -> int:
        """The child of that name, or -1."""
        inode = self._nodes.get(directory)
        if inode is not None:
            number = inode.entries.get(name) if inode.entries else None
            if number is not None:
                return number
            if inode.opaque:
                return -1
        return self.base.lookup(directory, name, session)

    def names(self, directory: int, session: Session) -> list[str]:
        """What a directory holds, sorted."""
        inode = self._nodes.get(directory)
        if inode is None:
            return self.base.names(directory, session)
        entries = inode.entries or {}
        below = [] if inode.opaque else self.base.names(directory, session)
        return sorted([name for name in below if name not in entries] + [n for n, node in entries.items() if node >= 0])

    def mode(self, node: int, session: Session) -> int:
        """st_mode."""
        inode = self._nodes.get(node)
        return inode.mode if inode is not None else self.base.mode(node, session)

    def owner(self, node: int, session: Session) -> tuple[int, int]:
        """Owner and group."""
        inode = self._nodes.get(node)
        if inode is not None:
            return inode.uid, inode.gid
        made = self.base.made(node, session)
        if made is not None:
            return made.uid, made.gid
        return self.base.image.uid(node), self.base.image.gid(node)

    def device(self, node: int, session: Session) -> int:
        """The file system it is on."""
        inode = self._nodes.get(node)
        if inode is not None:
            return inode.device
        made = self.base.made(node, session)
        return made.device if made is not None else 0x801

    def target(self, node: int, session: Session) -> str:
        """Where a symbolic link leads."""
        inode = self._nodes.get(node)
        return inode.target if inode is not None else self.base.target(node, session)

    def stat(self, node: int, session: Session) -> Stat:
        """All that is known of a node."""
        inode = self._nodes.get(node)
        return self.status(inode, session) if inode is not None else self._lower(node, session)

    def status(self, inode: Inode, session: Session) -> Stat:
        """All that is known of a changed node, even if it has no name any more."""
        size, letter = inode.size, kind(inode.mode)
        if letter == "l":
            size = len(inode.target)
        elif letter == "d":
            held = sum(12 + len(name) for name, node in (inode.entries or {}).items() if node >= 0)
            size = (0 if inode.opaque else self.base.size(inode.number, session) - _BLOCK) + _rounded(held + 24)
        blocks = _blocks(letter, inode.device, size if inode.lower or letter != "f" else inode.allocated)
        return Stat(
            number_of(inode.number, self.base), letter, stat.S_IMODE(inode.mode), inode.nlink, inode.uid, inode.gid,
            size, inode.atime, inode.mtime, inode.ctime, inode.device, inode.rdev, blocks,
        )  # fmt: skip

    def _lower(self, node: int, session: Session) -> Stat:
        base, made = self.base, self.base.made(node, session)
        mode = self.base.mode(node, session)
        letter, size = kind(mode), base.size(node, session)
        ino = number_of(node, base)
        nlink = base.nlink(node, session)
        if made is None:
            mtime = base.mtime(node)
            born = max(mtime, base.installed + node % 400 + node % 997 / 997)
            return Stat(
                ino, letter, stat.S_IMODE(mode), nlink, base.image.uid(node), base.image.gid(node), size, born, mtime,
                born, 0x801, (0, 0), _blocks(letter, 0x801, size),
            )  # fmt: skip
        mtime = made.mtime(session.now)
        return Stat(
            ino, letter, stat.S_IMODE(mode), nlink, made.uid, made.gid, size, mtime, mtime, mtime, made.device,
            made.rdev, _blocks(letter, made.device, size),
        )  # fmt: skip

    def read(self, node: int, offset: int, count: int, session: Session, held: Inode | None = None) -> bytes:
        """Bytes of a regular file; ``held`` is the node itself where it may have lost its name."""
        inode = held or self._nodes.get(node)
        if inode is None or inode.lower:
            return self.base.read(node, offset, count, session)
        if inode.atime <= inode.mtime:
            inode.atime = session.now
        return inode.read(offset, count)

    # changing -------------------------------------------------------------------------------------------

    def inode(self, node: int, session: Session) -> Inode:
        """The node as this source may change it. Raises Fault."""
        inode = self._nodes.get(node)
        if inode is not None:
            return inode
        status = self._lower(node, session)
        mode = self.base.mode(node, session)
        inode = Inode(self._ledger, node, mode, status.uid, status.gid, status.mtime)
        inode.atime, inode.ctime, inode.nlink, inode.size = status.atime, status.ctime, status.nlink, status.size
        inode.rdev, inode.device = status.rdev, status.device
        inode.lower, inode.opaque = stat.S_ISREG(mode), not stat.S_ISDIR(mode)
        if stat.S_ISLNK(mode):
            inode.lead(self.base.target(node, session))
        if node < LIVE:
            self._nodes[node] = inode
        return inode

    def changed(self, node: int) -> Inode | None:
        """The node, if this source has changed it."""
        return self._nodes.get(node)

    def new(self, directory: int, name: str, mode: int, owner: tuple[int, int], session: Session) -> Inode:
        """A new node in a directory. Raises Fault."""
        above = self.inode(directory, session)
        inode = Inode(self._ledger, next(self._numbers), mode, *owner, session.now)
        inode.device = above.device
        self.attach(above, name, inode.number, session)
        self._nodes[inode.number] = inode
        above.nlink += stat.S_ISDIR(mode)
        return inode

    def attach(self, directory: Inode, name: str, number: int, session: Session) -> None:
        """Let a name lead to a node."""
        directory.put(name, number)
        directory.mtime = directory.ctime = session.now

    def detach(self, directory: Inode, name: str, session: Session) -> None:
        """Take a name away; the node stays. Raises Fault."""
        if directory.opaque or self.base.lookup(directory.number, name, session) < 0:
            directory.drop(name)
        elif self._ledger.full():
            raise Fault("ENOSPC")
        else:
            directory.put(name, -1)
            if directory.below < 0:
                directory.below = len(self.base.names(directory.number, session))
            if directory.gone == directory.below:
                directory.hide()
        directory.mtime = directory.ctime = session.now

    def unlink(self, directory: int, name: str, node: int, session: Session) -> None:
        """Take a name away, and the node with its last name. Raises Fault."""
        above = self.inode(directory, session)
        inode = self._nodes.get(node)
        if inode is None and self._lower(node, session).nlink > 1:
            inode = self.inode(node, session)
        self.detach(above, name, session)
        if inode is None:
            above.nlink -= stat.S_ISDIR(self.base.mode(node, session))
            return
        above.nlink -= stat.S_ISDIR(inode.mode)
        inode.nlink -= 2 if stat.S_ISDIR(inode.mode) else 1
        inode.ctime = session.now
        if inode.nlink <= 0:
            self.retire(inode)
            del self._nodes[node]

    def own(self, inode: Inode, session: Session) -> None:
        """Bring a file's content up, to be written. Raises Fault."""
        if not inode.lower:
            return
        size = inode.size or len(self.base.read(inode.number, 0, 1 << 20, session))
        self._ledger.take(size, size)
        inode.data = bytearray(self.base.read(inode.number, 0, size, session))
        inode.size = inode.allocated = size
        inode.lower = False

    def touch(self, inode: Inode, path: str) -> None:
        """A file's content has changed: ``written`` will give it."""
        inode.dirty, inode.path = True, path[-MAX_NOTE:]
        self._dirty[inode.number] = inode

    def retire(self, inode: Inode) -> None:
        """A content is about to be lost: keep it until ``written`` was asked."""
        if self._dirty.pop(inode.number, None) is not None and inode.data:
            data = _whole(inode)
            if _digest(data) not in self._given and self._gone_bytes + len(data) <= _MAX_GONE:
                self._gone.append((inode.path, data))
                self._gone_bytes += len(data)
        inode.dirty = False

    def begin(self) -> None:
        """A session begins: a content that another one wrote is given again when this one writes it."""
        self._given.clear()

    def written(self) -> Iterator[tuple[str, bytes]]:
        """Path and content of regular files that were written since this was asked last, each content once."""
        gone, self._gone, self._gone_bytes = self._gone, [], 0
        dirty, self._dirty = self._dirty, {}
        for path, data in [*gone, *((inode.path, _whole(inode)) for inode in dirty.values() if inode.data)]:
            digest = _digest(data)
            if digest not in self._given and len(self._given) < _MAX_GIVEN:
                self._given.add(digest)
                yield path, data


def number_of(node: int, base: Base) -> int:
    """Its inode number."""
    if node == base.root:
        return 2
    if node >= LIVE:
        return node & 0xFFFFFFFF
    return node - FIRST_NEW + len(base.image) + 524_289 if node >= FIRST_NEW else node + 131_071


def _whole(inode: Inode) -> bytes:
    data = bytes(inode.data or b"")
    return data.ljust(inode.size, b"\0") if inode.size - len(data) <= _MAX_TAIL else data


def _digest(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=16).digest()


def _rounded(size: int) -> int:
    return max(-(-size // _BLOCK), 1) * _BLOCK


def _blocks(letter: str, device: int, size: int) -> int:
    if device in (PROC_DEVICE, SYS_DEVICE) or letter not in "fdl" or (letter == "l" and size < 60):
        return 0
    return -(-size // _BLOCK) * 8

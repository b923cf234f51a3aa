"""The files as one user may read them. Paths are Latin-1 text; relative ones start at ``cwd``."""

import stat
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from samovar.shell.disk.disk import Disk
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.node import Mount, Stat
from samovar.shell.disk.overlay import Inode
from samovar.shell.disk.session import Session
from samovar.shell.disk.walk import EXECUTE, READ, WRITE, Place, User, walk

MAX_WHOLE = 4 << 20  # bytes that ``read`` gives


class Handle(Struct):
    """An open file. It stays what it is when its name goes."""

    node: int
    path: str  # without links
    kind: str
    rdev: tuple[int, int]
    write: bool
    inode: Inode | None = None


class Look:
    """What one user sees of a disk."""

    def __init__(
        self, disk: Disk, uid: int, gid: int, groups: tuple[int, ...] = (), session: Session | None = None
    ) -> None:
        self.disk, self.session = disk, session or disk.session
        self.user = User(uid, gid, groups)

    # finding --------------------------------------------------------------------------------------------

    def _place(self, path: str, cwd: str, follow: bool = True) -> Place:
        """Where an existing node is."""
        place = walk(self.disk, self.user, self.session, path, cwd, follow)
        if place.node < 0:
            raise Fault("ENOENT")
        if place.slash and not stat.S_ISDIR(self.disk.mode(place.node, self.session)):
            raise Fault("ENOTDIR")
        return place

    def _need(self, wanted: int, node: int) -> None:
        user = self.user
        if user.uid and not user.may(wanted, self.disk.mode(node, self.session), *self.disk.owner(node, self.session)):
            raise Fault("EACCES")

    def resolve(self, path: str, cwd: str = "/", follow: bool = True) -> str:
        """The absolute path without links and dots of what is there. Raises Fault."""
        return self._place(path, cwd, follow).path

    def stat(self, path: str, cwd: str = "/") -> Stat:
        """What a path leads to. Raises Fault."""
        return self.disk.stat(self._place(path, cwd).node, self.session)

    def lstat(self, path: str, cwd: str = "/") -> Stat:
        """As stat, but a link itself. Raises Fault."""
        return self.disk.stat(self._place(path, cwd, follow=False).node, self.session)

    def exists(self, path: str, cwd: str = "/") -> bool:
        """Whether a path leads to something that this user can reach."""
        try:
            self._place(path, cwd)
        except Fault:
            return False
        return True

    def readlink(self, path: str, cwd: str = "/") -> str:
        """Where a symbolic link leads. Raises Fault."""
        node = self._place(path, cwd, follow=False).node
        if not stat.S_ISLNK(self.disk.mode(node, self.session)):
            raise Fault("EINVAL")
        target = self.disk.target(node, self.session)
        if not target:
            raise Fault("ENOENT")
        return target

    def listing(self, path: str, cwd: str = "/") -> list[str]:
        """The names in a directory, sorted bytewise. Raises Fault."""
        node = self._place(path, cwd).node
        if not stat.S_ISDIR(self.disk.mode(node, self.session)):
            raise Fault("ENOTDIR")
        self._need(READ, node)
        return self.disk.names(node, self.session)

    def entries(self, path: str, cwd: str = "/") -> list[tuple[str, Stat]]:
        """The names in a directory with what they are (links themselves). Raises Fault."""
        names = self.listing(path, cwd)
        node = self._place(path, cwd).node
        self._need(EXECUTE, node)
        found = ((name, self.disk.lookup(node, name, self.session)) for name in names)
        return [(name, self.disk.stat(child, self.session)) for name, child in found if child >= 0]

    def access(self, path: str, wanted: int, cwd: str = "/") -> None:
        """Whether the user may read (4), write (2), execute (1) it, or (0) whether it is there. Raises Fault."""
        node = self._place(path, cwd).node
        mode = self.disk.mode(node, self.session)
        if wanted and not self.user.may(wanted, mode, *self.disk.owner(node, self.session)):
            raise Fault("EACCES")

    # file systems ---------------------------------------------------------------------------------------

    def mounts(self) -> Sequence[Mount]:
        """The mounted file systems; what this source wrote is used."""
        more = self.disk.allocated >> 10
        return tuple(
            msgspec.structs.replace(mount, used=mount.used + more, available=max(mount.available - more, 0))
            if mount.target == "/"
            else mount
            for mount in self.disk.base.mounts(self.session.now)
        )

    def usage(self, path: str, cwd: str = "/") -> Mount:
        """The file system that a path is on. Raises Fault."""
        device = self.disk.device(self._place(path, cwd).node, self.session)
        mounts = self.mounts()
        whole = next(mount for mount in mounts if mount.target == "/")
        return next((mount for mount in mounts if mount.device == device), whole)

    # reading --------------------------------------------------------------------------------------------

    def open(self, path: str, cwd: str = "/", *, write: bool = False, read: bool = True) -> Handle:
        """Open what is there. Raises Fault."""
        return self._handle(self._place(path, cwd), write=write, read=read)

    def _handle(self, place: Place, *, write: bool, read: bool = False) -> Handle:
        status = self.disk.stat(place.node, self.session)
        if status.kind == "d" and write:
            raise Fault("EISDIR")
        self._need(READ * read | WRITE * write, place.node)
        if status.kind == "s":
            raise Fault("ENXIO")
        inode = self.disk.changed(place.node)
        return Handle(place.node, place.path, status.kind, status.rdev, write, inode)

    def fstat(self, handle: Handle) -> Stat:
        """What an open file is."""
        inode = handle.inode or self.disk.changed(handle.node)
        return self.disk.status(inode, self.session) if inode else self.disk.stat(handle.node, self.session)

    def pread(self, handle: Handle, offset: int, size: int) -> bytes:
        """Bytes of an open regular file. Raises Fault."""
        if handle.kind != "f":
            raise Fault("EISDIR" if handle.kind == "d" else "ESPIPE")
        if handle.inode is None:
            handle.inode = self.disk.changed(handle.node)
        return self.disk.read(handle.node, offset, size, self.session, handle.inode)

    def read(self, path: str, cwd: str = "/", limit: int = MAX_WHOLE) -> bytes:
        """A regular file's content, ``limit`` bytes at most; nothing of a device. Raises Fault."""
        handle = self.open(path, cwd)
        return b"" if handle.kind in "cbp" else self.pread(handle, 0, limit)

"""The files as one user may use them: system calls by path, with the kernel's answers in the kernel's order."""

import stat

from samovar.shell.disk.fault import Fault
from samovar.shell.disk.look import Handle, Look
from samovar.shell.disk.made import FIXED, LIVE
from samovar.shell.disk.node import FORMATS
from samovar.shell.disk.overlay import MAX_NOTE, Inode
from samovar.shell.disk.walk import EXECUTE, MAX_PATH, TOO_LONG, WRITE, Place, walk


class View(Look):
    """What one user may do on a disk. Modes of new nodes are taken as they are: the umask is the caller's."""

    # making ---------------------------------------------------------------------------------------------

    def create(
        self, path: str, mode: int = 0o666, cwd: str = "/", *, exclusive: bool = False, truncate: bool = False
    ) -> Handle:
        """Open a file to write it, and make it where there is none. Raises Fault."""
        bare = exclusive or path.endswith("/")
        place = walk(self.disk, self.user, self.session, path, cwd, not bare, bare)
        if place.special or place.slash:
            raise Fault("EEXIST" if place.special and exclusive else "EISDIR")
        if place.node == TOO_LONG:
            raise Fault("ENAMETOOLONG")
        if place.node >= 0:
            if exclusive:
                raise Fault("EEXIST")
            handle = self._handle(place, write=True)
            if truncate and handle.kind == "f":
                self.truncate(handle, 0)
            return handle
        inode = self._new(place, stat.S_IFREG | mode & 0o7777)
        self.disk.touch(inode, place.path)
        return Handle(inode.number, place.path, "f", (0, 0), True, inode)

    def write(self, path: str, data: bytes, mode: int = 0o666, cwd: str = "/") -> None:
        """Make or replace a file's content. Raises Fault."""
        handle = self.create(path, mode, cwd, truncate=True)
        if handle.kind == "f":
            self.pwrite(handle, 0, data)

    def mkdir(self, path: str, mode: int = 0o777, cwd: str = "/") -> None:
        """Make a directory. Raises Fault."""
        self._new(self._free(path, cwd, directory=True), stat.S_IFDIR | mode & 0o1777)

    def symlink(self, target: str, path: str, cwd: str = "/") -> None:
        """Make a symbolic link. Raises Fault."""
        if not target:
            raise Fault("ENOENT")
        if len(target) >= MAX_PATH:
            raise Fault("ENAMETOOLONG")
        self._new(self._free(path, cwd), stat.S_IFLNK | 0o777).lead(target)

    def mknod(self, path: str, kind: str, mode: int = 0o666, rdev: tuple[int, int] = (0, 0), cwd: str = "/") -> None:
        """Make a node of that kind (f, p, s, c, b). Raises Fault."""
        place = self._free(path, cwd)
        if kind in "cb" and self.user.uid:
            raise Fault("EPERM")
        self._new(place, FORMATS[kind] | mode & 0o7777).rdev = rdev

    def link(self, old: str, new: str, cwd: str = "/") -> None:
        """Give a node another name. Raises Fault."""
        source = self._place(old, cwd, follow=False)
        place = self._free(new, cwd)
        if self._device(source.node) != self._device(place.directory):
            raise Fault("EXDEV")
        mode = self.disk.mode(source.node, self.session)
        uid, gid = self.disk.owner(source.node, self.session)
        plain = stat.S_ISREG(mode) and not mode & 0o4000 and mode & 0o2010 != 0o2010
        if self.user.uid not in (0, uid) and not (plain and self.user.may(6, mode, uid, gid)):
            raise Fault("EPERM")  # fs.protected_hardlinks
        self._may_change(place.directory, 0)
        if stat.S_ISDIR(mode):
            raise Fault("EPERM")
        inode = self.disk.inode(source.node, self.session)
        self.disk.attach(self.disk.inode(place.directory, self.session), place.name, source.node, self.session)
        inode.nlink += 1
        inode.ctime = self.session.now

    def _free(self, path: str, cwd: str, directory: bool = False) -> Place:
        """Where a new name goes."""
        place = walk(self.disk, self.user, self.session, path, cwd, follow=False, bare=True)
        if place.node >= 0:
            raise Fault("EEXIST")
        if place.node == TOO_LONG:
            raise Fault("ENAMETOOLONG")
        if place.slash and not directory:
            raise Fault("ENOENT")
        return place

    def _new(self, place: Place, mode: int) -> Inode:
        above = place.directory
        self._may_change(above, 0)
        gid = self.user.gid
        outer = self.disk.mode(above, self.session)
        if outer & 0o2000:
            gid = self.disk.owner(above, self.session)[1]
            mode |= 0o2000 if stat.S_ISDIR(mode) else 0
        return self.disk.new(above, place.name, mode, (self.user.uid, gid), self.session)

    def _may_change(self, directory: int, which: int) -> None:
        """Raise Fault unless names may be put into (0) or taken from (1) a directory."""
        self._need(WRITE | EXECUTE, directory)
        fixed = FIXED.get(self._device(directory))
        if fixed:
            raise Fault(fixed[which])

    def _device(self, node: int) -> int:
        return self.disk.device(node, self.session)

    # taking away ----------------------------------------------------------------------------------------

    def unlink(self, path: str, cwd: str = "/") -> None:
        """Take a name away from what is no directory. Raises Fault."""
        place = walk(self.disk, self.user, self.session, path, cwd, follow=False, bare=True)
        if place.special:
            raise Fault("EISDIR")
        place.found()
        folder = stat.S_ISDIR(self.disk.mode(place.node, self.session))
        if place.slash:
            raise Fault("EISDIR" if folder else "ENOTDIR")
        self._may_delete(place.directory, place.node)
        if folder:
            raise Fault("EISDIR")
        self.disk.unlink(place.directory, place.name, place.node, self.session)

    def rmdir(self, path: str, cwd: str = "/") -> None:
        """Take an empty directory away. Raises Fault."""
        place = walk(self.disk, self.user, self.session, path, cwd, follow=False, bare=True)
        if place.special:
            raise Fault({".": "EINVAL", "..": "ENOTEMPTY", "/": "EBUSY"}[place.name])
        place.found()
        self._may_delete(place.directory, place.node)
        if not stat.S_ISDIR(self.disk.mode(place.node, self.session)):
            raise Fault("ENOTDIR")
        if self._device(place.node) != self._device(place.directory):
            raise Fault("EBUSY")
        if self.disk.names(place.node, self.session):
            raise Fault("ENOTEMPTY")
        self.disk.unlink(place.directory, place.name, place.node, self.session)

    def _may_delete(self, directory: int, node: int) -> None:
        self._may_change(directory, 1)
        if self.user.uid and self.disk.mode(directory, self.session) & stat.S_ISVTX:
            owners = self.disk.owner(node, self.session)[0], self.disk.owner(directory, self.session)[0]
            if self.user.uid not in owners:
                raise Fault("EPERM")

    # moving ---------------------------------------------------------------------------------------------

    def rename(self, old: str, new: str, cwd: str = "/") -> None:
        """Give a node another name instead of its own. Raises Fault."""
        source = walk(self.disk, self.user, self.session, old, cwd, follow=False, bare=True)
        goal = walk(self.disk, self.user, self.session, new, cwd, follow=False, bare=True)
        if self._device(source.directory) != self._device(goal.directory):
            raise Fault("EXDEV")
        if source.special or goal.special:
            raise Fault("EBUSY")
        source.found()
        if goal.node == TOO_LONG:
            raise Fault("ENAMETOOLONG")
        folder = stat.S_ISDIR(self.disk.mode(source.node, self.session))
        if not folder and (source.slash or goal.slash):
            raise Fault("ENOTDIR")
        if source.node in goal.nodes:
            raise Fault("EINVAL")
        if goal.node in source.nodes:
            raise Fault("ENOTEMPTY")
        if source.node != goal.node:
            self._may_move(source, goal, folder)
            self._move(source, goal, folder)

    def _may_move(self, source: Place, goal: Place, folder: bool) -> None:
        self._may_delete(source.directory, source.node)
        if goal.node < 0:
            self._may_change(goal.directory, 0)
        else:
            self._may_delete(goal.directory, goal.node)
            replaced = stat.S_ISDIR(self.disk.mode(goal.node, self.session))
            if folder and not replaced:
                raise Fault("ENOTDIR")
            if replaced and not folder:
                raise Fault("EISDIR")
        if folder and source.directory != goal.directory:
            self._need(WRITE, source.node)
        for place in (source, goal):
            if place.node >= 0 and self._device(place.node) != self._device(place.directory):
                raise Fault("EBUSY")
        if goal.node >= 0 and folder and self.disk.names(goal.node, self.session):
            raise Fault("ENOTEMPTY")

    def _move(self, source: Place, goal: Place, folder: bool) -> None:
        inode = self.disk.inode(source.node, self.session)
        here = self.disk.inode(source.directory, self.session)
        there = self.disk.inode(goal.directory, self.session)
        if goal.node >= 0:
            self.disk.unlink(goal.directory, goal.name, goal.node, self.session)
        self.disk.attach(there, goal.name, source.node, self.session)
        self.disk.detach(here, source.name, self.session)
        here.nlink -= folder
        there.nlink += folder
        inode.ctime, inode.path = self.session.now, goal.path[-MAX_NOTE:] if inode.path else ""

    # contents -------------------------------------------------------------------------------------------

    def pwrite(self, handle: Handle, offset: int, data: bytes) -> int:
        """Put bytes into an open regular file; how many. Raises Fault."""
        inode = self._writable(handle)
        if inode is None or not data:
            return len(data)
        self.disk.own(inode, self.session)
        inode.write(offset, data)
        self._written(inode, handle.path)
        return len(data)

    def truncate(self, handle: Handle, size: int) -> None:
        """Cut an open regular file off, or let zeros follow. Raises Fault."""
        inode = self._writable(handle)
        if inode is None:
            return
        if size == 0:
            self.disk.retire(inode)
            inode.lower = False
        self.disk.own(inode, self.session)
        inode.resize(size)
        self._written(inode, handle.path)

    def _writable(self, handle: Handle) -> Inode | None:
        """The node to write to; None where what is written has no place (a process's files in /proc)."""
        if not handle.write:
            raise Fault("EBADF")
        if handle.kind != "f":
            raise Fault("EINVAL")
        if handle.node >= LIVE:
            return None
        if handle.inode is None:
            handle.inode = self.disk.inode(handle.node, self.session)
        return handle.inode

    def _written(self, inode: Inode, path: str) -> None:
        inode.mtime = inode.ctime = self.session.now
        if self.user.uid:
            inode.mode &= ~0o4000 & (~0o2000 if inode.mode & 0o010 else ~0)
        self.disk.touch(inode, path)

    # attributes -----------------------------------------------------------------------------------------

    def chmod(self, path: str, mode: int, cwd: str = "/") -> None:
        """Set the permission bits. Raises Fault."""
        node = self._place(path, cwd).node
        _, gid = self._owned(node)
        if self.user.uid and not self.user.member(gid):
            mode &= ~0o2000
        inode = self.disk.inode(node, self.session)
        inode.mode = stat.S_IFMT(inode.mode) | mode & 0o7777
        inode.ctime = self.session.now

    def chown(self, path: str, uid: int, gid: int, cwd: str = "/", *, follow: bool = True) -> None:
        """Set owner and group; -1 leaves one as it is. Raises Fault."""
        node = self._place(path, cwd, follow).node
        owner = self.disk.owner(node, self.session)
        if self.user.uid and (uid, gid) != (-1, -1):
            other = uid not in (-1, owner[0]) or (gid not in (-1, owner[1]) and not self.user.member(gid))
            if other or self.user.uid != owner[0]:
                raise Fault("EPERM")
        self._fixed(node)
        inode = self.disk.inode(node, self.session)
        inode.uid, inode.gid = owner[0] if uid < 0 else uid, owner[1] if gid < 0 else gid
        if not stat.S_ISDIR(inode.mode) and not stat.S_ISLNK(inode.mode):
            inode.mode &= ~0o4000 & (~0o2000 if inode.mode & 0o010 else ~0)
        inode.ctime = self.session.now

    def utime(
        self, path: str, atime: float | None = None, mtime: float | None = None, cwd: str = "/", *, follow: bool = True
    ) -> None:
        """Set the times; None: to now. Raises Fault."""
        node = self._place(path, cwd, follow).node
        uid, _ = self.disk.owner(node, self.session)
        if self.user.uid not in (0, uid):
            if atime is not None or mtime is not None:
                raise Fault("EPERM")
            self._need(WRITE, node)
        self._fixed(node)
        inode, now = self.disk.inode(node, self.session), self.session.now
        inode.atime = now if atime is None else atime
        inode.mtime = now if mtime is None else mtime
        inode.ctime = now

    def _owned(self, node: int) -> tuple[int, int]:
        owner = self.disk.owner(node, self.session)
        if self.user.uid not in (0, owner[0]):
            raise Fault("EPERM")
        self._fixed(node)
        return owner

    def _fixed(self, node: int) -> None:
        if self._device(node) in FIXED and node >= LIVE:
            raise Fault("EPERM")

"""How a path leads to a node: links, dots, rights to search."""

import stat

from msgspec import Struct

from samovar.shell.disk.disk import Disk
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.session import Session

MAX_PATH, MAX_NAME, MAX_LINKS = 4096, 255, 40
READ, WRITE, EXECUTE = 4, 2, 1
TOO_LONG = -2


class User(Struct, frozen=True):
    """Whose rights count."""

    uid: int
    gid: int
    groups: tuple[int, ...] = ()

    def may(self, wanted: int, mode: int, uid: int, gid: int) -> bool:
        """Whether a node of that mode and owner lets this user do it; root all but execute what nobody may."""
        if self.uid == 0:
            return not wanted & EXECUTE or bool(mode & 0o111) or stat.S_ISDIR(mode)
        shift = 6 if self.uid == uid else 3 if gid == self.gid or gid in self.groups else 0
        return mode >> shift & wanted == wanted

    def member(self, gid: int) -> bool:
        """Whether the user is in that group."""
        return gid == self.gid or gid in self.groups


class Place(Struct):
    """Where a path leads: to a node, or to a name that is free in a directory."""

    nodes: list[int]  # the directories from the root down to the one that has the name
    names: list[str]  # of those, without the root's
    name: str  # the last one; "." or ".." or "/" where the path ends so
    node: int  # -1: there is none; TOO_LONG: there cannot be one
    slash: bool  # the path ends with a slash

    @property
    def directory(self) -> int:
        """The directory that has the name."""
        return self.nodes[-1]

    @property
    def path(self) -> str:
        """The path without links and dots."""
        if self.name in (".", "..", "/"):
            return "/" + "/".join(self.names)
        return "/" + "/".join([*self.names, self.name])

    def found(self) -> int:
        """The node. Raises Fault where there is none."""
        if self.node < 0:
            raise Fault("ENAMETOOLONG" if self.node == TOO_LONG else "ENOENT")
        return self.node

    @property
    def special(self) -> bool:
        """Whether the last part is no name."""
        return self.name in (".", "..", "/")


def walk(
    disk: Disk, user: User, session: Session, path: str, cwd: str, follow: bool = True, bare: bool = False
) -> Place:
    """Where a path leads; the last link is gone through where ``follow`` says so. Raises Fault.

    ``bare``: not even where a slash follows it, as for calls that make or take away the name itself.
    """
    if not path:
        raise Fault("ENOENT")
    if len(path) >= MAX_PATH:
        raise Fault("ENAMETOOLONG")
    todo = path.rstrip("/").split("/")
    todo.reverse()
    nodes, names = ([disk.root], []) if path[0] == "/" else _start(disk, user, session, cwd)
    place = Place(nodes, names, "/", nodes[-1], path[-1] == "/")
    _go(disk, user, session, todo, place, follow or (place.slash and not bare), bare)
    return place


def _go(disk: Disk, user: User, session: Session, todo: list[str], place: Place, follow: bool, bare: bool) -> None:
    """Take the steps of ``todo``, the last one first, from where ``place`` is."""
    links = steps = 0
    nodes, names = place.nodes, place.names
    while todo:
        name = todo.pop()
        if not name:
            continue
        directory = nodes[-1]
        _search(disk, user, session, directory)
        place.name, place.node = name, directory
        if name == ".":
            continue
        if name == "..":
            if names:
                nodes.pop()
                names.pop()
            place.node = nodes[-1]
            continue
        node = place.node = disk.lookup(directory, name, session) if len(name) <= MAX_NAME else TOO_LONG
        if node < 0:
            if todo or (node == TOO_LONG and not bare):
                raise Fault("ENOENT" if node != TOO_LONG else "ENAMETOOLONG")
            return
        if stat.S_ISLNK(disk.mode(node, session)) and (todo or follow):
            target = disk.target(node, session)
            links, steps = links + 1, steps + target.count("/")
            if links > MAX_LINKS or steps > MAX_PATH:
                raise Fault("ELOOP")
            if not target:  # of a process that has no program
                raise Fault("ENOENT")
            if target[0] == "/":
                nodes[:], names[:], place.name, place.node = [disk.root], [], "/", disk.root
            place.slash = place.slash or (not todo and target[-1] == "/")
            todo += reversed(target.rstrip("/").split("/"))
        elif todo:
            nodes.append(node)
            names.append(name)


def _search(disk: Disk, user: User, session: Session, directory: int) -> None:
    """Raise Fault unless names may be looked up in that node."""
    mode = disk.mode(directory, session)
    if mode & 0o170000 != stat.S_IFDIR:
        raise Fault("ENOTDIR")
    if user.uid and not user.may(EXECUTE, mode, *disk.owner(directory, session)):
        raise Fault("EACCES")


def _start(disk: Disk, user: User, session: Session, cwd: str) -> tuple[list[int], list[str]]:
    """A working directory's nodes and names. A process keeps it whatever becomes of the rights above."""
    if len(cwd) >= MAX_PATH:
        raise Fault("ENAMETOOLONG")
    nodes, names = [disk.root], [name for name in cwd.split("/") if name]
    for name in names:
        node = disk.lookup(nodes[-1], name, session)
        if node < 0 or not stat.S_ISDIR(disk.mode(node, session)):
            place = walk(disk, user, session, cwd, "/")  # by a name that has links or dots
            above = [*place.nodes, place.found()]
            return (place.nodes, place.names) if place.special else (above, [*place.names, place.name])
        nodes.append(node)
    return nodes, names

"""A session's file system: a small tree in memory that the peer may change, and that ends with the session.

Names and contents are bytes, as on Linux. Invariants: at most ``MAX_NODES`` nodes, at most ``MAX_BYTES`` of
content written by the peer; a path never leads outside the tree.
"""

from msgspec import Struct

MAX_NODES = 1000
MAX_BYTES = 4 << 20

READ, WRITE = 4, 2


class Node(Struct):
    """A file (``children`` is None) or directory."""

    mode: int
    owner: int  # user and group id
    changed: float  # seconds since 1970
    content: bytes = b""
    children: "dict[bytes, Node] | None" = None

    @property
    def size(self) -> int:
        return 4096 if self.children is not None else len(self.content)

    def allows(self, uid: int, want: int) -> bool:
        """Whether user ``uid`` may READ or WRITE here; there are no groups in this world."""
        return uid == 0 or bool(self.mode >> (6 if uid == self.owner else 0) & want)


class Tree:
    """One user's view: a root directory, a working directory, and who the user is."""

    def __init__(self, root: Node, uid: int) -> None:
        self._root = root
        self._nodes = 0
        self._bytes = 0
        self.uid = uid
        self.cwd: tuple[bytes, ...] = ()

    def path(self, name: bytes) -> tuple[bytes, ...]:
        """Where ``name`` leads from the working directory; ``~`` is the root, as in a chroot at home."""
        if name == b"~" or name.startswith(b"~/"):
            name = b"/" + name[1:]
        parts = [] if name.startswith(b"/") else list(self.cwd)
        for part in name.split(b"/"):
            if part == b"..":
                parts = parts[:-1]
            elif part not in (b"", b"."):
                parts.append(part)
        return tuple(parts)

    def find(self, path: tuple[bytes, ...]) -> Node | None:
        node: Node | None = self._root
        for part in path:
            if node is None or node.children is None:
                return None
            node = node.children.get(part)
        return node

    def file(self, name: bytes) -> Node | None:
        """The file called ``name`` if there is one."""
        node = self.find(self.path(name)) if name else None
        return node if node is not None and node.children is None else None

    def enter(self, name: bytes) -> bool:
        """Change the working directory."""
        path = self.path(name)
        node = self.find(path) if name else None
        if node is None or node.children is None or not node.allows(self.uid, READ):
            return False
        self.cwd = path
        return True

    def place(self, name: bytes) -> tuple[dict[bytes, Node], bytes] | None:
        """The directory in which the user may make or remove ``name``, and its last part."""
        path = self.path(name)
        if not name or not path or len(path[-1]) > 255:
            return None
        parent = self.find(path[:-1])
        if parent is None or parent.children is None or not parent.allows(self.uid, WRITE):
            return None
        return parent.children, path[-1]

    def write(self, name: bytes, content: bytes, now: float) -> bool:
        """Make or replace a file; refused where the user may not, or when the session's share is used up."""
        place = self.place(name)
        if place is None:
            return False
        directory, last = place
        node = directory.get(last)
        if node is not None and (node.children is not None or not node.allows(self.uid, WRITE)):
            return False
        grown = len(content) - (len(node.content) if node is not None else 0)
        if self._bytes + grown > MAX_BYTES or not (node is not None or self._another()):
            return False
        self._bytes += grown
        if node is None:
            directory[last] = Node(0o600, self.uid, now, content)
        else:
            node.content, node.changed = content, now
        return True

    def may_write(self, name: bytes) -> bool:
        """Whether ``write`` could succeed as far as rights go."""
        place = self.place(name)
        node = place[0].get(place[1]) if place is not None else None
        return place is not None and (node is None or (node.children is None and node.allows(self.uid, WRITE)))

    def make(self, name: bytes, now: float) -> bool:
        """Make a directory."""
        place = self.place(name)
        if place is None or place[1] in place[0] or not self._another():
            return False
        place[0][place[1]] = Node(0o700, self.uid, now, children={})
        return True

    def remove(self, name: bytes, *, directory: bool) -> bool:
        """Remove a file, or an empty directory."""
        place = self.place(name)
        node = place[0].get(place[1]) if place is not None else None
        if place is None or node is None or (node.children is not None) != directory or node.children:
            return False
        del place[0][place[1]]
        self._nodes -= 1
        self._bytes -= len(node.content)
        return True

    def rename(self, old: bytes, new: bytes) -> bool:
        """Move a file or directory; a file in the way is replaced, a directory is not."""
        source, target = self.place(old), self.place(new)
        if source is None or target is None or source[1] not in source[0]:
            return False
        start, goal = self.path(old), self.path(new)
        inside = goal[: len(start)] == start and goal != start
        taken = target[0].get(target[1])
        if inside or (taken is not None and taken.children is not None and goal != start):
            return False
        target[0][target[1]] = source[0].pop(source[1])
        return True

    def _another(self) -> bool:
        if self._nodes >= MAX_NODES:
            return False
        self._nodes += 1
        return True

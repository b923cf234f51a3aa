"""A file system image, read-only: any number of sessions share one. Nodes are numbers; there is no object for each.

Names, link targets and texts are bytes on a disk; here they are Latin-1 text, except the contents.
"""

import stat
from array import array
from bisect import bisect_left
from functools import cache
from itertools import accumulate
from pathlib import Path

from samovar.shell.image.columns import Columns, shorts, unpack, words
from samovar.shell.image.package import Packages


class Image:
    """The nodes of one file system, from ``root`` down."""

    root = 0

    def __init__(self, columns: Columns) -> None:
        self._kinds = columns.kinds
        self._node_kinds = columns.node_kinds
        self._names = columns.names.decode("latin-1")
        self._name_ends = array("I", accumulate(columns.name_lengths, initial=0))
        self._counts = shorts(columns.child_counts)
        self._first = array("I", accumulate(self._counts, initial=1))
        self._parents = _parents(self._counts)
        self._sizes, self._times = words(columns.sizes), words(columns.times)
        self._links, self._targets = _links(columns), columns.link_targets
        self._filled = shorts(columns.content_nodes)
        self._content_ends = array("I", accumulate(words(columns.content_lengths), initial=0))
        self._contents = columns.contents
        self._same = {node: group for group in columns.hard_links for node in group}
        self.installed = columns.installed
        self._packages = Packages(columns.packages)
        self.templates = frozenset(columns.templates)

    def __len__(self) -> int:
        return len(self._node_kinds)

    def packages(self) -> Packages:
        """What dpkg has installed, sorted by name."""
        return self._packages

    def lookup(self, directory: int, name: str) -> int:
        """The child of that name, or -1."""
        children = self.children(directory)
        place = bisect_left(children, name, key=self.name)
        if place < len(children) and self.name(children[place]) == name:
            return children[place]
        return -1

    def find(self, path: str) -> int:
        """The node at an absolute path without ``.``, ``..`` and links, or -1."""
        node = self.root
        for name in path.split("/"):
            if name and (node := self.lookup(node, name)) < 0:
                return -1
        return node

    def children(self, directory: int) -> range:
        """What a directory holds, sorted by name; nothing for other nodes."""
        first = self._first[directory]
        return range(first, first + self._counts[directory])

    def parent(self, node: int) -> int:
        """The directory that holds it; the root is its own."""
        return self._parents[node]

    def name(self, node: int) -> str:
        """Its name in its directory; the root has none."""
        return self._names[self._name_ends[node] : self._name_ends[node + 1]]

    def path(self, node: int) -> str:
        """Its absolute path."""
        parts: list[str] = []
        while node != self.root:
            parts.append(self.name(node))
            node = self._parents[node]
        return "/" + "/".join(reversed(parts))

    def mode(self, node: int) -> int:
        """Type and rights, as in st_mode."""
        return self._kinds[self._node_kinds[node]].mode

    def uid(self, node: int) -> int:
        """Its owner's number."""
        return self._kinds[self._node_kinds[node]].uid

    def gid(self, node: int) -> int:
        """Its group's number."""
        return self._kinds[self._node_kinds[node]].gid

    def head(self, node: int) -> str:
        """What a program begins with: "#!" and its interpreter, "\\x7fELF", or nothing."""
        return self._kinds[self._node_kinds[node]].head

    def elf(self, node: int) -> bool:
        """Whether it is an ELF program, library or module."""
        return self.head(node) == "\x7fELF"

    def size(self, node: int) -> int:
        """Its length in bytes, as in st_size."""
        return self._sizes[node]

    def mtime(self, node: int) -> int:
        """When it was changed, in seconds since 1970; past ``installed``: during the installation."""
        return self._times[node]

    def target(self, node: int) -> str:
        """Where a symbolic link leads; nothing for other nodes."""
        place = bisect_left(self._links, node)
        if place < len(self._links) and self._links[place] == node:
            return self._targets[place].decode("latin-1")
        return ""

    def content(self, node: int) -> bytes | None:
        """What a file holds; None where that is not kept."""
        place = bisect_left(self._filled, node)
        if place < len(self._filled) and self._filled[place] == node:
            return self._contents[self._content_ends[place] : self._content_ends[place + 1]]
        return None

    def inode(self, node: int) -> int:
        """A number that only hard links to the same file share."""
        return self._same[node][0] if node in self._same else node

    def nlink(self, node: int) -> int:
        """How many names it has; a directory's own ``.`` and its subdirectories' ``..`` count."""
        if stat.S_ISDIR(self.mode(node)):
            return 2 + sum(stat.S_ISDIR(self.mode(child)) for child in self.children(node))
        return len(self._same.get(node, (node,)))


def _parents(counts: "array[int]") -> "array[int]":
    parents = array("H", (0,))
    for node, count in enumerate(counts):
        if count:
            parents.extend([node] * count)
    return parents


def _links(columns: Columns) -> "array[int]":
    kinds = {number for number, kind in enumerate(columns.kinds) if stat.S_ISLNK(kind.mode)}
    return array("H", (node for node, kind in enumerate(columns.node_kinds) if kind in kinds))


@cache
def load() -> Image:
    """The image that belongs to this version, read once."""
    return Image(unpack(Path(__file__).with_name("debian12.zst").read_bytes()))

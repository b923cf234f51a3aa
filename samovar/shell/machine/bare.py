"""An image with nothing in it: for systems whose files are all made up."""

import stat

from samovar.shell.image import Packages


class Bare:
    """A root directory."""

    root = 0
    installed = 0

    def __len__(self) -> int:
        return 1

    def packages(self) -> Packages:
        """No package."""
        return Packages("")

    def lookup(self, directory: int, name: str) -> int:
        """No child."""
        return -1

    def children(self, directory: int) -> range:
        """No children."""
        return range(0)

    def parent(self, node: int) -> int:
        """The root itself."""
        return 0

    def name(self, node: int) -> str:
        """The root has none."""
        return ""

    def path(self, node: int) -> str:
        """The root's."""
        return "/"

    def mode(self, node: int) -> int:
        """A directory."""
        return stat.S_IFDIR | 0o755

    def uid(self, node: int) -> int:
        """root."""
        return 0

    def gid(self, node: int) -> int:
        """root."""
        return 0

    def head(self, node: int) -> str:
        """Nothing."""
        return ""

    def size(self, node: int) -> int:
        """A directory's."""
        return 4096

    def mtime(self, node: int) -> int:
        """When the system was set up."""
        return 0

    def target(self, node: int) -> str:
        """No link."""
        return ""

    def content(self, node: int) -> bytes | None:
        """No content."""
        return None

    def inode(self, node: int) -> int:
        """Itself."""
        return node

    def nlink(self, node: int) -> int:
        """Its own two."""
        return 2

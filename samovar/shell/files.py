"""The file system an attacker sees: the persona's files, read-only and shared, under each guest's own changes.

Paths are absolute, normal (no ``.``, ``..`` or double slashes) Latin-1 text. What a guest writes is bounded
in files and bytes; past that the disk is "full".
"""

from collections.abc import Callable, Iterator
from functools import lru_cache

from msgspec import Struct

from samovar.persona import Persona
from samovar.shell.story import standard_files

MAX_FILES = 512
MAX_BYTES = 8 << 20
MAX_FILE = 4 << 20


class DiskFull(Exception):
    """No space left on device."""


class File(Struct, frozen=True):
    """One node. ``make`` computes the content of what the kernel would compute, from the time.

    Where ``size`` is more than ``data`` is long, zeros follow: the system's programs.
    """

    kind: str  # "f", "d", "l" (link, data is the target), "c" (character device)
    data: bytes = b""
    mode: int = 0o644
    owner: str = "root"
    mtime: float = 0.0
    size: int = -1
    make: Callable[[float], bytes] | None = None

    def content(self, now: float) -> bytes:
        """What reading it gives."""
        data = self.make(now) if self.make is not None else self.data
        return data.ljust(self.size, b"\0")

    @property
    def length(self) -> int:
        """Size as ``ls`` shows it."""
        if self.kind == "d":
            return 4096
        return self.size if self.size >= 0 else len(self.data)


@lru_cache(maxsize=4)
def _base(persona: Persona) -> tuple[dict[str, File], dict[str, tuple[str, ...]]]:
    nodes: dict[str, File] = {"/": File("d", mode=0o755, mtime=persona.installed_time)}
    for path, entry in standard_files(persona).items():
        parts = path.strip("/").split("/")
        for depth in range(1, len(parts)):
            parent = "/" + "/".join(parts[:depth])
            nodes.setdefault(parent, File("d", mode=0o755, mtime=persona.installed_time))
        nodes[path] = File(
            entry.kind, entry.data, entry.mode, entry.owner, persona.installed_time, entry.size, entry.make
        )
    children: dict[str, list[str]] = {}
    for path in nodes:
        if path != "/":
            parent, _, name = path.rpartition("/")
            children.setdefault(parent or "/", []).append(name)
    return nodes, {path: tuple(names) for path, names in children.items()}


def warm(persona: Persona) -> None:
    """Build the shared part now."""
    _base(persona)


class Files:
    """One guest's view."""

    def __init__(self, persona: Persona) -> None:
        self._nodes, self._children = _base(persona)
        self._changed: dict[str, File | None] = {}
        self._kept: dict[str, bytes] = {}
        self._bytes = 0

    def find(self, path: str, *, follow: bool = True) -> File | None:
        """The node at a normal path, through links."""
        for _ in range(8):
            node = self._changed[path] if path in self._changed else self._nodes.get(path)
            if node is None:
                through = self._through_links(path)
                if through == path:
                    return None
                path = through
            elif follow and node.kind == "l":
                path = normal(node.data.decode("latin-1"), path.rpartition("/")[0])
            else:
                return node
        return None

    def real(self, path: str) -> str:
        """The path of what a path leads to, through links."""
        for _ in range(8):
            path = self._through_links(path)
            node = self.find(path, follow=False)
            if node is None or node.kind != "l":
                break
            path = normal(node.data.decode("latin-1"), path.rpartition("/")[0])
        return path

    def snapshot(self) -> tuple[dict[str, File | None], int]:
        """All changes up to now, to come back to."""
        return dict(self._changed), self._bytes

    def restore(self, snapshot: tuple[dict[str, File | None], int]) -> None:
        """Undo what was changed since."""
        self._changed, self._bytes = dict(snapshot[0]), snapshot[1]

    def _through_links(self, path: str) -> str:
        parts = path.split("/")
        for depth in range(2, len(parts)):
            head = "/".join(parts[:depth])
            node = self._changed[head] if head in self._changed else self._nodes.get(head)
            if node is not None and node.kind == "l":
                return normal(node.data.decode("latin-1"), head.rpartition("/")[0]) + path[len(head) :]
        return path

    def names(self, path: str) -> list[str]:
        """What a directory holds, sorted, without ``.`` and ``..``."""
        path = self.real(path)
        found = {name for name in self._children.get(path, ()) if self._alive(path, name)}
        prefix = path.rstrip("/") + "/"
        for changed, node in self._changed.items():
            if node is not None and changed.startswith(prefix) and "/" not in changed[len(prefix) :]:
                found.add(changed[len(prefix) :])
        return sorted(found)

    def _alive(self, path: str, name: str) -> bool:
        return self._changed.get(f"{path.rstrip('/')}/{name}", File("f")) is not None

    def put(self, path: str, node: File) -> None:
        """Create or replace; raises DiskFull."""
        path = self._through_links(path)
        old = self._changed.get(path)
        grown = self._bytes + len(node.data) - (len(old.data) if old else 0)
        if grown > MAX_BYTES or len(node.data) > MAX_FILE:
            raise DiskFull
        if path not in self._changed and len(self._changed) >= MAX_FILES:
            raise DiskFull
        self._bytes = grown
        self._changed[path] = node

    def remove(self, path: str) -> None:
        """Forget a node and all below it."""
        path = self._through_links(path)
        prefix = path.rstrip("/") + "/"
        for changed in [p for p in self._changed if p.startswith(prefix)]:
            self._bytes -= len(getattr(self._changed[changed], "data", b""))
            self._changed[changed] = None
        if len(self._changed) < MAX_FILES or path in self._changed:
            self._bytes -= len(getattr(self._changed.get(path), "data", b""))
            self._changed[path] = None

    def written(self) -> Iterator[tuple[str, bytes]]:
        """Every file to which this guest gave a content, once for each content."""
        for path, node in self._changed.items():
            if node is not None and node.kind == "f" and node.data and self._kept.get(path) != node.data:
                self._kept[path] = node.data
                yield path, node.data


def normal(path: str, directory: str) -> str:
    """The absolute path without ``.``, ``..`` and double slashes."""
    if not path.startswith("/"):
        path = f"{directory}/{path}"
    parts: list[str] = []
    for part in path.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts.append(part)
    return "/" + "/".join(parts)

"""What one source changed: nodes of its own, and how much of its room they take."""

import stat

from samovar.shell.disk.fault import Fault
from samovar.shell.disk.made import ROOT_DEVICE

MAX_BYTES = 32 << 20  # of a source's changes
MAX_TOTAL = 256 << 20  # of those of all sources, in one worker
MAX_NODES = 4_000
MAX_REMOVED = 20_000  # names of the image that are gone
MAX_FILE = 1 << 44  # st_size of a file with holes
NODE_BYTES = 450  # what a node takes, about
NAME_BYTES = 110  # what a name takes beside its length, about
MAX_NOTE = 512  # characters of a path that are kept for ``written``


class Total:
    """What the changes of all sources of one machine take."""

    def __init__(self) -> None:
        self.bytes = 0


class Ledger:
    """What a source's changes take. Raises Fault("ENOSPC") where it would be too much, for it or for all."""

    __slots__ = ("allocated", "bytes", "capacity", "nodes", "removed", "total")

    def __init__(self, capacity: int, total: Total) -> None:
        self.capacity = capacity  # what the emulated disk has left
        self.total = total
        self.bytes = self.nodes = self.removed = self.allocated = 0

    def take(self, size: int, allocated: int = 0) -> None:
        """Room for so many more bytes in memory, and on the emulated disk; negative ones give it back."""
        if size > 0 and (self.bytes + size > MAX_BYTES or self.total.bytes + size > MAX_TOTAL):
            raise Fault("ENOSPC")
        if allocated > 0 and self.allocated + allocated > self.capacity:
            raise Fault("ENOSPC")
        self.bytes += size
        self.total.bytes += size
        self.allocated += allocated

    def add(self) -> None:
        """Room for one more node."""
        if self.nodes >= MAX_NODES:
            raise Fault("ENOSPC")
        self.take(NODE_BYTES)
        self.nodes += 1

    def full(self) -> bool:
        """Whether no more names can be taken away."""
        return self.removed >= MAX_REMOVED


class Inode:
    """A node that was made or changed. It gives its room back when nothing leads to it any more."""

    __slots__ = (
        "allocated", "atime", "below", "ctime", "data", "device", "dirty", "entries", "gid", "gone", "ledger", "lower",
        "mode", "mtime", "nlink", "number", "opaque", "path", "rdev", "size", "target", "uid",
    )  # fmt: skip

    def __init__(self, ledger: Ledger, number: int, mode: int, uid: int, gid: int, now: float) -> None:
        ledger.add()
        self.ledger, self.number, self.mode, self.uid, self.gid = ledger, number, mode, uid, gid
        self.atime = self.mtime = self.ctime = now
        self.nlink = 2 if stat.S_ISDIR(mode) else 1
        self.size = self.allocated = 0
        self.rdev, self.device, self.target = (0, 0), ROOT_DEVICE, ""
        self.data: bytearray | None = None  # zeros follow it up to ``size``
        self.lower = False  # the content is still the lower layer's
        self.entries: dict[str, int] | None = None  # of a directory: number, or -1 for a name that is gone
        self.gone = 0  # how many of the entries are -1
        self.below = -1  # how many names the lower layer's directory has, once that is known
        self.opaque = True  # nothing of the lower layer's directory shows
        self.dirty = False  # written to since somebody asked
        self.path = ""  # as it was opened last

    def __del__(self) -> None:
        ledger = getattr(self, "ledger", None)
        if ledger is None:
            return
        ledger.nodes -= 1
        ledger.removed -= self.gone
        names = sum(NAME_BYTES + len(name) for name in self.entries or ())
        ledger.take(-NODE_BYTES - len(self.data or b"") - len(self.target) - names, -self.allocated)

    def lead(self, target: str) -> None:
        """Let a symbolic link lead there. Raises Fault."""
        self.ledger.take(len(target))
        self.target = target

    def read(self, offset: int, count: int) -> bytes:
        """Bytes of its own content."""
        count = min(count, self.size - offset)
        if count <= 0:
            return b""
        return bytes((self.data or b"")[offset : offset + count]).ljust(count, b"\0")

    def write(self, offset: int, data: bytes) -> None:
        """Put bytes there. Zeros at the end are not stored. Raises Fault."""
        end = offset + len(data)
        if end > MAX_FILE:
            raise Fault("EFBIG")
        held = self.data if self.data is not None else bytearray()
        stored = len(held)
        blank = offset >= stored and data.count(0) == len(data)
        self.ledger.take(0 if blank else max(end - stored, 0), max(end - max(self.allocated, offset), 0))
        self.allocated = max(self.allocated, end)
        if not blank:
            if offset > stored:
                held += bytes(offset - stored)
            held[offset:end] = data
            self.data = held
        self.size = max(self.size, end)

    def resize(self, size: int) -> None:
        """Cut it off, or let zeros follow."""
        if size > MAX_FILE:
            raise Fault("EFBIG")
        if self.data is not None and size < len(self.data):
            freed = len(self.data) - size
            del self.data[size:]
            self.ledger.take(-freed)
        if size < self.allocated:
            self.ledger.take(0, size - self.allocated)
            self.allocated = size
        self.size = size

    def put(self, name: str, number: int) -> None:
        """Let a name of this directory lead to a node; -1: to none. Raises Fault."""
        if self.entries is None:
            self.entries = {}
        before = self.entries.get(name)
        if before is None:
            self.ledger.take(NAME_BYTES + len(name))
        change = (number < 0) - (before is not None and before < 0)
        self.ledger.removed += change
        self.gone += change
        self.entries[name] = number

    def drop(self, name: str) -> None:
        """Forget a name, so that the lower layer's shows, if there is one."""
        number = (self.entries or {}).pop(name, None)
        if number is not None:
            self.ledger.removed -= number < 0
            self.gone -= number < 0
            self.ledger.take(-NAME_BYTES - len(name))

    def hide(self) -> None:
        """Nothing of the lower layer's directory shows from now on."""
        for name in [name for name, number in (self.entries or {}).items() if number < 0]:
            self.drop(name)
        self.opaque = True

"""A node that the machine makes up, not stored in the image: a device, a template filled in, a file of /proc."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from samovar.shell.disk.session import Session

ROOT_DEVICE = 0x801  # /dev/sda1
PROC_DEVICE, SYS_DEVICE, DEV_DEVICE, PTS_DEVICE, RUN_DEVICE, SHM_DEVICE = 0x15, 0x14, 0x5, 0x16, 0x17, 0x19
#: what creating and removing a file says where the kernel makes all files
FIXED = {PROC_DEVICE: ("ENOENT", "EPERM"), SYS_DEVICE: ("EACCES", "EPERM"), PTS_DEVICE: ("EPERM", "EPERM")}


class Made(Struct, frozen=True, kw_only=True):
    """One node; content, link target and time are given, or computed from the session that asks."""

    mode: int  # st_mode
    uid: int = 0
    gid: int = 0
    time: float | Callable[[float], float] = 0.0  # mtime, or mtime by the time now
    data: bytes | Callable[[Session], bytes] | None = None  # None: none is stored, ``size`` bytes are made up
    target: str | Callable[[Session], str] = ""
    size: int = -1  # st_size; -1: as long as its content
    rdev: tuple[int, int] = (0, 0)
    device: int = ROOT_DEVICE

    def content(self, session: Session) -> bytes:
        """What reading it gives."""
        data = self.data
        return b"" if data is None else data if isinstance(data, bytes) else data(session)

    def mtime(self, now: float) -> float:
        """When it was changed."""
        return self.time if isinstance(self.time, float | int) else self.time(now)


class Live(Protocol):
    """The nodes that come and go: /proc's directories of processes. Their numbers are LIVE and above."""

    def lookup(self, node: int, name: str, session: Session) -> int:
        """The child of that name, or -1; ``node`` is LIVE itself for /proc."""
        ...

    def names(self, node: int, session: Session) -> list[str]:
        """What a directory holds."""
        ...

    def made(self, node: int, session: Session) -> Made | None:
        """The node, or None where its process has ended."""
        ...


LIVE = 1 << 32

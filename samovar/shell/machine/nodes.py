"""Short forms for made nodes."""

import stat
from collections.abc import Callable

from samovar.shell.disk.made import PROC_DEVICE, ROOT_DEVICE, SYS_DEVICE, Made
from samovar.shell.disk.session import Session

Text = Callable[[Session], str]


def file(
    text: str | bytes, mode: int = 0o644, uid: int = 0, gid: int = 0, time: float | Callable[[float], float] = 0.0
) -> Made:
    """A file on the disk."""
    data = text.encode("latin-1", "replace") if isinstance(text, str) else text
    return Made(mode=stat.S_IFREG | mode, uid=uid, gid=gid, time=time, data=data)


def folder(
    mode: int = 0o755,
    uid: int = 0,
    gid: int = 0,
    time: float | Callable[[float], float] = 0.0,
    device: int = ROOT_DEVICE,
) -> Made:
    """A directory."""
    size = 0 if device in (PROC_DEVICE, SYS_DEVICE) else 4096 if device == ROOT_DEVICE else 60
    return Made(mode=stat.S_IFDIR | mode, uid=uid, gid=gid, time=time, size=size, device=device)


def link(target: str | Callable[[Session], str], time: float = 0.0, device: int = ROOT_DEVICE) -> Made:
    """A symbolic link."""
    size = 0 if device == PROC_DEVICE else -1
    return Made(mode=stat.S_IFLNK | 0o777, target=target, time=time, size=size, device=device)


def proc(text: str | Text, mode: int = 0o444, time: Callable[[float], float] | float = 0.0, uid: int = 0) -> Made:
    """A file of /proc."""
    return _kernel(text, mode, time, PROC_DEVICE, 0, uid)


def sysfs(text: str | Text, mode: int = 0o444, time: Callable[[float], float] | float = 0.0) -> Made:
    """A file of /sys."""
    return _kernel(text, mode, time, SYS_DEVICE, 4096, 0)


def _kernel(
    text: str | Text, mode: int, time: Callable[[float], float] | float, device: int, size: int, uid: int
) -> Made:
    if isinstance(text, str):
        data: bytes | Callable[[Session], bytes] = text.encode("latin-1", "replace")
    else:
        data = _encoded(text)
    return Made(mode=stat.S_IFREG | mode, uid=uid, data=data, size=size, time=time, device=device)


def _encoded(text: Text) -> Callable[[Session], bytes]:
    return lambda session: text(session).encode("latin-1", "replace")


def same(now: float) -> float:
    """The time now: files of /proc are made when they are looked at."""
    return now

"""/dev: what is there, with device numbers; what reading and writing do is the descriptors' matter."""

import stat

from samovar.shell.disk.made import DEV_DEVICE, PTS_DEVICE, SHM_DEVICE, Made
from samovar.shell.disk.session import Session
from samovar.shell.machine.machine import Machine
from samovar.shell.machine.nodes import folder, link

_TTY, _DISK, _KMEM = 5, 6, 15
#: name: mode, group, major, minor
_CHARACTER = {
    "null": (0o666, 0, 1, 3), "zero": (0o666, 0, 1, 5), "full": (0o666, 0, 1, 7), "random": (0o666, 0, 1, 8),
    "urandom": (0o666, 0, 1, 9), "kmsg": (0o644, 0, 1, 11), "mem": (0o640, _KMEM, 1, 1), "port": (0o640, _KMEM, 1, 4),
    "tty": (0o666, _TTY, 5, 0), "console": (0o600, 0, 5, 1), "ptmx": (0o666, _TTY, 5, 2), "hpet": (0o600, 0, 10, 228),
    "fuse": (0o666, 0, 10, 229), "loop-control": (0o660, _DISK, 10, 237), "rtc0": (0o600, 0, 251, 0),
    "uinput": (0o600, 0, 10, 223), "watchdog": (0o600, 0, 10, 130), "cpu_dma_latency": (0o600, 0, 10, 124),
    "vcs": (0o660, _TTY, 7, 0), "vcs1": (0o660, _TTY, 7, 1), "vcsa": (0o660, _TTY, 7, 128),
    "vcsa1": (0o660, _TTY, 7, 129),
    "ttyS0": (0o660, 20, 4, 64), "ttyS1": (0o660, 20, 4, 65), "sg0": (0o660, _DISK, 21, 0),
}  # fmt: skip


def nodes(machine: Machine) -> dict[str, Made]:
    """Everything below /dev."""
    boot = float(machine.persona.boot_time)
    made = {"/dev": folder(time=boot, device=DEV_DEVICE)}
    for name, (mode, gid, major, minor) in _CHARACTER.items():
        made[f"/dev/{name}"] = _device(stat.S_IFCHR | mode, gid, major, minor, boot)
    for number in range(1 if machine.hardware.small else 13):
        made[f"/dev/tty{number}"] = _device(stat.S_IFCHR | (0o600 if number == 1 else 0o620), _TTY, 4, number, boot)
    for name, major, minor, _ in machine.hardware.partitions():
        made[f"/dev/{name}"] = _device(stat.S_IFBLK | 0o660, _DISK, major, minor, boot)
    for name, target in (("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
                         ("stderr", "/proc/self/fd/2"), ("core", "/proc/kcore"), ("rtc", "rtc0"),
                         ("log", "/run/systemd/journal/dev-log"), ("initctl", "/run/initctl")):  # fmt: skip
        made[f"/dev/{name}"] = link(target, boot, DEV_DEVICE)
    for name in ("block", "bus", "char", "disk", "input", "mapper", "net", "snd"):
        made[f"/dev/{name}"] = folder(time=boot, device=DEV_DEVICE)
    made["/dev/mqueue"] = folder(0o1777, time=boot, device=DEV_DEVICE)
    made["/dev/hugepages"] = folder(time=boot, device=DEV_DEVICE)
    made["/dev/shm"] = folder(0o1777, time=boot, device=SHM_DEVICE)  # noqa: S108
    made["/dev/pts"] = folder(time=boot, device=PTS_DEVICE)
    made["/dev/pts/ptmx"] = Made(mode=stat.S_IFCHR, rdev=(5, 2), time=boot, device=PTS_DEVICE, size=0)
    for number in range(2):
        made[f"/dev/pts/{number}"] = Made(
            mode=stat.S_IFCHR | 0o620, gid=_TTY, rdev=(136, number), time=lambda now: now, device=PTS_DEVICE, size=0
        )
    if not machine.hardware.small:
        made["/dev/disk/by-uuid"] = folder(time=boot, device=DEV_DEVICE)
        for part in ("sda1", "sda5"):
            made[f"/dev/disk/by-uuid/{machine.disk_id(part)}"] = link(f"../../{part}", boot, DEV_DEVICE)
    return made


def terminal(session: Session) -> str:
    """The device file of the session's terminal."""
    return f"/dev/{session.tty}" if session.tty else ""


def _device(mode: int, gid: int, major: int, minor: int, time: float) -> Made:
    return Made(mode=mode, gid=gid, rdev=(major, minor), time=time, device=DEV_DEVICE, size=0)

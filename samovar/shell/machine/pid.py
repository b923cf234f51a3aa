"""/proc's directories of processes. A node's number says which process and which of its files it is."""

from collections.abc import Callable

from samovar.shell.disk.made import LIVE, PROC_DEVICE, Made
from samovar.shell.disk.session import Session, Task
from samovar.shell.machine import proc as kernel
from samovar.shell.machine.machine import Machine
from samovar.shell.machine.nodes import folder, link, proc

_SPAN = 1 << 10  # numbers for each process; descriptors in the upper half
_FD = 512
_TREE = {
    "": ("attr", "cgroup", "cmdline", "comm", "cwd", "environ", "exe", "fd", "io", "limits", "loginuid", "maps",
         "mountinfo", "mounts", "net", "oom_adj", "oom_score", "oom_score_adj", "root", "sched", "stat", "statm",
         "status", "task", "wchan"),
    "net": ("arp", "dev", "if_inet6", "route", "tcp", "tcp6", "udp", "udp6", "unix"),
    "task": (),
    "attr": ("current",),
    "fd": (),
}  # fmt: skip
_PATHS = tuple(
    sorted({""} | {f"{above}/{name}".strip("/") for above, names in _TREE.items() for name in names} | {"task/self"})
)
_NUMBERS = {path: number for number, path in enumerate(_PATHS)}


class Pids:
    """The processes of a session as files."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def _find(self, pid: int, session: Session) -> Task | None:
        return self._machine.task(pid, session)

    def lookup(self, node: int, name: str, session: Session) -> int:
        """The child of that name, or -1."""
        if node == LIVE:
            good = name.isascii() and len(name) < 9 and not name.startswith("0") and self._find(int(name), session)
            return LIVE + int(name) * _SPAN if good else -1
        pid, place = divmod(node - LIVE, _SPAN)
        path = _PATHS[place] if place < _FD else None
        if path == "fd":
            task = self._find(pid, session)
            there = task is not None and name.isdecimal() and len(name) < 4 and int(name) < len(task.fds)
            return LIVE + pid * _SPAN + _FD + int(name) if there else -1
        if path == "task":
            name = "self" if name == str(pid) else "-"
        elif path == "task/self":
            path, name = "", name if name != "task" else "-"
        number = _NUMBERS.get(f"{path}/{name}".strip("/")) if path is not None else None
        return LIVE + pid * _SPAN + number if number is not None else -1

    def names(self, node: int, session: Session) -> list[str]:
        """What a directory holds."""
        if node == LIVE:
            return sorted(str(task.pid) for task in self._machine.tasks(session))
        pid, place = divmod(node - LIVE, _SPAN)
        path = _PATHS[place] if place < _FD else "-"
        if path == "fd":
            task = self._find(pid, session)
            return sorted(str(number) for number in range(len(task.fds))) if task else []
        if path == "task":
            return [str(pid)]
        if path == "task/self":  # without "task", or there would be no end to it
            return [name for name in sorted(_TREE[""]) if name != "task"]
        return sorted(_TREE.get(path, ()))

    def made(self, node: int, session: Session) -> Made | None:
        """The node; None where its process has ended."""
        pid, place = divmod(node - LIVE, _SPAN)
        task = self._find(pid, session)
        if task is None:
            return None
        if place >= _FD:
            return _owned(link(task.fds[place - _FD] if place - _FD < len(task.fds) else "", device=PROC_DEVICE), task)
        path = _PATHS[place]
        if path in (*_TREE, "task/self"):
            return _owned(folder(0o500 if path == "fd" else 0o555, device=PROC_DEVICE, time=task.start), task)
        if path in ("exe", "cwd", "root"):
            target = {"exe": task.exe, "cwd": task.cwd, "root": "/"}[path]
            return _owned(link(target if task.argv else "", device=PROC_DEVICE), task)
        mode = 0o400 if path in ("environ", "io") else 0o644 if path.startswith("oom") or path == "loginuid" else 0o444
        return proc(lambda asking: _text(path, task, self._machine, asking), mode, task.start, task.uid)


def _owned(made: Made, task: Task) -> Made:
    return Made(mode=made.mode, uid=task.uid, gid=task.gid, time=task.start, target=made.target, size=0,
                device=PROC_DEVICE)  # fmt: skip


def _text(path: str, task: Task, machine: Machine, session: Session) -> str:
    net: dict[str, Callable[[], str]] = {
        "net/dev": lambda: kernel.net_dev(machine, session.now), "net/route": lambda: kernel.net_route(machine),
        "net/arp": lambda: kernel.net_arp(machine), "net/if_inet6": lambda: kernel.net_if_inet6(machine, session.now),
        "net/unix": lambda: "Num       RefCount Protocol Flags    Type St Inode Path\n",
        "mounts": lambda: kernel.mounts(machine, session.now), "mountinfo": lambda: _mountinfo(machine, session),
        "stat": lambda: stat_line(task, machine), "statm": lambda: _statm(task),
        "status": lambda: _status(task, machine),
        "cmdline": lambda: "".join(f"{word}\0" for word in task.argv), "comm": lambda: f"{task.comm}\n",
        "environ": lambda: "".join(f"{row}\0" for row in task.environ), "maps": lambda: _maps(task),
        "cgroup": lambda: "0::/init.scope\n" if task.pid == 1 else f"0::/system.slice/{task.comm}.service\n",
        "limits": lambda: _LIMITS, "wchan": lambda: "0", "attr/current": lambda: "unconfined\n",
        "oom_adj": lambda: "0\n", "oom_score": lambda: "666\n", "oom_score_adj": lambda: "0\n",
        "loginuid": lambda: "4294967295" if not task.tty else str(task.uid),
        "io": lambda: "rchar: 21904\nwchar: 1203\nsyscr: 61\nsyscw: 22\nread_bytes: 0\nwrite_bytes: 0\n"
                      "cancelled_write_bytes: 0\n",
        "sched": lambda: f"{task.comm} ({task.pid}, #threads: {task.threads})\n" + "-" * 67 + "\n",
    }  # fmt: skip
    if path in ("net/tcp", "net/tcp6", "net/udp", "net/udp6"):
        return kernel.net_sockets(machine, session, path[4:])
    return net[path]()


def _tty(task: Task) -> int:
    if task.tty.startswith("pts/"):
        return (136 << 8) + int(task.tty[4:])
    return (4 << 8) + int(task.tty[3:] or 0) if task.tty.startswith("tty") and task.tty[3:].isdecimal() else 0


def stat_line(task: Task, machine: Machine) -> str:
    """/proc/PID/stat."""
    ticks = int(task.cpu * 100)
    start = int(max(task.start - machine.persona.boot_time, 0) * 100)
    session = task.session or task.pid
    fields = [
        task.pid, f"({task.comm})", task.state, task.ppid, session if task.argv else 0, session if task.argv else 0,
        _tty(task), task.pid if task.tty else -1, 4194304, 310, 0, 0, 0, ticks * 2 // 3, ticks - ticks * 2 // 3, 0, 0,
        20 + task.nice, task.nice, task.threads, 0, start, task.vsz * 1024, task.rss // 4, 18446744073709551615,
        *([0] * 12), 17, 0, *([0] * 13),
    ]  # fmt: skip
    return " ".join(map(str, fields)) + "\n"


def _statm(task: Task) -> str:
    pages = task.vsz // 4, task.rss // 4, task.rss // 6
    return f"{pages[0]} {pages[1]} {pages[2]} 200 0 {pages[0] // 6} 0\n"


def _status(task: Task, machine: Machine) -> str:
    states = {"R": "R (running)", "S": "S (sleeping)", "I": "I (idle)", "T": "T (stopped)", "Z": "Z (zombie)"}
    text = (
        f"Name:\t{task.comm}\nUmask:\t0022\nState:\t{states.get(task.state, 'S (sleeping)')}\n"
        f"Tgid:\t{task.pid}\nNgid:\t0\n"
        f"Pid:\t{task.pid}\nPPid:\t{task.ppid}\nTracerPid:\t0\n"
        + "".join(
            f"{name}:\t" + "\t".join([str(value)] * 4) + "\n" for name, value in (("Uid", task.uid), ("Gid", task.gid))
        )
        + f"FDSize:\t256\nGroups:\t{task.gid} \nNStgid:\t{task.pid}\nNSpid:\t{task.pid}\n"
    )
    if task.argv:
        text += (
            f"VmPeak:\t{task.vsz:>8} kB\nVmSize:\t{task.vsz:>8} kB\nVmLck:\t       0 kB\nVmPin:\t       0 kB\n"
            f"VmHWM:\t{task.rss:>8} kB\nVmRSS:\t{task.rss:>8} kB\nVmSwap:\t       0 kB\n"
        )
    mask = f"{(1 << machine.persona.cpu_count) - 1:x}"
    caps = "000001ffffffffff" if task.uid == 0 else "0000000000000000"
    return text + (
        f"Threads:\t{task.threads}\nSigQ:\t0/{machine.persona.memory_kib // 256}\n"
        f"CapInh:\t0000000000000000\nCapPrm:\t{caps}\n"
        f"CapEff:\t{caps}\nCapBnd:\t000001ffffffffff\nNoNewPrivs:\t0\nSeccomp:\t0\nCpus_allowed:\t{mask}\n"
        f"Cpus_allowed_list:\t0-{machine.persona.cpu_count - 1}\n"
    )


def _maps(task: Task) -> str:
    if not task.argv:
        return ""
    rows = ((0x55A1C0000000, "r--p", task.exe), (0x55A1C0004000, "r-xp", task.exe), (0x55A1C001F000, "rw-p", task.exe))
    text = "".join(
        f"{start:012x}-{start + 0x4000:012x} {rights} 00000000 08:01 {393_000 + len(path)}".ljust(73) + path + "\n"
        for start, rights, path in rows
    )
    return text + "7ffd3c5e1000-7ffd3c602000 rw-p 00000000 00:00 0".ljust(73) + "[stack]\n"


def _mountinfo(machine: Machine, session: Session) -> str:
    return "".join(
        f"{number} {1 if mount.target == '/' else 26} {mount.device >> 8}:{mount.device & 255} / {mount.target} "
        f"{mount.options} shared:{number} - {mount.type} {mount.source} rw\n"
        for number, mount in enumerate(machine.mounts(session.now), 22)
    )


_ROWS = (
    ("Max cpu time", "unlimited", "unlimited", "seconds"), ("Max file size", "unlimited", "unlimited", "bytes"),
    ("Max stack size", "8388608", "unlimited", "bytes"), ("Max core file size", "0", "unlimited", "bytes"),
    ("Max processes", "15423", "15423", "processes"), ("Max open files", "1024", "1048576", "files"),
    ("Max address space", "unlimited", "unlimited", "bytes"),
)  # fmt: skip
_LIMITS = "Limit                     Soft Limit           Hard Limit           Units     \n" + "".join(
    f"{name:<25} {soft:<20} {hard:<20} {unit:<10}\n" for name, soft, hard, unit in _ROWS
)

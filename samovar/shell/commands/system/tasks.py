"""ps (procps-ng 4)."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from samovar.shell.commands.system.wish import Wish, read
from samovar.shell.disk.session import Task
from samovar.shell.kernel.process import Process

_LEFT = frozenset(
    [
        "user",
        "euser",
        "ruser",
        "comm",
        "cmd",
        "args",
        "command",
        "tty",
        "tt",
        "tname",
        "stat",
        "state",
        "s",
        "start",
        "lstart",
        "group",
        "wchan",
        "ucmd",
        "ucomm",
        "exe",
        "cls",
    ]
)
_WIDTHS = {
    "pid": 7, "ppid": 7, "user": 8, "euser": 8, "ruser": 8, "uid": 5, "tty": 8, "tt": 8, "tname": 8, "stat": 4,
    "state": 1, "s": 1,
    "time": 8, "cputime": 8, "etime": 11, "etimes": 7, "start": 8, "lstart": 24, "stime": 5, "start_time": 5,
    "%cpu": 4, "pcpu": 4,
    "%mem": 4, "pmem": 4, "vsz": 6, "vsize": 6, "rss": 5, "rsz": 5, "rssize": 5, "ni": 3, "nice": 3, "pri": 3, "c": 2,
    "pgid": 7,
    "pgrp": 7, "sid": 7, "sess": 7, "group": 8, "gid": 5, "wchan": 6, "sz": 5, "comm": 15, "ucmd": 15, "ucomm": 15,
    "nlwp": 4, "thcount": 5,
    "f": 1, "addr": 4, "psr": 3, "cls": 3, "cmd": 27, "args": 27, "command": 27, "exe": 27, "lwp": 7,
}  # fmt: skip
_ALIASES = {
    "%cpu": "pcpu",
    "%mem": "pmem",
    "nice": "ni",
    "rssize": "rss",
    "vsize": "vsz",
    "cputime": "time",
    "tty": "tt",
}


def ps(p: Process) -> int:
    """The processes."""
    wish = read(p.argv[1:])
    if wish.unfit:
        p.err(
            f"error: {wish.unfit}\n\nUsage:\n ps [options]\n\n"
            " Try 'ps --help <simple|list|output|threads|misc|all>'\n"
            "  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n"
            "\nFor more details see ps(1).\n"
        )
        return 1
    if p.argv[1:] in (["--version"], ["-V"]):
        p.out("ps from procps-ng 4.0.2\n")
        return 0
    tasks = [task for task in everything(p) if _wanted(p, task, wish)]
    for key in reversed(wish.sort):
        name = key.lstrip("+-")
        tasks.sort(key=partial(_order, p, name), reverse=key.startswith("-"))
    p.out(_table(p, tasks, wish))
    return int(not tasks)


def everything(p: Process) -> list[Task]:
    """All processes of the machine, by pid; the session's own as they are."""
    found = p.machine.tasks(p.kernel.session)
    killed = p.kernel.killed
    return sorted((task for task in found if task.pid not in killed), key=lambda task: task.pid)


def _wanted(p: Process, task: Task, wish: Wish) -> bool:
    chosen = [
        wish.pids is not None and task.pid in wish.pids,
        wish.names is not None and task.comm in wish.names,
        wish.users is not None and (_user(p, task) in wish.users or str(task.uid) in wish.users),
        wish.parents is not None and task.ppid in wish.parents,
    ]
    if any(given is not None for given in (wish.pids, wish.names, wish.users, wish.parents)):
        return any(chosen)
    if wish.every:
        return True
    here = p.kernel.session.tty
    if wish.terminals:
        return bool(task.tty)
    if wish.mine:
        return task.tty == here and task.uid == p.identity.uid and (bool(here) or task.pid in p.kernel.processes)
    return task.uid == p.identity.uid


def _user(p: Process, task: Task) -> str:
    account = p.machine.accounts.by_uid(task.uid)
    return account.name if account else str(task.uid)


def _order(p: Process, name: str, task: Task) -> float | str:
    known: dict[str, Callable[[], float | str]] = {
        "pid": lambda: task.pid, "rss": lambda: task.rss, "%mem": lambda: task.rss, "pmem": lambda: task.rss,
        "vsz": lambda: task.vsz,
        "%cpu": lambda: _share(p, task), "pcpu": lambda: _share(p, task), "time": lambda: task.cpu,
        "start_time": lambda: task.start,
        "comm": lambda: task.comm, "user": lambda: _user(p, task), "ppid": lambda: task.ppid,
        "etime": lambda: -task.start,
    }  # fmt: skip
    return known.get(name, lambda: task.pid)()


def _share(p: Process, task: Task) -> float:
    return task.cpu / max(p.now - task.start, 1.0) * 100


def _state(task: Task) -> str:
    more = "<" if task.nice < 0 else "N" if task.nice > 0 else ""
    more += "s" if task.session == task.pid else ""
    more += "l" if task.threads > 1 else ""
    return task.state + more + ("+" if task.state == "R" or (task.tty and not more) else "")


def _clock(seconds: float) -> str:
    total = int(seconds)
    days, rest = divmod(total, 86_400)
    shown = f"{rest // 3600:02}:{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days}-{shown}" if days else shown


def _elapsed(seconds: float) -> str:
    days, rest = divmod(int(max(seconds, 0)), 86_400)
    short = f"{rest // 60 % 60:02}:{rest % 60:02}"
    return f"{days}-{rest // 3600:02}:{short}" if days else f"{rest // 3600:02}:{short}" if rest >= 3600 else short


def _since(p: Process, start: float) -> str:
    moment, now = datetime.fromtimestamp(start, UTC), datetime.fromtimestamp(p.now, UTC)
    if p.now - start < 86_400 and moment.day == now.day:
        return f"{moment:%H:%M}"
    return f"{moment:%b%d}" if moment.year == now.year else f"{moment:%Y}"


def _command(task: Task) -> str:
    return " ".join(task.argv) if task.argv else f"[{task.comm}]"


def value(p: Process, task: Task, name: str) -> str:
    """One cell."""
    total = p.machine.memory(p.now).total
    name = _ALIASES.get(name, name)
    started = datetime.fromtimestamp(task.start, UTC)
    cells: dict[str, Callable[[], str]] = {
        "pid": lambda: str(task.pid), "ppid": lambda: str(task.ppid), "user": lambda: _short(_user(p, task)),
        "euser": lambda: _short(_user(p, task)), "ruser": lambda: _short(_user(p, task)), "uid": lambda: str(task.uid),
        "gid": lambda: str(task.gid), "group": lambda: _short(_user(p, task)), "comm": lambda: task.comm,
        "ucmd": lambda: task.comm,
        "ucomm": lambda: task.comm, "cmd": lambda: _command(task), "args": lambda: _command(task),
        "command": lambda: _command(task),
        "tt": lambda: task.tty or "?", "tname": lambda: task.tty or "?", "stat": lambda: _state(task),
        "state": lambda: task.state,
        "s": lambda: task.state, "time": lambda: _clock(task.cpu),
        "etime": lambda: _elapsed(p.now - task.start), "etimes": lambda: str(int(p.now - task.start)),
        "start": lambda: f"{started:%H:%M:%S}" if p.now - task.start < 86_400 else f"{started:  %b %d}",
        "lstart": lambda: f"{started:%a %b} {started.day:2} {started:%H:%M:%S %Y}",
        "stime": lambda: _since(p, task.start), "start_time": lambda: _since(p, task.start),
        "pcpu": lambda: f"{_share(p, task):.1f}",
        "pmem": lambda: f"{task.rss * 100 / total:.1f}", "vsz": lambda: str(task.vsz), "rss": lambda: str(task.rss),
        "rsz": lambda: str(task.rss),
        "ni": lambda: str(task.nice), "pri": lambda: str(19 - task.nice),
        "c": lambda: str(int(min(_share(p, task), 99))),
        "pgid": lambda: str(task.session or task.pid), "pgrp": lambda: str(task.session or task.pid),
        "sid": lambda: str(task.session or task.pid),
        "sess": lambda: str(task.session or task.pid), "sz": lambda: str(task.vsz // 4),
        "nlwp": lambda: str(task.threads), "lwp": lambda: str(task.pid),
        "thcount": lambda: str(task.threads), "f": lambda: "1" if not task.argv else "4",
        "psr": lambda: str(task.pid % p.machine.cpu().count),
        "wchan": lambda: "-", "addr": lambda: "-", "cls": lambda: "TS", "exe": lambda: task.exe or "-",
    }  # fmt: skip
    return cells[name]()


def _short(name: str) -> str:
    return name if len(name) <= 8 else name[:7] + "+"


def _table(p: Process, tasks: list[Task], wish: Wish) -> str:
    bsd = any(head == "TIME" and name == "time" for name, head in wish.columns) and any(
        name == "stat" for name, _ in wish.columns
    )
    names = wish.columns
    depth = _depths(tasks) if wish.tree else {}
    rows = []
    for task in _ordered(tasks) if wish.tree else tasks:
        cells = [value(p, task, name) for name, head in names]
        for i, (name, _) in enumerate(names):
            if name == "time" and bsd:
                cells[i] = f"{int(task.cpu) // 60}:{int(task.cpu) % 60:02}"
            if name in ("cmd", "args", "command", "ucmd", "comm") and depth.get(task.pid):
                cells[i] = "    " * (depth[task.pid] - 1) + " \\_ " + cells[i]
        rows.append(cells)
    heads = [head for _, head in names]
    lines = [heads, *rows] if wish.heads and any(heads) else rows
    widths = [0] * len(names)
    for i, (name, head) in enumerate(names):
        least = 6 if bsd and name == "time" else _WIDTHS.get(name, 5)
        widths[i] = max([len(head), least, *(len(row[i]) for row in rows)])
    out = []
    for row in lines:
        cells = [cell.ljust(widths[i]) if names[i][0] in _LEFT else cell.rjust(widths[i]) for i, cell in enumerate(row)]
        cells[-1] = row[-1] if names[-1][0] in _LEFT else cells[-1]
        out.append(" ".join(cells).rstrip())
    return "".join(line + "\n" for line in out)


def _depths(tasks: list[Task]) -> dict[int, int]:
    parents = {task.pid: task.ppid for task in tasks}
    depths: dict[int, int] = {}
    for task in tasks:
        depth, pid = 0, task.ppid
        while pid in parents and depth < 40:
            depth, pid = depth + 1, parents[pid]
        depths[task.pid] = depth
    return depths


def _ordered(tasks: list[Task]) -> list[Task]:
    """Children behind their parents."""
    pids = {task.pid for task in tasks}
    below: dict[int, list[Task]] = {}
    for task in tasks:
        below.setdefault(task.ppid if task.ppid in pids else -1, []).append(task)
    out: list[Task] = []
    stack = list(reversed(below.get(-1, [])))
    while stack:
        task = stack.pop()
        out.append(task)
        stack += reversed(below.get(task.pid, []))
    return out

"""kill, killall, pkill, pgrep, pidof as programs."""

from samovar.shell.commands.options import Options, parse
from samovar.shell.commands.system.tasks import everything
from samovar.shell.commands.text.pattern import PatternFault
from samovar.shell.commands.text.regex import Regex
from samovar.shell.disk.session import Task
from samovar.shell.kernel import signals
from samovar.shell.kernel.process import Process

_STANDING = frozenset((1, 2))


def deliver(p: Process, task: Task, number: int) -> bool:
    """Signal a process of the session, or one of the machine's own (which then is gone for this session)."""
    own = p.kernel.processes.get(task.pid)
    if p.identity.uid not in (0, task.uid):
        return False
    if number == 0:
        return True
    if own is not None:
        p.kernel.signal(own, number)
    elif task.pid not in _STANDING and task.argv and signals.action(number) == "end":
        p.kernel.killed.add(task.pid)
    return True


def kill(p: Process) -> int:
    """By number."""
    words, number = p.argv[1:], signals.TERM
    if not words:
        p.err("\nUsage:\n kill [options] <pid> [...]\n\nFor more details see kill(1).\n")
        return 1
    if words[0] in ("-l", "-L"):
        p.out(signals.listing())
        return 0
    if words[0].startswith("-"):
        name = words.pop(0)[1:]
        name = words.pop(0) if name in ("s", "n") and words else name
        found = signals.number(name)
        if found is None:
            return p.fail(f"unknown signal {name}")
        number = found
    tasks, status = {task.pid: task for task in everything(p)}, 0
    for word in words:
        if not word.lstrip("-").isdecimal() or len(word) > 10:
            status = p.fail(f"failed to parse argument: '{word}'")
            continue
        task = tasks.get(abs(int(word)))
        if task is None:
            status = p.fail(f"({word}): No such process")
        elif not deliver(p, task, number):
            status = p.fail(f"({word}): Operation not permitted")
    return status


def killall(p: Process) -> int:
    """By name."""
    words = []
    number, quiet = signals.TERM, False
    for word in p.argv[1:]:
        if word.startswith("-") and (found := signals.number(word[1:])) is not None:
            number = found
        elif word in ("-q", "--quiet"):
            quiet = True
        elif not word.startswith("-"):
            words.append(word)
    if not words:
        p.err("Usage: killall [OPTION]... [--] NAME...\n")
        return 1
    status = 0
    for name in words:
        hits = [task for task in everything(p) if task.comm == name[:15] and task.argv]
        if not hits:
            status = 1
            if not quiet:
                p.err(f"{name}: no process found\n")
        for task in hits:
            if not deliver(p, task, number):
                p.err(f"{name}({task.pid}): Operation not permitted\n")
                status = 1
    return status


_PGREP = {
    "full": "f", "exact": "x", "list-name": "l", "list-full": "a", "count": "c", "signal=": "signal", "newest":
    "n", "oldest": "o", "parent=": "P", "euid=": "u", "uid=": "U", "echo": "e", "ignore-case": "i", "inverse":
    "v",
}  # fmt: skip


def pgrep(p: Process) -> int:
    """Processes by a pattern; pkill signals them."""
    number = signals.TERM
    if p.name == "pkill":
        for word in p.argv[1:]:
            if word.startswith("-") and len(word) > 1 and (found := signals.number(word[1:])) is not None:
                number = found
                p.argv = [part for part in p.argv if part != word]
    options = parse(
        p,
        "ad:cfg:G:iln:oP:s:t:u:U:vxFeq",
        _PGREP,
        status=2,
    )
    number = signals.number(options.value("signal")) or number if "signal" in options else number
    pattern = options.rest[0] if options.rest else ""
    if not options.rest and not any(letter in options for letter in "uUPtgs"):
        return p.fail(f"no matching criteria specified\nTry `{p.name} --help' for more information.", 2)
    hits = [task for task in everything(p) if task.pid != p.pid and _fits(p, task, pattern, options)]
    if "c" in options:
        p.out(f"{len(hits)}\n")
    for task in hits:
        if p.name == "pkill":
            deliver(p, task, number)
            if "e" in options:
                p.out(f"{task.comm} killed (pid {task.pid})\n")
        elif "c" not in options:
            whole = " ".join(task.argv) or task.comm
            p.out(f"{task.pid}{' ' + whole if 'a' in options else ' ' + task.comm if 'l' in options else ''}\n")
    return int(not hits)


def _fits(p: Process, task: Task, pattern: str, options: Options) -> bool:
    subject = (" ".join(task.argv) or task.comm) if "f" in options else task.comm
    users = options.value("u") or options.value("U")
    if users:
        account = p.machine.accounts.by_uid(task.uid)
        if (account.name if account else "") not in users.split(",") and str(task.uid) not in users.split(","):
            return False
    if "P" in options and str(task.ppid) not in options.value("P").split(","):
        return False
    try:
        regex = Regex(pattern, "extended", p.spend, ignore_case="i" in options, whole="line" if "x" in options else "")
    except PatternFault:
        return False
    return regex.test(subject[:4096]) != ("v" in options)


def pidof(p: Process) -> int:
    """Numbers by name, the newest first."""
    names = [word for word in p.argv[1:] if not word.startswith("-")]
    hits = [task.pid for task in everything(p) if task.argv and (task.comm in names or task.argv[0] in names)]
    if "-s" in p.argv:
        hits = hits[-1:]
    if hits:
        p.out(" ".join(map(str, reversed(hits))) + "\n")
    return int(not hits)


__all__ = ["kill", "killall", "pgrep", "pidof"]

"""jobs, fg, bg, wait, kill, disown, suspend."""

from collections.abc import Generator

from samovar.shell.interpreter.builtins.types import Builtin
from samovar.shell.interpreter.job import foreground, line
from samovar.shell.interpreter.shell import Job, Shell
from samovar.shell.kernel import signals
from samovar.shell.kernel.process import Process
from samovar.shell.kernel.wait import Ended, Wait

Running = Generator[Wait, bytes, int]


def _find(shell: Shell, text: str) -> Job | None:
    name = text.removeprefix("%")
    if name in ("", "+", "%"):
        return shell.jobs[-1] if shell.jobs else None
    if name == "-":
        return shell.jobs[-2] if len(shell.jobs) > 1 else None
    for job in shell.jobs:
        if (name.isdecimal() and job.number == int(name[:6])) or (not name.isdecimal() and job.source.startswith(name)):
            return job
    return None


def _jobs(shell: Shell, argv: list[str]) -> int:
    for job in list(shell.jobs):
        if "-p" in argv[1:]:
            shell.process.out(f"{job.processes[0].pid}\n")
        else:
            shell.process.out(line(shell, job, pids="-l" in argv[1:]))
        if job.state not in ("Running", "Stopped"):
            shell.jobs.remove(job)
    return 0


def _fg(shell: Shell, argv: list[str]) -> Running:
    if not shell.interactive:
        return shell.complain("fg: no job control")
    job = _find(shell, argv[1] if argv[1:] else "%+")
    if job is None:
        return shell.complain(f"fg: {argv[1] if argv[1:] else 'current'}: no such job")
    shell.process.out(job.source + "\n")
    shell.jobs.remove(job)
    for process in job.processes:
        shell.kernel.signal(process, signals.CONTINUE)
    return (yield from foreground(shell, job.processes, job.source))


def _bg(shell: Shell, argv: list[str]) -> int:
    if not shell.interactive:
        return shell.complain("bg: no job control")
    job = _find(shell, argv[1] if argv[1:] else "%+")
    if job is None:
        return shell.complain(f"bg: {argv[1] if argv[1:] else 'current'}: no such job")
    for process in job.processes:
        shell.kernel.signal(process, signals.CONTINUE)
    shell.process.out(f"[{job.number}]+ {job.source} &\n")
    return 0


def _wait(shell: Shell, argv: list[str]) -> Running:
    wanted: list[Process] = []
    for word in argv[1:]:
        if word.startswith("-"):
            continue
        job = _find(shell, word) if word.startswith("%") else None
        found = [p for other in shell.jobs for p in other.processes if str(p.pid) == word]
        if job is None and not found:
            message = f"{word}: no such job" if word.startswith("%") else f"pid {word} is not a child of this shell"
            return shell.complain(f"wait: {message}", 127)
        wanted += job.processes if job else found
    everything = not wanted
    wanted = wanted or [process for job in shell.jobs for process in job.processes]
    while any(process.status is None for process in wanted) and not shell.process.pending:
        yield Ended(tuple(process for process in wanted if process.status is None))
    if not shell.interactive:
        shell.jobs[:] = [job for job in shell.jobs if job.state in ("Running", "Stopped")]
    return 0 if everything or not wanted else wanted[-1].status or 0


def _kill(shell: Shell, argv: list[str]) -> int:
    rest, number = argv[1:], signals.TERM
    if not rest:
        shell.process.err(
            "kill: usage: kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]\n"
        )
        return 2
    if rest[0] in ("-l", "-L"):
        return _list(shell, rest[1:])
    if rest[0] in ("-s", "-n") and len(rest) > 1:
        name, rest = rest[1], rest[2:]
    elif rest[0].startswith("-") and rest[0] != "--":
        name, rest = rest[0][1:], rest[1:]
    else:
        name, rest = "", rest[1:] if rest[0] == "--" else rest
    if name:
        found = 0 if name == "0" else signals.number(name)
        if found is None:
            return shell.complain(f"kill: {name}: invalid signal specification")
        number = found
    return max((_kill_one(shell, word, number) for word in rest), default=0)


def _list(shell: Shell, words: list[str]) -> int:
    if not words:
        shell.process.out(signals.listing())
    for word in words:
        if word.isdecimal():
            shell.process.out(signals.NAMES.get(int(word[:4]) & 0x7F, "") + "\n")
        else:
            shell.process.out(f"{signals.number(word) or ''}\n")
    return 0


def _kill_one(shell: Shell, word: str, number: int) -> int:
    if word.startswith("%"):
        job = _find(shell, word)
        if job is None:
            return shell.complain(f"kill: {word}: no such job")
        for process in job.processes:
            shell.kernel.signal(process, number)
        return 0
    if not word.lstrip("-").isdecimal() or len(word) > 12:
        return shell.complain(f"kill: {word}: arguments must be process or job IDs")
    return {0: 0, 1: 1}[int(not shell.machine_kill(int(word), number))] or 0


def _disown(shell: Shell, argv: list[str]) -> int:
    if shell.jobs:
        job = _find(shell, argv[-1] if len(argv) > 1 and not argv[-1].startswith("-") else "%+")
        if job is not None:
            shell.jobs.remove(job)
        return 0
    return shell.complain("disown: current: no such job")


JOBS: dict[str, Builtin] = {"jobs": _jobs, "fg": _fg, "bg": _bg, "wait": _wait, "kill": _kill, "disown": _disown}

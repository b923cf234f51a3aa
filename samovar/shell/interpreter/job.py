"""Pipelines, subshells and jobs: several processes that belong together."""

from collections.abc import Callable, Generator

from samovar.shell.disk.fault import Fault
from samovar.shell.interpreter.flow import Abandon
from samovar.shell.interpreter.shell import Job, Shell
from samovar.shell.kernel import signals
from samovar.shell.kernel.descriptor import Stream, Text
from samovar.shell.kernel.process import Process
from samovar.shell.kernel.wait import Ended, Wait
from samovar.shell.syntax.tree import Item, Node, Pipeline, Script
from samovar.shell.words.scope import Array

Running = Generator[Wait, bytes, int]
Runner = Callable[..., Running]
MAX_JOBS = 64


def pipeline(shell: Shell, node: Pipeline, run: Runner) -> Running:
    """Run it; the last command's status, turned round by ``!``."""
    began = shell.process.now
    if len(node.commands) == 1:
        shell.guarded += node.negated
        try:
            yield from run(shell, node.commands[0])
        finally:
            shell.guarded -= node.negated
        statuses = [shell.status]
    else:
        processes = _start(shell, node, run)
        yield from foreground(shell, processes, "")
        statuses = [process.status or 0 for process in processes]
    shell.variables.values["PIPESTATUS"] = Array({str(i): str(status) for i, status in enumerate(statuses)})
    status = statuses[-1]
    if "pipefail" in shell.flags:
        status = next((failed for failed in reversed(statuses) if failed), 0)
    if node.timed:
        _say_time(shell, shell.process.now - began, posix=node.timed == "time -p")
    return int(status == 0) if node.negated else status


def _start(shell: Shell, node: Pipeline, run: Runner) -> tuple[Process, ...]:
    made: list[Process] = []
    source: Stream | None = None
    end = len(node.commands) - 1
    for number, command in enumerate(node.commands):
        streams: dict[int, Stream] = {}
        if source is not None:
            streams[0] = source
        pipe = shell.kernel.pipe() if number < end else None
        if pipe is not None:
            streams[1] = pipe.entry
            pipe.exit.users += 1  # until its reader has been made
        made.append(_child(shell, command, run, streams))
        if source is not None:
            source.users -= 1
        source = pipe.exit if pipe is not None else None
    for process in made:
        process.group = made[0].pid
    return tuple(made)


def _child(shell: Shell, command: Node, run: Runner, streams: dict[int, Stream]) -> Process:
    return shell.child(lambda inner: run(inner, command, last=True), dict(streams))


def subshell(shell: Shell, body: Script, run_script: Runner) -> Running:
    """``( ... )``."""
    child = shell.child(lambda inner: run_script(inner, body, last=True), {})
    return (yield from foreground(shell, (child,), ""))


def foreground(shell: Shell, processes: tuple[Process, ...], source: str) -> Running:
    """Wait until all have ended; the last one's status. A stopped one becomes a job."""
    kernel = shell.kernel
    kept, kernel.foreground = kernel.foreground, processes[0].group
    try:
        while any(process.status is None for process in processes):
            if all(process.stopped or process.status is not None for process in processes):
                job = add(shell, processes, source or " ".join(processes[-1].argv))
                job.announced = "Stopped"
                shell.process.err(f"\n[{job.number}]+  Stopped                 {job.source}\n")
                return 128 + signals.TERMINAL_STOP
            yield Ended(tuple(process for process in processes if process.status is None and not process.stopped))
    finally:
        kernel.foreground = kept
    last = processes[-1]
    if last.signal == signals.INT and shell.interactive:  # what is typed as ^C ends the whole line
        shell.process.err("\n")
        raise Abandon(130)
    if last.signal and last.signal not in (signals.INT, signals.PIPE):
        said = signals.SAID.get(last.signal, f"Signal {last.signal}")
        if shell.interactive:
            shell.process.err(f"{said}\n")
        else:
            shell.complain(f"{last.pid} {said}{' ' * max(24 - len(said), 1)}{source or ' '.join(last.argv)}")
    return last.status or 0


def background(shell: Shell, item: Item, run: Runner) -> Running:
    """``command &``."""
    streams: dict[int, Stream] = {} if shell.interactive else {0: Text(b"", "/dev/null")}
    try:
        if isinstance(item.node, Pipeline) and len(item.node.commands) > 1 and not item.node.negated:
            processes = _start(shell, item.node, run)
        else:
            processes = (shell.child(lambda inner: run(inner, item.node, last=True), dict(streams)),)
    except Fault:
        return shell.complain("fork: retry: Resource temporarily unavailable", 254)
    job = add(shell, processes, item.source)
    for process in processes:
        process.group = processes[0].pid
        if not shell.interactive:
            process.ignored |= {signals.INT, signals.QUIT}
    shell.background_pid = str(processes[-1].pid)
    if shell.interactive:
        shell.process.err(f"[{job.number}] {processes[-1].pid}\n")
    return 0
    yield


def add(shell: Shell, processes: tuple[Process, ...], source: str) -> Job:
    """A new job. The oldest ended one is forgotten where there are too many."""
    if len(shell.jobs) >= MAX_JOBS:
        shell.jobs.pop(0)
    job = Job(max((job.number for job in shell.jobs), default=0) + 1, processes, source)
    shell.jobs.append(job)
    return job


def announce(shell: Shell) -> str:
    """What an interactive shell says of its jobs before a prompt; ended ones are forgotten."""
    lines = []
    for job in list(shell.jobs):
        if job.state in ("Running", "Stopped"):
            continue
        lines.append(line(shell, job))
        shell.jobs.remove(job)
    return "".join(lines)


def line(shell: Shell, job: Job, *, pids: bool = False) -> str:
    """One line of ``jobs``."""
    current = [other.number for other in shell.jobs[-2:]]
    mark = "+" if job.number == current[-1] else "-" if len(current) > 1 and job.number == current[0] else " "
    state = job.state
    ampersand = " &" if state == "Running" else ""
    pid = f"{job.processes[-1].pid} " if pids else ""
    return f"[{job.number}]{mark}  {pid}{state:<24}{job.source}{ampersand}\n"


def _say_time(shell: Shell, seconds: float, *, posix: bool) -> None:
    if posix:
        shell.process.err(f"real {seconds:.2f}\nuser 0.00\nsys 0.00\n")
        return
    minutes, rest = divmod(seconds, 60)
    shell.process.err(f"\nreal\t{int(minutes)}m{rest + 0.002:.3f}s\nuser\t0m0.001s\nsys\t0m0.001s\n")

"""One shell: its state, and what expansion asks of it (``words.scope.Scope``)."""

from collections.abc import Callable, Generator
from typing import Literal

from msgspec import Struct

from samovar.shell.disk.fault import Fault
from samovar.shell.interpreter.flow import Exit, Flow
from samovar.shell.interpreter.variables import Variables
from samovar.shell.kernel.descriptor import Pipe
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.signals import SAID
from samovar.shell.kernel.wait import Readable, Wait
from samovar.shell.syntax.tree import Function, Script
from samovar.shell.words.scope import Array, ExpansionFault

MAX_FUNCTIONS = 256
MAX_SUBSTITUTED = 1 << 20  # bytes that a command substitution gives


class Job(Struct):
    """One background or stopped pipeline."""

    number: int
    processes: tuple[Process, ...]
    source: str
    announced: str = ""  # the state that was last shown

    @property
    def state(self) -> str:
        """As ``jobs`` shows it."""
        last = self.processes[-1]
        if any(process.stopped for process in self.processes):
            return "Stopped"
        if any(process.status is None for process in self.processes):
            return "Running"
        if last.signal:
            return SAID.get(last.signal, f"Signal {last.signal}")
        return "Done" if not last.status else f"Exit {last.status}"


class Shell:
    """Variables, functions, options, jobs. ``run`` (interpreter.run) makes it act."""

    def __init__(self, process: Process, *, name: str, dialect: Literal["bash", "ash"] = "bash") -> None:
        self.process, self.kernel, self.machine = process, process.kernel, process.machine
        self.name, self.dialect = name, dialect
        self.variables = Variables(dict(process.environment))
        self.variables.exported = set(process.environment)
        self.functions: dict[str, Function] = {}
        self.aliases: dict[str, str] = {}
        self.parameters: list[str] = []
        self.flags: set[str] = {"h", "B"}
        self.traps: dict[str, str] = {}
        self.jobs: list[Job] = []
        self.history: list[str] = []
        self.hashed: dict[str, str] = {}  # where commands were found; shared with subshells
        self.status = 0
        self.line = 1
        self.depth = 0
        self.guarded = 0  # > 0: a failure is looked at (if, &&, !): errexit does not act
        self.loops = 0
        self.interactive = False
        self.subshell = 0
        self.background_pid = ""
        self.script_file = False  # a file's commands, not those of -c or standard input
        self.script_name = ""  # before ": line N: " in messages; "" for an interactive shell
        self.started = process.now
        self.expanded: Callable[[list[str]], None] = _ignore  # told each simple command's words
        self.seed = process.pid
        self._begin()
        self.directories: list[str] = []  # pushd's stack
        self.option_index, self.option_place = 1, 1  # getopts

    def _begin(self) -> None:
        """The variables that a shell sets by itself."""
        values, process = self.variables.values, self.process
        level = values.get("SHLVL")
        values["SHLVL"] = (
            str(int(level) + 1) if isinstance(level, str) and level.isdecimal() and len(level) < 4 else "1"
        )
        values["PWD"] = process.directory
        values["OPTIND"], values["IFS"] = "1", " \t\n"
        self.variables.exported |= {"SHLVL", "PWD"}
        if self.dialect == "ash":
            values |= {"PS1": "# " if process.identity.uid == 0 else "$ ", "PS2": "> ", "PS4": "+ "}
            return
        version = self.machine.bash
        values |= {
            "UID": str(process.identity.uid), "EUID": str(process.identity.uid), "BASH": "/bin/bash",
            "BASH_VERSION": version,
            "HOSTNAME": self.machine.persona.host_name, "HOSTTYPE": "x86_64", "MACHTYPE": "x86_64-pc-linux-gnu",
            "OSTYPE": "linux-gnu", "PS4": "+ ", "OPTERR": "1", "SHELLOPTS": "braceexpand:hashall:interactive-comments",
        }  # fmt: skip
        values.setdefault("TERM", "dumb")
        self.variables.readonly |= {"UID", "EUID", "PPID", "SHELLOPTS"}

    # messages -------------------------------------------------------------------------------------------

    def complain(self, message: str, status: int = 1) -> int:
        """An error message in the shell's own form; the status."""
        self.process.err(f"{self.prefix()}{message}\n")
        return status

    def complain_plain(self, message: str) -> None:
        """A message without line, as getopts gives it."""
        self.process.err(f"{self.script_name or self.name}: {message}\n")

    def machine_kill(self, pid: int, number: int) -> bool:
        """Signal a process by number as ``kill`` does; False where that failed, which is then said."""
        process = self.kernel.processes.get(abs(pid))
        if process is None:
            standing = any(task.pid == abs(pid) for task in self.machine.processes(self.process.now))
            reason = "No such process" if not standing else ""
            if standing and self.process.identity.uid:
                reason = "Operation not permitted"
            if reason:
                self.complain(f"kill: ({pid}) - {reason}")
            return not reason
        if number:
            self.kernel.signal(process, number)
        return True

    def prefix(self) -> str:
        """What stands before its messages."""
        if self.interactive:
            return f"{self.name}: "
        if self.dialect == "ash":
            where = "" if self.machine.persona.busybox and not self.script_file else f"{self.line}: "
            return f"{self.script_name or self.name}: {where}"
        return f"{self.script_name or self.name}: line {self.line}: "

    # copies ---------------------------------------------------------------------------------------------

    def fork(self, process: Process) -> "Shell":
        """The same shell in another process."""
        other = Shell.__new__(Shell)
        other.__dict__.update(self.__dict__)
        other.process = process
        other.variables = self.variables.copy()
        other.variables.saved = [dict(kept) for kept in self.variables.saved]
        other.functions, other.aliases = dict(self.functions), dict(self.aliases)
        other.parameters, other.flags = list(self.parameters), set(self.flags)
        other.traps = {name: action for name, action in self.traps.items() if action == ""}
        other.jobs = []
        other.subshell += 1
        other.loops = 0
        return other

    # Scope ----------------------------------------------------------------------------------------------

    def value(self, name: str) -> str | None:
        if name in self.variables.values:
            if name not in _LIVE:
                return self.variables.get(name)
            return _LIVE[name](self)
        if name.isdecimal():
            number = int(name[:6])
            if number == 0:
                return self.name.removeprefix("-") if not self.script_name else self.script_name
            return self.parameters[number - 1] if number <= len(self.parameters) else None
        special = _SPECIAL.get(name) or _LIVE.get(name)
        return special(self) if special else None

    def array(self, name: str) -> Array | None:
        held = self.variables.values.get(name)
        return held if isinstance(held, Array) else None

    def assign(self, name: str, value: str, index: str | None = None) -> None:
        self.variables.set(name, value, index)
        if "a" in self.flags:
            self.variables.exported.add(name)
        if name == "PATH":
            self.hashed = {}

    def names(self, prefix: str) -> list[str]:
        return sorted(name for name in self.variables.values if name.startswith(prefix))

    def home(self, user: str) -> str | None:
        if not user:
            return self.variables.get("HOME") or "/"
        account = self.machine.accounts.by_name(user)
        return account.home if account else None

    def captured(self, script: Script) -> Generator[Wait, bytes, str]:
        self.spend(2)
        pipe = self.kernel.pipe()
        pipe.exit.users += 1
        child = self.child(lambda shell: _body(shell, script), {1: pipe.entry})
        data = bytearray()
        try:
            data = yield from self._drain(pipe, data)
        finally:
            pipe.exit.users -= 1
        self.status = yield from self.kernel.finish(child)
        return data.replace(b"\0", b"").rstrip(b"\n").decode("latin-1")

    def _drain(self, pipe: Pipe, data: bytearray) -> Generator[Wait, bytes, bytearray]:
        while len(data) < MAX_SUBSTITUTED:
            more = pipe.exit.read(65536)
            if more is None:
                yield Readable(pipe.exit)
            elif not more:
                break
            else:
                data += more
        return data

    def process_file(self, operator: str, script: Script) -> Generator[Wait, bytes, str]:
        pipe = self.kernel.pipe()
        ends = (pipe.entry, 1, pipe.exit) if operator == "<" else (pipe.exit, 0, pipe.entry)
        fd = next(number for number in range(63, 9, -1) if number not in self.process.descriptors)
        self.kernel.dup(self.process, fd, ends[2])
        self.child(lambda shell: _body(shell, script), {ends[1]: ends[0]}, without=(fd,))
        return f"/dev/fd/{fd}"
        yield  # a generator, as the other kinds of expansion are

    def listing(self, directory: str) -> list[str]:
        try:
            names = self.process.view.listing(self.process.path(directory))
        except Fault:
            return []
        self.spend(1 + len(names) // 50)
        return names

    def exists(self, path: str, *, directory: bool = False) -> bool:
        try:
            return self.process.view.lstat(self.process.path(path)).kind == "d" if directory else True
        except Fault:
            return False

    def spend(self, steps: int) -> None:
        self.kernel.spend(steps)

    # processes ------------------------------------------------------------------------------------------

    def child(
        self,
        act: Callable[["Shell"], Generator[Wait, bytes, int]],
        descriptors: dict[int, "object"],
        *,
        name: str = "",
        without: tuple[int, ...] = (),
    ) -> Process:
        """A subshell in a process of its own, started at once; ``descriptors`` replace ours."""
        process = self.process
        process.push()
        streams = {fd: stream for fd, stream in process.descriptors.items() if fd not in without}
        streams.update(descriptors)  # type: ignore[arg-type]
        argv = [name or process.argv[0], *process.argv[1:]]

        def body(child: Process) -> Body:
            child.caught.clear()
            return _guarded(self.fork(child), act)

        made = self.kernel.spawn(process, argv, body, streams)
        self.kernel.start(made)
        return made


def _guarded(shell: Shell, act: Callable[[Shell], Generator[Wait, bytes, int]]) -> Body:
    """A subshell's life: every way out of it is an exit status."""
    try:
        status = yield from act(shell)
    except Exit as leave:
        status = leave.status
    except Flow as flow:
        status = getattr(flow, "status", shell.status)
    except ExpansionFault as fault:
        status = shell.complain(fault.message, fault.status)
    yield from shell.process.flush()
    return status


def _body(shell: Shell, script: Script) -> Generator[Wait, bytes, int]:
    from samovar.shell.interpreter.run import run_script

    return run_script(shell, script, last=True)


def _ignore(words: list[str]) -> None:
    """Nobody wants to know."""


def _random(shell: Shell) -> str:
    shell.seed = (shell.seed * 1_103_515_245 + 12_345) & 0x7FFFFFFF
    return str(shell.seed >> 16)


_SPECIAL: dict[str, Callable[[Shell], str | None]] = {
    "?": lambda shell: str(shell.status),
    "$": lambda shell: str(_main(shell.process, shell.subshell).pid),
    "!": lambda shell: shell.background_pid or None,
    "#": lambda shell: str(len(shell.parameters)),
    "@": lambda shell: " ".join(shell.parameters) if shell.parameters else None,
    "*": lambda shell: _joined(shell) if shell.parameters else None,
    "-": lambda shell: "".join(sorted(flag for flag in shell.flags if len(flag) == 1)),
}
_LIVE: dict[str, Callable[[Shell], str | None]] = {
    "SECONDS": lambda shell: str(int(shell.process.now - shell.started)),
    "RANDOM": _random,
    "LINENO": lambda shell: str(shell.line),
    "BASHPID": lambda shell: str(shell.process.pid),
    "PPID": lambda shell: _parent(shell),
    "EPOCHSECONDS": lambda shell: str(int(shell.process.now)),
}


def _joined(shell: Shell) -> str:
    separators = shell.variables.get("IFS")
    return (" " if separators is None else separators[:1]).join(shell.parameters)


def _parent(shell: Shell) -> str:
    main = _main(shell.process, shell.subshell)
    return str(main.parent.pid if main.parent else main.pid - 1)


def _main(process: Process, levels: int) -> Process:
    while levels and process.parent is not None:
        process, levels = process.parent, levels - 1
    return process

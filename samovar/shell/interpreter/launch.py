"""Finds what a command line runs: along PATH, through links and ``#!`` lines, to one of our commands."""

from weakref import WeakKeyDictionary

from samovar.shell.commands import COMMANDS
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Command, Process
from samovar.shell.machine.machine import Machine

MAX_HASHED = 500  # commands
HEAD = 512  # bytes of a file that tell what it is
#: e_machine (ELF specification) that a machine's kernel runs
_RUNS = {"x86_64": (62, 3), "i686": (3,), "aarch64": (183, 40), "armv7l": (40,), "mips": (8,)}
DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Unlaunchable(Exception):
    """No program; the message in bash's words, ``ash`` in those of ash and dash."""

    def __init__(self, message: str, status: int, ash: str = "") -> None:
        super().__init__(message)
        self.status, self.ash = status, ash or message


def search(process: Process, name: str, path: str) -> str | None:
    """Where a command lies that has no slash in its name; None if nowhere in PATH."""
    for directory in path.split(":")[:40]:
        candidate = f"{(directory or process.directory).rstrip('/')}/{name}"
        try:
            stat = process.view.stat(candidate, process.directory)
        except Fault:
            continue
        if stat.kind == "f" and stat.mode & 0o111:
            return candidate
    return None


def find(
    process: Process, argv: list[str], environment: dict[str, str], hashed: dict[str, str] | None = None
) -> Command:
    """The command that ``argv`` runs. May put an interpreter before ``argv``. Raises Unlaunchable.

    ``hashed``: where commands were found before; it is added to.
    """
    name = argv[0]
    if hashed is not None and (known := hashed.get(name)) is not None:
        try:
            return _load(process, argv, known, 0)
        except Unlaunchable:
            del hashed[name]
    if "/" not in name:
        path = search(process, name, environment.get("PATH", DEFAULT_PATH)) if name else None
        if path is None:
            raise Unlaunchable("command not found", 127, "not found")
        if hashed is not None and path.startswith("/") and len(hashed) < MAX_HASHED:
            hashed[name] = path
    else:
        path = process.path(name)
    return _load(process, argv, path, 0)


def launch(process: Process, argv: list[str], environment: dict[str, str]) -> Command | None:
    """As ``find``, for programs that start others (env, xargs, sudo): None or a Fault where it cannot be."""
    try:
        return find(process, argv, environment)
    except Unlaunchable as reason:
        if reason.status == 127:
            return None
        raise Fault("EACCES" if "denied" in str(reason) else "ENOEXEC") from None


def _load(process: Process, argv: list[str], path: str, depth: int) -> Command:
    try:
        if process.view.stat(path).kind == "d":
            raise Unlaunchable("Is a directory", 126, "Permission denied")
        process.view.access(path, 1)
        handle = process.view.open(path, read=False)
        head = process.view.pread(handle, 0, HEAD)
    except Fault as fault:
        ash = "not found" if fault.code == "ENOENT" else fault.text
        raise Unlaunchable(fault.text, 127 if fault.code in ("ENOENT", "ENOTDIR") else 126, ash) from None
    own = process.kernel.disk.changed(handle.node) is None  # not the attacker's
    if own:
        for known in (argv[0].rpartition("/")[2].removeprefix("-"), handle.path.rpartition("/")[2]):
            if known in COMMANDS:
                return COMMANDS[known]
    if head.startswith(b"#!"):
        return _script(process, argv, path, head, depth)
    if head.startswith(b"\x7fELF"):
        return _program(process, head, process.view.fstat(handle).size, own=own)
    if b"\0" in head.split(b"\n", 1)[0]:
        raise Unlaunchable("cannot execute binary file: Exec format error", 126, "Exec format error")
    argv[:] = ["bash" if process.name.endswith("bash") else "sh", path, *argv[1:]]
    return COMMANDS["sh"]


def _program(process: Process, head: bytes, size: int, *, own: bool) -> Command:
    """An ELF file: a copy of one of the machine's own programs runs as that; another one seems to run."""
    if not own:
        for path in _programs(process.machine, size):
            if process.view.pread(process.view.open(path), 0, HEAD) == head:
                return COMMANDS.get(path.rpartition("/")[2], _foreign)
    if int.from_bytes(head[18:20], "little" if head[5:6] == b"\1" else "big") not in _RUNS.get(
        process.machine.persona.machine, ()
    ):
        raise Unlaunchable("cannot execute binary file: Exec format error", 126, "Exec format error")
    return _foreign


_known: "WeakKeyDictionary[Machine, dict[int, list[str]]]" = WeakKeyDictionary()


def _programs(machine: Machine, size: int) -> list[str]:
    """The machine's own programs of that size."""
    if machine not in _known:
        image, sizes = machine.image, dict[int, list[str]]()
        for folder in ("/usr/bin", "/usr/sbin"):
            directory = image.lookup(image.lookup(image.root, "usr"), folder[5:])
            for node in image.children(directory) if directory >= 0 else ():
                sizes.setdefault(image.size(node), []).append(f"{folder}/{image.name(node)}")
        _known[machine] = sizes
    return _known[machine].get(size, [])


def _script(process: Process, argv: list[str], path: str, head: bytes, depth: int) -> Command:
    line = head[2:].split(b"\n", 1)[0].decode("latin-1").strip()
    interpreter, _, argument = line.partition(" ")
    if depth > 3 or not interpreter:
        raise Unlaunchable("cannot execute: required file not found", 127, "not found")
    argv[:] = [interpreter, *([argument.strip()] if argument.strip() else []), path, *argv[1:]]
    try:
        return _load(process, argv, process.path(interpreter), depth + 1)
    except Unlaunchable:
        bad = f"{interpreter}: bad interpreter: No such file or directory"
        argv[:] = [path, *argv[1:]]
        raise Unlaunchable(bad, 126, "not found") from None


def _foreign(process: Process) -> int:
    """A program that the attacker brought: it starts, and what it does nobody sees. It never runs."""
    process.spend(50)
    return 0

"""Runs one command of the emulated machine, and the same command of this machine beside it."""

import random
import shlex
import shutil
import subprocess
import tempfile
from collections import deque
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

from samovar.persona.draw import draw, release_of
from samovar.sensor import Send
from samovar.shell.commands import COMMANDS
from samovar.shell.disk.disk import Disk
from samovar.shell.disk.session import Session
from samovar.shell.kernel.descriptor import Outward, Text
from samovar.shell.kernel.kernel import Effect, Kernel, Stderr, running
from samovar.shell.kernel.process import Command, Identity, Process
from samovar.shell.machine.machine import Machine

NOW = 1_770_000_000.0
WORK = "/tmp/work"  # where ``files`` are, and where the command starts
ROOT = Identity("root", 0, 0, (0,))
MAX_ROUNDS = 5_000
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "USER": "root"}


class Result(NamedTuple):
    """What a command did."""

    out: bytes
    err: bytes
    status: int


@cache
def machine(release: str = "debian-12") -> Machine:
    """The same machine in every test."""
    return Machine(draw(random.Random(5), NOW, release_of(release)))


class Rig:
    """A session on the machine with some files in WORK; time passes only while everybody waits."""

    def __init__(
        self,
        files: Mapping[str, bytes] | None = None,
        *,
        identity: Identity = ROOT,
        commands: Mapping[str, Command] = COMMANDS,
        release: str = "debian-12",
    ) -> None:
        self.commands, self.identity = commands, identity
        disk = Disk(machine(release).base, NOW)
        self.kernel = Kernel(machine(release), disk, Session(now=NOW), self._find)
        self.view = self.kernel.view(ROOT)
        self.view.mkdir(WORK)
        self.view.chmod(WORK, 0o777)
        for name, data in (files or {}).items():
            for folder in list(Path(name).parents)[-2::-1]:
                if not self.view.exists(f"{WORK}/{folder}"):
                    self.view.mkdir(f"{WORK}/{folder}")
            self.view.write(f"{WORK}/{name}", data, 0o644)
        self.steps: list[Effect] = []  # what it did besides output: facts, kept files

    def _find(self, process: Process, argv: list[str], environment: dict[str, str]) -> Command | None:
        return self.commands.get(argv[0].rpartition("/")[2])

    def run(
        self,
        line: str | Sequence[str],
        stdin: bytes = b"",
        *,
        environment: Mapping[str, str] | None = None,
        answers: Sequence[bytes] = (),
    ) -> Result:
        """Run one command to its end. ``answers``: what the platform says to its steps, in order."""
        argv = shlex.split(line) if isinstance(line, str) else list(line)
        kernel, out, err = self.kernel, bytearray(), bytearray()
        command = self._find_first(argv)
        process = kernel.spawn(
            None,
            argv,
            running(command),
            {
                0: Text(stdin),
                1: Outward(out.extend, lambda: True, "pipe:[1]"),
                2: Outward(err.extend, lambda: True, "pipe:[2]"),
            },
            environment=ENVIRONMENT | dict(environment or {}),
            identity=self.identity,
            directory=WORK,
        )
        replies = deque(answers)
        for _ in range(MAX_ROUNDS):
            kernel.run(kernel.now)
            while kernel.asking:
                kernel.answer(replies.popleft() if replies else b"")
            self.steps += [step for step in kernel.effects if not isinstance(step, Send | Stderr)]
            kernel.effects.clear()
            if process.status is not None:
                return Result(bytes(out), bytes(err), process.status)
            if not kernel.busy:
                wake = kernel.wake_time()
                assert wake is not None, f"{argv} waits for ever"
                kernel.now = wake
        raise AssertionError(f"{argv} does not end")

    def _find_first(self, argv: list[str]) -> Command:
        name = argv[0].rpartition("/")[2]
        assert name in self.commands, f"no command {name}"
        return self.commands[name]

    def contents(self) -> dict[str, bytes]:
        """The files that are in WORK now."""
        found: dict[str, bytes] = {}
        folders = [""]
        while folders:
            folder = folders.pop()
            for name, stat in self.view.entries(f"{WORK}/{folder}"):
                if stat.kind == "d":
                    folders.append(f"{folder}{name}/")
                elif stat.kind == "f":
                    found[folder + name] = self.view.read(f"{WORK}/{folder}{name}")
        return found


def run(
    line: str | Sequence[str],
    stdin: bytes = b"",
    files: Mapping[str, bytes] | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    identity: Identity = ROOT,
) -> Result:
    """Run one command on a fresh disk."""
    return Rig(files, identity=identity).run(line, stdin, environment=environment)


def real(
    argv: Sequence[str], stdin: bytes = b"", files: Mapping[str, bytes] | None = None
) -> tuple[Result, dict[str, bytes]]:
    """What the real program does in a fresh directory, and the files there afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, data in (files or {}).items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(data)
        done = subprocess.run(
            argv,
            input=stdin,
            cwd=place,
            capture_output=True,
            timeout=20,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C", "HOME": "/root", "USER": "root"},
        )
        left = {str(path.relative_to(place)): path.read_bytes() for path in place.rglob("*") if path.is_file()}
    return Result(done.stdout, done.stderr, done.returncode), left


def has_real(name: str) -> bool:
    """Whether this machine has that program, to compare with."""
    return shutil.which(name, path="/usr/sbin:/usr/bin:/sbin:/bin") is not None


def same_as_real(
    line: str | Sequence[str], stdin: bytes = b"", files: Mapping[str, bytes] | None = None, *, errors: bool = True
) -> None:
    """Assert that output, status and files (and with ``errors`` the error text) are the real program's."""
    argv = shlex.split(line) if isinstance(line, str) else list(line)
    expected, left = real(argv, stdin, files)
    rig = Rig(files)
    found = rig.run(argv, stdin)
    assert (found.out, found.status) == (expected.out, expected.status), f"{argv}\n{found}\n{expected}"
    assert not errors or found.err == expected.err, f"{argv}\n{found.err!r}\n{expected.err!r}"
    assert rig.contents() == left, f"{argv}: files"

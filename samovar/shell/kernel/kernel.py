"""Schedules the processes of one session on the emulated machine, within a budget. No I/O: what is to happen
outside is put into ``effects``, in order; time is set from outside.

A slice is what runs before other sessions get their turn (about 20 ms); the budget is what a session may use in
all. Where it is spent, processes are killed, as on a small machine that runs out of memory.
"""

from collections import deque
from collections.abc import Callable, Generator
from contextlib import suppress
from typing import Protocol

from msgspec import Struct

from samovar.event import Fact
from samovar.sensor import Keep, Send, Step
from samovar.shell.disk.disk import Disk
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.session import Session
from samovar.shell.disk.view import View
from samovar.shell.kernel import signals
from samovar.shell.kernel.descriptor import BrokenPipe, Pipe, Stream
from samovar.shell.kernel.process import Body, Command, Identity, Killed, Process
from samovar.shell.kernel.wait import Ask, Ended, Readable, Until, Wait, Writable
from samovar.shell.machine.machine import Machine

SLICE_STEPS = 2_000
SESSION_STEPS = 600_000
MAX_PROCESSES = 64
MAX_EFFECTS_BYTES = 256 * 1024  # output that waits to be sent, before writers have to wait


class Stderr(Struct, frozen=True):
    """Output on the second stream, where the protocol has one; else it is a Send."""

    data: bytes


Effect = Step | Stderr


class Launcher(Protocol):
    """Finds what a command line runs."""

    def __call__(self, process: Process, argv: list[str], environment: dict[str, str]) -> Command | None: ...


class Kernel:
    """The processes of one session."""

    def __init__(self, machine: Machine, disk: Disk, session: Session, launcher: Launcher) -> None:
        self.machine, self.disk, self.session, self._launcher = machine, disk, session, launcher
        self.now = now = session.now
        self.processes: dict[int, Process] = {}
        self.effects: deque[Effect] = deque()
        self.effects_size = 0
        self.asking: deque[tuple[Process, Step]] = deque()
        self._views: dict[Identity, View] = {}
        self._last = machine.next_pid(now)
        self._slice = SLICE_STEPS
        self._left = SESSION_STEPS
        self._pipes = 0
        self.killed: set[int] = set()  # standing processes of the machine that this session has ended
        self.stopped: set[str] = set()  # services that it has stopped
        self.gone = False  # the machine is going down
        self.foreground = 0  # the process group that the terminal's signals go to

    # resources ------------------------------------------------------------------------------------------

    @property
    def due(self) -> bool:
        """Whether this slice is over."""
        return self._slice <= 0

    def spend(self, steps: int) -> None:
        """Pay. Raises Killed where the session's budget is spent."""
        self._slice -= steps
        self._left -= steps
        if self._left < 0:
            self._left = 200  # enough to say so and to end
            raise Killed(128 + signals.KILL)

    def view(self, identity: Identity) -> View:
        """The files as this user may use them."""
        view = self._views.get(identity)
        if view is None:
            view = View(self.disk, identity.uid, identity.gid, identity.groups, self.session)
            self._views[identity] = view
        return view

    @property
    def root(self) -> View:
        """The files as a program with root's rights uses them, whoever calls it (crontab is setgid)."""
        return self.view(Identity("root", 0, 0, (0,)))

    def hang_up(self) -> None:
        """The machine goes down: this session ends."""
        self.gone = True

    def pipe(self) -> Pipe:
        """A new pipe."""
        self._pipes += 1
        return Pipe(40_000 + self._last * 3 + self._pipes)

    def noise(self, purpose: str, count: int) -> bytes:
        """Bytes that look random: the same for the same purpose, time and installation."""
        found = bytearray()
        while len(found) < count:
            found += self.machine.persona.keyed("noise", f"{purpose} {self.now} {len(found)}")
        return bytes(found[:count])

    def emit(self, data: bytes, *, error: bool = False) -> None:
        """Bytes leave for the peer."""
        self.effects.append(Stderr(data) if error else Send(data))
        self.effects_size += len(data)

    def has_room(self) -> bool:
        """Whether what waits to be sent is little enough to make more."""
        return self.effects_size < MAX_EFFECTS_BYTES

    def emit_error(self, data: bytes) -> None:
        """Bytes leave for the peer on the second stream."""
        self.emit(data, error=True)

    def signal_foreground(self, number: int) -> None:
        """What the terminal sends: to the processes in front, or to the first one where none is."""
        group = self.descend(self.foreground) if self.foreground else []
        for process in group or list(self.processes.values())[:1]:
            self.signal(process, number)

    def note(self, step: Fact | Keep) -> None:
        """Record something, in order with the output."""
        self.effects.append(step)

    # processes ------------------------------------------------------------------------------------------

    def spawn(
        self,
        parent: Process | None,
        argv: list[str],
        body: Callable[[Process], Body],
        descriptors: dict[int, Stream],
        *,
        environment: dict[str, str] | None = None,
        identity: Identity | None = None,
        directory: str | None = None,
    ) -> Process:
        """Start a process; it runs when it gets its turn. Raises Fault("EAGAIN") where there are too many."""
        if len(self.processes) >= MAX_PROCESSES:
            raise Fault("EAGAIN")
        self._last += 1
        process = Process(
            self,
            self._last,
            parent,
            argv,
            environment if environment is not None else dict(parent.environment) if parent else {},
            directory or (parent.directory if parent else "/"),
            identity or (parent.identity if parent else Identity("root", 0, 0, (0,))),
            dict(descriptors),
        )
        for stream in descriptors.values():
            stream.users += 1
        if parent is not None:
            process.group = parent.group
        process.body = body(process)
        self.processes[process.pid] = process
        return process

    def command(
        self,
        parent: Process,
        argv: list[str],
        environment: dict[str, str],
        descriptors: dict[int, Stream],
        *,
        identity: Identity | None = None,
        directory: str | None = None,
    ) -> Process | None:
        """Start a program as a child; None where there is no such program. Raises Fault."""
        found = self._launcher(parent, argv, environment)
        if found is None:
            return None
        return self.spawn(
            parent,
            argv,
            running(found),
            descriptors,
            environment=environment,
            identity=identity,
            directory=directory,
        )

    def execute(
        self, parent: Process, argv: list[str], environment: dict[str, str] | None = None
    ) -> Generator[Wait, bytes, int]:
        """Run a program as a child to its end; 127 where there is none, 126 where it cannot be run."""
        try:
            child = self.command(parent, argv, environment or parent.environment, parent.descriptors)
        except Fault as fault:
            return 127 if fault.code == "ENOENT" else 126
        if child is None:
            return 127
        return (yield from self.finish(child))

    def finish(self, child: Process) -> Generator[Wait, bytes, int]:
        """Wait for a child; its status."""
        while child.status is None:
            yield Ended((child,))
        return child.status

    def descend(self, group: int) -> list[Process]:
        """The processes of a group."""
        return [process for process in self.processes.values() if process.group == group]

    def signal(self, process: Process, number: int) -> None:
        """Deliver a signal."""
        if process.status is not None or (number in process.ignored and number != signals.KILL):
            return
        if number == signals.CONTINUE:
            process.stopped = False
        elif number in process.caught and number not in (signals.KILL, signals.STOP):
            process.pending.append(number)
        elif (what := signals.action(number)) == "stop":
            process.stopped, process.signal = True, number
        elif what == "end":
            process.signal = number
            self._end(process, 128 + number)

    def close(self, process: Process, fd: int) -> None:
        """Close one descriptor."""
        stream = process.descriptors.pop(fd, None)
        if stream is not None:
            stream.users -= 1

    def dup(self, process: Process, fd: int, stream: Stream) -> None:
        """Make ``fd`` lead to this stream."""
        stream.users += 1
        self.close(process, fd)
        process.descriptors[fd] = stream

    # running --------------------------------------------------------------------------------------------

    def run(self, now: float) -> None:
        """Let processes run until all wait, or the slice is over."""
        self.now = self.session.now = now
        self._slice = SLICE_STEPS
        moved = True
        while moved and not self.due and not self.asking:
            moved = False
            for process in list(self.processes.values()):
                if process.status is None and self._ready(process):
                    moved = True
                    self._resume(process, b"")
                    if self.due or self.asking:
                        break

    def start(self, process: Process) -> None:
        """Let a new process run at once, as far as it gets."""
        if process.waiting is None and process.body is not None:
            self._resume(process, b"")

    def answer(self, data: bytes) -> None:
        """What the platform says to the first of ``asking``."""
        process, _ = self.asking.popleft()
        if process.status is None:
            self._resume(process, data)

    def wake_time(self) -> float | None:
        """When the next sleeper wakes; None if nobody sleeps."""
        waits = [process.waiting for process in self.processes.values() if not process.stopped]
        time = min((wait.time for wait in waits if isinstance(wait, Until | Ended)), default=float("inf"))
        return None if time == float("inf") else time

    @property
    def busy(self) -> bool:
        """Whether somebody could go on now."""
        return any(self._ready(process) for process in self.processes.values())

    def _ready(self, process: Process) -> bool:
        if process.stopped:
            return False
        waiting = process.waiting
        kind = type(waiting)
        if waiting is None or process.pending:
            return kind is not Ask
        if kind is Until:
            return self.now >= waiting.time  # type: ignore[union-attr]
        if isinstance(waiting, Readable):
            return waiting.stream.ready
        if isinstance(waiting, Writable):
            return waiting.stream.room
        if isinstance(waiting, Ended):
            ended = any(child.status is not None or child.stopped for child in waiting.processes)
            return ended or self.now >= waiting.time
        return kind is not Ask

    def _resume(self, process: Process, answer: bytes) -> None:
        body = process.body
        if body is None:
            return
        caller, self.session.caller = self.session.caller, process.pid
        try:
            process.waiting = body.send(answer) if process.waiting is not None else next(body)
        except StopIteration as done:
            self._end(process, int(done.value or 0) & 0xFF)
        except Killed as killed:
            process.signal = killed.status - 128 if killed.status > 128 else 0
            self._end(process, killed.status)
        except Fault as fault:  # a command that does not handle it: as a library's perror would
            process.err(f"{process.name}: {fault.text}\n")
            self._end(process, 1)
        except RecursionError:
            process.signal = 11
            self._end(process, 139)
        else:
            if isinstance(process.waiting, Ask):
                self.asking.append((process, process.waiting.step))
        finally:
            self.session.caller = caller

    def _end(self, process: Process, status: int) -> None:
        if process.status is not None:
            return
        body, process.body, process.waiting = process.body, None, None
        with suppress(Killed, BrokenPipe):
            process.push()
        process.status = status
        for fd in list(process.descriptors):
            self.close(process, fd)
        self.processes.pop(process.pid, None)
        if body is not None and not getattr(body, "gi_running", False):
            body.close()
        if process.parent is not None and signals.CHILD in process.parent.caught:
            process.parent.pending.append(signals.CHILD)


def running(command: Command) -> Callable[[Process], Body]:
    """A command as a process's body."""

    def body(process: Process) -> Body:
        result = command(process)
        if not isinstance(result, int):
            result = yield from result
        yield from process.flush()
        return result

    return body

"""A program that the supervisor keeps running: the fork server, the hub."""

import fcntl
import os
import signal
import time
from collections.abc import Sequence

from samovar.process.backoff import Backoff
from samovar.process.control import CONTROL_FD, Link


class Child:
    """Started again whenever it ends, after a growing pause."""

    def __init__(self, name: str, argv: Sequence[str]) -> None:
        self.name = name
        self._argv = list(argv)
        self._backoff = Backoff()
        self._began = 0.0
        self.link: Link | None = None
        self.pid = 0
        self.restarts = -1  # the first start is none
        self.ready = False
        self.due: float | None = 0.0  # when to start it, by time.monotonic(); None: it runs, or shall not

    def start(self) -> Link:
        """Start it in a process group of its own (Ctrl-C is for the supervisor); our end of its connection."""
        ours, theirs = Link.pair()
        high = fcntl.fcntl(theirs, fcntl.F_DUPFD_CLOEXEC, CONTROL_FD + 1)
        actions = [(os.POSIX_SPAWN_DUP2, high, CONTROL_FD)]
        self.pid = os.posix_spawn(
            self._argv[0],
            self._argv,
            os.environ,
            file_actions=actions,
            setpgroup=0,
            setsigmask=(),
            setsigdef=(signal.SIGPIPE,),
        )
        os.close(high)
        theirs.close()
        self._began = time.monotonic()
        self.restarts += 1
        self.due = None
        self.link = ours
        return ours

    def bury(self, *, again: bool) -> int:
        """It has ended, or is not wanted: make sure that it is dead, plan the next start; how it ended."""
        assert self.link is not None
        os.kill(self.pid, signal.SIGKILL)
        _, status = os.waitpid(self.pid, 0)
        self.link.close()  # only now: one that still starts would complain of the end of file
        self.link = None
        self.pid = 0
        self.ready = False
        now = time.monotonic()
        self.due = now + self._backoff.died(now - self._began) if again else None
        return os.waitstatus_to_exitcode(status)


def ending(status: int) -> str:
    """How a process ended, in words."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        name = signal.Signals(-status).name
    except ValueError:
        name = str(-status)
    forbidden = ": a forbidden system call, perhaps an intruder" if -status == signal.SIGSYS else ""
    return f"killed by {name}{forbidden}"

"""Who looks at the files: what /proc and the logs show depends on it."""

from collections.abc import Callable, Sequence

from msgspec import Struct, field


class Task(Struct, frozen=True, kw_only=True):
    """A process, as /proc and ps show it."""

    pid: int
    ppid: int
    argv: tuple[str, ...]  # empty for the kernel's own
    name: str = ""  # comm, 15 characters
    uid: int = 0
    gid: int = 0
    tty: str = ""  # "pts/0", "tty1"; empty without terminal
    state: str = "S"
    exe: str = ""
    cwd: str = "/"
    environ: tuple[str, ...] = ()
    start: float = 0.0  # seconds since 1970
    cpu: float = 0.0  # seconds used
    rss: int = 0  # KiB
    vsz: int = 0  # KiB
    nice: int = 0
    threads: int = 1
    session: int = 0
    fds: tuple[str, ...] = ()  # what descriptors 0, 1, 2 ... lead to

    @property
    def comm(self) -> str:
        """The short name."""
        return self.name or (self.argv[0].rpartition("/")[2][:15] if self.argv else "")


def _nobody() -> Sequence[Task]:
    return ()


class Session(Struct):
    """One attacker's session on the machine. Its owner sets ``now`` and ``caller`` before work is done in it."""

    now: float = 0.0  # seconds since 1970
    caller: int = 1  # the pid of the process that is running
    tasks: Callable[[], Sequence[Task]] = _nobody  # the session's own processes
    user: str = "root"
    tty: str = ""  # "pts/0"
    peer: str = ""  # where it comes from
    peer_port: int = 0
    port: int = 22
    since: float = 0.0  # when it began
    killed: set[int] = field(default_factory=set)  # standing processes that it has ended

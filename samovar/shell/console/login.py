"""Who is logged in, from where, and with what: all that a program of theirs needs."""

from samovar.persona import Persona
from samovar.sensor import Peer
from samovar.shell.console.hosts import HOSTS
from samovar.shell.disk.node import Stat
from samovar.shell.disk.session import Session, Task
from samovar.shell.disk.view import View
from samovar.shell.interpreter.launch import launch
from samovar.shell.kernel.kernel import Kernel
from samovar.shell.kernel.process import Identity, Process
from samovar.shell.machine.machine import Machine

_ROOT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
_USER_PATH = "/usr/local/bin:/usr/bin:/bin:/usr/games"


class Login:
    """One user's login; its programs share the source's disk."""

    def __init__(self, persona: Persona, user: str, peer: Peer) -> None:
        self.persona, self.peer = persona, peer
        self.machine: Machine = HOSTS.machine(persona)
        account = self.machine.accounts.by_name(user)
        uid, gid = (account.uid, account.gid) if account else (1099, 1099)
        self.identity = Identity(user, uid, gid, self.machine.accounts.groups_of(user) or (gid,))
        self.home = account.home if account else f"/home/{user}"
        self.shell = account.shell if account else "/bin/sh"
        self.environment: dict[str, str] = {}  # what the client set
        self.terminal = ""  # TERM
        self._view: View | None = None

    def path(self, name: str) -> str:
        """A name as the user means it, who is at home."""
        return name if name.startswith("/") else f"{self.home.rstrip('/')}/{name.removeprefix('~/')}"

    @property
    def files(self) -> View:
        """The view that was last asked for."""
        if self._view is None:
            raise RuntimeError("no view was asked for")
        return self._view

    def names(self, stat: Stat) -> tuple[str, str]:
        """A file's owner and group."""
        owner, group = self.machine.accounts.by_uid(stat.uid), self.machine.accounts.by_uid(stat.gid)
        return owner.name if owner else str(stat.uid), group.name if group else str(stat.gid)

    def view(self, now: float) -> View:
        """The files, as this user may use them; for programs that are no process (sftp)."""
        if self._view is None:
            disk = HOSTS.disk(self.persona, self.peer.ip, now)
            self._view = View(disk, self.identity.uid, self.identity.gid, self.identity.groups, self._session(now, ""))
        self._view.session.now = now
        return self._view

    def _session(self, now: float, tty: str) -> Session:
        return Session(
            now=now,
            user=self.identity.name,
            tty=tty,
            peer=self.peer.ip,
            peer_port=self.peer.port,
            port=self.peer.local_port,
            since=now,
        )

    def kernel(self, now: float, tty: str) -> Kernel:
        """A kernel for one program, over the source's disk."""
        session = self._session(now, tty)
        kernel = Kernel(self.machine, HOSTS.disk(self.persona, self.peer.ip, now), session, launch)
        session.tasks = lambda: [task(process, tty) for process in kernel.processes.values()]
        session.killed = kernel.killed
        return kernel

    def start(self, tty: str) -> tuple[dict[str, str], str]:
        """The environment and directory of a login, as sshd sets them."""
        peer = self.peer
        environment = {
            "USER": self.identity.name,
            "LOGNAME": self.identity.name,
            "HOME": self.home,
            "PATH": _USER_PATH if self.identity.uid else _ROOT_PATH,
            "SHELL": self.shell,
            **self.environment,
        }
        if peer.local_port not in (23, 2323):
            environment["SSH_CLIENT"] = f"{peer.ip} {peer.port} {peer.local_port}"
            environment["SSH_CONNECTION"] = f"{peer.ip} {peer.port} {peer.local_ip} {peer.local_port}"
        if tty:
            environment |= {"SSH_TTY": tty, "TERM": self.terminal or "dumb"}
        return environment, self.home


def task(process: Process, tty: str) -> Task:
    """A process of the session as ps shows it."""
    running = process.waiting is None
    return Task(
        pid=process.pid,
        ppid=process.parent.pid if process.parent else process.pid - 1,
        argv=tuple(process.argv[:64]),
        uid=process.identity.uid,
        gid=process.identity.gid,
        tty=tty,
        state="T" if process.stopped else "R" if running else "S",
        exe=process.argv[0] if process.argv else "",
        cwd=process.directory,
        environ=tuple(f"{name}={value}" for name, value in process.environment.items()),
        start=process.started,
        rss=3_400 + 40 * (process.pid % 23),
        vsz=7_200 + 300 * (process.pid % 5),
        nice=process.nice,
        session=process.group,
        fds=tuple(process.descriptors[fd].path for fd in sorted(process.descriptors)[:16]),
    )

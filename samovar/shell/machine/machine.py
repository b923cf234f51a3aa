"""The machine: one object a persona, from which all tools take what they show. Immutable, shared by all sessions."""

import hashlib
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cached_property

from samovar.persona import Persona
from samovar.shell.disk.base import Base, Image
from samovar.shell.disk.content import Maker
from samovar.shell.disk.disk import Disk
from samovar.shell.disk.made import DEV_DEVICE, PROC_DEVICE, PTS_DEVICE, ROOT_DEVICE, RUN_DEVICE, SHM_DEVICE, SYS_DEVICE
from samovar.shell.disk.node import Mount
from samovar.shell.disk.session import Session, Task
from samovar.shell.image import load
from samovar.shell.machine.accounts import Accounts
from samovar.shell.machine.bare import Bare
from samovar.shell.machine.drift import Drift
from samovar.shell.machine.facts import Interface, Load, Login, Route, Socket
from samovar.shell.machine.hardware import Hardware
from samovar.shell.machine.logins import Logins
from samovar.shell.machine.network import Network
from samovar.shell.machine.standing import Standing


class Machine:
    """Everything about the emulated computer that is not a source's own doing."""

    def __init__(self, persona: Persona, image: Image | None = None) -> None:
        self.persona = persona
        self.image: Image = image or (Bare() if persona.busybox else load())
        self.drift = Drift(persona)
        self.maker = Maker(persona.keyed("content"), persona.machine)
        self.hardware = Hardware(persona, self.drift)
        self.network = Network(persona, self.drift)
        self.standing = Standing(persona, self.drift)
        self.logins = Logins(persona, self.drift)
        self.accounts = Accounts(persona, self.stored("/etc/passwd"), self.stored("/etc/group"))
        self.cpu, self.memory, self.cpu_time = self.hardware.cpu, self.hardware.memory, self.hardware.cpu_time
        self.pci, self.dmi, self.modules = self.hardware.pci, self.hardware.dmi, self.hardware.modules
        self._activity: tuple[int, list[float]] = (-1, [])

    # the system -----------------------------------------------------------------------------------------

    def stored(self, path: str) -> str:
        """A text of the image; nothing where it has none."""
        node = self.image.root
        for name in path.strip("/").split("/"):
            node = self.image.lookup(node, name)
            if node < 0:
                return ""
        return (self.image.content(node) or b"").decode("latin-1")

    @property
    def machine_id(self) -> str:
        """/etc/machine-id."""
        return self.drift.hex("machine-id", 32)

    @cached_property
    def bash(self) -> str:
        """bash's version, as $BASH_VERSION has it."""
        versions = (row.version for row in self.image.packages() if row.name == "bash")
        return f"{next(versions, '5.2.15').partition('-')[0]}(1)-release"

    def disk_id(self, part: str) -> str:
        """A file system's UUID."""
        digits = self.drift.hex(f"uuid {part}", 32)
        return "-".join((digits[:8], digits[8:12], "4" + digits[13:16], "a" + digits[17:20], digits[20:]))

    @property
    def cmdline(self) -> str:
        """What the kernel was started with."""
        persona = self.persona
        if persona.busybox:
            return "console=ttyS0,115200 rootfstype=squashfs,jffs2"
        return f"BOOT_IMAGE=/boot/vmlinuz-{persona.kernel_release} root=UUID={self.disk_id('sda1')} ro quiet"

    @property
    def kernel_banner(self) -> str:
        """/proc/version."""
        persona = self.persona
        builder = {
            "debian": "(debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, "
            "GNU ld (GNU Binutils for Debian) 2.40)",
            "ubuntu": "(buildd@lcy02-amd64-045) (gcc version 9.4.0 (Ubuntu 9.4.0-1ubuntu1~20.04.2))",
        }.get(persona.os_id, "(builder@buildhost) (mipsel-openwrt-linux-musl-gcc (OpenWrt GCC 12.3.0) 12.3.0)")
        if persona.kind == "debian-11":
            builder = builder.replace(
                "gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0", "gcc-10 (Debian 10.2.1-6) 10.2.1 20210110"
            )
            builder = builder.replace("2.40", "2.35.2")
        return f"Linux version {persona.kernel_release} {builder} {persona.kernel_version}"

    # time -----------------------------------------------------------------------------------------------

    def uptime(self, now: float) -> float:
        """Seconds since the machine started."""
        return self.drift.up(now)

    def load(self, now: float) -> Load:
        """The load averages."""
        minute, part = divmod(now, 60.0)
        samples = self._samples(int(minute))
        averages = []
        for span in (1.0, 5.0, 15.0):
            fade = math.exp(-1 / span)
            older = newer = 0.0
            for sample in samples[:-1]:
                older = older * fade + sample * (1 - fade)
            newer = older * fade + samples[-1] * (1 - fade)
            averages.append(round(older + (newer - older) * part / 60, 2))
        total = sum(task.threads for task in self.standing.tasks(now))
        return Load(averages[0], averages[1], averages[2], 1, total + 3, self.next_pid(now))

    def _samples(self, minute: int) -> list[float]:
        """How many processes wanted to run in the last 64 minutes, on the average, and in this one."""
        held, samples = self._activity
        if held != minute:
            samples = [self._sample(number) for number in range(minute - 63, minute + 1)]
            self._activity = (minute, samples)
        return samples

    def _sample(self, minute: int) -> float:
        digest = hashlib.blake2b(minute.to_bytes(8, "little"), key=self.drift.raw("load"), digest_size=2).digest()
        return digest[0] / 2600 + (0.7 * digest[1] / 255 if digest[1] > 236 else 0.0)

    def next_pid(self, now: float) -> int:
        """The number that a new process gets."""
        return self.standing.next_pid(now)

    # processes, network, people -------------------------------------------------------------------------

    def processes(self, now: float) -> list[Task]:
        """The standing processes, by pid."""
        return self.standing.tasks(now)

    def tasks(self, session: Session) -> list[Task]:
        """All processes as one session sees them: the standing ones, its own, and what let it in."""
        standing = self.processes(session.now)
        if session.killed:
            standing = [task for task in standing if task.pid not in session.killed]
        return standing + self.doorway(session) + list(session.tasks())

    def task(self, pid: int, session: Session) -> Task | None:
        """The process of that number."""
        for task in session.tasks():
            if task.pid == pid:
                return task
        standing = self.standing.by_pid(session.now).get(pid)
        if standing is not None and pid not in session.killed:
            return standing
        return next((task for task in self.doorway(session) if task.pid == pid), None)

    def doorway(self, session: Session) -> list[Task]:
        """The server's process for the session's connection."""
        if not session.peer:
            return []
        router, telnet = bool(self.persona.busybox), session.port in (23, 2323)
        parent_name = (
            "telnetd" if router and telnet else "dropbear" if router else "inetutils-inetd" if telnet else "sshd"
        )
        standing = self.standing.by_pid(session.now).values()
        parent = next((task for task in standing if task.comm == parent_name), next(iter(standing)))
        line = f"sshd: {session.user}@{session.tty or 'notty'}"
        exe = parent.exe
        if telnet and not router:
            line = exe = "/usr/sbin/telnetd"
        argv = parent.argv if router else (line,)
        name = "telnetd" if telnet else parent.comm
        return [
            Task(
                pid=self.next_pid(session.since), ppid=parent.pid, argv=argv, name=name, exe=exe, start=session.since,
                cpu=0.02, rss=parent.rss + 1_700, vsz=parent.vsz + 2_300, session=parent.pid,
            )
        ]  # fmt: skip

    def interfaces(self, now: float) -> list[Interface]:
        """The network interfaces."""
        return self.network.interfaces(now)

    def routes(self) -> list[Route]:
        """The IPv4 routes."""
        return self.network.routes()

    def sockets(self, session: Session) -> list[Socket]:
        """What listens, and the session's connection."""
        return self.network.sockets(self.tasks(session), session)

    def who(self, session: Session) -> list[Login]:
        """Who is logged in."""
        return self.logins.here(session)

    def greeting(self, session: Session) -> str:
        """What a login on a terminal begins with: the message of the day and the last login."""
        persona, last = self.persona, self.logins.last(session.since or session.now, session.user)
        if persona.busybox:
            return ""
        line = ""
        if last is not None:
            time = datetime.fromtimestamp(last.start, UTC).strftime("%a %b %e %H:%M:%S %Y")
            line = f"Last login: {time} from {last.host}\n"
        if persona.os_id == "ubuntu":
            return f"Welcome to {persona.os_name} (GNU/Linux {persona.kernel_release} {persona.machine})\n\n{line}"
        system = f"{persona.kernel_release} {persona.kernel_version} {persona.machine}"
        return f"Linux {persona.host_name} {system}\n{self.stored('/etc/motd')}{line}"

    # file systems ---------------------------------------------------------------------------------------

    def mounts(self, now: float) -> Sequence[Mount]:
        """The mounted file systems, in /proc/mounts' order."""
        if self.persona.busybox:
            return self._router_mounts()
        half, tenth = self.persona.memory_kib // 2, self.persona.memory_kib // 10
        sectors = next(row[3] for row in self.hardware.partitions() if row[0] == "sda1")
        size = int(sectors // 2 * 0.9814) // 4 * 4
        used = 1_460_000 + self.drift.between("used", 0, 900_000)
        used += int(self.drift.counter("disk", now, 0.014)) % max(size // 3, 1)
        reserved = size // 20
        inodes = sectors // 32
        udev = half - 38_000
        options = "rw,nosuid,nodev"
        run = f"rw,nosuid,nodev,noexec,relatime,size={tenth}k,mode=755,inode64"
        return (
            Mount("sysfs", "/sys", "sysfs", f"{options},noexec,relatime", SYS_DEVICE),
            Mount("proc", "/proc", "proc", f"{options},noexec,relatime", PROC_DEVICE),
            Mount("udev", "/dev", "devtmpfs", f"rw,nosuid,relatime,size={udev}k,nr_inodes={udev // 4},mode=755,inode64",
                  DEV_DEVICE, udev, 0, udev, udev // 4, 395),
            Mount("devpts", "/dev/pts", "devpts", "rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=000", PTS_DEVICE),
            Mount("tmpfs", "/run", "tmpfs", run, RUN_DEVICE, tenth, 560, tenth - 560, half // 2, 620),
            Mount("/dev/sda1", "/", "ext4", "rw,relatime,errors=remount-ro", ROOT_DEVICE, size, used,
                  size - used - reserved, inodes, 34_200 + len(self.image) // 40),
            Mount("securityfs", "/sys/kernel/security", "securityfs", f"{options},noexec,relatime", SYS_DEVICE + 0x100),
            Mount("tmpfs", "/dev/shm", "tmpfs", f"{options},inode64", SHM_DEVICE, half, 0, half, half // 2, 1),  # noqa: S108
            Mount("tmpfs", "/run/lock", "tmpfs", f"{options},noexec,relatime,size=5120k,inode64", RUN_DEVICE + 1,
                  5120, 0,
                  5120, half // 2, 3),
            Mount("cgroup2", "/sys/fs/cgroup", "cgroup2", f"{options},noexec,relatime,nsdelegate,memory_recursiveprot",
                  SYS_DEVICE + 0x200),
            Mount("debugfs", "/sys/kernel/debug", "debugfs", f"{options},noexec,relatime", SYS_DEVICE + 0x300),
        )  # fmt: skip

    def _router_mounts(self) -> Sequence[Mount]:
        half = self.persona.memory_kib // 2
        return (
            Mount("overlayfs:/overlay", "/", "overlay", "rw,noatime,lowerdir=/,upperdir=/overlay/upper,"
                  "workdir=/overlay/work", ROOT_DEVICE, 118_000, 1_500, 116_500),
            Mount("/dev/root", "/rom", "squashfs", "ro,relatime,errors=continue", ROOT_DEVICE + 0x100, 4_864, 4_864, 0),
            Mount("proc", "/proc", "proc", "rw,nosuid,nodev,noexec,noatime", PROC_DEVICE),
            Mount("sysfs", "/sys", "sysfs", "rw,nosuid,nodev,noexec,noatime", SYS_DEVICE),
            Mount("tmpfs", "/tmp", "tmpfs", "rw,nosuid,nodev,noatime", RUN_DEVICE, half, 720, half - 720),  # noqa: S108
            Mount("tmpfs", "/dev", "tmpfs", "rw,nosuid,noexec,noatime,size=512k,mode=755", DEV_DEVICE, 512, 0, 512),
            Mount("devpts", "/dev/pts", "devpts", "rw,nosuid,noexec,noatime,mode=600,ptmxmode=000", PTS_DEVICE),
        )  # fmt: skip

    @cached_property
    def base(self) -> Base:
        """The lower layer of all disks."""
        from samovar.shell.machine.pid import Pids
        from samovar.shell.machine.tree import made_nodes  # it renders this machine: a cycle otherwise

        return Base(self.image, self.maker, self.persona.installed_time, made_nodes(self), Pids(self), self.mounts)

    def disk(self, now: float) -> Disk:
        """A fresh disk for a source."""
        return Disk(self.base, now)

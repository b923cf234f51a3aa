"""The machine's numbers hang together, move slowly, and only forward where a real one's do."""

import random
import re
import struct
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from samovar.persona.draw import draw, release_of
from samovar.shell.disk.disk import Disk
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.session import Session, Task
from samovar.shell.disk.view import View
from samovar.shell.machine.machine import Machine

NOW = 1_770_000_000.0
KINDS = ("debian-12", "debian-11", "ubuntu-20.04", "openwrt-23.05")
MACHINES = {kind: Machine(draw(random.Random(5), NOW, release_of(kind))) for kind in KINDS}
DEBIAN = MACHINES["debian-12"]
TIMES = st.floats(NOW, NOW + 400 * 86_400, allow_nan=False)
each = pytest.mark.parametrize("machine", MACHINES.values(), ids=KINDS)


def session(machine: Machine, now: float = NOW) -> Session:
    """One with a shell on a terminal."""
    pid = machine.next_pid(now - 5) + 1
    shell = Task(
        pid=pid, ppid=pid - 1, argv=("-bash",), name="bash", tty="pts/0", exe="/usr/bin/bash", cwd="/root",
        environ=("HOME=/root",), start=now - 5, fds=("/dev/pts/0",) * 3,
    )  # fmt: skip
    return Session(
        now=now, caller=pid, tasks=lambda: (shell,), tty="pts/0", peer="203.0.113.7", peer_port=40_022, since=now - 5
    )


def look(machine: Machine, now: float = NOW) -> View:
    """root's view of a fresh disk."""
    return View(Disk(machine.base, now), 0, 0, (0,), session(machine, now))


def rows(view: View, path: str) -> list[list[str]]:
    """A file's words, line by line."""
    return [line.split() for line in view.read(path).decode("latin-1").splitlines()]


@each
@given(now=TIMES)
@settings(max_examples=40, deadline=None)
def test_memory_adds_up(machine: Machine, now: float) -> None:
    memory = machine.memory(now)
    assert 0 < memory.free < memory.available < memory.total
    assert memory.free + memory.buffers + memory.cached + memory.anonymous + memory.slab < memory.total
    assert memory.swap_free <= memory.swap_total
    info = {name.rstrip(":"): int(value) for name, value, *_ in rows(look(machine, now), "/proc/meminfo")}
    assert info["MemTotal"] == memory.total == machine.persona.memory_kib // 4 * 4
    assert (info["MemFree"], info["MemAvailable"]) == (memory.free, memory.available)
    assert info["Active"] == info["Active(anon)"] + info["Active(file)"]


@each
@given(now=TIMES, later=st.floats(0.01, 86_400))
@settings(max_examples=40, deadline=None)
def test_counters_only_grow(machine: Machine, now: float, later: float) -> None:
    then = now + later
    assert machine.next_pid(now) <= machine.next_pid(then)
    assert machine.uptime(now) < machine.uptime(then)
    for before, after in zip(machine.interfaces(now), machine.interfaces(then), strict=True):
        assert (before.rx_bytes, before.tx_packets) <= (after.rx_bytes, after.tx_packets)
    for first, second in zip(machine.hardware.traffic(now), machine.hardware.traffic(then), strict=True):
        assert (first.reads, first.writes) <= (second.reads, second.writes)
    one, two = machine.cpu_time(now), machine.cpu_time(then)
    assert one.user <= two.user
    assert one.idle <= two.idle


@each
def test_processor_time_is_all_the_time_there_was(machine: Machine) -> None:
    view = look(machine)
    total, *each_cpu = [row for row in rows(view, "/proc/stat") if row[0].startswith("cpu")]
    assert len(each_cpu) == machine.persona.cpu_count == machine.cpu().count
    up, idle = map(float, rows(view, "/proc/uptime")[0])
    assert sum(map(int, total[1:])) / 100 == pytest.approx(up * machine.persona.cpu_count, rel=0.001)
    assert int(total[4]) / 100 == pytest.approx(idle, rel=0.001)
    assert view.read("/proc/cpuinfo").count(b"processor") == machine.persona.cpu_count
    assert ["btime", str(machine.persona.boot_time)] in rows(view, "/proc/stat")


@each
@given(now=TIMES)
@settings(max_examples=40, deadline=None)
def test_load_moves_smoothly(machine: Machine, now: float) -> None:
    load, soon = machine.load(now), machine.load(now + 1)
    assert 0 <= load.fifteen < 1.5
    assert abs(load.one - soon.one) < 0.05
    assert load.total == sum(task.threads for task in machine.processes(now)) + 3


@each
@given(now=TIMES)
@settings(max_examples=40, deadline=None)
def test_processes_are_a_tree(machine: Machine, now: float) -> None:
    guest = session(machine, now)
    tasks = machine.tasks(guest)
    pids = [task.pid for task in tasks]
    assert len(set(pids)) == len(pids)
    assert all(task.ppid in {0, *pids} for task in tasks)
    assert all(machine.persona.boot_time <= task.start <= now for task in tasks)
    assert [task.pid for task in tasks if task.pid == guest.caller]
    assert max(pids) == guest.caller
    assert all(task.rss <= task.vsz for task in tasks)


@each
def test_every_process_is_in_proc(machine: Machine) -> None:
    view = look(machine)
    numbers = [name for name in view.listing("/proc") if name.isdigit()]
    assert sorted(map(int, numbers)) == sorted(task.pid for task in machine.tasks(view.session))
    for number in numbers:
        fields = view.read(f"/proc/{number}/stat").decode().rpartition(")")[2].split()
        status = dict(line.split(":\t", 1) for line in view.read(f"/proc/{number}/status").decode().splitlines())
        assert (fields[1], number) == (status["PPid"], status["Pid"])
        assert len(fields) == 50
    assert view.resolve("/proc/self") == f"/proc/{view.session.caller}"
    assert view.read("/proc/self/cmdline") == b"-bash\0"
    assert view.readlink("/proc/self/exe") == "/usr/bin/bash"
    assert view.listing("/proc/self/fd") == ["0", "1", "2"]
    assert view.readlink("/proc/self/fd/1") == "/dev/pts/0"
    with pytest.raises(Fault, match="ENOENT"):
        view.stat("/proc/4194000")


@each
def test_what_was_killed_is_gone(machine: Machine) -> None:
    view = look(machine)
    victim = machine.processes(NOW)[-1].pid
    view.session.killed.add(victim)
    assert not view.exists(f"/proc/{victim}/stat")
    assert str(victim) not in view.listing("/proc")
    assert victim in {task.pid for task in machine.processes(NOW)}


@each
def test_sockets_belong_to_processes_and_to_proc(machine: Machine) -> None:
    view = look(machine)
    sockets = machine.sockets(view.session)
    names = {task.pid: task.comm for task in machine.tasks(view.session)}
    assert all(names[socket.pid] == socket.program for socket in sockets)
    assert len({socket.inode for socket in sockets}) == len(sockets)
    mine = [socket for socket in sockets if socket.state == "ESTAB"]
    assert [(socket.peer, socket.peer_port, socket.local) for socket in mine] == [
        ("203.0.113.7", 40_022, machine.persona.ipv4)
    ]
    listed = sum(len(rows(view, f"/proc/net/{name}")) - 1 for name in ("tcp", "tcp6", "udp", "udp6"))
    assert listed == len(sockets)


@each
def test_the_network_agrees(machine: Machine) -> None:
    view = look(machine)
    loopback, wire = machine.interfaces(NOW)
    assert (loopback.name, wire.ipv4, wire.mac) == ("lo", machine.persona.ipv4, machine.persona.mac)
    assert view.read(f"/sys/class/net/{wire.name}/address").decode().strip() == wire.mac
    assert view.read(f"/sys/class/net/{wire.name}/statistics/rx_bytes").decode().strip() == str(wire.rx_bytes)
    assert re.search(rf"{wire.name}: +{wire.rx_bytes} ", view.read("/proc/net/dev").decode())
    assert [row[0] for row in rows(view, "/proc/net/route")[1:]] == [wire.name] * 2


@each
def test_mounts_and_disks_agree(machine: Machine) -> None:
    view = look(machine)
    mounts = view.mounts()
    assert [row[1] for row in rows(view, "/proc/mounts")] == [mount.target for mount in mounts]
    for mount in mounts:
        assert mount.used + mount.available <= mount.size
    assert view.usage("/").target == "/"
    assert view.usage("/proc/version").target == "/proc"
    assert view.usage("/dev/null").target == "/dev"
    sizes = {row[3]: int(row[2]) for row in rows(view, "/proc/partitions")[2:]}
    assert sizes == {name: sectors // 2 for name, _, _, sectors in machine.hardware.partitions()}


@each
def test_accounts_are_whole(machine: Machine) -> None:
    view = look(machine)
    users = [line.split(":") for line in view.read("/etc/passwd").decode().splitlines()]
    shadow = [line.split(":") for line in view.read("/etc/shadow").decode().splitlines()]
    groups = {line.split(":")[2] for line in view.read("/etc/group").decode().splitlines()}
    assert [row[0] for row in users] == [row[0] for row in shadow]
    assert all(len(row) == 7 for row in users)
    assert all(row[3] in groups for row in users)
    assert all(len(row) == 9 for row in shadow)
    for user in machine.persona.users:
        account = machine.accounts.by_name(user)
        assert account is not None
        assert machine.accounts.by_uid(account.uid) == account
        assert view.stat(account.home).uid == account.uid
        assert account.gid in machine.accounts.groups_of(user)
    assert machine.accounts.by_uid(0) == machine.accounts.by_name("root")
    assert dict(row[:2] for row in shadow)["root"][:1] == "$"


@each
def test_no_private_key_leaves(machine: Machine) -> None:
    view = look(machine)
    private = "".join(machine.persona.ssh_host_keys) + machine.persona.tls_key
    for folder in ("/etc/ssh", "/etc/ssl/private"):
        for name in view.listing(folder) if view.exists(folder) else []:
            if view.lstat(f"{folder}/{name}").kind != "f":
                continue
            lines = view.read(f"{folder}/{name}").decode("latin-1").splitlines()
            shared = [line for line in lines if len(line) == 70 and line in private]
            assert len(shared) <= 6  # the public half stands in both


@each
def test_logins_are_past_and_recorded(machine: Machine) -> None:
    found = machine.logins.before(NOW)
    assert [row.start for row in found] == sorted((row.start for row in found), reverse=True)
    assert next(row for row in found if row.user == "reboot").start == machine.persona.boot_time
    assert all(row.end is None or row.start < row.end <= NOW for row in found)
    guest = session(machine)
    assert [(row.user, row.tty, row.host) for row in machine.who(guest)] == [("root", "pts/0", "203.0.113.7")]
    view = look(machine)
    if not machine.persona.busybox:
        data = view.read("/var/log/wtmp")
        assert len(data) % 384 == 0
        assert struct.unpack_from("<h", data)[0] in (2, 7)
        assert view.stat("/var/log/wtmp").size == len(data)


def test_the_image_wears_the_personas_kernel() -> None:
    view, release = look(DEBIAN), DEBIAN.persona.kernel_release
    assert f"vmlinuz-{release}" in view.listing("/boot")
    assert view.listing("/lib/modules") == [release]
    assert "kernel" in view.listing(f"/lib/modules/{release}")
    assert view.exists("/vmlinuz")
    assert release in view.read("/proc/version").decode()
    assert all(release in name for name in view.listing("/boot") if name != "grub")


def test_times_are_the_installations() -> None:
    view, installed = look(DEBIAN), DEBIAN.persona.installed_time
    times = [view.lstat(f"/usr/bin/{name}").mtime for name in view.listing("/usr/bin")]
    assert max(times) < installed + 3_600
    assert min(times) < installed
    assert view.stat("/etc/hostname").mtime == installed
    assert NOW - view.stat("/var/log/syslog").mtime < 3_600


def test_templates_are_filled_in() -> None:
    view, persona = look(DEBIAN), DEBIAN.persona
    for path in getattr(DEBIAN.image, "templates", ()):
        assert view.exists(path), path
    assert view.read("/etc/hostname").decode() == persona.host_name + "\n"
    assert persona.ipv4 in view.read("/etc/network/interfaces").decode()
    assert view.read("/etc/ssh/ssh_host_ed25519_key.pub").startswith(b"ssh-ed25519 AAAA")
    assert view.read("/etc/machine-id") == view.read("/var/lib/dbus/machine-id")
    assert view.read("/etc/issue").startswith(b"Debian GNU/Linux 12")
    assert b'VERSION_ID="20.04"' in look(MACHINES["ubuntu-20.04"]).read("/etc/os-release")


def test_a_routers_tree_is_small_and_its_own() -> None:
    view = look(MACHINES["openwrt-23.05"])
    assert view.readlink("/bin/ls") == "busybox"
    assert view.resolve("/usr/bin/wget") == "/bin/busybox"
    assert view.read("/bin/busybox")[:5] == b"\x7fELF\x01"
    assert view.read("/etc/openwrt_release").startswith(b"DISTRIB_ID='OpenWrt'")
    assert not view.exists("/usr/bin/dpkg")
    view.write("/tmp/x", b"y")
    assert view.read("/var/x") == b"y"


@each
def test_the_kernels_trees_are_the_kernels(machine: Machine) -> None:
    view = look(machine)
    calls: tuple[tuple[str, Callable[[], object]], ...] = (
        ("ENOENT", lambda: view.write("/proc/new", b"")),
        ("EPERM", lambda: view.unlink("/proc/version")),
        ("EACCES", lambda: view.write("/sys/new", b"")),
        ("EBUSY", lambda: view.rmdir("/proc")),
        ("EXDEV", lambda: view.rename("/etc/passwd", "/dev/x")),
    )
    for code, call in calls:
        with pytest.raises(Fault, match=code):
            call()
    view.write("/proc/sys/vm/drop_caches", b"3\n")
    assert view.read("/proc/sys/vm/drop_caches") == b"3\n"
    null = view.stat("/dev/null")
    assert (null.kind, null.mode, null.rdev) == ("c", 0o666, (1, 3))


@each
def test_everything_can_be_walked_to_its_end(machine: Machine) -> None:
    view = look(machine)
    pending, seen = ["/"], 0
    while pending:
        path = pending.pop()
        for name, found in view.entries(path):
            seen += 1
            if found.kind == "d":
                pending.append(f"{path.rstrip('/')}/{name}")
    assert 1_500 < seen < 60_000


def test_the_greeting_names_the_system_and_the_last_login() -> None:
    guest = session(DEBIAN)
    guest.user = DEBIAN.logins.before(NOW)[0].user
    last = DEBIAN.logins.last(NOW, guest.user)
    text = DEBIAN.greeting(guest)
    assert text.startswith(f"Linux {DEBIAN.persona.host_name} {DEBIAN.persona.kernel_release} #1 SMP")
    assert "ABSOLUTELY NO WARRANTY" in text
    assert last is None or re.search(rf"Last login: \w+ \w+ [ \d]\d [\d:]+ \d+ from {last.host}\n$", text)
    assert MACHINES["ubuntu-20.04"].greeting(guest).startswith("Welcome to Ubuntu 20.04.6 LTS (GNU/Linux 5.4.0-")
    assert MACHINES["openwrt-23.05"].greeting(guest) == ""

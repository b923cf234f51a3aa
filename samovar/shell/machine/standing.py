"""The processes that always run."""

from collections.abc import Sequence

import msgspec

from samovar.persona import Persona
from samovar.shell.disk.session import Task
from samovar.shell.machine.drift import Drift

_KERNEL = (
    "rcu_gp rcu_par_gp slub_flushwq netns kworker/0:0H-events_highpri mm_percpu_wq rcu_tasks_kthread "
    "rcu_tasks_rude_kthread rcu_tasks_trace_kthread ksoftirqd/0 rcu_preempt migration/0"
)
_LATER = (
    "kdevtmpfs inet_frag_wq kauditd khungtaskd oom_reaper writeback kcompactd0 ksmd khugepaged kintegrityd kblockd "
    "blkcg_punt_bio tpm_dev_wq edac-poller devfreq_wq kworker/0:1H-kblockd kswapd0 kthrotld acpi_thermal_pm mld "
    "ipv6_addrconf kstrp zswap-shrink kworker/u65:0 ata_sff scsi_eh_0 scsi_tmf_0 scsi_eh_1 scsi_tmf_1 jbd2/sda1-8 "
    "ext4-rsv-conver"
)
#: path and arguments, user, nice, memory in KiB (resident, virtual), seconds of CPU a day, threads, seconds after boot
_SERVER = (
    ("/lib/systemd/systemd-journald", "root", 0, 21_400, 49_500, 6.0, 1, 3.1),
    ("/lib/systemd/systemd-udevd", "root", 0, 6_300, 26_800, 0.6, 1, 3.4),
    ("/usr/sbin/cron -f", "root", 0, 2_700, 6_616, 0.9, 1, 6.0),
    ("/usr/bin/dbus-daemon --system --address=systemd: --nofork --nopidfile --systemd-activation --syslog-only",
     "messagebus", 0, 4_500, 9_160, 0.5, 1, 6.0),
    ("/usr/sbin/rsyslogd -n -iNONE", "root", 0, 6_100, 222_716, 2.2, 4, 6.1),
    ("/lib/systemd/systemd-logind", "root", 0, 7_800, 25_524, 0.8, 1, 6.1),
    ("/usr/sbin/inetutils-inetd", "root", 0, 1_900, 2_620, 0.1, 1, 6.4),
    ("/sbin/agetty -o -p -- \\u --noclear - linux", "root", 0, 1_080, 5_872, 0.0, 1, 6.6),
    ("/usr/sbin/vsftpd /etc/vsftpd.conf", "root", 0, 3_200, 9_028, 0.1, 1, 6.7),
    ("sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups", "root", 0, 9_240, 15_440, 3.4, 1, 6.8),
    ("/usr/sbin/in.tftpd --listen --user tftp --address :69 --secure /srv/tftp", "root", 0, 560, 2_840, 0.0, 1, 6.9),
    ("/usr/bin/python3 /usr/share/unattended-upgrades/unattended-upgrade-shutdown --wait-for-signal",
     "root", 0, 22_600, 110_332, 0.1, 2, 7.0),
    ("/usr/sbin/chronyd -F 1", "_chrony", 0, 3_500, 18_992, 1.9, 1, 7.0),
    ("/usr/sbin/chronyd -F 1", "_chrony", 0, 560, 10_664, 0.0, 1, 7.0),
    ("/usr/sbin/apache2 -k start", "root", 0, 5_300, 6_780, 4.2, 1, 7.3),
)  # fmt: skip
_ROUTER = (
    ("/sbin/procd", "root", 0, 1_400, 1_556, 2.0, 1, 0.1),
    ("/sbin/ubusd", "root", 0, 1_100, 1_224, 0.4, 1, 9.0),
    ("/sbin/askfirst /usr/libexec/login.sh", "root", 0, 700, 892, 0.0, 1, 9.1),
    ("/sbin/urngd", "root", 0, 820, 1_020, 0.3, 1, 9.4),
    ("/sbin/logd -S 64", "root", 0, 1_050, 1_256, 0.6, 1, 14.0),
    ("/sbin/rpcd -s /var/run/ubus/ubus.sock -t 30", "root", 0, 1_900, 2_436, 0.5, 1, 14.9),
    ("/usr/sbin/dropbear -F -P /var/run/dropbear.1.pid -p 22 -K 300 -T 3", "root", 0, 1_000, 1_124, 0.7, 1, 15.5),
    ("/usr/sbin/telnetd -F", "root", 0, 760, 1_320, 0.1, 1, 15.8),
    ("/usr/sbin/crond -f -c /etc/crontabs -l 7", "root", 0, 740, 1_316, 0.1, 1, 16.0),
    ("/sbin/netifd", "root", 0, 1_650, 1_932, 0.9, 1, 16.8),
    ("/usr/sbin/odhcpd", "root", 0, 1_060, 1_288, 0.2, 1, 17.7),
    ("/usr/sbin/uhttpd -f -h /www -r OpenWrt -x /cgi-bin -p 0.0.0.0:80", "root", 0, 1_400, 4_164, 0.8, 1, 18.0),
    ("/usr/sbin/dnsmasq -C /var/etc/dnsmasq.conf.cfg01411c -k -x /var/run/dnsmasq/dnsmasq.cfg01411c.pid", "dnsmasq", 0,
     1_200, 1_500, 1.1, 1, 19.0),
)  # fmt: skip
_UIDS = {"root": 0, "messagebus": 100, "_chrony": 101, "dnsmasq": 453, "www-data": 33}


class Standing:
    """The table of standing processes."""

    def __init__(self, persona: Persona, drift: Drift) -> None:
        self._persona, self._drift = persona, drift
        self._boot = float(persona.boot_time)
        self._fixed = tuple(self._router() if persona.busybox else self._server())
        self._held: tuple[float, dict[int, Task]] = (-1.0, {})

    def next_pid(self, now: float) -> int:
        """The number that the next process gets, about; it grows with time."""
        return 1_400 + int(self._drift.counter("pids", now, 0.023)) % 4_000_000

    def tasks(self, now: float) -> list[Task]:
        """The processes, by pid."""
        return list(self.by_pid(now).values())

    def by_pid(self, now: float) -> dict[int, Task]:
        """The processes under their numbers; kept until another time is asked for."""
        if self._held[0] != now:
            self._held = (now, {task.pid: task for task in self._tasks(now)})
        return self._held[1]

    def _tasks(self, now: float) -> list[Task]:
        days = max(now - self._boot, 60.0) / 86_400
        replace = msgspec.structs.replace
        found = [replace(task, cpu=round(task.cpu * days, 2)) if task.cpu else task for task in self._fixed]
        return found + self._workers(now)

    def _workers(self, now: float) -> list[Task]:
        """Those that come and go: the kernel's workers and the web server's children."""
        names = (
            "kworker/0:1-events",
            "kworker/u64:2-events_unbound",
            "kworker/0:0-mm_percpu_wq",
            "kworker/u64:0-flush-8:0",
        )
        rows = []
        for place, name in enumerate(names):
            period = (700, 1_100, 1_900, 3_100)[place]
            start = max(now // period * period - 37 * place, self._boot + 20 + place)
            pid = max(self.next_pid(start) - 12 + place, 1_300 + place)
            rows.append(Task(pid=pid, ppid=2, argv=(), name=name, state="I", start=start, cpu=0.02))
        if not self._persona.busybox:
            rows += self._web(now)
        unique = {task.pid: task for task in rows}
        return [unique[pid] for pid in sorted(unique)]

    def _web(self, now: float) -> list[Task]:
        """The web server's children; they are new every night, when the logs are rotated."""
        start = max((now // 86_400) * 86_400 + 11, self._boot + 7.4)
        if start > now:
            start = max(start - 86_400, self._boot + 7.4)
        parent = next(task.pid for task in self._fixed if task.comm == "apache2")
        first = self.next_pid(start) - 40
        argv = ("/usr/sbin/apache2", "-k", "start")
        return [
            Task(
                pid=first + number, ppid=parent, argv=argv, uid=33, gid=33, exe="/usr/sbin/apache2", start=start,
                cpu=round((now - start) / 86_400 * 2.5, 2), rss=5_900 + 400 * number, vsz=1_212_000, threads=27,
                session=parent,
            )
            for number in range(2)
        ]  # fmt: skip

    def _server(self) -> Sequence[Task]:
        cores = self._persona.cpu_count
        rows = [Task(pid=1, ppid=0, argv=("/sbin/init",), name="systemd", exe="/usr/lib/systemd/systemd",
        start=self._boot,
                     cpu=7.5, rss=12_300, vsz=102_140, session=1)]  # fmt: skip
        kernel = ["kthreadd", *_KERNEL.split()]
        for core in range(1, cores):
            kernel += [f"cpuhp/{core}", f"migration/{core}", f"ksoftirqd/{core}", f"kworker/{core}:0H-events_highpri"]
        kernel += _LATER.split()
        pid = 2
        for name in kernel:
            busy = {"rcu_preempt": 4.0, "jbd2/sda1-8": 1.6, "khugepaged": 0.4}.get(name, 0.0)
            state = "I" if "wq" in name or name.startswith(("kworker", "rcu")) else "S"
            rows.append(Task(pid=pid, ppid=2 if pid > 2 else 0, argv=(), name=name, state=state, start=self._boot,
                             cpu=busy, nice=-20 if name.endswith(("wq", "_gp")) else 0))  # fmt: skip
            pid += 1 + (pid > 20 and self._drift.between(f"pid{pid}", 0, 3))
        return rows + self._services(_SERVER, max(pid + 60, 230))

    def _router(self) -> Sequence[Task]:
        kernel = [
            "kthreadd",
            *["rcu_gp", "rcu_par_gp", "mm_percpu_wq", "ksoftirqd/0", "rcu_sched", "migration/0", "kswapd0"],
        ]
        rows = [
            Task(pid=pid, ppid=2 if pid > 2 else 0, argv=(), name=name, state="S", start=self._boot)
            for pid, name in enumerate(kernel, 2)
        ]
        first, *others = self._services(_ROUTER, 480)
        return [msgspec.structs.replace(first, pid=1, ppid=0, session=1), *rows, *others]

    def _services(self, services: Sequence[tuple[str, str, int, int, int, float, int, float]], pid: int) -> list[Task]:
        rows: list[Task] = []
        for line, user, nice, rss, vsz, cpu, threads, after in services:
            pid += 1 + self._drift.between(line[:40], 0, 17)
            argv = (line,) if line.startswith("sshd:") else tuple(line.split(" "))
            exe = "/usr/sbin/sshd" if line.startswith("sshd:") else argv[0].replace("/lib/systemd", "/usr/lib/systemd")
            twin = bool(rows) and rows[-1].argv == argv
            resident = min(rss + self._drift.between(line[:40] + "rss", 0, 300), vsz - 80)
            rows.append(Task(
                pid=pid, ppid=rows[-1].pid if twin else 1, argv=argv, name=exe.rpartition("/")[2][:15], uid=_UIDS[user],
                gid=_UIDS[user], tty="tty1" if "agetty" in line else "", exe=exe, start=self._boot + after, cpu=cpu,
                rss=resident, vsz=vsz, nice=nice, threads=threads, session=pid,
            ))  # fmt: skip
        return rows

"""/var/log, /home and what else a machine that is in use has: the latest lines, made from the time."""

import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from samovar.shell.disk.made import Made
from samovar.shell.disk.session import Session
from samovar.shell.machine import records
from samovar.shell.machine.drift import DAY
from samovar.shell.machine.machine import Machine
from samovar.shell.machine.nodes import file, folder

_ADM, _UTMP = 4, 43
_LINES_FOR = 36 * 3600  # how far back a log's lines go, seconds


def stamp(time: float) -> str:
    """A time as syslog writes it."""
    return datetime.fromtimestamp(time, UTC).strftime("%b %e %H:%M:%S")


class Logs:
    """The texts of the logs."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._host = machine.persona.host_name

    def syslog(self, session: Session) -> str:
        """What cron, systemd and the time server said in the last day and a half."""
        rows: list[tuple[float, str]] = []
        for time, pid in self._hours(session.now, 3600, 1020):
            rows.append((time, f"CRON[{pid}]: (root) CMD (cd / && run-parts --report /etc/cron.hourly)"))
        for time, _ in self._hours(session.now, 5400, 2211):
            rows.append((time, "systemd[1]: Starting apt-daily.service - Daily apt download activities..."))
            rows.append((time + 2, "systemd[1]: apt-daily.service: Deactivated successfully."))
            rows.append((time + 2, "systemd[1]: Finished apt-daily.service - Daily apt download activities."))
        return self._text(rows, session)

    def auth(self, session: Session) -> str:
        """Cron's sessions, and who logged in."""
        rows: list[tuple[float, str]] = []
        for time, pid in self._hours(session.now, 3600, 1020):
            opened = "pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)"
            rows.append((time, f"CRON[{pid}]: {opened}"))
            rows.append((time, f"CRON[{pid}]: pam_unix(cron:session): session closed for user root"))
        daemon = {23: "login", 2323: "login"}.get(session.port, "sshd")
        if session.peer and daemon == "sshd":
            pid, since = self._machine.next_pid(session.since), session.since
            rows.append((since, f"sshd[{pid}]: Accepted password for {session.user} from {session.peer} port "
                                f"{session.peer_port} ssh2"))  # fmt: skip
            account = self._machine.accounts.by_name(session.user)
            uid = account.uid if account else 0
            opened = f"session opened for user {session.user}(uid={uid}) by (uid=0)"
            rows.append((since, f"sshd[{pid}]: pam_unix(sshd:session): {opened}"))
        return self._text(rows, session)

    def dpkg(self, session: Session) -> str:
        """The package manager's, since the installation."""
        time = datetime.fromtimestamp(self._machine.persona.installed_time, UTC).strftime("%Y-%m-%d %H:%M:%S")
        return f"{time} startup archives unpack\n{time} startup packages configure\n"

    def wtmp(self, session: Session) -> bytes:
        """The login records since the logs were rotated, with the session's own."""
        logins = self._machine.logins
        return records.wtmp([*logins.before(session.now), *logins.here(session)], self._machine.next_pid(session.since))

    def utmp(self, session: Session) -> bytes:
        """The start of the machine, and who is here."""
        logins = self._machine.logins
        start = [row for row in logins.before(session.now) if row.user == "reboot"]
        return records.wtmp([*start, *logins.here(session)], self._machine.next_pid(session.since))

    def lastlog(self, session: Session) -> bytes:
        """The latest login of each user."""
        accounts, found = self._machine.accounts, {}
        for row in reversed(self._machine.logins.before(session.now, 60)):
            account = accounts.by_name(row.user)
            if account:
                found[account.uid] = row
        return records.lastlog(found, max(found, default=0) + 1)

    def _hours(self, now: float, period: int, after: int) -> Iterator[tuple[float, int]]:
        first = int((now - _LINES_FOR) // period)
        for number in range(first, int(now // period) + 1):
            time = float(number * period + after)
            if self._machine.persona.boot_time < time <= now:
                yield time, self._machine.next_pid(time)

    def _text(self, rows: list[tuple[float, str]], session: Session) -> str:
        rows.sort(key=lambda row: row[0])
        return "".join(f"{stamp(time)} {self._host} {text}\n" for time, text in rows if time <= session.now)


def kernel_log(machine: Machine) -> list[tuple[float, str]]:
    """What dmesg shows: seconds since boot, and text."""
    persona, cpu, dmi = machine.persona, machine.cpu(), machine.dmi()
    device = machine.network.device
    rows = [
        (0.0, machine.kernel_banner), (0.0, f"Command line: {machine.cmdline}"),
        (0.0, "BIOS-provided physical RAM map:"), (0.0, "NX (Execute Disable) protection: active"),
        (0.0, f"DMI: {dmi.vendor} {dmi.product}, BIOS {dmi.bios_version} {dmi.bios_date}"),
        (0.0, f"tsc: Detected {cpu.mhz:.3f} MHz processor"),
        (0.04, f"Memory: {persona.memory_kib - 90_000}K/{persona.memory_kib + 52_000}K available (14342K kernel code, "
               "2332K rwdata, 9056K rodata, 2796K init, 17404K bss)"),
        (0.09, f"smpboot: CPU0: {cpu.name} (family: {cpu.family:#x}, model: {cpu.model:#x}, "
               f"stepping: {cpu.stepping:#x})"),
        (0.13, f"smp: Brought up 1 node, {cpu.count} CPU{'s' if cpu.count > 1 else ''}"),
        (0.42, "NET: Registered PF_INET protocol family"), (1.21, "SCSI subsystem initialized"),
        (1.58, "ata1: SATA link up 6.0 Gbps (SStatus 133 SControl 300)"),
        (1.63, f"sd 0:0:0:0: [sda] {machine.hardware.partitions()[0][3]} 512-byte logical blocks"),
        (1.65, " sda: sda1 sda2 < sda5 >"), (1.66, "sd 0:0:0:0: [sda] Attached SCSI disk"),
        (2.31, "EXT4-fs (sda1): mounted filesystem with ordered data mode. Quota mode: none."),
        (2.87, "systemd[1]: Inserted module 'autofs4'"), (2.93, f"systemd[1]: Hostname set to <{persona.host_name}>."),
        (3.41, "EXT4-fs (sda1): re-mounted. Quota mode: none."),
        (3.72, f"Adding {machine.hardware.swap}k swap on /dev/sda5.  Priority:-2 extents:1 across:"
               f"{machine.hardware.swap}k FS"),
        (6.34, f"igb 0000:01:00.0 {device}: igb: {device} NIC Link is Up 1000 Mbps Full Duplex, Flow Control: RX"),
        (6.35, f"IPv6: ADDRCONF(NETDEV_CHANGE): {device}: link becomes ready"),
    ]  # fmt: skip
    wobble = machine.drift.between("dmesg", 0, 90_000) / 1_000_000
    return [(time + wobble * (time > 0), text) for time, text in rows]


def _live(
    text: Callable[[Session], str], mode: int = 0o640, gid: int = _ADM, back: float = 900.0, group_time: float = 0.0
) -> Made:
    return Made(
        mode=stat.S_IFREG | mode,
        gid=gid,
        data=lambda session: text(session).encode("latin-1", "replace"),
        time=lambda now: now - now % back + group_time,
    )


def _rotated(now: float) -> float:
    """When logs were rotated last: on Sunday, just after midnight."""
    return (now + 4 * DAY) // (7 * DAY) * (7 * DAY) - 4 * DAY + 12


def nodes(machine: Machine) -> dict[str, Made]:
    """What changes while the machine runs, and the homes."""
    persona, logs, boot = machine.persona, Logs(machine), float(machine.persona.boot_time)
    visits = machine.logins.before
    binary = stat.S_IFREG
    made = {
        "/var/log": folder(time=_rotated), "/var/log/syslog": _live(logs.syslog), "/var/log/auth.log": _live(logs.auth),
        "/var/log/cron.log": _live(lambda session: "\n".join(
            line for line in logs.syslog(session).split("\n") if "CRON" in line) + "\n"),
        "/var/log/kern.log": _live(lambda session: "".join(
            f"{stamp(boot + time)} {persona.host_name} kernel: [{time:12.6f}] {text}\n"
            for time, text in kernel_log(machine)), back=1e9),
        "/var/log/dpkg.log": _live(logs.dpkg, 0o644, 0, 30 * DAY),
        "/var/log/apache2/access.log": _live(lambda session: "", back=DAY),
        "/var/log/apache2/error.log": _live(lambda session: "", back=DAY),
        "/var/log/wtmp": Made(mode=binary | 0o664, gid=_UTMP, data=logs.wtmp, time=lambda now: visits(now)[0].start),
        "/var/log/btmp": Made(mode=binary | 0o660, gid=_UTMP, data=b"", time=_rotated),
        "/var/log/lastlog": Made(mode=binary | 0o664, gid=_UTMP, data=logs.lastlog,
                                 time=lambda now: visits(now)[0].start),
        "/var/log/faillog": Made(mode=binary | 0o644, data=b"", time=persona.installed_time),
        "/tmp": folder(0o1777, time=lambda now: now - now % 3600),  # noqa: S108
        "/run/utmp": Made(mode=binary | 0o664, gid=_UTMP, data=logs.utmp, time=boot + 7),
    }  # fmt: skip
    made |= _homes(machine)
    return made


def _homes(machine: Machine) -> dict[str, Made]:
    persona = machine.persona
    installed, last = float(persona.installed_time), lambda now: machine.logins.before(now)[0].start
    history = (
        "apt update\napt upgrade\nsystemctl status apache2\ntail -f /var/log/syslog\ndf -h\nfree -m\n"
        "nano /etc/network/interfaces\nsystemctl restart apache2\nls -la /var/www/html\nreboot\nuptime\nexit\n"
    )
    made = {
        "/root": folder(0o700, time=last), "/root/.bash_history": file(history, 0o600, time=last),
        "/root/.ssh": folder(0o700, time=installed),
    }  # fmt: skip
    skeleton = {name: machine.stored(f"/etc/skel/{name}") for name in (".bashrc", ".profile", ".bash_logout")}
    for number, user in enumerate(persona.users):
        uid = 1000 + number
        mode = 0o750 if persona.os_id == "ubuntu" else 0o700 if persona.kind == "debian-12" else 0o755
        made[f"/home/{user}"] = folder(mode, uid, uid, time=installed + 400 + number)
        for name, text in skeleton.items():
            made[f"/home/{user}/{name}"] = file(text, 0o644, uid, uid, installed + 400 + number)
    return made

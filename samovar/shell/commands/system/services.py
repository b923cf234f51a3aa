"""crontab, systemctl, service, journalctl, shutdown and its kind, man, logger."""

from datetime import UTC, datetime

from msgspec import Struct

from samovar.shell.commands.options import parse
from samovar.shell.commands.system.tasks import everything
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.session import Task
from samovar.shell.kernel.process import Body, Process

_SPOOL = "/var/spool/cron/crontabs"
_MAX_TABLE = 65_536


def crontab(p: Process) -> Body:
    """A user's table of timed jobs."""
    options = parse(p, "u:lreiV")
    user = options.value("u") or p.identity.name
    if "u" in options and p.identity.uid:
        p.err("must be privileged to use -u\n")
        return 1
    path = f"{_SPOOL}/{user}"
    if "l" in options:
        try:
            text = p.view.read(path).decode("latin-1")
        except Fault:
            p.err(f"no crontab for {user}\n")
            return 1
        p.out(text)
        return 0
    if "r" in options:
        try:
            p.kernel.root.unlink(path)
        except Fault:
            p.err(f"no crontab for {user}\n")
            return 1
        return 0
    if "e" in options:
        p.err(f"no crontab for {user} - using an empty one\n" if not p.kernel.root.exists(path) else "")
        return 0
    try:
        data = yield from p.load(options.rest[0] if options.rest else "-")
    except Fault as fault:
        p.err(f"{options.rest[0]}: {fault.text}\n")
        return 1
    name = options.rest[0] if options.rest and options.rest[0] != "-" else "-"
    for number, line in enumerate(data.decode("latin-1").split("\n")):
        bad = _unfit(line)
        if bad:
            p.err(f'"{name}":{number}: bad {bad}\nerrors in crontab file, can\'t install.\n')
            return 1
    p.kernel.root.write(path, data[:_MAX_TABLE], 0o600)
    return 0


def _unfit(line: str) -> str:
    """Which field of a line cron would refuse."""
    line = line.strip()
    if not line or line.startswith(("#", "@")) or "=" in line.split(" ")[0]:
        return ""
    fields = line.split(None, 5)
    for name, field in zip(("minute", "hour", "day-of-month", "month", "day-of-week"), fields, strict=False):
        if not all(c.isalnum() or c in "*/,-" for c in field):
            return name
    return "command" if len(fields) < 6 else ""


class Unit(Struct, frozen=True):
    """A service that systemd knows."""

    name: str
    description: str
    program: str  # comm of its main process; "" where it is not running
    aliases: tuple[str, ...] = ()


UNITS = (
    Unit("apache2", "The Apache HTTP Server", "apache2"),
    Unit("cron", "Regular background program processing daemon", "cron"),
    Unit("dbus", "D-Bus System Message Bus", "dbus-daemon"),
    Unit("rsyslog", "System Logging Service", "rsyslogd", ("syslog",)),
    Unit("ssh", "OpenBSD Secure Shell server", "sshd", ("sshd",)), Unit("vsftpd", "vsftpd FTP server", "vsftpd"),
    Unit("systemd-journald", "Journal Service", "systemd-journal"),
    Unit("systemd-logind", "User Login Management", "systemd-logind"),
    Unit("systemd-udevd", "Rule-based Manager for Device Events and Files", "systemd-udevd"),
    Unit("systemd-timesyncd", "Network Time Synchronization", "systemd-timesyn"),
    Unit("inetutils-inetd", "Internet superserver", "inetutils-inetd"),
    Unit("getty@tty1", "Getty on tty1", "agetty"),
)  # fmt: skip


def _unit(name: str) -> Unit | None:
    name = name.removesuffix(".service")
    return next((unit for unit in UNITS if name == unit.name or name in unit.aliases), None)


def _main(p: Process, unit: Unit) -> Task | None:
    if unit.name in p.kernel.stopped:
        return None
    return next((task for task in everything(p) if unit.program and task.comm == unit.program[:15]), None)


_SYSTEMCTL = {
    "no-pager": "x", "all": "a", "type=": "t", "state=": "state", "quiet": "q", "now": "now", "version":
    "version", "full": "l", "no-legend": "no-legend", "property=": "p", "failed": "failed", "plain": "x",
    "no-block": "x", "value": "x", "user": "x", "system": "x",
}  # fmt: skip


def systemctl(p: Process) -> int:
    """systemd's services."""
    options = parse(
        p,
        "at:qfHlM:n:o:p:P:rs:",
        _SYSTEMCTL,
    )
    if "version" in options:
        p.out("systemd 252 (252.39-1~deb12u1)\n")
        return 0
    verb, *names = options.rest or ["list-units"]
    if verb in ("list-units", "list-unit-files"):
        return _list(p, files=verb == "list-unit-files", legend="no-legend" not in options)
    if verb in ("daemon-reload", "daemon-reexec", "reset-failed", "set-default", "isolate"):
        return _allowed(p)
    if verb in ("reboot", "poweroff", "halt", "suspend"):
        return power(p)
    if verb in ("is-system-running", "get-default"):
        p.out("running\n" if verb == "is-system-running" else "graphical.target\n")
        return 0
    if verb not in _VERBS:
        p.err(f"Unknown command verb {verb}.\n")
        return 1
    if not names:
        p.err("Too few arguments.\n")
        return 1
    return max(_act(p, verb, name, quiet="q" in options) for name in names)


_VERBS = frozenset(
    [
        "status",
        "start",
        "stop",
        "restart",
        "reload",
        "enable",
        "disable",
        "is-active",
        "is-enabled",
        "is-failed",
        "show",
        "cat",
        "mask",
        "unmask",
        "kill",
        "try-restart",
    ]
)


def _allowed(p: Process) -> int:
    if p.identity.uid == 0:
        return 0
    p.err("Failed to reload daemon: Interactive authentication required.\n")
    return 1


def _act(p: Process, verb: str, name: str, *, quiet: bool) -> int:
    unit = _unit(name)
    full = name if name.endswith(".service") else f"{name}.service"
    main = _main(p, unit) if unit else None
    if verb == "is-active":
        p.out("" if quiet else "active\n" if main else "inactive\n")
        return 0 if main else 3
    if verb == "is-failed":
        p.out("" if quiet else "active\n" if main else "inactive\n")
        return 1
    if unit is None:
        return _unknown(p, verb, full)
    if verb == "is-enabled":
        p.out("" if quiet else "enabled\n")
        return 0
    if verb == "status":
        _status(p, unit, main)
        return 0 if main else 3
    if p.identity.uid and verb not in ("show", "cat"):
        p.err(
            f"Failed to {verb} {unit.name}.service: Interactive authentication required.\n"
            f"See system logs and 'systemctl status {unit.name}.service' for details.\n"
        )
        return 1
    _change(p, verb, unit)
    return 0


def _unknown(p: Process, verb: str, full: str) -> int:
    text = {
        "status": f"Unit {full} could not be found.",
        "is-enabled": f"Failed to get unit file state for {full}: No such file or directory",
        "enable": f"Failed to enable unit: Unit file {full} does not exist.",
        "disable": f"Failed to disable unit: Unit file {full} does not exist.",
        "stop": f"Failed to stop {full}: Unit {full} not loaded.",
        "start": f"Failed to start {full}: Unit {full} not found.",
    }.get(verb, f"Failed to {verb} {full}: Unit {full} not found.")  # fmt: skip
    p.err(text + "\n")
    return 4 if verb == "status" else 5 if verb in ("start", "stop", "restart") else 1


def _change(p: Process, verb: str, unit: Unit) -> None:
    if verb == "stop":
        p.kernel.stopped.add(unit.name)
        p.kernel.killed |= {
            task.pid for task in everything(p) if task.comm == unit.program[:15] and task.pid not in p.kernel.processes
        }
    elif verb in ("start", "restart"):
        p.kernel.stopped.discard(unit.name)
        p.kernel.killed -= {task.pid for task in p.machine.processes(p.now) if task.comm == unit.program[:15]}
    elif verb in ("enable", "disable") and unit.name in ("apache2", "ssh", "cron", "vsftpd", "rsyslog"):
        p.err(
            f"Synchronizing state of {unit.name}.service with SysV service script with "
            "/lib/systemd/systemd-sysv-install.\nExecuting: /lib/systemd/systemd-sysv-install "
            f"{verb} {unit.name}\n"
        )


def _list(p: Process, *, files: bool, legend: bool) -> int:
    rows = []
    for unit in sorted(UNITS, key=lambda unit: unit.name):
        state = ("enabled", "enabled") if files else ("loaded", "active", "running", unit.description)
        if _main(p, unit) or files:
            rows.append((f"{unit.name}.service", *state))
    heads = ("UNIT FILE", "STATE", "PRESET") if files else ("UNIT", "LOAD", "ACTIVE", "SUB", "DESCRIPTION")
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    for row in [heads, *rows] if legend else rows:
        p.out(("" if files else "  ") + " ".join(cell.ljust(widths[i]) for i, cell in enumerate(row)).rstrip() + "\n")
    if legend:
        p.out(
            f"\n{len(rows)} unit files listed.\n"
            if files
            else (
                f"\n{len(rows)} loaded units listed.\nTo show all installed unit files use 'systemctl "
                "list-unit-files'.\n"
            )
        )
    return 0


def _status(p: Process, unit: Unit, main: Task | None) -> None:
    dot = b"\xe2\x97\x8f" if main else b"\xe2\x97\x8b"
    p.write(dot + f" {unit.name}.service - {unit.description}\n".encode())
    p.out(f"     Loaded: loaded (/lib/systemd/system/{unit.name}.service; enabled; preset: enabled)\n")
    if main is None:
        p.out("     Active: inactive (dead)\n")
        return
    ago = p.now - main.start
    days, hours, minutes = int(ago // 86_400), int(ago // 3600 % 24), int(ago // 60 % 60)
    span = f"{days} days ago" if days > 1 else f"{hours}h ago" if hours else f"{minutes}min ago"
    p.out(
        "     Active: active (running) since "
        f"{datetime.fromtimestamp(main.start, UTC):%a %Y-%m-%d %H:%M:%S} UTC; {span}\n"
    )
    p.out(
        f"   Main PID: {main.pid} ({main.comm})\n      Tasks: {main.threads} (limit: "
        f"{p.machine.memory(p.now).total // 1700})\n"
    )
    p.out(
        f"     Memory: {main.rss / 1024:.1f}M\n        CPU: {main.cpu:.3f}s\n"
        f"     CGroup: /system.slice/{unit.name}.service\n"
    )
    p.write(b"             \xe2\x94\x94\xe2\x94\x80" + f"{main.pid} {' '.join(main.argv)!s}\n".encode("latin-1"))


def service(p: Process) -> int:
    """System V's way to the same."""
    words = p.argv[1:]
    if words == ["--status-all"]:
        for unit in sorted(UNITS, key=lambda unit: unit.name):
            p.out(f" [ {'+' if _main(p, unit) else '-'} ]  {unit.name}\n")
        return 0
    if len(words) < 2:
        p.err("Usage: service < option > | --status-all | [ service_name [ command | --full-restart ] ]\n")
        return 1
    if _unit(words[0]) is None:
        p.err(f"{words[0]}: unrecognized service\n")
        return 1
    return _act(p, words[1], words[0], quiet=False) if words[1] in _VERBS else 1


def journalctl(p: Process) -> int:
    """The journal: what the log file has."""
    options = parse(
        p,
        "u:n:fxekbro:p:S:U:q",
        {
            "no-pager": "x",
            "unit=": "u",
            "lines=": "n",
            "disk-usage": "usage",
            "vacuum-time=": "v",
            "vacuum-size=": "v",
            "rotate": "x",
            "since=": "S",
            "until=": "U",
        },
    )
    if "usage" in options:
        p.out("Archived and active journals take up 24.0M in the file system.\n")
        return 0
    if "v" in options:
        return 0
    try:
        lines = p.view.read("/var/log/syslog").decode("latin-1").split("\n")
    except Fault:
        p.out("-- No entries --\n")
        return 0
    unit = options.value("u").removesuffix(".service")
    lines = [line for line in lines if line and (not unit or f" {unit}" in line)]
    count = int(options.value("n")[:6]) if options.value("n").isdecimal() else 200
    p.out("".join(line + "\n" for line in lines[-count:]) or "-- No entries --\n")
    return 0


def power(p: Process) -> int:
    """reboot, shutdown, halt, poweroff, init: the machine goes, with all sessions of this source."""
    if p.identity.uid:
        verb = {"shutdown": "Failed to set wall message, ignoring: Interactive authentication required.\n"}.get(
            p.name, ""
        )
        p.err(
            f"{verb}Call to Reboot failed: Interactive authentication required.\n"
            if verb
            else (
                "Failed to set wall message, ignoring: Interactive authentication required.\n"
                "Failed to reboot system via logind: Interactive authentication required.\n"
            )
        )
        return 1
    words = p.argv[1:]
    if p.name == "init" and words[:1] not in (["0"], ["6"]):
        return 0
    if p.name == "shutdown" and ("-c" in words or any(word.startswith("+") and word != "+0" for word in words)):
        p.err(
            ""
            if "-c" in words
            else (
                "Shutdown scheduled for "
                f"{datetime.fromtimestamp(p.now + 60, UTC):%a %Y-%m-%d %H:%M:%S} UTC, use 'shutdown "
                "-c' to cancel.\n"
            )
        )
        return 0
    p.kernel.hang_up()
    return 0


def man(p: Process) -> int:
    """There are no pages on a small server."""
    names = [word for word in p.argv[1:] if not word.startswith("-") and not word.isdecimal()]
    if not names:
        p.err("What manual page do you want?\nFor example, try 'man man'.\n")
        return 1
    p.err("".join(f"No manual entry for {name}\n" for name in names))
    return 16


def silent(p: Process) -> int:
    """logger, update-rc.d, ldconfig, depmod, udevadm ...: done without a word."""
    return 0

"""Commands that run others, wait, or tell what runs."""

import re

from samovar.shell.call import Call, Tool
from samovar.shell.tools.common import inputs, own_name, says, when
from samovar.shell.tools.system import uptime_line

_PROCESSES = (
    ("root", 1, 0.0, 0.3, 163932, 10248, "?", "Ss", "/sbin/init"),
    ("root", 2, 0.0, 0.0, 0, 0, "?", "S", "[kthreadd]"),
    ("root", 10, 0.0, 0.0, 0, 0, "?", "I", "[rcu_sched]"),
    ("root", 229, 0.0, 0.4, 32984, 12816, "?", "Ss", "/lib/systemd/systemd-journald"),
    ("root", 251, 0.0, 0.1, 21932, 5336, "?", "Ss", "/lib/systemd/systemd-udevd"),
    ("root", 402, 0.0, 0.0, 6744, 2764, "?", "Ss", "/usr/sbin/cron -f"),
    ("root", 408, 0.0, 0.1, 220796, 4312, "?", "Ssl", "/usr/sbin/rsyslogd -n -iNONE"),
    ("root", 431, 0.0, 0.2, 13352, 7600, "?", "Ss", "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups"),
)


def _ps(call: Call) -> int:
    shell, flags = call.shell, call.flags + "".join(call.args[1:2])
    own = [
        (shell.user, 2411, 0.0, 0.2, 14712, 8924, "?", "Ss", f"sshd: {shell.user}@pts/0"),
        (shell.user, 2417, 0.0, 0.1, 7968, 4752, "pts/0", "Ss", "-bash"),
        (shell.user, 2440, 0.0, 0.0, 9700, 3288, "pts/0", "R+", " ".join(call.args)),
    ]
    if "u" in flags:
        boot = when(shell.persona.boot_time, "%b%d")
        call.out("USER         PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n")
        for user, pid, cpu, memory, size, resident, tty, state, command in (*_PROCESSES, *own):
            began = boot if pid < 1000 else when(shell.now, "%H:%M")
            row = f"{user:<8} {pid:>7} {cpu:>4} {memory:>4} {size:>6} {resident:>5} {tty:<8} {state:<4} {began:<5}"
            call.out(f"{row}   0:00 {command}\n")
    elif set("eAax") & set(flags):
        call.out("    PID TTY          TIME CMD\n")
        for _, pid, _, _, _, _, tty, _, command in (*_PROCESSES, *own):
            call.out(f"{pid:>7} {tty:<8} 00:00:00 {command.strip('[]-').split()[0].rpartition('/')[2].rstrip(':')}\n")
    else:
        call.out("    PID TTY          TIME CMD\n   2417 pts/0    00:00:00 bash\n   2440 pts/0    00:00:00 ps\n")
    return 0


def _top(call: Call) -> int:
    call.out("top -" + uptime_line(call) + "Tasks:  11 total,   1 running,  10 sleeping,   0 stopped,   0 zombie\n")
    call.out("%Cpu(s):  0.3 us,  0.2 sy,  0.0 ni, 99.5 id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st\n\n")
    call.out("    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND\n")
    for user, pid, _, memory, size, resident, _, state, command in _PROCESSES:
        name = command.strip("[]").split()[0].rpartition("/")[2].rstrip(":")[:15]
        row = f"{pid:>7} {user:<8}  20   0 {size:>7} {resident:>6} {resident // 2:>6} {state[0]}   0.0 {memory:>5}"
        call.out(f"{row}   0:00.41 {name}\n")
    return 0


def _kill(call: Call) -> int:
    """kill, pkill, killall: the guest sees few processes, and none of them is to be killed."""
    status = 0
    for name in [name for name in call.names if name.lstrip("%").isdigit() or own_name(call) != "kill"]:
        if own_name(call) == "kill":
            call.err(f"{call.shell.name}: kill: ({name}) - No such process\n")
        elif own_name(call) == "killall":
            call.err(f"{name}: no process found\n")
        status = 1
    return status


def _sleep(call: Call) -> int:
    if len(call.args) > 1 and re.fullmatch(r"\d{1,6}(\.\d{1,6})?s?", call.args[1]):
        call.shell.pause += float(call.args[1].rstrip("s"))
    return 0


def _sh(call: Call) -> int:
    if "-c" in call.args[:-1]:
        at = call.args.index("-c") + 1
        return call.shell.nested(call.args[at], call, call.args[at + 2 :])
    names = call.names
    if names and "s" not in call.flags:
        source = call.shell.read(call.shell.path(names[0]))
        if source is None:
            call.err(f"{own_name(call)}: {names[0]}: No such file or directory\n")
            return 127
        return call.shell.nested(source, call, names[1:])
    return call.shell.nested(call.stdin.rest(), call, names)


def _source(call: Call) -> int:
    return call.shell.sourced(inputs(call, call.names[:1]), call) if call.names else 2


def _passes(call: Call) -> int:
    """nohup, exec, timeout, nice, time, setsid: what follows is run."""
    rest = call.args[1:]
    while rest and (rest[0].startswith("-") or re.fullmatch(r"\d+[smh]?", rest[0])):
        rest = rest[1:]
    if not rest:
        return 0
    call.args = rest
    return call.shell.command(call)


def _busybox(call: Call) -> int:
    if len(call.args) < 2:
        call.out("BusyBox v1.30.1 (Debian 1:1.30.1-6+b3) multi-call binary.\n")
        return 0
    call.args = call.args[1:]
    tool = call.shell.tools.get(call.args[0])
    if tool is None or call.args[0] in ("curl", "lscpu", "sudo"):
        call.err(f"{call.args[0]}: applet not found\n")
        return 127
    return tool(call)


RUNNING: dict[str, Tool] = {
    "ps": _ps,
    "top": _top,
    **dict.fromkeys(("kill", "pkill", "killall"), _kill),
    "sleep": _sleep,
    **dict.fromkeys(("sh", "bash", "dash", "ash"), _sh),
    ".": _source,
    "source": _source,
    **dict.fromkeys(("nohup", "exec", "timeout", "nice", "setsid"), _passes),
    "busybox": _busybox,
    **dict.fromkeys(("service", "systemctl", "iptables", "ufw", "modprobe", "update-rc.d", "pgrep"), says("")),
}

"""Commands about users: who they are, who is logged in, passwords, other users' rights."""

import re

from samovar.shell import story
from samovar.shell.call import Call, Tool
from samovar.shell.tools.common import own_name, when
from samovar.shell.tools.system import uptime_line


def _id(call: Call) -> int:
    user = next(iter(call.names), call.shell.user)
    number = story.user_number(call.shell.persona, user)
    if number is None and user != call.shell.user:
        call.err(f"id: '{user}': no such user\n")
        return 1
    number = 1000 if number is None else number
    if set("ugG") & set(call.flags):
        call.out(f"{user if 'n' in call.flags else number}\n")
    else:
        call.out(f"uid={number}({user}) gid={number}({user}) groups={number}({user})\n")
    return 0


def _whoami(call: Call) -> int:
    call.out(call.shell.user + "\n")
    return 0


def _who(call: Call) -> int:
    """w and who: only the guest."""
    shell = call.shell
    if own_name(call) == "who":
        call.out(f"{shell.user:<8} pts/0        {when(shell.now - 9, '%Y-%m-%d %H:%M')} ({shell.origin})\n")
        return 0
    call.out(uptime_line(call) + "USER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT\n")
    call.out(f"{shell.user:<8} pts/0    {shell.origin:<16} {when(shell.now - 9, '%H:%M')}    0.00s  0.03s  0.00s w\n")
    return 0


def _last(call: Call) -> int:
    shell = call.shell
    then, origin = story.last_login(shell.persona, shell.now)
    day, boot = "%a %b %e %H:%M", shell.persona.boot_time
    call.out(f"{shell.user:<8} pts/0        {shell.origin:<16} {when(shell.now - 9, day)}   still logged in\n")
    call.out(f"root     pts/0        {origin:<16} {when(then, day)} - {when(then + 1290, '%H:%M')}  (00:21)\n")
    kernel = shell.persona.kernel_release[:16]
    call.out(f"reboot   system boot  {kernel:<16} {when(boot, day)}   still running\n\n")
    call.out(f"wtmp begins {when(shell.persona.installed_time, '%a %b %e %H:%M:%S %Y')}\n")
    return 0


def _passwd(call: Call) -> int:
    typed = [call.stdin.line() for _ in range(2)]
    call.err("New password: Retype new password: ")
    if typed[0] is None or typed[0] != typed[1]:
        call.err("\npasswd: Authentication token manipulation error\npasswd: password unchanged\n")
        return 10
    call.err("passwd: password updated successfully\n")
    return 0


def _chpasswd(call: Call) -> int:
    for line in call.stdin.rest().splitlines():
        user = line.partition(":")[0]
        if ":" not in line or (story.user_number(call.shell.persona, user) is None and user != call.shell.user):
            call.err(
                f"chpasswd: (user {user}) pam_chauthtok() failed, error:\nAuthentication token manipulation error\n"
            )
            return 1
    return 0


def _useradd(call: Call) -> int:
    if call.shell.user != "root":
        call.err(f"{own_name(call)}: Permission denied.\n")
        return 1
    name = next(iter(call.names[-1:]), "")
    if re.fullmatch(r"[a-z_][a-z0-9_-]{0,31}", name):
        held = call.shell.read("/etc/passwd") or ""
        call.shell.store(
            "/etc/passwd", f"{held}{name}:x:1005:1005::/home/{name}:/bin/bash\n".encode("latin-1", "replace")
        )
    return 0


def _su(call: Call) -> int:
    shell = call.shell
    if "-c" in call.args[:-1]:
        return shell.nested(call.args[call.args.index("-c") + 1], call, [])
    user = next((name for name in call.names if name != "-"), "root")
    if shell.user != "root" or story.user_number(shell.persona, user) is None:
        call.err(
            "Password: \nsu: Authentication failure\n" if shell.user != "root" else f"su: user {user} does not exist\n"
        )
        return 1
    shell.user = user
    return 0


def _sudo(call: Call) -> int:
    shell, rest = call.shell, call.args[1:]
    while rest and rest[0].startswith("-"):
        rest = rest[2 if rest[0] in ("-u", "-g", "-p") else 1 :]
    if shell.user != "root":
        call.err(f"{shell.user} is not in the sudoers file.  This incident will be reported.\n")
        return 1
    if rest:
        call.args = rest
        return shell.command(call)
    return 0


def _crontab(call: Call) -> int:
    path = f"/var/spool/cron/crontabs/{call.shell.user}"
    held = call.shell.read(path)
    if "r" in call.flags:
        call.shell.files.remove(path)
    elif "l" in call.flags:
        if held is None:
            call.err(f"no crontab for {call.shell.user}\n")
            return 1
        call.out(held)
    elif call.names:
        name = call.names[0]
        text = call.stdin.rest() if name == "-" else call.shell.read(call.shell.path(name))
        if text is None:
            call.err(f"{name}: No such file or directory\n")
            return 1
        call.shell.store(path, text.encode("latin-1", "replace"))
    return 0


def _history(call: Call) -> int:
    if "c" in call.flags:
        call.shell.history.clear()
    call.out("".join(f"{i:5}  {line}\n" for i, line in enumerate(call.shell.history, 1)))
    return 0


ACCOUNTS: dict[str, Tool] = {
    "id": _id,
    "whoami": _whoami,
    "w": _who,
    "who": _who,
    "last": _last,
    "passwd": _passwd,
    "chpasswd": _chpasswd,
    "useradd": _useradd,
    "adduser": _useradd,
    "su": _su,
    "sudo": _sudo,
    "crontab": _crontab,
    "history": _history,
}

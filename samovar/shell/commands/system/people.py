"""w, who, users, last, lastb, lastlog."""

from datetime import UTC, datetime

from samovar.shell.commands.options import parse
from samovar.shell.commands.system.time import header
from samovar.shell.kernel.process import Process
from samovar.shell.machine.facts import Login


def _at(seconds: float, form: str) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime(form)


def who(p: Process) -> int:
    """Who is logged in."""
    options = parse(
        p,
        "abdHlmpqrstTu",
        {"all": "a", "boot": "b", "heading": "H", "count": "q", "runlevel": "r", "short": "s", "users": "u"},
    )
    people = p.machine.who(p.kernel.session)
    if "q" in options:
        p.out(" ".join(login.user for login in people) + f"\n# users={len(people)}\n")
        return 0
    boot = p.now - p.machine.uptime(p.now)
    if "H" in options:
        p.out("NAME     LINE         TIME             COMMENT\n")
    if "b" in options or "a" in options:
        p.out(f"         system boot  {_at(boot, '%Y-%m-%d %H:%M')}\n")
    if "r" in options or "a" in options:
        p.out(f"         run-level 5  {_at(boot + 9, '%Y-%m-%d %H:%M')}\n")
    if not ("b" in options or "r" in options) or "u" in options:
        mine = "m" in options or options.rest[:2] == ["am", "i"]
        for login in people:
            if not mine or login.tty == p.kernel.session.tty:
                p.out(f"{login.user:<8} {login.tty:<12} {_at(login.start, '%Y-%m-%d %H:%M')} ({login.host})\n")
    return 0


def users(p: Process) -> int:
    """The names of those logged in."""
    people = p.machine.who(p.kernel.session)
    if people:
        p.out(" ".join(sorted(login.user for login in people)) + "\n")
    return 0


def w(p: Process) -> int:
    """Who is logged in, and what they do."""
    options = parse(p, "hufsiopV", {"no-header": "h", "short": "s", "from": "f"})
    if "h" not in options:
        p.out(header(p))
        p.out("USER     TTY      FROM             LOGIN@   IDLE   JCPU   PCPU WHAT\n")
    for login in p.machine.who(p.kernel.session):
        since = _at(login.start, "%H:%M") if p.now - login.start < 86_400 else _at(login.start, "%d%b%y")
        doing = "w" if login.tty == p.kernel.session.tty else "-bash"
        p.out(f"{login.user:<8} {login.tty:<8} {login.host:<16} {since:<8}  0.00s  0.02s  0.00s {doing}\n")
    return 0


def _lasted(login: Login, now: float) -> str:
    if login.end is None:
        return "  still logged in" if login.user != "reboot" else "  still running"
    minutes = int(login.end - login.start) // 60
    days = f"{minutes // 1440}+" if minutes >= 1440 else ""
    span = f"({days}{minutes // 60 % 24:02}:{minutes % 60:02})"
    return f"- {_at(login.end, '%H:%M')}  {span}" if not days else f"- {_at(login.end, '%H:%M')} {span}"


def last(p: Process) -> int:
    """Earlier logins."""
    options = parse(
        p, "aden:dFf:iRs:t:wx0123456789p:", {"limit=": "n", "fulltimes": "F", "hostlast": "a", "nohostname": "R"}
    )
    number = options.value("n") or "".join(letter for letter, _ in options.flags if letter.isdecimal())
    rows = p.machine.who(p.kernel.session) + p.machine.logins.before(p.now)
    boot = p.now - p.machine.uptime(p.now)
    rows.append(Login("reboot", "system boot", p.machine.persona.kernel_release[:16], boot))
    rows = [row for row in rows if not options.rest or row.user in options.rest or row.tty in options.rest]
    rows.sort(key=lambda row: -row.start)
    for row in rows[: int(number[:6])] if number.isdecimal() and int(number[:6]) else rows:
        start = _at(row.start, "%a %b %e %H:%M:%S %Y" if "F" in options else "%a %b %e %H:%M")
        p.out(f"{row.user:<8} {row.tty:<12} {row.host[:16]:<16} {start} {_lasted(row, p.now)}\n")
    p.out(f"\nwtmp begins {_at(boot - 86_400 * 3, '%a %b %e %H:%M:%S %Y')}\n")
    return 0


def lastb(p: Process) -> int:
    """Failed logins; for root."""
    if p.identity.uid:
        return p.fail("cannot open /var/log/btmp: Permission denied")
    p.out(f"\nbtmp begins {_at(p.now - p.now % 2_592_000, '%a %b %e %H:%M:%S %Y')}\n")
    return 0


def lastlog(p: Process) -> int:
    """Each account's last login."""
    options = parse(p, "b:CSt:u:", {"user=": "u", "time=": "t"})
    p.out("Username         Port     From                                       Latest\n")
    text = p.contents("/etc/passwd").decode("latin-1")
    for line in text.split("\n"):
        name = line.split(":")[0]
        if not name or ("u" in options and name != options.value("u")):
            continue
        found = p.machine.logins.last(p.now, name)
        if found is None:
            p.out(f"{name:<43}**Never logged in**\n")
        else:
            p.out(f"{name:<16} {found.tty:<8} {found.host:<40} {_at(found.start, '%a %b %e %H:%M:%S +0000 %Y')}\n")
    return 0

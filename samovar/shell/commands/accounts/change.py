"""passwd, chpasswd, useradd, adduser, userdel, usermod, groupadd, groupdel, gpasswd, chsh, chage."""

from collections.abc import Generator

from samovar.shell.commands.accounts.database import load, save
from samovar.shell.commands.accounts.password import ask, store
from samovar.shell.commands.files.copy import make_parents
from samovar.shell.commands.options import Options, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_NAME = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_-.$ABCDEFGHIJKLMNOPQRSTUVWXYZ")
_MAX_ROWS = 500


_USERADD = {
    "create-home": "m", "home-dir=": "d", "shell=": "s", "uid=": "u", "gid=": "g", "groups=": "G", "password=": "p",
    "comment=": "c",
    "system": "r", "no-create-home": "M", "non-unique": "o", "user-group": "U", "no-user-group": "N",
    "expiredate=": "e", "inactive=": "f",
    "append": "a", "lock": "L", "unlock": "x", "login=": "l", "move-home": "m", "badname": "badname", "defaults": "D",
}  # fmt: skip


def useradd(p: Process) -> int:
    """Make an account."""
    options = parse(p, "b:c:d:De:f:g:G:hk:K:lmMNop:rR:s:u:U", _USERADD, status=2, hint="")
    if len(options.rest) != 1:
        p.err("Usage: useradd [options] LOGIN\n       useradd -D\n       useradd -D [options]\n")
        return 2
    return make(p, options.rest[0], options)


def make(p: Process, name: str, options: Options) -> int:
    """Write the rows, and make the home directory."""
    if p.identity.uid:
        return p.fail("Permission denied.\nuseradd: cannot lock /etc/passwd; try again later.")
    if not name or not set(name) <= _NAME or name[0] in "-0123456789.":
        return p.fail(f"invalid user name '{name}': use --badname to ignore", 3)
    users, groups, shadow = load(p, "/etc/passwd"), load(p, "/etc/group"), load(p, "/etc/shadow")
    if users.find(name):
        return p.fail(f"user '{name}' already exists", 9)
    if len(users.rows) > _MAX_ROWS:
        return p.fail("cannot lock /etc/passwd; try again later.")
    taken = {row[2] for row in users.rows} | {row[2] for row in groups.rows}
    uid = options.value("u") or next(
        str(n) for n in range(998 if "r" in options else 1000, 60_000) if str(n) not in taken
    )
    if "u" in options and "o" not in options and uid in {row[2] for row in users.rows}:
        return p.fail(f"UID {uid} is not unique", 4)
    gid = uid
    if group := options.value("g"):
        row = groups.find(group) or next((row for row in groups.rows if row[2] == group), None)
        if row is None:
            return p.fail(f"group '{group}' does not exist", 6)
        gid = row[2]
    elif groups.find(name):
        return p.fail(f"group {name} exists - if you want to add this user to that group, use -g.", 9)
    else:
        groups.rows.append([name, "x", gid, ""])
    for group in filter(None, options.value("G").split(",")):
        row = groups.find(group)
        if row is None:
            return p.fail(f"group '{group}' does not exist", 6)
        row[3] = ",".join(filter(None, [row[3], name]))
    home, shell = options.value("d") or f"/home/{name}", options.value("s") or "/bin/sh"
    users.rows.append([name, "x", uid, gid, options.value("c"), home, shell])
    shadow.rows.append([name, options.value("p") or "!", str(int(p.now // 86_400)), "0", "99999", "7", "", "", ""])
    for table in (users, groups, shadow):
        save(p, table)
    if "m" in options:
        home_of(p, home, int(uid), int(gid))
    return 0


def home_of(p: Process, home: str, uid: int, gid: int) -> None:
    """Make a home directory from /etc/skel."""
    if p.view.exists(home):
        return
    make_parents(p, home, 0o755)
    p.view.chown(home, uid, gid)
    for name in p.view.listing("/etc/skel"):
        p.view.write(f"{home}/{name}", p.view.read(f"/etc/skel/{name}"), 0o644)
        p.view.chown(f"{home}/{name}", uid, gid)


_ADDUSER = {
    "disabled-password": "disabled", "disabled-login": "disabled", "gecos=": "c", "home=": "d", "shell=": "s",
    "uid=": "u", "gid=": "g", "ingroup=": "g", "system": "r", "no-create-home": "M", "quiet": "q", "group":
    "group", "force-badname": "badname", "comment=": "c",
}  # fmt: skip


def adduser(p: Process) -> Body:
    """Debian's friendly way: asks."""
    options = parse(
        p,
        "q",
        _ADDUSER,
    )
    if not options.rest:
        p.err("adduser: Only one or two names allowed.\n")
        return 1
    name = options.rest[0]
    if p.identity.uid:
        p.err("adduser: Only root may add a user or group to the system.\n")
        return 1
    if len(options.rest) > 1:
        return _join(p, name, options.rest[1])
    if load(p, "/etc/passwd").find(name):
        p.err(f"adduser: The user `{name}' already exists.\n")
        return 1
    kept = [(letter, value) for letter, value in options.flags if letter in "cdsugr"]
    p.argv[0] = "useradd"
    status = make(p, name, Options([*kept, ("m", ""), ("s", options.value("s") or "/bin/bash")], [name]))
    if status:
        return status
    yield from _introduce(p, name, options)
    return 0


def _introduce(p: Process, name: str, options: Options) -> Generator[Wait, bytes, None]:
    """Tell what was done, and ask for what is still to be known."""
    row = load(p, "/etc/passwd").find(name) or [""] * 7
    if "q" not in options:
        p.out(
            f"Adding user `{name}' ...\nAdding new group `{name}' ({row[3]}) ...\n"
            f"Adding new user `{name}' ({row[2]}) with group `{name} ({row[3]})' ...\n"
            f"Creating home directory `{row[5]}' ...\nCopying files from `/etc/skel' ...\n"
        )
    if "disabled" not in options:
        yield from ask(p, name)
    if "c" not in options:
        p.out(f"Changing the user information for {name}\nEnter the new value, or press ENTER for the default\n")
        for question in ("Full Name", "Room Number", "Work Phone", "Home Phone", "Other"):
            p.out(f"\t{question} []: ")
            yield from p.line()
        p.out("Is the information correct? [Y/n] ")
        yield from p.line()


def _join(p: Process, name: str, group: str) -> int:
    table = load(p, "/etc/group")
    row = table.find(group)
    if row is None or load(p, "/etc/passwd").find(name) is None:
        missing, kind = (group, "group") if row is None else (name, "user")
        p.err(f"adduser: The {kind} `{missing}' does not exist.\n")
        return 1
    if name not in row[3].split(","):
        row[3] = ",".join(filter(None, [row[3], name]))
        save(p, table)
    p.out(f"Adding user `{name}' to group `{group}' ...\nDone.\n")
    return 0


def userdel(p: Process) -> int:
    """Remove an account."""
    options = parse(p, "frhR:Z", {"force": "f", "remove": "r", "remove-home": "r"}, status=2, hint="")
    if not options.rest:
        p.err(f"Usage: {p.name} [options] LOGIN\n")
        return 2
    name, users = options.rest[0], load(p, "/etc/passwd")
    row = users.find(name)
    if row is None:
        return p.fail(f"user '{name}' does not exist", 6)
    if p.identity.uid:
        return p.fail("Permission denied.\nuserdel: cannot lock /etc/passwd; try again later.")
    for path in ("/etc/passwd", "/etc/shadow", "/etc/group"):
        table = load(p, path)
        table.rows = [found for found in table.rows if found[0] != name]
        save(p, table)
    if "r" in options and p.view.exists(row[5]):
        _remove_tree(p, row[5])
        p.err(f"userdel: {name} mail spool (/var/mail/{name}) not found\n")
    return 0


def _remove_tree(p: Process, path: str) -> None:
    for name, stat in p.view.entries(path):
        p.spend(1)
        if stat.kind == "d":
            _remove_tree(p, f"{path}/{name}")
        else:
            p.view.unlink(f"{path}/{name}")
    p.view.rmdir(path)


def usermod(p: Process) -> int:
    """Change an account."""
    options = parse(p, "aU:bc:d:e:f:g:G:l:Lmop:rR:s:u:Uv:w:V:W:Z:", _USERADD, status=2, hint="")
    if not options.rest:
        p.err("Usage: usermod [options] LOGIN\n")
        return 2
    name, users = options.rest[0], load(p, "/etc/passwd")
    row = users.find(name)
    if row is None:
        return p.fail(f"user '{name}' does not exist", 6)
    if p.identity.uid:
        return p.fail("Permission denied.\nusermod: cannot lock /etc/passwd; try again later.")
    for letter, place in (("u", 2), ("c", 4), ("d", 5), ("s", 6), ("l", 0)):
        if letter in options:
            row[place] = options.value(letter).replace(":", "")
    save(p, users)
    if "p" in options or "L" in options:
        old = load(p, "/etc/shadow").find(name)
        store(p, name, options.value("p") if "p" in options else "!" + (old[1] if old else ""))
    table = load(p, "/etc/group")
    for group in filter(None, options.value("G").split(",")):
        found = table.find(group)
        if found is None:
            return p.fail(f"group '{group}' does not exist", 6)
        if name not in found[3].split(","):
            found[3] = ",".join(filter(None, [found[3], name]))
    save(p, table)
    return 0


def groupadd(p: Process) -> int:
    """Make a group, or remove one."""
    options = parse(
        p, "fg:hK:op:rR:U:", {"gid=": "g", "system": "r", "force": "f", "non-unique": "o"}, status=2, hint=""
    )
    if not options.rest:
        p.err(f"Usage: {p.name} [options] GROUP\n")
        return 2
    name, table = options.rest[0], load(p, "/etc/group")
    if p.identity.uid:
        return p.fail(f"Permission denied.\n{p.name}: cannot lock /etc/group; try again later.", 10)
    if p.name in ("groupdel", "delgroup"):
        if table.find(name) is None:
            return p.fail(f"group '{name}' does not exist", 6)
        table.rows = [row for row in table.rows if row[0] != name]
    elif table.find(name):
        return 0 if "f" in options else p.fail(f"group '{name}' already exists", 9)
    else:
        taken = {row[2] for row in table.rows}
        table.rows.append(
            [name, "x", options.value("g") or next(str(n) for n in range(1000, 60_000) if str(n) not in taken), ""]
        )
    save(p, table)
    return 0


def gpasswd(p: Process) -> int:
    """Who is in a group."""
    options = parse(p, "a:A:d:M:rR", {"add=": "a", "delete=": "d"})
    if not options.rest:
        p.err("Usage: gpasswd [option] GROUP\n")
        return 2
    table = load(p, "/etc/group")
    row, name = table.find(options.rest[0]), options.value("a") or options.value("d")
    if row is None:
        return p.fail(f"group '{options.rest[0]}' does not exist in /etc/group", 3)
    members = [member for member in row[3].split(",") if member and member != name]
    row[3] = ",".join([*members, name] if "a" in options else members)
    try:
        save(p, table)
    except Fault:
        return p.fail("Permission denied.")
    p.out(
        f"{'Adding' if 'a' in options else 'Removing'} user {name} "
        f"{'to' if 'a' in options else 'from'} group {row[0]}\n"
    )
    return 0


def chsh(p: Process) -> int:
    """Another login shell."""
    options = parse(p, "hR:s:", {"shell=": "s"})
    name, table = options.rest[0] if options.rest else p.identity.name, load(p, "/etc/passwd")
    row = table.find(name)
    if row is None:
        return p.fail(f"user '{name}' does not exist")
    if "s" in options and p.identity.uid == 0:
        row[6] = options.value("s").replace(":", "")
        save(p, table)
    return 0

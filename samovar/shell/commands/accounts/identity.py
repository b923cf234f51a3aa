"""id, whoami, groups, logname, getent, su, sudo."""

from collections.abc import Generator

from msgspec import Struct

from samovar.shell.commands.accounts.database import groups_of, load
from samovar.shell.commands.files.names import quoted
from samovar.shell.commands.options import misuse, parse
from samovar.shell.kernel.process import Body, Identity, Process
from samovar.shell.kernel.wait import Wait


def find(p: Process, name: str) -> Identity | None:
    """A user by name or number."""
    row = load(p, "/etc/passwd").find(name)
    if row is None and name.isdecimal():
        row = next((found for found in load(p, "/etc/passwd").rows if found[2] == name), None)
    if row is None or not row[2].isdecimal():
        return None
    gid = int(row[3])
    return Identity(row[0], int(row[2]), gid, tuple(number for number, _ in groups_of(p, row[0], gid)))


def identity(p: Process) -> int:
    """id."""
    options = parse(p, "agGnruzZ", {"group": "g", "groups": "G", "name": "n", "real": "r", "user": "u", "zero": "z"})
    if "n" in options and not options.last("gGu"):
        return p.fail("cannot print only names or real IDs in default format")
    status = 0
    for name in options.rest or [""]:
        who = find(p, name) if name else p.identity
        if who is None:
            status = p.fail(f"{quoted(name)}: no such user")
            continue
        groups = groups_of(p, who.name, who.gid)
        named = "n" in options
        wanted = options.last("ugG")
        if wanted == "u":
            p.out(f"{who.name if named else who.uid}\n")
        elif wanted == "g":
            p.out(f"{groups[0][1] if named else who.gid}\n")
        elif wanted == "G":
            p.out(" ".join(group if named else str(number) for number, group in groups) + "\n")
        else:
            p.out(
                f"uid={who.uid}({who.name}) gid={who.gid}({groups[0][1]}) "
                f"groups={','.join(f'{number}({group})' for number, group in groups)}\n"
            )
    return status


def whoami(p: Process) -> int:
    """The user's name."""
    if len(p.argv) > 1 and not p.argv[1].startswith("--"):
        return misuse(p, f"extra operand {quoted(p.argv[1])}")
    p.out(p.identity.name + "\n")
    return 0


def groups(p: Process) -> int:
    """The user's groups."""
    names = p.argv[1:]
    status = 0
    for name in names or [p.identity.name]:
        who = find(p, name)
        if who is None:
            status = p.fail(f"{quoted(name)}: no such user")
            continue
        text = " ".join(group for _, group in groups_of(p, who.name, who.gid))
        p.out(f"{name} : {text}\n" if names else f"{text}\n")
    return status


def logname(p: Process) -> int:
    """The name that logged in."""
    if not p.kernel.session.tty:
        return p.fail("no login name")
    p.out(p.kernel.session.user + "\n")
    return 0


def getent(p: Process) -> int:
    """The system's databases."""
    if len(p.argv) < 2:
        p.err("getent: wrong number of arguments\nTry `getent --help' or `getent --usage' for more information.\n")
        return 1
    name, *keys = p.argv[1:]
    if name not in ("passwd", "group", "shadow", "hosts", "services", "protocols"):
        p.err(f"Unknown database: {name}\nTry `getent --help' or `getent --usage' for more information.\n")
        return 1
    if name not in ("passwd", "group", "shadow"):
        return _network(p, name, keys)
    rows = load(p, f"/etc/{name}").rows
    chosen = [
        row for row in rows if not keys or row[0] in keys or (len(row) > 2 and row[2] in keys and name != "shadow")
    ]
    p.out("".join(":".join(row) + "\n" for row in chosen))
    return 2 if keys and not chosen else 0


def _network(p: Process, name: str, keys: list[str]) -> int:
    found = False
    for line in p.contents(f"/etc/{name}").decode("latin-1").split("\n"):
        fields = line.partition("#")[0].split()
        if len(fields) > 1 and (not keys or set(keys) & set(fields)):
            p.out(f"{fields[0]:<15} {' '.join(fields[1:])}\n")
            found = True
    return 0 if found else 2


def su(p: Process) -> Body:
    """Another user's shell, or one command as that user."""
    words, login, command, name = p.argv[1:], False, None, "root"
    rest: list[str] = []
    while words:
        word = words.pop(0)
        if word in ("-", "-l", "--login"):
            login = True
        elif word in ("-c", "--command", "-s", "--shell", "-g", "-G") and words:
            value = words.pop(0)
            command = value if word in ("-c", "--command") else command
        elif not word.startswith("-"):
            rest.append(word)
    if rest:
        name = rest[0]
    who = find(p, name)
    if who is None:
        return p.fail(f"user {name} does not exist or the user entry does not contain all the required fields")
    if p.identity.uid:
        p.err("Password: ")
        yield from p.secret()
        yield from p.sleep(2.0)
        return p.fail("Authentication failure")
    return (
        yield from become(
            p, who, ["bash", "-c", command] if command is not None else ["-bash" if login else "bash"], login=login
        )
    )


def become(p: Process, who: Identity, argv: list[str], *, login: bool) -> Body:
    """Run a command as another user."""
    row = load(p, "/etc/passwd").find(who.name) or ["", "", "", "", "", "/", "/bin/sh"]
    if row[6].endswith(("nologin", "false")) and argv[0].endswith("bash"):
        p.out("This account is currently not available.\n")
        return 1
    environment = dict(p.environment) | {"HOME": row[5], "SHELL": row[6]}
    if who.uid:
        environment |= {"USER": who.name, "LOGNAME": who.name}
    child = p.kernel.command(
        p, argv, environment, p.descriptors, identity=who, directory=row[5] if login and p.view.exists(row[5]) else None
    )
    if child is None:
        return p.fail(f"failed to execute {argv[0]}: No such file or directory", 127)
    p.push()
    p.kernel.start(child)
    return (yield from p.kernel.finish(child))


class _Wish(Struct):
    """What sudo is asked for."""

    words: list[str]
    user: str = "root"
    shell: bool = False
    listed: bool = False
    done: bool = False


def _wish(p: Process) -> _Wish:
    wish = _Wish(p.argv[1:])
    while wish.words and wish.words[0].startswith("-"):
        word = wish.words.pop(0)
        if word in ("-u", "--user", "-g", "-p", "-C", "-h") and wish.words:
            value = wish.words.pop(0)
            wish.user = value if word in ("-u", "--user") else wish.user
        elif word in ("-i", "-s", "--login", "--shell"):
            wish.shell = True
        elif word in ("-l", "--list"):
            wish.listed = True
        elif word in ("-V", "--version"):
            p.out("Sudo version 1.9.13p3\n")
            wish.done = True
        elif word in ("-k", "-K", "-v"):
            wish.done = True
        elif word == "--":
            break
    return wish


def _admitted(p: Process) -> Generator[Wait, bytes, bool]:
    """Whether this user may; who is in no such group is asked for a password that is never right."""
    groups = groups_of(p, p.identity.name, p.identity.gid)
    if not p.identity.uid or any(group in ("sudo", "root") for _, group in groups):
        return True
    for _ in range(3):
        p.err(f"[sudo] password for {p.identity.name}: ")
        if not (yield from p.secret()):
            p.err("\nsudo: a password is required\n")
            return False
        yield from p.sleep(2.0)
        p.err("Sorry, try again.\n")
    p.err("sudo: 3 incorrect password attempts\n")
    return False


def sudo(p: Process) -> Body:
    """Run a command as root, or another."""
    wish = _wish(p)
    if wish.done:
        return 0
    if not (wish.words or wish.shell or wish.listed):
        p.err("usage: sudo -h | -K | -k | -V\nusage: sudo -v [-ABkNnS] [-g group] [-h host] [-p prompt] [-u user]\n")
        return 1
    if not (yield from _admitted(p)):
        return 1
    if wish.listed:
        host = p.machine.persona.host_name
        p.out(
            f"Matching Defaults entries for {p.identity.name} on {host}:\n    env_reset, mail_badpass,\n    "
            "secure_path=/usr/local/sbin\\:/usr/local/bin\\:/usr/sbin\\:/usr/bin\\:/sbin\\:/bin,\n"
            f"    use_pty\n\nUser {p.identity.name} may run the following commands on {host}:\n    (ALL : ALL) ALL\n"
        )
        return 0
    who = find(p, wish.user)
    if who is None:
        return p.fail(f"unknown user {wish.user}\nsudo: error initializing audit plugin sudoers_audit")
    status = yield from become(p, who, wish.words or ["bash"], login=wish.shell)
    if status == 127 and wish.words:
        p.err(f"sudo: {wish.words[0]}: command not found\n")
        return 1
    return status

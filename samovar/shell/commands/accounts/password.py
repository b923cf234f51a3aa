"""passwd, chpasswd."""

import base64
import hashlib
from collections.abc import Generator
from datetime import UTC, datetime

from samovar.shell.commands.accounts.database import load, save
from samovar.shell.commands.options import Options, parse
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait


def hashed(p: Process, password: str) -> str:
    """A password's hash in yescrypt's form, which Debian writes; it is of our own making and opens nothing."""
    salt = base64.b64encode(p.kernel.noise(f"salt {p.pid}", 16)).decode().replace("+", ".").rstrip("=")
    digest = hashlib.scrypt(password[:1024].encode("latin-1"), salt=salt.encode(), n=2, r=1, p=1, dklen=32)
    return f"$y$j9T${salt}${base64.b64encode(digest).decode().replace('+', '.').rstrip('=')}"


def store(p: Process, name: str, value: str) -> bool:
    """Put a hash into /etc/shadow; False: there is no such user."""
    table = load(p, "/etc/shadow")
    row = table.find(name)
    if row is None:
        return False
    row[1] = value
    row[2] = str(int(p.now // 86_400))
    save(p, table)
    return True


def _renewed(p: Process, name: str) -> Generator[Wait, bytes, bool]:
    """Ask for a new password until one is given twice alike; whether it was."""
    for _ in range(3):
        p.err("New password: ")
        first = yield from p.secret()
        p.err("Retype new password: ")
        second = yield from p.secret()
        if not first:
            p.err("No password has been supplied.\n")
            if not second:
                return False
        elif first != second:
            p.err("Sorry, passwords do not match.\n")
            return False
        else:
            store(p, name, hashed(p, first))
            return True
    return False


def passwd(p: Process) -> Body:
    """Change a password."""
    options = parse(
        p,
        "adehi:kln:qr:R:Suw:x:",
        {"lock": "l", "unlock": "u", "delete": "d", "status": "S", "expire": "e", "stdin": "stdin"},
        hint="",
    )
    name = options.rest[0] if options.rest else p.identity.name
    row = load(p, "/etc/passwd").find(name)
    if row is None:
        p.err(f"passwd: user '{name}' does not exist\n")
        return 1
    if p.identity.uid and (name != p.identity.name or options.flags):
        p.err(f"passwd: You may not view or modify password information for {name}.\n")
        return 1
    if options.last("dluS"):
        return _locked(p, options, name)
    if p.identity.uid:
        p.err(f"Changing password for {name}.\nCurrent password: ")
        yield from p.secret()
        yield from p.sleep(2.0)
        p.err("passwd: Authentication token manipulation error\npasswd: password unchanged\n")
        return 10
    if (yield from _renewed(p, name)):
        p.err("passwd: password updated successfully\n")
        return 0
    p.err("passwd: Authentication token manipulation error\npasswd: password unchanged\n")
    return 10


def _locked(p: Process, options: Options, name: str) -> int:
    row = load(p, "/etc/shadow").find(name)
    value = row[1] if row else "*"
    if "S" in options:
        state = "L" if value[:1] in ("!", "*") else "NP" if not value else "P"
        p.out(f"{name} {state} {_day(row)} 0 99999 7 -1\n")
        return 0
    new = (
        ""
        if "d" in options
        else "!" + value
        if "l" in options and value[:1] != "!"
        else value.lstrip("!")
        if "u" in options
        else value
    )
    store(p, name, new)
    p.out("passwd: password changed.\n")
    return 0


def _day(row: list[str] | None) -> str:
    days = int(row[2]) if row and row[2].isdecimal() else 0
    return f"{datetime.fromtimestamp(days * 86_400, UTC):%m/%d/%Y}"


def chpasswd(p: Process) -> Body:
    """Change many passwords, from standard input."""
    options = parse(p, "c:ehmR:s:S", {"encrypted": "e", "md5": "m", "crypt-method=": "c"})
    if p.identity.uid:
        p.err("chpasswd: cannot lock /etc/passwd; try again later.\n")
        return 1
    data = yield from p.everything()
    status = 0
    for number, line in enumerate(data.decode("latin-1").rstrip("\n").split("\n"), 1):
        name, colon, password = line.partition(":")
        if not colon:
            p.err(f"chpasswd: line {number}: missing new password\n")
            status = 1
        elif not store(p, name, password if "e" in options else hashed(p, password)):
            p.err(
                f"Changing password for {name}.\nchpasswd: (user {name}) pam_chauthtok() failed, "
                "error:\nAuthentication token manipulation error\n"
                f"chpasswd: (line {number}, user {name}) password not changed\n"
            )
            status = 1
    return status


def ask(p: Process, name: str) -> Generator[Wait, bytes, None]:
    """Ask for a new password as adduser does, and set it."""
    if (yield from _renewed(p, name)):
        p.err("passwd: password updated successfully\n")
    else:
        p.err("passwd: Authentication token manipulation error\npasswd: password unchanged\n")

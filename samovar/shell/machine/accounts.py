"""Users and groups: the texts of /etc/passwd and its kin, and who is called what."""

import base64
import re

from samovar.persona import Persona
from samovar.shell.machine.facts import Account

_FIRST_USERS_GROUPS = ("cdrom", "floppy", "sudo", "audio", "dip", "video", "plugdev", "netdev")
_ROUTER_PASSWD = """\
root:x:0:0:root:/root:/bin/ash
daemon:*:1:1:daemon:/var:/bin/false
ftp:*:55:55:ftp:/home/ftp:/bin/false
network:*:101:101:network:/var:/bin/false
nobody:*:65534:65534:nobody:/var:/bin/false
dnsmasq:x:453:453:dnsmasq:/var/run/dnsmasq:/bin/false
"""
_ROUTER_GROUP = """\
root:x:0:
daemon:x:1:
adm:x:4:
mail:x:8:
dialout:x:20:
audio:x:29:
www-data:x:33:
ftp:x:55:
users:x:100:
network:x:101:
nogroup:x:65534:
dnsmasq:x:453:dnsmasq
"""
_CRYPT = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    b"./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
)


class Accounts:
    """The accounts of one persona; ``system`` and ``system_groups`` are the distribution's own lines."""

    def __init__(self, persona: Persona, system: str, system_groups: str) -> None:
        self._persona = persona
        router = bool(persona.busybox)
        self.passwd = (_ROUTER_PASSWD if router else system) + "".join(
            f"{user}:x:{1000 + n}:{1000 + n}:{'' if n else user.capitalize()},,,:/home/{user}:/bin/bash\n"
            for n, user in enumerate(persona.users)
        )
        self.group = self._groups(_ROUTER_GROUP if router else system_groups)
        self.shadow, self.gshadow = self._shadow(), self._gshadow()
        self._by_name = {account.name: account for account in map(_account, self.passwd.splitlines())}
        self._by_uid = {account.uid: account for account in reversed(self._by_name.values())}

    def by_name(self, name: str) -> Account | None:
        """The account of that name."""
        return self._by_name.get(name)

    def by_uid(self, uid: int) -> Account | None:
        """The account of that number."""
        return self._by_uid.get(uid)

    def groups_of(self, name: str) -> tuple[int, ...]:
        """The numbers of all groups that a user is in, its own first."""
        account = self._by_name.get(name)
        own = (account.gid,) if account else ()
        rows = (line.split(":") for line in self.group.splitlines())
        return own + tuple(int(row[2]) for row in rows if name in row[3].split(",") and int(row[2]) not in own)

    def _groups(self, system: str) -> str:
        users = self._persona.users
        lines = []
        for line in system.splitlines():
            if users and line.split(":")[0] in _FIRST_USERS_GROUPS:
                line += users[0]
            lines.append(line + "\n")
        lines += [f"{user}:x:{1000 + number}:\n" for number, user in enumerate(users)]
        return "".join(lines)

    def _hash(self, user: str) -> str:
        """A hash as the system would have made it, of nothing."""
        raw = self._persona.keyed("shadow", user) + self._persona.keyed("shadow more", user) * 2
        text = base64.b64encode(raw).translate(_CRYPT).decode()
        if self._persona.busybox:
            return f"$1${text[:8]}${text[8:30]}"
        if self._persona.os_id == "ubuntu":
            return f"$6${text[:16]}${text[16:101]}."
        return f"$y$j9T${text[:22]}${text[22:64]}."

    def _shadow(self) -> str:
        installed = self._persona.installed_time // 86_400
        lines = []
        for line in self.passwd.splitlines():
            name, _, uid, *_ = line.split(":")
            if name == "root" or 1000 <= int(uid) < 60_000:
                lines.append(f"{name}:{self._hash(name)}:{installed}:0:99999:7:::\n")
            elif int(uid) >= 100 and not re.match("_apt|nobody", name):
                lines.append(f"{name}:!:{installed}::::::\n")
            else:
                lines.append(f"{name}:*:{installed}:0:99999:7:::\n")
        return "".join(lines)

    def _gshadow(self) -> str:
        rows = (line.split(":") for line in self.group.splitlines())
        return "".join(
            f"{row[0]}:{'!' if int(row[2]) >= 100 and row[0] != 'users' else '*'}::{row[3]}\n" for row in rows
        )


def _account(line: str) -> Account:
    name, _, uid, gid, gecos, home, shell = line.split(":")
    return Account(name, int(uid), int(gid), gecos, home, shell)

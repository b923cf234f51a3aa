"""Commands: accounts."""

from samovar.shell.commands.accounts.change import (
    adduser,
    chsh,
    gpasswd,
    groupadd,
    useradd,
    userdel,
    usermod,
)
from samovar.shell.commands.accounts.identity import getent, groups, identity, logname, su, sudo, whoami
from samovar.shell.commands.accounts.password import chpasswd, passwd
from samovar.shell.kernel.process import Command

ACCOUNTS: dict[str, Command] = {
    "id": identity, "whoami": whoami, "groups": groups, "logname": logname, "getent": getent, "su": su, "sudo": sudo,
    "passwd": passwd, "chpasswd": chpasswd, "useradd": useradd, "adduser": adduser, "userdel": userdel,
    "deluser": userdel, "usermod": usermod, "groupadd": groupadd, "addgroup": groupadd, "groupdel": groupadd,
    "delgroup": groupadd, "gpasswd": gpasswd, "chsh": chsh,
}  # fmt: skip

"""Commands: files and directories."""

from samovar.shell.commands.files.busybox import busybox
from samovar.shell.commands.files.copy import cp, install, link, ln, mv
from samovar.shell.commands.files.find import find
from samovar.shell.commands.files.ls import ls
from samovar.shell.commands.files.modes import chmod, chown
from samovar.shell.commands.files.nodes import (
    chattr,
    lsattr,
    mkdir,
    mkfifo,
    mknod,
    mktemp,
    sync,
    touch,
    truncate,
)
from samovar.shell.commands.files.paths import basename, dirname, pwd, readlink, realpath, stat, test, whereis, which
from samovar.shell.commands.files.remove import rm, rmdir, shred, unlink
from samovar.shell.commands.files.usage import dd, du
from samovar.shell.commands.files.xargs import xargs
from samovar.shell.kernel.process import Command

FILES: dict[str, Command] = {
    "ls": ls, "dir": ls, "vdir": ls, "cp": cp, "mv": mv, "rm": rm, "rmdir": rmdir, "unlink": unlink, "shred": shred,
    "ln": ln, "link": link, "install": install, "mkdir": mkdir, "touch": touch, "chmod": chmod, "chown": chown,
    "chgrp": chown, "mkfifo": mkfifo, "mknod": mknod, "truncate": truncate, "mktemp": mktemp, "tempfile": mktemp,
    "sync": sync, "chattr": chattr, "lsattr": lsattr, "basename": basename, "dirname": dirname,
    "realpath": realpath, "readlink": readlink, "pwd": pwd, "which": which, "which.debianutils": which,
    "whereis": whereis, "test": test, "[": test, "stat": stat, "find": find,
    "xargs": xargs, "du": du, "dd": dd, "busybox": busybox, "true": lambda p: 0, "false": lambda p: 1,
}  # fmt: skip

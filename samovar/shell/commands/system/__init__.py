"""Commands: the system, its processes and its people."""

from samovar.shell.commands.system.environment import (
    clear,
    env,
    nice,
    nohup,
    printenv,
    renice,
    reset,
    stty,
    through,
    tput,
    tty,
)
from samovar.shell.commands.system.hardware import (
    dmesg,
    dmidecode,
    insmod,
    lscpu,
    lsmod,
    lspci,
    modprobe,
    rmmod,
    sysctl,
)
from samovar.shell.commands.system.identity import arch, getconf, hostname, hostnamectl, lsb_release, nproc, uname
from samovar.shell.commands.system.memory import free, vmstat
from samovar.shell.commands.system.people import last, lastb, lastlog, users, w, who
from samovar.shell.commands.system.services import crontab, journalctl, man, power, service, silent, systemctl
from samovar.shell.commands.system.signal import kill, killall, pgrep, pidof
from samovar.shell.commands.system.storage import blkid, df, fdisk, lsblk, mount, umount
from samovar.shell.commands.system.tasks import ps
from samovar.shell.commands.system.time import date, sleep, timeout, uptime
from samovar.shell.kernel.process import Command

SYSTEM: dict[str, Command] = {
    "uname": uname, "arch": arch, "nproc": nproc, "hostname": hostname, "getconf": getconf, "hostnamectl": hostnamectl,
    "lsb_release": lsb_release, "date": date, "uptime": uptime, "sleep": sleep, "timeout": timeout, "free": free,
    "vmstat": vmstat, "ps": ps, "kill": kill, "killall": killall, "pgrep": pgrep, "pkill": pgrep, "pidof": pidof,
    "df": df,
    "mount": mount, "umount": umount, "lsblk": lsblk, "blkid": blkid, "fdisk": fdisk, "lscpu": lscpu, "lspci": lspci,
    "lsmod": lsmod, "modprobe": modprobe, "insmod": insmod, "rmmod": rmmod, "dmidecode": dmidecode, "dmesg": dmesg,
    "sysctl": sysctl, "who": who, "users": users, "w": w, "last": last, "lastb": lastb, "lastlog": lastlog, "env": env,
    "printenv": printenv, "nohup": nohup, "nice": nice, "ionice": through, "setsid": through, "taskset": through,
    "chrt": through, "stdbuf": through, "renice": renice, "tty": tty, "stty": stty, "clear": clear, "reset": reset,
    "tput": tput, "crontab": crontab, "systemctl": systemctl, "service": service, "journalctl": journalctl, "man": man,
    "reboot": power, "shutdown": power, "halt": power, "poweroff": power, "init": power, "telinit": power,
    "logger": silent, "update-rc.d": silent, "ldconfig": silent, "depmod": silent, "udevadm": silent,
}  # fmt: skip

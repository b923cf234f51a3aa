"""The files of a small router: BusyBox is its whole userland."""

import stat

from samovar.shell.disk.made import RUN_DEVICE, Made
from samovar.shell.machine.etc import os_release
from samovar.shell.machine.machine import Machine
from samovar.shell.machine.nodes import file, folder, link

_BIN = (
    "ash cat chgrp chmod chown cp date dd df dmesg echo egrep false fgrep fsync grep gunzip gzip kill ln lock login ls "
    "mkdir mknod mktemp mount mv netmsg netstat nice passwd pidof ping ping6 ps pwd rm rmdir sed sh sleep stty su sync "
    "tar touch true umount uname vi zcat"
)
_SBIN = (
    "halt hwclock ifconfig ip logread mkswap pivot_root poweroff reboot route swapoff swapon switch_root sysctl udhcpc"
)
_USR_BIN = (
    "[ awk basename bunzip2 bzcat clear cmp crontab cut diff dirname du env expr find flock free fuser "
    "head hexdump hostid "
    "id killall less logger md5sum mkfifo nc nohup nslookup passwd pgrep pkill printf readlink reset seq "
    "sha256sum sort "
    "strings tail tee telnet test tftp time top tr traceroute uniq uptime wc wget which xargs yes"
)
_USR_SBIN = "brctl chroot crond ntpd telnetd"
_PROGRAMS = (
    "sbin/procd sbin/ubusd sbin/urngd sbin/logd sbin/rpcd sbin/netifd sbin/uci bin/ubus usr/sbin/dropbear "
    "usr/sbin/uhttpd "
    "usr/sbin/dnsmasq usr/sbin/odhcpd sbin/init usr/bin/jshn usr/sbin/iptables usr/sbin/nft lib/libc.so lib/libubox.so"
)
_BANNER = """\
  _______                     ________        __
 |       |.-----.-----.-----.|  |  |  |.----.|  |_
 |   -   ||  _  |  -__|     ||  |  |  ||   _||   _|
 |_______||   __|_____|__|__||________||__|  |____|
          |__| W I R E L E S S   F R E E D O M
 -----------------------------------------------------
 {name}, {code}
 -----------------------------------------------------
"""


def nodes(machine: Machine) -> dict[str, Made]:
    """Everything but /dev, /proc and /sys."""
    persona = machine.persona
    time, boot = float(persona.installed_time), float(persona.boot_time)
    made = {f"/{name}": folder(time=time) for name in (
        "bin", "etc", "etc/config", "etc/init.d", "etc/rc.d", "etc/dropbear", "etc/crontabs", "lib", "lib/modules",
        "mnt",
        "overlay", "overlay/upper", "overlay/work", "rom", "root", "sbin", "usr", "usr/bin", "usr/sbin", "usr/lib",
        "usr/share", "www", "www/cgi-bin",
    )}  # fmt: skip
    made |= _programs(machine, time)
    made |= {f"/etc/{name}": file(text, time=time) for name, text in _texts(machine).items()}
    made["/etc/shadow"] = file(machine.accounts.shadow, 0o600, time=time)
    made["/etc/mtab"] = link("/proc/mounts", time)
    made["/var"] = link("tmp", time)
    made["/tmp"] = folder(0o1777, time=boot, device=RUN_DEVICE)  # noqa: S108
    for name in ("run", "lock", "log", "state", "etc", "spool", "lib", "resolv.conf.d"):
        made[f"/tmp/{name}"] = folder(time=boot, device=RUN_DEVICE)  # noqa: S108
    made["/www/index.html"] = file(
        '<html><head><meta http-equiv="refresh" content="0; URL=cgi-bin/luci/" /></head></html>\n'
    )
    return made


def _programs(machine: Machine, time: float) -> dict[str, Made]:
    """BusyBox and its names, and the few programs that are their own."""
    made = {"/bin/busybox": _program(machine, "busybox", time, 380_000)}
    for folder_name, names in (("bin", _BIN), ("sbin", _SBIN), ("usr/bin", _USR_BIN), ("usr/sbin", _USR_SBIN)):
        target = "../" * folder_name.count("/") + ("busybox" if folder_name == "bin" else "../bin/busybox")
        made |= {f"/{folder_name}/{name}": link(target, time) for name in names.split()}
    made |= {f"/{path}": _program(machine, path, time, 20_000) for path in _PROGRAMS.split()}
    return made


def _program(machine: Machine, name: str, time: float, size: int) -> Made:
    """A program for the machine's processor."""
    size += machine.drift.between(f"program {name}", 0, 40_000) // 4 * 4
    maker = machine.maker
    path = f"/{name}"
    return Made(
        mode=stat.S_IFREG | 0o755,
        time=time,
        size=size,
        data=lambda session: maker.read(path, "\x7fELF", size, 0, size),
    )


def _texts(machine: Machine) -> dict[str, str]:
    persona, network = machine.persona, machine.network
    release = (
        f"DISTRIB_ID='OpenWrt'\nDISTRIB_RELEASE='{persona.os_version}'\nDISTRIB_REVISION='{persona.os_codename}'\n"
        f"DISTRIB_TARGET='ramips/mt7621'\nDISTRIB_ARCH='mipsel_24kc'\nDISTRIB_DESCRIPTION='{persona.os_name}'\n"
        "DISTRIB_TAINTS=''\n"
    )
    return {
        "passwd": machine.accounts.passwd, "group": machine.accounts.group, "os-release": os_release(persona),
        "openwrt_release": release, "openwrt_version": f"{persona.os_codename}\n", "hostname": f"{persona.host_name}\n",
        "hosts": "127.0.0.1 localhost\n\n::1     localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\n"
                 "ff02::2 ip6-allrouters\n",
        "banner": _BANNER.format(name=persona.os_name, code=persona.os_codename), "shells": "/bin/ash\n",
        "resolv.conf": "search lan\nnameserver 127.0.0.1\n", "rc.local": "exit 0\n", "fstab": "# <file system>\n",
        "profile": "[ -f /etc/banner ] && cat /etc/banner\n\nexport PATH=\"/usr/sbin:/usr/bin:/sbin:/bin\"\n"
                   "export HOME=$(grep -e \"^${USER:-root}:\" /etc/passwd | cut -d \":\" -f 6)\n"
                   "export HOME=${HOME:-/root}\nexport PS1='\\u@\\h:\\w\\$ '\n",
        "config/network": f"config interface 'lan'\n\toption device 'br-lan'\n\toption proto 'static'\n\toption ipaddr "
                          f"'{persona.ipv4}'\n\toption netmask '255.255.255.0'\n\toption gateway '{network.gateway}'\n",
        "config/system": f"config system\n\toption hostname '{persona.host_name}'\n\toption timezone 'UTC'\n",
        "config/dropbear": "config dropbear\n\toption PasswordAuth 'on'\n\toption RootPasswordAuth 'on'\n"
                           "\toption Port '22'\n",
        "inittab": "::sysinit:/etc/init.d/rcS S boot\n::shutdown:/etc/init.d/rcS K shutdown\n"
                   "::askconsole:/usr/libexec/login.sh\n",
    }  # fmt: skip

"""busybox (Debian's 1.35.0): one program, many applets, each of them one of our commands."""

from samovar.shell.kernel.process import Body, Process

_VERSION = "BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) multi-call binary."
APPLETS = tuple(
    """[ [[ adjtimex ar arch arp arping ascii ash awk base64 basename bc blkdiscard blkid blockdev brctl bunzip2
    busybox bzcat bzip2 cal cat chgrp chmod chown chroot chvt clear cmp cp cpio crc32 crond crontab cttyhack cut
    date dc dd deallocvt depmod devmem df diff dirname dmesg dnsdomainname dos2unix du dumpkmap dumpleases echo
    egrep env expand expr factor fallocate false fatattr fgrep find findfs fold free freeramdisk fsck.minix
    fsfreeze fstrim ftpget ftpput getopt getty grep groups gunzip gzip halt head hexdump hostid hostname httpd
    hwclock i2cdetect i2cdump i2cget i2cset i2ctransfer id ifconfig ifdown ifup init insmod install ionice ip
    ipcalc kill killall klogd last less link linux32 linux64 linuxrc ln loadfont loadkmap logger login logname
    logread losetup ls lsmod lsscsi lzcat lzma lzop md5sum mdev microcom mim mkdir mkdosfs mke2fs mkfifo mknod
    mkpasswd mkswap mktemp modinfo modprobe more mount mt mv nameif nbd-client nc netstat nl nologin nproc
    nsenter nslookup nuke od openvt partprobe paste patch pidof ping ping6 pivot_root poweroff printf ps pwd
    rdate readlink realpath reboot renice reset resume rev rm rmdir rmmod route rpm rpm2cpio run-init run-parts
    sed seq setkeycodes setpriv setsid sh sha1sum sha256sum sha3sum sha512sum shred shuf sleep sort ssl_client
    start-stop-daemon stat strings stty su sulogin svc svok swapoff swapon switch_root sync sysctl syslogd tac
    tail tar taskset tc tee telnet test tftp time timeout top touch tr traceroute traceroute6 true truncate ts
    tty tunctl ubirename udhcpc udhcpd uevent umount uname uncompress unexpand uniq unix2dos unlink unlzma
    unshare unxz unzip uptime usleep uudecode uuencode vconfig vi w watch watchdog wc wget which who whoami
    xargs xxd xz xzcat yes zcat""".split()  # noqa: SIM905
)
_WIDTH = 80
_USAGE = (
    "BusyBox is copyrighted by many authors between 1998-2015.\n"
    "Licensed under GPLv2. See source distribution for detailed\ncopyright notices.\n\n"
    "Usage: busybox [function [arguments]...]\n   or: busybox --list[-full]\n   or: busybox --show SCRIPT\n"
    "   or: busybox --install [-s] [DIR]\n   or: function [arguments]...\n\n"
    "\tBusyBox is a multi-call binary that combines many common Unix\n"
    "\tutilities into a single executable.  Most people will create a\n"
    "\tlink to busybox for each function they wish to use and BusyBox\n"
    "\twill act like whatever it was invoked as.\n\nCurrently defined functions:\n"
)


def busybox(p: Process) -> int | Body:
    """The program: an applet by its first argument, else what it is."""
    if p.name != "busybox":
        return _applet(p, p.name, p.argv)
    if len(p.argv) < 2 or p.argv[1] == "--help":
        p.out(_about())
        return 0
    name = p.argv[1]
    if name == "--list":
        p.out("".join(applet + "\n" for applet in APPLETS))
        return 0
    if name.startswith("--"):
        return 0 if name == "--install" else p.fail(f"unrecognized option '{name}'")
    return _applet(p, name.rpartition("/")[2], p.argv[1:])


def _applet(p: Process, name: str, argv: list[str]) -> int | Body:
    from samovar.shell.commands import COMMANDS  # all commands, of which this is one

    if name not in APPLETS:
        p.err(f"{name}: applet not found\n")
        return 127
    p.argv, p.applet = argv, True
    if name == "busybox":
        return busybox(p)
    if name in ("true", "false"):
        return int(name == "false")
    command = COMMANDS.get({"[[": "[", "netcat": "nc"}.get(name, name))
    if command is None:
        p.err(f"{name}: Operation not permitted\n")
        return 1
    return command(p)


def _about() -> str:
    lines, line = [], "\t"
    for number, applet in enumerate(APPLETS):
        piece = applet + (", " if number < len(APPLETS) - 1 else "")
        if len(line) + 7 + len(piece.rstrip()) > _WIDTH:
            lines.append(line.rstrip())
            line = "\t"
        line += piece
    return f"{_VERSION}\n{_USAGE}" + "\n".join([*lines, line]) + "\n"

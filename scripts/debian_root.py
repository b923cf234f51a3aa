"""Builds the root of a small Debian 12 server with debootstrap, from the mirrors of this machine's own apt.

    .venv/bin/python scripts/debian_root.py        # as root; a few minutes, about 1.1 GB in .cache/debian12

Needs Debian's debootstrap. Does nothing where the root is there. No service of it is ever started.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent / ".cache" / "debian12"
SUITE = "bookworm"
# What a small server has that serves what the persona serves. No compiler.
_NAMES = """
apache2 bash-completion bind9-dnsutils bind9-host bsdextrautils busybox bzip2 ca-certificates chrony cron curl dbus
dmidecode ethtool file ftp gnupg grub-pc htop iptables kmod less libpam-systemd linux-image-amd64 locales lsb-release
lsof man-db manpages nano ncal net-tools netcat-openbsd openssh-server openssl pciutils perl psmisc python3 rsync
rsyslog screen ssl-cert sudo sysstat tcpdump telnet telnetd tftp-hpa tftpd-hpa traceroute unattended-upgrades unzip
usbutils vim-tiny vsftpd wget whois xxd xz-utils zip
"""
PACKAGES = tuple(_NAMES.split())
QUIET = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}


def main() -> int:
    """Build the root."""
    if os.geteuid() != 0 or shutil.which("debootstrap") is None:
        print("needs root and debootstrap (apt-get install debootstrap)", file=sys.stderr)
        return 1
    build(ROOT)
    print(ROOT)
    return 0


def build(root: Path) -> None:
    """Make the root, whole or not at all."""
    if root.exists():
        return
    new = root.with_name(root.name + ".new")
    shutil.rmtree(new, ignore_errors=True)
    new.parent.mkdir(parents=True, exist_ok=True)
    sources = _sources()
    _run("debootstrap", SUITE, str(new), sources[0].split()[1])
    (new / "etc/apt/sources.list").write_text("".join(line + "\n" for line in sources))
    (new / "etc/resolv.conf").write_bytes(Path("/etc/resolv.conf").read_bytes())
    policy = new / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")  # invoke-rc.d asks it whether a service may start
    policy.chmod(0o755)
    _run("mount", "-t", "proc", "proc", str(new / "proc"))
    try:
        _install(new)
    finally:
        _run("umount", str(new / "proc"))
    policy.unlink()
    (new / "lost+found").mkdir(mode=0o700)  # as mkfs.ext4 makes it
    new.rename(root)


def _install(root: Path) -> None:
    inside = "chroot", str(root)
    _run(*inside, "apt-get", "-q", "update")
    _run(*inside, "apt-get", "-q", "-y", "dist-upgrade")
    _run(*inside, "apt-get", "-q", "-y", "install", *PACKAGES)
    _run(*inside, "sed", "-i", "s/^# *en_US.UTF-8/en_US.UTF-8/", "/etc/locale.gen")
    _run(*inside, "locale-gen")
    _run(*inside, "apt-get", "clean")


def _sources() -> list[str]:
    """The lines of sources.list that name this machine's mirrors of the suite, the main archive first."""
    form = "deb $(REPO_URI) $(CODENAME) $(COMPONENT)"
    command = ["apt-get", "indextargets", "--format", form, "Created-By: Packages"]
    found = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 (our own words)
    lines = [line for line in dict.fromkeys(found.splitlines()) if line.split()[2].partition("-")[0] == SUITE]
    if not lines:
        raise SystemExit(f"this machine's apt has no mirror of {SUITE}")
    return sorted(lines, key=lambda line: line.split()[2] != SUITE)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, env=QUIET, stdin=subprocess.DEVNULL)  # noqa: S603 (our own words)


if __name__ == "__main__":
    sys.exit(main())

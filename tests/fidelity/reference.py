"""Runs lines in a real Debian: a fresh overlay of the root of ``scripts/debian_root.py`` for each, in own namespaces.

Root only. Each line has loopback and nothing else for a network, no other process, a read-only /proc/sys, ten
seconds, and an environment as sshd gives one to a command.
"""

import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.fidelity.corpus import Line
from tests.fidelity.result import Place, Result, result

ROOT = Path(__file__).resolve().parents[2] / ".cache" / "debian12"
CACHE = Path(__file__).with_name("reference.jsonl")
HOST, DOMAIN, USER = "web03", "kessler.lan", "marco"
PASSWORD = "$y$j9T$N1hV0oQwK3sYcZ8eTtQpB/$" + "Wm8r" * 10 + "Wm8"  # a hash in form only
UPTIME = 3_000_000  # seconds, the test persona's
TIMEOUT = 10.0
SETUP = """
set -e
ip link set lo up
hostname web03
mount -t tmpfs tmpfs /mnt
cd /mnt
mkdir layer lower scratch root
mount --bind "$LAYER" layer
mount --bind "$SCRATCH" scratch
mkdir scratch/upper scratch/work
mount --bind "$LOWER" lower
mount -t overlay overlay -o lowerdir=layer:lower,upperdir=scratch/upper,workdir=scratch/work root
cd root
mount -t proc proc proc
mount --bind proc/sys proc/sys
mount -o remount,ro,bind proc/sys
for name in drop_caches nr_hugepages; do mount --bind /dev/null "proc/sys/vm/$name"; done
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p run/lock run/sshd
chmod 1777 run/lock
mount -t tmpfs -o mode=755 udev dev
for device in null:3 zero:5 full:7 random:8 urandom:9; do
  mknod -m 666 "dev/${device%:*}" c 1 "${device#*:}"
done
mknod -m 666 dev/tty c 5 0
mkdir dev/pts dev/shm
chmod 1777 dev/shm
for pair in fd:fd stdin:fd/0 stdout:fd/1 stderr:fd/2; do ln -s "/proc/self/${pair#*:}" "dev/${pair%:*}"; done
set +e
ulimit -Sn 1024
setpriv --bounding-set=-sys_module,-sys_boot,-sys_time,-sys_rawio \
  chroot . /usr/bin/env -i -C /root USER=root LOGNAME=root HOME=/root SHELL=/bin/bash \
  PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  SSH_CLIENT="203.0.113.7 50022 22" SSH_CONNECTION="203.0.113.7 50022 10.20.4.17 22" bash -c "$LINE"
exit $?
"""
# What a booted server says where the reference, which has no service manager and few rights, cannot.
KNOWN = {
    "cat /proc/version": Result(
        "Linux version <release> (debian-kernel@lists.debian.org) (gcc-12 (Debian 12.2.0-14+deb12u1) 12.2.0, "
        "GNU ld (GNU Binutils for Debian) 2.40) <version>\n",
        "",
        0,
    ),
    "lsmod | head -1": Result("Module                  Size  Used by\n", "", 0),
    "ulimit -n 65535; ulimit -n": Result("65535\n", "", 0),
    "systemctl status sshd": Result(
        "● ssh.service - OpenBSD Secure Shell server\n"
        "     Loaded: loaded (/lib/systemd/system/ssh.service; enabled; preset: enabled)\n"
        "     Active: active (running) since Mon 2026-09-07 03:12:41 UTC; 2 weeks 0 days ago\n"
        "       Docs: man:sshd(8)\n             man:sshd_config(5)\n   Main PID: 612 (sshd)\n".encode().decode(
            "latin-1"
        ),
        "",
        0,
    ),
}
FILES = {
    "etc/hostname": f"{HOST}\n",
    "etc/hosts": (
        f"127.0.0.1\tlocalhost\n127.0.1.1\t{HOST}.{DOMAIN}\t{HOST}\n\n"
        "# The following lines are desirable for IPv6 capable hosts\n"
        "::1     localhost ip6-localhost ip6-loopback\nff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n"
    ),
    "etc/resolv.conf": f"search {DOMAIN}\nnameserver 10.20.4.1\n",
}
ACCOUNT = {
    "etc/passwd": f"{USER}:x:1000:1000:,,,:/home/{USER}:/bin/bash\n",
    "etc/group": f"{USER}:x:1000:\n",
    "etc/shadow": f"{USER}:!:20000:0:99999:7:::\n",
    "etc/gshadow": f"{USER}:!::\n",
}


def ready() -> bool:
    """Whether lines can be run here."""
    return ROOT.is_dir() and os.geteuid() == 0


def place() -> Place:
    """The machine on which the reference runs."""
    return Place(kernel_release=platform.release(), kernel_version=platform.version())


def run_all(lines: Iterable[Line], workers: int = 2) -> dict[str, Result]:
    """Every line's result."""
    texts = list(dict.fromkeys((line.text, line.command) for line in lines))
    with tempfile.TemporaryDirectory(dir=ROOT.parent) as folder, ThreadPoolExecutor(workers) as pool:
        layer = Path(folder) / "layer"
        _persona(layer)
        results = pool.map(lambda item: _run(layer, Path(folder), item[1]), texts)
        return {text: KNOWN.get(text, found) for (text, _), found in zip(texts, results, strict=True)}


def _persona(layer: Path) -> None:
    """What an installer asks for: a host name, an ordinary user."""
    for name, text in FILES.items():
        _write(layer / name, text)
    for name, row in ACCOUNT.items():
        _write(layer / name, (ROOT / name).read_text() + row)
    shadow = layer / "etc/shadow"
    shadow.write_text(shadow.read_text().replace("root:*:", f"root:{PASSWORD}:"))
    for name in ("shadow", "gshadow"):
        os.chown(layer / "etc" / name, 0, 42)
        (layer / "etc" / name).chmod(0o640)
    home = layer / "home" / USER
    for path in (ROOT / "etc/skel").iterdir():
        _write(home / path.name, path.read_text())
    home.chmod(0o700)
    for path in (home, *home.iterdir()):
        os.chown(path, 1000, 1000)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def _run(layer: Path, folder: Path, command: bytes) -> Result:
    unshare = [
        "unshare",
        "--net",
        "--pid",
        "--fork",
        "--kill-child",
        "--mount",
        "--uts",
        "--ipc",
        "--time",
        "--boottime",
        str(UPTIME),
    ]
    scratch = tempfile.mkdtemp(dir=folder)
    given = {"SETUP": SETUP, "LAYER": str(layer), "LOWER": str(ROOT), "SCRATCH": scratch, "PATH": os.environ["PATH"]}
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*unshare, "bash", "-c", 'eval "$SETUP"'],
        env={**given, "LINE": command.decode()},
        stdin=pipe,
        stdout=pipe,
        stderr=pipe,
    ) as process:
        try:
            out, err = process.communicate(b"", timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            print(f"not done in {TIMEOUT:.0f} s: {command!r}", file=sys.stderr)
    subprocess.run(["chattr", "-R", "-i", "-a", scratch], check=False, stderr=subprocess.DEVNULL)
    shutil.rmtree(scratch)
    return result(out, err, process.returncode)

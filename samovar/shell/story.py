"""The persona's files: what its system would hold where intruders look. All numbers come from one persona."""

import base64
import hashlib
from collections.abc import Callable
from datetime import UTC, datetime

from msgspec import Struct

from samovar.persona import Persona

_NAMES = """
arch awk base64 bash bunzip2 busybox cat chattr chgrp chmod chown clear cp crontab curl cut date dd df dir dmesg
du echo egrep env false fgrep file find free grep gzip head hostname id ip kill killall last ln ls lsattr
lsb_release lscpu lspci md5sum mkdir mktemp mount mv nice nohup nproc passwd perl ping pkill printenv printf ps
pwd rm rmdir sed seq setsid sh sha1sum sha256sum sha512sum sleep sort ss stat stty su sudo sync tail tar tee
test timeout top touch tr true tty uname uniq uptime w wc wget which who whoami xargs
"""
PROGRAMS = tuple(_NAMES.split())
DIRECTORIES = ("boot", "etc/cron.d", "home", "opt", "run", "srv", "sys", "usr/bin", "usr/lib", "usr/sbin", "var/log")
# The start of an x86-64 ELF program: echo-loaders copy 52 bytes of /bin/ls to learn the architecture.
ELF = bytes.fromhex(
    "7f454c4602010100000000000000000003003e0001000000d06700000000000040000000000000005823020000000000"
    "00000000400038000b0040001e001d00"
)


class Entry(Struct, frozen=True):
    kind: str = "f"
    data: bytes = b""
    mode: int = 0o644
    owner: str = "root"
    size: int = -1
    make: Callable[[float], bytes] | None = None


def standard_files(persona: Persona) -> dict[str, Entry]:
    """Path to content; directories above them are implied."""
    entries = {path: Entry(data=text.encode("latin-1", "replace")) for path, text in _texts(persona).items()}
    entries |= {f"/{name}": Entry("d", mode=0o755) for name in DIRECTORIES}
    entries |= {f"/{name}": Entry("l", f"usr/{name}".encode(), 0o777) for name in ("bin", "sbin", "lib", "lib64")}
    entries |= {f"/home/{user}": Entry("d", mode=0o755, owner=user) for user in persona.users}
    entries |= {f"/{name}": Entry("d", mode=0o1777) for name in ("tmp", "var/tmp", "dev/shm")}
    for name in PROGRAMS:
        size = 27000 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:2]) * 2
        entries[f"/usr/bin/{name}"] = Entry(data=ELF, mode=0o755, size=size)
    entries["/root"] = Entry("d", mode=0o700)
    entries["/etc/shadow"] = Entry(data=_shadow(persona), mode=0o640)
    entries |= {f"/dev/{name}": Entry("c", mode=0o666) for name in ("null", "zero", "urandom", "tty")}
    entries["/proc/uptime"] = Entry(
        make=lambda now: b"%.2f %.2f\n" % (up(persona, now), up(persona, now) * persona.cpu_count * 0.97)
    )
    return entries


def _texts(persona: Persona) -> dict[str, str]:
    return {
        "/etc/hostname": persona.host_name + "\n",
        "/etc/os-release": os_release(persona),
        "/etc/issue": f"{persona.os_name.split(' (')[0]} \\n \\l\n\n",
        "/etc/debian_version": "11.9\n" if persona.os_id == "debian" else "bullseye/sid\n",
        "/etc/passwd": passwd(persona),
        "/etc/group": "root:x:0:\ndaemon:x:1:\nsudo:x:27:\nnogroup:x:65534:\n",
        "/etc/hosts": f"127.0.0.1\tlocalhost\n127.0.1.1\t{persona.fqdn}\t{persona.host_name}\n",
        "/etc/resolv.conf": f"search {persona.domain}\nnameserver {persona.ipv4.rsplit('.', 1)[0]}.1\n",
        "/etc/crontab": "SHELL=/bin/sh\n17 *\t* * *\troot    cd / && run-parts --report /etc/cron.hourly\n",
        "/proc/cpuinfo": cpuinfo(persona),
        "/proc/meminfo": meminfo(persona),
        "/proc/loadavg": "0.08 0.03 0.01 1/118 2440\n",
        "/proc/version": f"Linux version {persona.kernel_release} {persona.kernel_version}\n",
        "/proc/mounts": "/dev/sda1 / ext4 rw,relatime,errors=remount-ro 0 0\ntmpfs /tmp tmpfs rw,nosuid,nodev 0 0\n",
        "/root/.bashrc": "# ~/.bashrc: executed by bash(1) for non-login shells.\n",
        "/root/.profile": "# ~/.profile: executed by Bourne-compatible login shells.\n",
    }


def _shadow(persona: Persona) -> bytes:
    """/etc/shadow; the hashes are of nothing."""
    day = persona.installed_time // 86400
    rows = []
    for user in ("root", *persona.users):
        raw = base64.b64encode(persona.keyed("shadow", user) * 3, b"./").decode()
        rows.append(f"{user}:$6${raw[:16]}${raw[17:103]}:{day}:0:99999:7:::\n")
    return "".join([rows[0], f"daemon:*:{day}:0:99999:7:::\n", *rows[1:]]).encode("latin-1", "replace")


def user_number(persona: Persona, user: str) -> int | None:
    """A user's id; None if there is no such user."""
    if user in persona.users:
        return 1000 + persona.users.index(user)
    return {"root": 0, "daemon": 1, "bin": 2, "sys": 3, "www-data": 33, "nobody": 65534, "sshd": 105}.get(user)


def last_login(persona: Persona, now: float) -> tuple[float, str]:
    """When and whence the owner came last: on a working evening, from the machine's own network."""
    draw = persona.keyed("last-login")
    then = now - now % 604800 - 604800 * (now % 604800 < 86400) + draw[0] * 300 + draw[1]
    return max(then, persona.installed_time), f"{persona.ipv4.rsplit('.', 1)[0]}.{draw[2] % 200 + 20}"


def greeting(persona: Persona, now: float) -> str:
    """What a login shell on a terminal begins with: pam_motd's text and the last login."""
    then, origin = last_login(persona, now)
    last = datetime.fromtimestamp(then, UTC).strftime(f"Last login: %a %b %e %H:%M:%S %Y from {origin}\n")
    release = f"{persona.kernel_release} {persona.machine}"
    if persona.os_id == "ubuntu":
        return f"Welcome to {persona.os_name} (GNU/Linux {release})\n\n{last}"
    return (
        f"Linux {persona.host_name} {persona.kernel_release} {persona.kernel_version} {persona.machine}\n\n"
        "The programs included with the Debian GNU/Linux system are free software;\n"
        "the exact distribution terms for each program are described in the\n"
        "individual files in /usr/share/doc/*/copyright.\n\n"
        "Debian GNU/Linux comes with ABSOLUTELY NO WARRANTY, to the extent\n"
        f"permitted by applicable law.\n{last}"
    )


def up(persona: Persona, now: float) -> float:
    """Seconds since the machine booted."""
    return max(now - persona.boot_time, 60.0)


def os_release(persona: Persona) -> str:
    """/etc/os-release."""
    name = persona.os_name.split()[0] + (" GNU/Linux" if persona.os_id == "debian" else "")
    return (
        f'PRETTY_NAME="{persona.os_name}"\nNAME="{name}"\nVERSION_ID="{persona.os_version}"\n'
        f'VERSION="{persona.os_version} ({persona.os_codename})"\nVERSION_CODENAME={persona.os_codename}\n'
        f"ID={persona.os_id}\n"
    )


def passwd(persona: Persona) -> str:
    """/etc/passwd."""
    lines = [
        "root:x:0:0:root:/root:/bin/bash",
        "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin",
        "bin:x:2:2:bin:/bin:/usr/sbin/nologin",
        "sys:x:3:3:sys:/dev:/usr/sbin/nologin",
        "www-data:x:33:33:www-data:/var/www:/usr/sbin/nologin",
        "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin",
        "sshd:x:105:65534::/run/sshd:/usr/sbin/nologin",
    ]
    lines += [f"{user}:x:{1000 + i}:{1000 + i}:,,,:/home/{user}:/bin/bash" for i, user in enumerate(persona.users)]
    return "\n".join(lines) + "\n"


def vendor(persona: Persona) -> str:
    """The processor's maker as CPUID names it."""
    return "AuthenticAMD" if "AMD" in persona.cpu_model else "GenuineIntel"


def cpuinfo(persona: Persona) -> str:
    """/proc/cpuinfo, as far as it is read."""
    return "".join(
        f"processor\t: {i}\nvendor_id\t: {vendor(persona)}\ncpu family\t: 6\nmodel name\t: {persona.cpu_model}\n"
        f"cpu cores\t: {persona.cpu_count}\nflags\t\t: fpu vme de pse tsc msr pae mce cx8 apic sep mtrr sse sse2\n\n"
        for i in range(persona.cpu_count)
    )


def memory(persona: Persona) -> tuple[int, int, int, int]:
    """Total, free, buffers and cache, available: KiB."""
    total = persona.memory_kib
    return total, total * 31 // 100, total * 42 // 100, total * 70 // 100


def meminfo(persona: Persona) -> str:
    """/proc/meminfo, its first lines."""
    total, free, cached, available = memory(persona)
    rows = {"MemTotal": total, "MemFree": free, "MemAvailable": available, "Buffers": cached // 9}
    rows |= {"Cached": cached - cached // 9, "SwapCached": 0, "SwapTotal": 0, "SwapFree": 0}
    return "".join(f"{name + ':':<16}{value:>8} kB\n" for name, value in rows.items())

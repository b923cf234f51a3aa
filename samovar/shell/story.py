"""The persona's files: what its system would hold where intruders look. All numbers come from one persona."""

from collections.abc import Callable

from msgspec import Struct

from samovar.persona import Persona

PROGRAMS = (
    "bash",
    "sh",
    "cat",
    "ls",
    "echo",
    "uname",
    "id",
    "whoami",
    "pwd",
    "cp",
    "mv",
    "rm",
    "mkdir",
    "touch",
    "chmod",
    "ps",
    "dd",
    "grep",
    "head",
    "tail",
    "wc",
    "hostname",
    "busybox",
    "wget",
    "curl",
    "uptime",
    "free",
    "nproc",
    "sleep",
    "true",
    "false",
    "printf",
    "which",
    "w",
    "who",
    "kill",
    "nohup",
)
DIRECTORIES = ("bin", "boot", "home", "opt", "srv", "usr/bin", "usr/sbin")
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
    texts = {
        "/etc/hostname": persona.host_name + "\n",
        "/etc/os-release": os_release(persona),
        "/etc/issue": f"{persona.os_name.split(' (')[0]} \\n \\l\n\n",
        "/etc/passwd": passwd(persona),
        "/etc/hosts": f"127.0.0.1\tlocalhost\n127.0.1.1\t{persona.fqdn}\t{persona.host_name}\n",
        "/etc/resolv.conf": f"search {persona.domain}\nnameserver {persona.ipv4.rsplit('.', 1)[0]}.1\n",
        "/proc/cpuinfo": cpuinfo(persona),
        "/proc/meminfo": meminfo(persona),
        "/proc/version": f"Linux version {persona.kernel_release} {persona.kernel_version}\n",
        "/proc/mounts": "/dev/sda1 / ext4 rw,relatime,errors=remount-ro 0 0\ntmpfs /tmp tmpfs rw,nosuid,nodev 0 0\n",
        "/root/.bashrc": "# ~/.bashrc: executed by bash(1) for non-login shells.\n",
    }
    entries = {path: Entry(data=content.encode("latin-1", "replace")) for path, content in texts.items()}
    entries |= {f"/{name}": Entry("d", mode=0o755) for name in DIRECTORIES}
    entries |= {f"/home/{user}": Entry("d", mode=0o755, owner=user) for user in persona.users}
    entries |= {f"/{name}": Entry("d", mode=0o1777) for name in ("tmp", "var/tmp", "dev/shm")}
    entries |= {f"/bin/{name}": Entry(data=ELF, mode=0o755, size=142144) for name in PROGRAMS}
    entries["/root"] = Entry("d", mode=0o700)
    entries["/dev/null"] = Entry("c", mode=0o666)
    entries["/proc/uptime"] = Entry(
        make=lambda now: b"%.2f %.2f\n" % (up(persona, now), up(persona, now) * persona.cpu_count * 0.97)
    )
    return entries


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


def cpuinfo(persona: Persona) -> str:
    """/proc/cpuinfo, as far as it is read."""
    vendor = "AuthenticAMD" if "AMD" in persona.cpu_model else "GenuineIntel"
    return "".join(
        f"processor\t: {i}\nvendor_id\t: {vendor}\ncpu family\t: 6\nmodel name\t: {persona.cpu_model}\n"
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

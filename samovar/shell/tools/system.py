"""Commands that tell what machine this is. All numbers come from the persona."""

import re

from samovar.shell import story
from samovar.shell.call import Call, Tool
from samovar.shell.tools.common import own_name, says, when


def _uname(call: Call) -> int:
    persona = call.shell.persona
    long = {"--all": "a", "--kernel-name": "s", "--nodename": "n", "--kernel-release": "r", "--machine": "m"}
    flags = call.flags + "".join(long.get(arg, "") for arg in call.args[1:])
    parts = {
        "s": "Linux",
        "n": persona.host_name,
        "r": persona.kernel_release,
        "v": persona.kernel_version,
        "m": persona.machine,
        "o": "GNU/Linux",
    }
    if "a" in flags and persona.os_id == "ubuntu":  # whose uname knows processor and platform
        parts["m"] = " ".join([persona.machine] * 3)
    wanted = "snrvmo" if "a" in flags else flags.replace("p", "m").replace("i", "m") or "s"
    call.out(" ".join(value for key, value in parts.items() if key in wanted) + "\n")
    return 0


def _tells(call: Call) -> int:
    """pwd, hostname, nproc, arch: one word."""
    shell = call.shell
    words = {
        "pwd": shell.directory,
        "hostname": shell.persona.fqdn if "f" in call.flags else shell.persona.host_name,
        "nproc": str(shell.persona.cpu_count),
        "arch": shell.persona.machine,
        "tty": "/dev/pts/0",
    }
    if own_name(call) == "hostname" and set("Ii") & set(call.flags):
        words["hostname"] = shell.persona.ipv4
    call.out(words[own_name(call)] + "\n")
    return 0


def _free(call: Call) -> int:
    unit = 10 if "m" in call.flags else 20 if "g" in call.flags or "h" in call.flags else 0
    total, free, cached, available = story.memory(call.shell.persona)
    call.out(
        " " * 7 + "".join(f"{name:>12}" for name in ("total", "used", "free", "shared", "buff/cache", "available"))
    )
    values = (total, total - free - cached, free, 532, cached, available)
    shown = [f"{value / 1048576:.1f}Gi" if "h" in call.flags else str(value >> unit) for value in values]
    call.out(f"\nMem:   {''.join(f'{value:>12}' for value in shown)}\n")
    zero = "0B" if "h" in call.flags else "0"
    call.out(f"Swap:  {zero:>12}{zero:>12}{zero:>12}\n")
    return 0


def uptime_line(call: Call) -> str:
    """The first line of uptime, w and top."""
    days, seconds = divmod(int(story.up(call.shell.persona, call.shell.now)), 86400)
    span = f"{seconds // 3600:2d}:{seconds % 3600 // 60:02d}"
    return f" {when(call.shell.now, '%H:%M:%S')} up {days} days, {span},  1 user,  load average: 0.08, 0.03, 0.01\n"


def _uptime(call: Call) -> int:
    if "p" in call.flags:
        minutes = int(story.up(call.shell.persona, call.shell.now)) // 60
        call.out(f"up {minutes // 1440} days, {minutes // 60 % 24} hours, {minutes % 60} minutes\n")
    else:
        call.out(uptime_line(call))
    return 0


def _lscpu(call: Call) -> int:
    persona = call.shell.persona
    rows = {
        "Architecture": persona.machine,
        "CPU op-mode(s)": "32-bit, 64-bit",
        "Byte Order": "Little Endian",
        "CPU(s)": str(persona.cpu_count),
        "On-line CPU(s) list": f"0-{persona.cpu_count - 1}" if persona.cpu_count > 1 else "0",
        "Thread(s) per core": "1",
        "Core(s) per socket": str(persona.cpu_count),
        "Socket(s)": "1",
        "Vendor ID": story.vendor(persona),
        "CPU family": "6",
        "Model name": persona.cpu_model,
        "Hypervisor vendor": "KVM",
        "Virtualization type": "full",
    }
    call.out("".join(f"{name + ':':<33}{value}\n" for name, value in rows.items()))
    return 0


def _df(call: Call) -> int:
    persona = call.shell.persona
    root, memory = persona.disk_gib * 1048576 * 98 // 100, persona.memory_kib
    rows = [("udev", memory * 48 // 100, 0, "/dev"), ("tmpfs", memory // 10, 612, "/run")]
    rows += [("/dev/sda1", root, root * 17 // 100, "/"), ("tmpfs", memory // 2, 0, "/dev/shm")]  # noqa: S108 - not ours
    human = "h" in call.flags
    size = "Size" if human else "1K-blocks"
    call.out(f"Filesystem     {size:>10} {'Used':>9} {'Avail' if human else 'Available':>9} Use% Mounted on\n")
    for name, total, used, place in rows:
        shown = [_human(value) if human else str(value) for value in (total, used, total - used)]
        call.out(f"{name:<14} {shown[0]:>10} {shown[1]:>9} {shown[2]:>9} {100 * used // total:>3}% {place}\n")
    return 0


def _human(kib: int) -> str:
    if not kib:
        return "0"
    return f"{kib / 1048576:.0f}G" if kib >= 10485760 else f"{kib / 1024:.0f}M" if kib >= 1024 else f"{kib}K"


def _date(call: Call) -> int:
    form = next((arg[1:] for arg in call.args[1:] if arg.startswith("+")), "%a %b %e %H:%M:%S UTC %Y")
    # Only plain conversions: the C library's own would take widths, and fill memory with them.
    shown = re.sub("%([aAbBcdDeFHIjklmMnNpPrRsSTuUVwWyYzZ%])", lambda f: when(call.shell.now, f[0]), form[:512])
    call.out(shown + "\n")
    return 0


def _mount(call: Call) -> int:
    call.out("/dev/sda1 on / type ext4 (rw,relatime,errors=remount-ro)\ntmpfs on /tmp type tmpfs (rw,nosuid,nodev)\n")
    return 0


def _lspci(call: Call) -> int:
    call.out(
        "00:00.0 Host bridge: Intel Corporation 440FX - 82441FX PMC [Natoma] (rev 02)\n"
        "00:01.0 ISA bridge: Intel Corporation 82371SB PIIX3 ISA [Natoma/Triton II]\n"
        "00:02.0 VGA compatible controller: Cirrus Logic GD 5446\n"
        "00:03.0 Ethernet controller: Red Hat, Inc. Virtio network device\n"
    )
    return 0


def _env(call: Call) -> int:
    call.out("".join(f"{name}={value}\n" for name, value in call.shell.variables.items()))
    return 0


def _lsb_release(call: Call) -> int:
    persona = call.shell.persona
    rows = {
        "Distributor ID": persona.os_id.capitalize(),
        "Description": persona.os_name,
        "Release": persona.os_version,
        "Codename": persona.os_codename,
    }
    call.out("".join(f"{name + ':':<16}{value}\n" for name, value in rows.items()))
    return 0


SYSTEM: dict[str, Tool] = {
    "uname": _uname,
    **dict.fromkeys(("pwd", "hostname", "nproc", "arch", "tty"), _tells),
    "free": _free,
    "uptime": _uptime,
    "lscpu": _lscpu,
    "df": _df,
    "date": _date,
    "mount": _mount,
    "lspci": _lspci,
    "env": _env,
    "printenv": _env,
    "lsb_release": _lsb_release,
    **dict.fromkeys(("dmesg", "lsmod", "sysctl", "setenforce", "clear", "stty"), says("")),
}

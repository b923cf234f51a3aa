"""uname, arch, hostname, nproc, getconf, hostnamectl, lsb_release."""

from samovar.shell.commands.files.names import quoted
from samovar.shell.commands.options import misuse, parse
from samovar.shell.kernel.process import Process

_LONG = {
    "all": "a", "kernel-name": "s", "nodename": "n", "kernel-release": "r", "kernel-version": "v", "machine": "m",
    "processor": "p", "hardware-platform": "i", "operating-system": "o", "version": "version", "help": "help",
}  # fmt: skip


def uname(p: Process) -> int:
    """What system this is."""
    options = parse(p, "asnrvmpio", _LONG)
    if options.rest:
        return misuse(p, f"extra operand {quoted(options.rest[0])}")
    if "version" in options:
        p.out("uname (GNU coreutils) 9.1\n")
        return 0
    persona = p.machine.persona
    parts = {
        "s": "Linux", "n": persona.host_name, "r": persona.kernel_release, "v": persona.kernel_version,
        "m": persona.machine, "p": "unknown", "i": "unknown", "o": "GNU/Linux",
    }  # fmt: skip
    wanted = "snrvmo" if "a" in options else [letter for letter in parts if letter in options] or "s"
    p.out(" ".join(parts[letter] for letter in wanted) + "\n")
    return 0


def arch(p: Process) -> int:
    """The machine's name."""
    p.out(p.machine.persona.machine + "\n")
    return 0


def nproc(p: Process) -> int:
    """How many processors there are."""
    options = parse(p, "", {"all": "all", "ignore=": "ignore"})
    ignored = options.value("ignore")
    p.out(f"{max(p.machine.cpu().count - (int(ignored[:6]) if ignored.isdecimal() else 0), 1)}\n")
    return 0


def hostname(p: Process) -> int:
    """The host's name and addresses."""
    options = parse(
        p,
        "aAbdfF:iIsy",
        {
            "fqdn": "f",
            "long": "f",
            "short": "s",
            "domain": "d",
            "ip-address": "i",
            "all-ip-addresses": "I",
            "all-fqdns": "A",
            "alias": "a",
        },
    )
    persona = p.machine.persona
    if options.rest:
        return 0 if p.identity.uid == 0 else p.fail("you must be root to change the host name")
    here = next((face.ipv4 for face in p.machine.interfaces(p.now) if not face.loopback), persona.ipv4)
    answers = {
        "f": persona.fqdn, "A": persona.fqdn + " ", "d": persona.domain, "i": "127.0.1.1", "I": here + " ",
        "s": persona.host_name, "a": persona.host_name,
    }  # fmt: skip
    p.out(answers.get(options.last("fAdiIsa"), persona.host_name) + "\n")
    return 0


_CONF = {
    "PAGE_SIZE": "4096", "PAGESIZE": "4096", "LONG_BIT": "64", "ARG_MAX": "2097152", "CLK_TCK": "100",
    "OPEN_MAX": "1024",
    "PATH": "/bin:/usr/bin", "PATH_MAX": "4096", "NAME_MAX": "255", "GNU_LIBC_VERSION": "glibc 2.36",
    "INT_MAX": "2147483647",
    "HOST_NAME_MAX": "64", "PIPE_BUF": "4096", "CHAR_BIT": "8", "WORD_BIT": "32", "UINT_MAX": "4294967295",
}  # fmt: skip


def getconf(p: Process) -> int:
    """Limits of the system."""
    if len(p.argv) < 2:
        p.err("Usage: getconf [-v specification] variable_name [pathname]\n       getconf -a [pathname]\n")
        return 2
    name = p.argv[1]
    if name in ("_NPROCESSORS_ONLN", "_NPROCESSORS_CONF"):
        p.out(f"{p.machine.cpu().count}\n")
    elif name == "_PHYS_PAGES":
        p.out(f"{p.machine.memory(p.now).total // 4}\n")
    elif name in _CONF:
        p.out(_CONF[name] + "\n")
    else:
        p.err(f"getconf: Unrecognized variable `{name}'\n")
        return 2
    return 0


def hostnamectl(p: Process) -> int:
    """systemd's view of the host."""
    if p.argv[1:2] and p.argv[1] in ("hostname", "--static"):
        p.out(p.machine.persona.host_name + "\n")
        return 0
    persona, dmi = p.machine.persona, p.machine.dmi()
    rows = (
        ("Static hostname", persona.host_name), ("Icon name", "computer-server"), ("Chassis", "server"),
        ("Machine ID", p.machine.machine_id), ("Boot ID", p.machine.drift.hex("boot-id", 32)),
        ("Operating System", persona.os_name), ("Kernel", f"Linux {persona.kernel_release}"),
        ("Architecture", "x86-64"), ("Hardware Vendor", dmi.vendor), ("Hardware Model", dmi.product),
        ("Firmware Version", dmi.bios_version),
    )  # fmt: skip
    p.out("".join(f"{name:>16}: {value}\n" for name, value in rows))
    return 0


def lsb_release(p: Process) -> int:
    """What distribution this is."""
    options = parse(
        p, "vidrcash", {"id": "i", "description": "d", "release": "r", "codename": "c", "all": "a", "short": "s"}
    )
    persona = p.machine.persona
    rows = {
        "i": ("Distributor ID", persona.os_id.capitalize()), "d": ("Description", persona.os_name),
        "r": ("Release", persona.os_version), "c": ("Codename", persona.os_codename),
    }  # fmt: skip
    wanted = "idrc" if "a" in options else [letter for letter in rows if letter in options]
    p.out("".join(f"{rows[x][1]}\n" if "s" in options else f"{rows[x][0]}:\t{rows[x][1]}\n" for x in wanted))
    return 0

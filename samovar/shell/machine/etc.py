"""/etc where it differs from machine to machine: the image's templates, filled in."""

import base64
from functools import cache

from cryptography.hazmat.primitives import serialization

from samovar.persona import Persona
from samovar.shell.disk.made import Made
from samovar.shell.machine.machine import Machine
from samovar.shell.machine.nodes import file, link

_SHADOW = 42
_MIRRORS = {
    "debian": (
        "deb http://deb.debian.org/debian {0} main non-free-firmware\n"
        "deb-src http://deb.debian.org/debian {0} main non-free-firmware\n\n"
        "deb http://security.debian.org/debian-security {0}-security main non-free-firmware\n"
        "deb-src http://security.debian.org/debian-security {0}-security main non-free-firmware\n\n"
        "deb http://deb.debian.org/debian {0}-updates main non-free-firmware\n"
    ),
    "ubuntu": (
        "deb http://archive.ubuntu.com/ubuntu {0} main restricted universe multiverse\n"
        "deb http://archive.ubuntu.com/ubuntu {0}-updates main restricted universe multiverse\n"
        "deb http://security.ubuntu.com/ubuntu {0}-security main restricted universe multiverse\n"
    ),
}


def os_release(persona: Persona) -> str:
    """/etc/os-release."""
    name = {"debian": "Debian GNU/Linux", "ubuntu": "Ubuntu", "openwrt": "OpenWrt"}[persona.os_id]
    home = {"debian": "https://www.debian.org/", "ubuntu": "https://www.ubuntu.com/", "openwrt": "https://openwrt.org/"}
    like = "ID_LIKE=debian\n" if persona.os_id == "ubuntu" else ""
    return (
        f'PRETTY_NAME="{persona.os_name}"\nNAME="{name}"\nVERSION_ID="{persona.os_version}"\n'
        f'VERSION="{persona.os_version} ({persona.os_codename})"\nVERSION_CODENAME={persona.os_codename}\n'
        f'ID={persona.os_id}\n{like}HOME_URL="{home[persona.os_id]}"\n'
    )


def issue(persona: Persona) -> str:
    """What a login prompt says first."""
    return persona.os_name.split(" (")[0]


def fstab(machine: Machine) -> str:
    """/etc/fstab."""
    return (
        "# /etc/fstab: static file system information.\n#\n# <file system> <mount point>   <type>  "
        "<options>       <dump>  "
        "<pass>\n# / was on /dev/sda1 during installation\n"
        f"UUID={machine.disk_id('sda1')} /               ext4    errors=remount-ro 0       1\n"
        "# swap was on /dev/sda5 during installation\n"
        f"UUID={machine.disk_id('sda5')} none            swap    sw              0       0\n"
    )


def interfaces(machine: Machine) -> str:
    """/etc/network/interfaces."""
    persona, network = machine.persona, machine.network
    return (
        "# This file describes the network interfaces available on your system\n"
        "# and how to activate them. For more information, see interfaces(5).\n\n"
        "source /etc/network/interfaces.d/*\n\n# The loopback network interface\nauto lo\niface lo inet loopback\n\n"
        f"# The primary network interface\nallow-hotplug {network.device}\niface {network.device} inet static\n"
        f"\taddress {persona.ipv4}/{network.prefix}\n\tgateway {network.gateway}\n\tdns-nameservers {network.gateway}\n"
        f"\tdns-search {persona.domain}\n"
    )


def hosts(persona: Persona) -> str:
    """/etc/hosts."""
    return (
        f"127.0.0.1\tlocalhost\n127.0.1.1\t{persona.fqdn}\t{persona.host_name}\n\n"
        "# The following lines are desirable for IPv6 capable hosts\n::1     localhost ip6-localhost ip6-loopback\n"
        "ff02::1 ip6-allnodes\nff02::2 ip6-allrouters\n"
    )


@cache
def _public(private: str) -> tuple[str, str]:
    """Kind and base64 of an OpenSSH private key's public half."""
    key = serialization.load_ssh_private_key(private.encode(), None).public_key()
    text = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH).decode()
    kind, body, *_ = text.split(" ")
    return kind, body


def _sealed(persona: Persona, label: str, size: int, start: bytes = b"") -> str:
    """A PEM text of the right size that holds no key."""
    body, counter = start, 0
    while len(body) < size:
        body += persona.keyed("sealed", f"{label}{counter}")
        counter += 1
    text = base64.b64encode(body[:size]).decode()
    lines = [text[place : place + 70] for place in range(0, len(text), 70)]
    return f"-----BEGIN {label}-----\n" + "\n".join(lines) + f"\n-----END {label}-----\n"


def host_keys(persona: Persona) -> dict[str, Made]:
    """The SSH server's keys: the true public ones; the private ones are none."""
    found: dict[str, Made] = {}
    time = float(persona.installed_time)
    for private in persona.ssh_host_keys:
        kind, body = _public(private)
        name = {"ssh-rsa": "rsa", "ssh-ed25519": "ed25519"}.get(kind, "ecdsa")
        path = f"/etc/ssh/ssh_host_{name}_key"
        blob = base64.b64decode(body)
        start = b"openssh-key-v1\0" + b"".join(
            len(part).to_bytes(4, "big") + part for part in (b"none", b"none", b"")
        ) + b"\0\0\0\1" + len(blob).to_bytes(4, "big") + blob  # fmt: skip
        rest = {"rsa": 1_300, "ed25519": 148, "ecdsa": 188}[name]
        found[path] = file(_sealed(persona, "OPENSSH PRIVATE KEY", len(start) + rest, start), 0o600, time=time)
        found[path + ".pub"] = file(f"{kind} {body} root@{persona.host_name}\n", time=time)
    return found


def nodes(machine: Machine) -> dict[str, Made]:
    """The files of /etc that are this machine's own."""
    persona, accounts = machine.persona, machine.accounts
    installed = float(persona.installed_time)
    first = issue(persona) == "Debian GNU/Linux 12"
    texts = {
        "hostname": persona.host_name + "\n", "hosts": hosts(persona), "fstab": fstab(machine),
        "passwd": accounts.passwd,
        "passwd-": accounts.passwd, "group": accounts.group, "group-": accounts.group,
        "network/interfaces": interfaces(machine), "machine-id": machine.machine_id + "\n",
        "resolv.conf": f"search {persona.domain}\nnameserver {machine.network.gateway}\n",
        "subuid": "".join(f"{user}:{100_000 + 65_536 * n}:65536\n" for n, user in enumerate(persona.users)),
        "subgid": "".join(f"{user}:{100_000 + 65_536 * n}:65536\n" for n, user in enumerate(persona.users)),
        "apt/sources.list": _MIRRORS.get(persona.os_id, "").format(persona.os_codename),
        "inetd.conf": machine.stored("/etc/inetd.conf").replace("#<off># telnet", "telnet"),
        "mailname": persona.fqdn + "\n", "ssl/certs/ssl-cert-snakeoil.pem": persona.tls_certificate,
    }  # fmt: skip
    if not first:
        texts |= {"issue": f"{issue(persona)} \\n \\l\n\n", "issue.net": f"{issue(persona)}\n"}
        texts["debian_version"] = {"debian": "11.9\n", "ubuntu": "bullseye/sid\n"}.get(persona.os_id, "")
    made = {f"/etc/{name}": file(text, time=installed) for name, text in texts.items()}
    if not first:
        made["/usr/lib/os-release"] = file(os_release(persona), time=installed)
    for name, text in (("shadow", accounts.shadow), ("gshadow", accounts.gshadow)):
        for twin in ("", "-"):
            made[f"/etc/{name}{twin}"] = file(text, 0o640, gid=_SHADOW, time=installed)
    secret = persona.keyed("chrony").hex().upper()
    keys = f"# This is an example chrony keys file.\n\n1 SHA256 HEX:{secret}\n"
    made["/etc/chrony/chrony.keys"] = file(keys, 0o640, time=installed)
    made["/etc/ssl/private/ssl-cert-snakeoil.key"] = file(
        _sealed(persona, "PRIVATE KEY", 1_218), 0o640, gid=110, time=installed
    )
    made["/var/lib/dbus/machine-id"] = link("/etc/machine-id", installed)
    made["/etc/mtab"] = link("../proc/self/mounts", installed)
    return made | host_keys(persona)

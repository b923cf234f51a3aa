"""The machine we pretend to be: one object for each installation, so that all services tell one story.

Drawn at first start by ``persona.draw`` and kept in DATA; any field can be fixed in the configuration.
Nothing here is a constant in the code of a sensor: versions, names, serials, salts and keys are read from it.
"""

import hashlib
import hmac
from typing import Literal

from msgspec import Struct

from samovar.persona.ssh import SshFace, face_of


class Persona(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One plausible machine. Product versions belong to the operating system's release."""

    host_name: str  # short, e.g. "web03"
    domain: str  # e.g. "lan.hartmann-logistik.de"
    organization: str
    os_id: str  # as in /etc/os-release: "debian", "ubuntu"
    os_name: str  # PRETTY_NAME, e.g. "Debian GNU/Linux 11 (bullseye)"
    os_version: str  # VERSION_ID
    os_codename: str
    kernel_release: str  # uname -r
    kernel_version: str  # uname -v
    machine: str  # uname -m
    cpu_model: str
    cpu_count: int
    memory_kib: int
    disk_gib: int
    boot_time: int  # seconds since 1970 at which the machine "booted"; kept plausible by draw
    installed_time: int  # seconds since 1970 of its files
    mac: str  # "52:54:00:.." style, of a vendor that fits the machine
    ipv4: str  # its own view of its (private) address
    serial_number: str
    users: tuple[str, ...]  # ordinary accounts beside root
    ssh_banner: str  # after "SSH-2.0-", e.g. "OpenSSH_8.4p1 Debian-5+deb11u3"
    telnet_issue: str  # what the login prompt says first, e.g. "Debian GNU/Linux 11"
    ftp_banner: str  # e.g. "(vsFTPd 3.0.3)"
    http_server: str  # Server header, e.g. "Apache/2.4.62 (Debian)"
    http_page: str  # which default site: "debian" or "ubuntu"
    site_time: int  # seconds since 1970: Last-Modified of the site's files
    salt: str  # 64 hex digits, secret: see ``keyed``
    ssh_host_keys: tuple[str, ...]  # OpenSSH private keys (PEM): rsa, ecdsa, ed25519, in sshd's order
    tls_certificate: str  # PEM
    tls_key: str  # PEM
    kind: str = "debian-11"  # what it was drawn as: a Release's name
    telnet_server: Literal["inetutils", "busybox"] = "inetutils"
    busybox: str = ""  # version of the BusyBox that is the whole userland; empty: GNU tools and bash

    def __post_init__(self) -> None:
        face_of(self.ssh_banner)

    @property
    def ssh(self) -> SshFace:
        """How its SSH server looks."""
        return face_of(self.ssh_banner)

    @property
    def fqdn(self) -> str:
        """Host name with domain."""
        return f"{self.host_name}.{self.domain}"

    def keyed(self, purpose: str, data: str | bytes = b"") -> bytes:
        """32 bytes that only this installation gives for ``purpose`` and ``data`` (HMAC-SHA-256)."""
        raw = data.encode("utf-8", "surrogateescape") if isinstance(data, str) else data
        return hmac.digest(bytes.fromhex(self.salt), purpose.encode() + b"\0" + raw, hashlib.sha256)


SECRET_FIELDS = frozenset({"salt", "ssh_host_keys", "tls_key"})

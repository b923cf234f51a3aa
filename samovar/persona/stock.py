"""What a persona is drawn from: releases whose product versions belong together, hardware, names.

Versions are those of the distributions' own archives: Debian 11 (oldoldstable security updates, 2024) and
Ubuntu 20.04. Both ship an OpenSSH whose algorithm lists our SSH library can offer byte for byte (no
sntrup761, which came with 8.5; ``facts/ssh.md``).
"""

from msgspec import Struct


class Release(Struct, frozen=True):
    """One operating system release and the products in it."""

    os_id: str
    os_name: str
    os_version: str
    os_codename: str
    kernels: tuple[tuple[str, str], ...]  # uname -r, uname -v
    ssh_banners: tuple[str, ...]
    telnet_issue: str
    ftp_banner: str
    http_server: str


class Hardware(Struct, frozen=True):
    """One maker's machines: address prefix (OUI), serial number length, processors."""

    mac_prefix: str
    serial_length: int
    cpu_models: tuple[str, ...]


RELEASES = (
    Release(
        os_id="debian",
        os_name="Debian GNU/Linux 11 (bullseye)",
        os_version="11",
        os_codename="bullseye",
        kernels=(
            ("5.10.0-28-amd64", "#1 SMP Debian 5.10.209-2 (2024-01-31)"),
            ("5.10.0-30-amd64", "#1 SMP Debian 5.10.218-1 (2024-06-01)"),
            ("5.10.0-32-amd64", "#1 SMP Debian 5.10.223-1 (2024-08-10)"),
        ),
        ssh_banners=("OpenSSH_8.4p1 Debian-5+deb11u3",),
        telnet_issue="Debian GNU/Linux 11",
        ftp_banner="(vsFTPd 3.0.3)",
        http_server="Apache/2.4.62 (Debian)",
    ),
    Release(
        os_id="ubuntu",
        os_name="Ubuntu 20.04.6 LTS",
        os_version="20.04",
        os_codename="focal",
        kernels=(
            ("5.4.0-182-generic", "#202-Ubuntu SMP Fri Apr 26 12:29:36 UTC 2024"),
            ("5.4.0-190-generic", "#210-Ubuntu SMP Fri Jul 5 17:03:38 UTC 2024"),
        ),
        ssh_banners=("OpenSSH_8.2p1 Ubuntu-4ubuntu0.11",),
        telnet_issue="Ubuntu 20.04.6 LTS",
        ftp_banner="(vsFTPd 3.0.5)",
        http_server="Apache/2.4.41 (Ubuntu)",
    ),
)

HARDWARE = (
    Hardware(
        mac_prefix="d0:94:66",  # Dell
        serial_length=7,
        cpu_models=(
            "Intel(R) Xeon(R) CPU E5-2640 v4 @ 2.40GHz",
            "Intel(R) Xeon(R) Silver 4210 CPU @ 2.20GHz",
        ),
    ),
    Hardware(
        mac_prefix="94:18:82",  # Hewlett Packard Enterprise
        serial_length=10,
        cpu_models=("Intel(R) Xeon(R) CPU E5-2620 v4 @ 2.10GHz", "Intel(R) Xeon(R) Gold 5218 CPU @ 2.30GHz"),
    ),
    Hardware(
        mac_prefix="0c:c4:7a",  # Super Micro
        serial_length=15,
        cpu_models=("Intel(R) Xeon(R) CPU E3-1230 v6 @ 3.50GHz", "Intel(R) Xeon(R) E-2236 CPU @ 3.40GHz"),
    ),
)

ROLES = ("web", "srv", "app", "files", "db", "mail", "backup", "gw", "intranet", "dev", "www", "node", "erp")
ORGANIZATIONS = (
    "altmann", "bergstrom", "brightwell", "carvalho", "castello", "dalton", "delacroix", "dupont", "eastgate",
    "ferreira", "fischer", "fjellvik", "gallagher", "greenfield", "haas", "hollis", "ivanova", "jansen", "kessler",
    "kowalski", "lindqvist", "marlow", "meridian", "moreau", "nordlicht", "novak", "oakridge", "orsini", "pinewood",
    "quintana", "rademacher", "riverside", "sandoval", "silverlake", "sorensen", "tanaka", "thornton", "vasquez",
    "weber", "westbrook", "winkler", "yilmaz", "zimmer",
)  # fmt: skip
USERS = (
    "adrian", "anna", "backup", "carlos", "dani", "david", "deploy", "elena", "jan", "jonas", "julia", "katja",
    "lukas", "marco", "maria", "martin", "mike", "nina", "oliver", "paul", "peter", "sandra", "stefan", "thomas",
    "tom", "webmaster",
)  # fmt: skip

"""What a persona is drawn from: releases whose product versions belong together, hardware, names.

Versions are those of the distributions' own archives. The first release is drawn unless ``[persona] kind`` names
another one. How their SSH servers look is in ``persona.ssh``.
"""

from typing import Literal

from msgspec import Struct


class Release(Struct, frozen=True):
    """One operating system release, the products in it, and machines that it runs on."""

    kind: str
    os_id: str
    os_name: str
    os_version: str
    os_codename: str
    kernels: tuple[tuple[str, str], ...]  # uname -r, uname -v
    ssh_banners: tuple[str, ...]
    telnet_issue: str
    ftp_banner: str
    http_server: str
    hardware: tuple["Hardware", ...]
    host_keys: tuple[str, ...] = ("rsa3072", "ecdsa", "ed25519")  # in the order in which the server offers them
    telnet_server: Literal["inetutils", "busybox"] = "inetutils"
    busybox: str = ""


class Hardware(Struct, frozen=True):
    """One maker's machines: address prefix (OUI), serial number length, processors, sizes."""

    mac_prefix: str
    serial_length: int
    cpu_models: tuple[str, ...]
    machine: str = "x86_64"
    sizes: tuple[tuple[int, int], ...] = ((1, 2048), (2, 2048), (2, 4096), (4, 4096), (4, 8192))  # cores, MiB
    disks: tuple[int, ...] = (20, 25, 40, 50, 80)  # GiB
    host_names: tuple[str, ...] = ()  # instead of one made of a role and a number


SERVERS = (
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

ROUTERS = (
    Hardware(
        mac_prefix="50:64:2b",  # Xiaomi
        serial_length=13,
        cpu_models=("MediaTek MT7621 ver:1 eco:3",),
        machine="mips",
        sizes=((4, 128), (4, 256)),
        disks=(1,),
        host_names=("OpenWrt",),
    ),
    Hardware(
        mac_prefix="60:32:b1",  # TP-Link
        serial_length=13,
        cpu_models=("MediaTek MT7621 ver:1 eco:4",),
        machine="mips",
        sizes=((4, 128),),
        disks=(1,),
        host_names=("OpenWrt",),
    ),
)

RELEASES = (
    Release(
        kind="debian-12",
        os_id="debian",
        os_name="Debian GNU/Linux 12 (bookworm)",
        os_version="12",
        os_codename="bookworm",
        kernels=(
            ("6.1.0-37-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.140-1 (2025-05-22)"),
            ("6.1.0-38-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.147-1 (2025-08-02)"),
            ("6.1.0-40-amd64", "#1 SMP PREEMPT_DYNAMIC Debian 6.1.153-1 (2025-09-20)"),
        ),
        ssh_banners=("OpenSSH_9.2p1 Debian-2+deb12u10",),
        telnet_issue="Debian GNU/Linux 12",
        ftp_banner="(vsFTPd 3.0.3)",
        http_server="Apache/2.4.65 (Debian)",
        hardware=SERVERS,
    ),
    Release(
        kind="debian-11",
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
        hardware=SERVERS,
    ),
    Release(
        kind="ubuntu-20.04",
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
        hardware=SERVERS,
    ),
    Release(
        kind="openwrt-23.05",
        os_id="openwrt",
        os_name="OpenWrt 23.05.5",
        os_version="23.05.5",
        os_codename="r24106-10cc5fcd00",
        kernels=(("5.15.167", "#0 SMP Mon Sep 23 12:34:46 2024"),),
        ssh_banners=("dropbear",),
        telnet_issue="",
        ftp_banner="(vsFTPd 3.0.5)",
        http_server="uhttpd",
        hardware=ROUTERS,
        host_keys=("ed25519", "rsa2048"),
        telnet_server="busybox",
        busybox="1.36.1",
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

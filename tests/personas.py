"""A persona for tests: always the same story; keys are drawn once for each test process."""

from functools import cache
from random import Random

import msgspec

from samovar.persona import Persona
from samovar.persona.draw import draw

NOW = 1_790_000_000  # 2026-09-21, when the test persona was "drawn"


@cache
def persona() -> Persona:
    """A Debian 11 machine called web03.kessler.lan."""
    return msgspec.structs.replace(
        draw(Random(7), NOW),
        host_name="web03",
        domain="kessler.lan",
        organization="kessler",
        os_id="debian",
        os_name="Debian GNU/Linux 11 (bullseye)",
        os_version="11",
        os_codename="bullseye",
        kernel_release="5.10.0-32-amd64",
        kernel_version="#1 SMP Debian 5.10.223-1 (2024-08-10)",
        cpu_model="Intel(R) Xeon(R) CPU E5-2640 v4 @ 2.40GHz",
        cpu_count=2,
        memory_kib=4_142_304,
        disk_gib=40,
        boot_time=NOW - 3_000_000,
        installed_time=NOW - 40_000_000,
        mac="d0:94:66:1f:3c:a8",
        ipv4="10.20.4.17",
        serial_number="7FKQ2M2",
        users=("marco", "deploy"),
        ssh_banner="OpenSSH_8.4p1 Debian-5+deb11u3",
        telnet_issue="Debian GNU/Linux 11",
        ftp_banner="(vsFTPd 3.0.3)",
        http_server="Apache/2.4.62 (Debian)",
        http_page="debian",
        site_time=NOW - 39_000_000,
        salt="5a" * 32,
    )

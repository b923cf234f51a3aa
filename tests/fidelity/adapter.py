"""The emulated shell, as the comparison calls it."""

from functools import cache

import msgspec

from samovar.persona import Persona
from samovar.shell import Files, login_shell
from tests import personas
from tests.fidelity.reference import DOMAIN, HOST, USER
from tests.fidelity.result import Place, Result, result


@cache
def persona() -> Persona:
    """The reference's machine."""
    return msgspec.structs.replace(
        personas.persona(),
        host_name=HOST,
        domain=DOMAIN,
        users=(USER,),
        os_name="Debian GNU/Linux 12 (bookworm)",
        os_version="12",
        os_codename="bookworm",
        kernel_release="6.1.0-56-amd64",
        kernel_version="#1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-09-10)",
        telnet_issue="Debian GNU/Linux 12",
    )


def place() -> Place:
    """The emulated machine."""
    return Place(kernel_release=persona().kernel_release, kernel_version=persona().kernel_version)


def run(line: bytes) -> Result:
    """What the line does in a fresh session of root's, run as sshd runs a command."""
    shell = login_shell(persona(), Files(persona()), "root", "203.0.113.7")
    shell.name = "bash: line 1"
    output = shell.run(line, float(personas.NOW), b"")
    streams = [b"".join(data for number, data in output.written if number == wanted) for wanted in (1, 2)]
    return result(streams[0], streams[1], output.status)

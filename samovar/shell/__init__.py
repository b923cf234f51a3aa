"""The emulated machine that ssh and telnet show: shell, programs, files. No I/O: a login is a dialogue of steps."""

from samovar.persona import Persona
from samovar.shell.commands.files.names import mode_text
from samovar.shell.console.hosts import HOSTS
from samovar.shell.console.login import Login
from samovar.shell.console.session import Program, execute, interact
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.look import Handle
from samovar.shell.disk.node import Stat
from samovar.shell.disk.view import View
from samovar.shell.kernel.kernel import Stderr

__all__ = [
    "Fault",
    "Handle",
    "Login",
    "Program",
    "Stat",
    "Stderr",
    "View",
    "execute",
    "interact",
    "mode_text",
    "warm",
]


def warm(persona: Persona) -> None:
    """Make what all logins share, before the first one comes."""
    HOSTS.disk(persona, "", 0.0)

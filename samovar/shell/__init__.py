"""The emulated shell that ssh and telnet show. Pure: bytes and the time in, output and effects out."""

from samovar.persona import Persona
from samovar.shell.call import Output
from samovar.shell.files import DiskFull, File, Files, warm
from samovar.shell.shell import Shell
from samovar.shell.story import user_number
from samovar.shell.terminal import Program, Stderr, execute, interact
from samovar.shell.tools import TOOLS

__all__ = [
    "DiskFull",
    "File",
    "Files",
    "Output",
    "Program",
    "Shell",
    "Stderr",
    "execute",
    "interact",
    "login_shell",
    "user_number",
    "warm",
]


def login_shell(persona: Persona, files: Files, user: str, origin: str) -> Shell:
    """A fresh shell of ``user``, who came from ``origin``, over what this guest's other shells have written."""
    return Shell(persona, files, user, TOOLS, origin)

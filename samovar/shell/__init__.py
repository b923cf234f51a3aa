"""The emulated shell that ssh and telnet show. Pure: bytes and the time in, output and effects out."""

from samovar.persona import Persona
from samovar.shell.files import Files, warm
from samovar.shell.shell import Output, Shell
from samovar.shell.terminal import Program, Stderr, execute, interact
from samovar.shell.tools import TOOLS

__all__ = ["Files", "Output", "Program", "Shell", "Stderr", "execute", "interact", "login_shell", "warm"]


def login_shell(persona: Persona, files: Files, user: str) -> Shell:
    """A fresh shell of ``user`` over what this guest's other shells have written."""
    return Shell(persona, files, user, TOOLS)

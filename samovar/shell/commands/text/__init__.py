"""Commands: text."""

from samovar.shell.commands.text.echo import echo
from samovar.shell.commands.text.printf import printf
from samovar.shell.kernel.process import Command

TEXT: dict[str, Command] = {"echo": echo, "printf": printf}

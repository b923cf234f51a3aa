"""The programs of the emulated machine, by the name they are called by. Whether one is there to be called is the
disk's to say: a program without a file is "command not found"."""

from samovar.shell.commands.accounts import ACCOUNTS
from samovar.shell.commands.archives import ARCHIVES
from samovar.shell.commands.files import FILES
from samovar.shell.commands.languages import LANGUAGES
from samovar.shell.commands.network import NETWORK
from samovar.shell.commands.packages import PACKAGES
from samovar.shell.commands.shells import SHELLS
from samovar.shell.commands.system import SYSTEM
from samovar.shell.commands.text import TEXT
from samovar.shell.kernel.process import Command

COMMANDS: dict[str, Command] = {
    **ACCOUNTS, **ARCHIVES, **FILES, **LANGUAGES, **NETWORK, **PACKAGES, **SHELLS, **SYSTEM, **TEXT,
}  # fmt: skip

"""Commands: languages."""

from samovar.shell.commands.languages.perl import perl
from samovar.shell.commands.languages.python import python
from samovar.shell.kernel.process import Command

LANGUAGES: dict[str, Command] = {"perl": perl, "python3": python, "python3.11": python}

"""The commands that are the shell itself. Each gets the Shell and its argv, and gives a status (or a generator)."""

from samovar.shell.interpreter.builtins.control import CONTROL
from samovar.shell.interpreter.builtins.directories import DIRECTORIES
from samovar.shell.interpreter.builtins.input import INPUT
from samovar.shell.interpreter.builtins.jobs import JOBS
from samovar.shell.interpreter.builtins.naming import NAMING
from samovar.shell.interpreter.builtins.options import OPTIONS
from samovar.shell.interpreter.builtins.output import OUTPUT
from samovar.shell.interpreter.builtins.testing import TESTING
from samovar.shell.interpreter.builtins.types import Builtin
from samovar.shell.interpreter.builtins.variables import VARIABLES

BUILTINS: dict[str, Builtin] = {
    **CONTROL, **DIRECTORIES, **INPUT, **JOBS, **NAMING, **OPTIONS, **OUTPUT, **TESTING, **VARIABLES,
}  # fmt: skip

#: POSIX's special builtins: assignments before them stay
SPECIAL = frozenset(
    [
        ":",
        ".",
        "break",
        "continue",
        "eval",
        "exec",
        "exit",
        "export",
        "readonly",
        "return",
        "set",
        "shift",
        "times",
        "trap",
        "unset",
    ]
)

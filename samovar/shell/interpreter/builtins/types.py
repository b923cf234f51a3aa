"""The form of a builtin."""

from collections.abc import Callable, Generator

from samovar.shell.interpreter.shell import Shell
from samovar.shell.kernel.wait import Wait

Builtin = Callable[[Shell, list[str]], int | Generator[Wait, bytes, int]]

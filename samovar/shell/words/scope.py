"""What expansion needs from the shell that it works for."""

from collections.abc import Generator
from typing import Protocol

from samovar.shell.kernel.wait import Wait
from samovar.shell.syntax.tree import Script


class ExpansionFault(Exception):
    """An expansion fails with this message (bash's words, without the shell's name before it).

    It ends the line that it is in (``Item.unit``); with ``fatal``, as after ``${x:?message}``, a shell that is not
    interactive ends altogether.
    """

    def __init__(self, message: str, *, fatal: bool = False, status: int = 1) -> None:
        super().__init__(message)
        self.message, self.fatal, self.status = message, fatal, status


class Array(dict[str, str]):
    """An indexed array (keys are decimal numbers, kept sorted by the reader) or, with ``named``, an associative one."""

    named = False


class NamedArray(Array):
    """An associative array."""

    named = True


class Scope(Protocol):
    """The variables, files and processes that words are expanded with."""

    parameters: list[str]  # $1 ...
    flags: set[str]  # option letters and names that are set: "u", "f", "nullglob", "extglob" ...

    def value(self, name: str) -> str | None:
        """A variable's or special parameter's value (``?``, ``$``, ``!``, ``#``, ``0``, ``-``, ``1`` ...); an array's
        element 0; None if unset."""
        ...

    def array(self, name: str) -> Array | None:
        """The array of that name."""
        ...

    def assign(self, name: str, value: str, index: str | None = None) -> None:
        """Set a variable or an array's element. Raises ExpansionFault ("x: readonly variable")."""
        ...

    def names(self, prefix: str) -> list[str]:
        """The variables whose names begin so, sorted."""
        ...

    def home(self, user: str) -> str | None:
        """A user's home directory; of the current one for ""."""
        ...

    def captured(self, script: Script) -> Generator[Wait, bytes, str]:
        """What a command substitution writes, its last newlines removed."""
        ...

    def process_file(self, operator: str, script: Script) -> Generator[Wait, bytes, str]:
        """The path of a ``<(...)``."""
        ...

    def listing(self, directory: str) -> list[str]:
        """The names in a directory, sorted, without . and ..; empty if it cannot be read. Relative paths allowed."""
        ...

    def exists(self, path: str, *, directory: bool = False) -> bool:
        """Whether there is such a file (or directory)."""
        ...

    def spend(self, steps: int) -> None:
        """Pay for work; raises where the budget does not suffice."""
        ...

"""What a line did, and what a command is given."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from msgspec import Struct

from samovar.shell.redirect import Input

if TYPE_CHECKING:
    from samovar.shell.shell import Shell


class Output(Struct, frozen=True):
    """What a line did."""

    written: tuple[tuple[int, bytes], ...] = ()  # (1 or 2, bytes), in order
    status: int = 0
    pause: float = 0.0  # seconds it would have taken
    exited: bool = False
    incomplete: bool = False  # nothing was done: the command goes on in the next line
    wants_input: bool = False  # nothing was done: run it again with what its standard input holds
    urls: tuple[str, ...] = ()  # what it would have fetched


class Call(Struct):
    """One command's view: arguments, input, outputs."""

    shell: "Shell"
    args: list[str]
    stdin: Input
    out: Callable[[str], None]
    err: Callable[[str], None]

    @property
    def flags(self) -> str:
        """The letters of all its short options."""
        return "".join(arg[1:] for arg in self.args[1:] if arg[:1] == "-" and arg[:2] != "--")

    @property
    def names(self) -> list[str]:
        """Its arguments that are no options."""
        return [arg for arg in self.args[1:] if arg == "-" or arg[:1] != "-"]


Tool = Callable[[Call], int]

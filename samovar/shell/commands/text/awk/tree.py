"""The tree of an awk program: tuples, the kind first."""

from typing import Any

from msgspec import Struct

Node = tuple[Any, ...]
Block = list[Node]


class Function(Struct):
    """A function that the program defines."""

    name: str
    parameters: list[str]
    body: Block


class Rule(Struct):
    """A pattern and what is done where it holds; ``end`` makes it a range."""

    pattern: Node | None
    end: Node | None
    body: Block | None
    active: bool = False


class Program(Struct):
    """A whole program."""

    begin: list[Block]
    rules: list[Rule]
    finish: list[Block]
    functions: dict[str, Function]


class Fatal(Exception):
    """The program ends here; ``text`` goes behind ``mawk: ``."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text


class RunTime(Fatal):
    """A fault of the running program: where it was is said behind it; ``made`` is what printf had so far."""

    made = ""

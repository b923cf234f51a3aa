"""A scope in memory with just enough of a shell to run assignments, ``set --``, ``echo`` and ``printf '[%s]'``."""

import re
from collections.abc import Generator

from samovar.shell.kernel.wait import Wait
from samovar.shell.syntax.parse import parse
from samovar.shell.syntax.tree import Assignment, Conditional, Script, Simple, Test
from samovar.shell.words.arithmetic import evaluate
from samovar.shell.words.expand import document, fields, pattern, regex, single
from samovar.shell.words.pattern import matches
from samovar.shell.words.scope import Array, ExpansionFault, NamedArray

MAX_STEPS = 2_000_000
Step = Generator[Wait, bytes, None]


class TooMuch(Exception):
    """The budget is spent."""


class Memory:
    """The Scope that tests expand in."""

    def __init__(self, files: dict[str, list[str]] | None = None) -> None:
        self.variables: dict[str, str | Array] = {"HOME": "/root", "PWD": "/tmp", "IFS": " \t\n"}
        self.parameters: list[str] = []
        self.flags: set[str] = set()
        self.files = files or {}
        self.spent = 0
        self.output: list[str] = []

    def value(self, name: str) -> str | None:
        if name.isdigit():
            number = int(name)
            return "bash" if not number else self.parameters[number - 1] if number <= len(self.parameters) else None
        if name in ("#", "?", "-", "$"):
            return {"#": str(len(self.parameters)), "?": "0", "-": "hBc", "$": "4242"}[name]
        found = self.variables.get(name)
        return found.get("0") if isinstance(found, Array) else found

    def array(self, name: str) -> Array | None:
        found = self.variables.get(name)
        return found if isinstance(found, Array) else None

    def assign(self, name: str, value: str, index: str | None = None) -> None:
        held = self.variables.get(name)
        if index is None and not isinstance(held, Array):
            self.variables[name] = value
            return
        if not isinstance(held, Array):
            held = Array() if held is None else Array({"0": held})
            self.variables[name] = held
        held["0" if index is None else index] = value

    def names(self, prefix: str) -> list[str]:
        return sorted(name for name in self.variables if name.startswith(prefix))

    def home(self, user: str) -> str | None:
        return {"": self.value("HOME"), "root": "/root", "nobody": "/nonexistent"}.get(user)

    def captured(self, script: Script) -> Generator[Wait, bytes, str]:
        kept, self.output = self.output, []
        yield from self.run(script)
        text, self.output = "".join(self.output), kept
        return text.rstrip("\n")

    def process_file(self, operator: str, script: Script) -> Generator[Wait, bytes, str]:
        return "/dev/fd/63"
        yield

    def listing(self, directory: str) -> list[str]:
        return self.files.get(directory.rstrip("/") or "/", [])

    def exists(self, path: str, *, directory: bool = False) -> bool:
        path = path.rstrip("/")
        if path in self.files or not path:
            return True
        head, _, tail = path.rpartition("/")
        return not directory and tail in self.files.get(head or ("/" if path.startswith("/") else "."), [])

    def spend(self, steps: int) -> None:
        self.spent += steps
        if self.spent > MAX_STEPS:
            raise TooMuch

    # a very small shell ---------------------------------------------------------------------------------

    def run(self, script: Script) -> Step:
        for item in script.items:
            if isinstance(item.node, Conditional) and isinstance(item.node.condition, Test):
                yield from self.test(item.node.condition)
            else:
                assert isinstance(item.node, Simple)
                yield from self.simple(item.node)

    def test(self, test: Test) -> Step:
        left = yield from single(test.left, self)
        if test.operator == "=~":
            found = re.search((yield from regex(test.right, self)), left) is not None
        else:
            found = matches(left, (yield from pattern(test.right, self))) == (test.operator != "!=")
        self.output.append(f"{int(found)}")

    def simple(self, node: Simple) -> Step:
        words: list[str] = []
        for word in node.words:
            if isinstance(word, Assignment):
                yield from self.assignment(word)
            else:
                words += yield from fields((word,), self)
        if not words:
            for assignment in node.assignments:
                yield from self.assignment(assignment)
            return
        name, *rest = words
        if name == "cat":
            self.output.append((yield from document(node.redirects[0].document, self)))
        elif name == "printf":
            self.output += [f"[{word}]" for word in rest[1:] or [""]]
        elif name == "echo":
            self.output.append(" ".join(rest) + "\n")
        elif name == "set":
            if rest[0] == "--":
                self.parameters = rest[1:]
            else:
                self.flags.add(rest[0][1:])
        elif name == "declare":
            self.variables.update({word: NamedArray() for word in rest if not word.startswith("-")})
        elif name == "shopt":
            self.flags.update(rest[1:])

    def assignment(self, assignment: Assignment) -> Step:
        if assignment.elements is not None:
            held = self.variables.get(assignment.name)
            array = held if isinstance(held, NamedArray) else Array()
            number = 0
            for place, word in assignment.elements:
                if place is not None:
                    index = yield from single(place, self)
                    if not array.named:
                        index = str(evaluate(index, self))
                    array[index] = yield from single(word, self)
                    number = int(index) + 1 if index.isdigit() else number
                    continue
                for value in (yield from fields((word,), self)):
                    array[str(number)] = value
                    number += 1
            self.variables[assignment.name] = array
            return
        value = (yield from single(assignment.value, self)) if assignment.value is not None else ""
        key = None
        if assignment.index is not None:
            key = str(evaluate((yield from single(assignment.index, self)), self))
        self.assign(assignment.name, (self.value(assignment.name) or "") * assignment.append + value, key)


def finish(step: Generator[Wait, bytes, object]) -> object:
    """Run a generator that never waits."""
    try:
        next(step)
    except StopIteration as end:
        return end.value
    raise AssertionError("it waited")


def said(source: str, scope: Memory | None = None) -> str:
    """What a source prints, or the message of the fault that ended it."""
    scope = scope or Memory()
    try:
        finish(scope.run(parse(source)))
    except ExpansionFault as fault:
        scope.output.append(f"!{fault.message}")
    return "".join(scope.output)

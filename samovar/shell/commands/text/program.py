"""A pattern's tree as a program of a small machine: one instruction a line, as Thompson's construction gives it.

("set", mask), ("split", first, second), ("jump", to), ("assert", name), ("save", slot), ("back", number),
("look", program, width or -1, ahead, negative), ("match",).
"""

from typing import Any

from samovar.shell.commands.text.pattern import PatternFault, Tree

Instruction = tuple[Any, ...]
MAX_PROGRAM = 4_000
KEEP = -1  # the slot of \K
_MIRROR = {
    "start": "end", "end": "start", "open": "close", "close": "open", "first": "last", "last": "first",
    "begin-word": "end-word", "end-word": "begin-word",
}  # fmt: skip


class _Compiler:
    def __init__(self) -> None:
        self.program: list[Instruction] = []
        self.backs = False

    def add(self, *instruction: Any) -> int:
        if len(self.program) >= MAX_PROGRAM:
            raise PatternFault("Regular expression too big")
        self.program.append(instruction)
        return len(self.program) - 1

    def tree(self, tree: Tree) -> None:
        kind = tree[0]
        if kind in ("set", "assert"):
            self.add(*tree)
        elif kind == "cat":
            for part in tree[1]:
                self.tree(part)
        elif kind == "alt":
            self.alternatives(tree[1])
        elif kind == "rep":
            self.repeat(*tree[1:])
        elif kind == "group":
            self.add("save", 2 * tree[1])
            self.tree(tree[2])
            self.add("save", 2 * tree[1] + 1)
        elif kind == "back":
            self.backs = True
            self.add("back", tree[1])
        elif kind == "keep":
            self.add("save", KEEP)
        else:
            program, _ = compiled(tree[1])
            self.add("look", program, width(tree[1]), tree[2], tree[3])

    def alternatives(self, trees: list[Tree]) -> None:
        jumps: list[int] = []
        for tree in trees[:-1]:
            split = self.add("split", 0, 0)
            self.tree(tree)
            jumps.append(self.add("jump", 0))
            self.program[split] = ("split", split + 1, len(self.program))
        self.tree(trees[-1])
        for jump in jumps:
            self.program[jump] = ("jump", len(self.program))

    def repeat(self, tree: Tree, low: int, high: int | None, greedy: bool) -> None:
        for _ in range(low):
            self.tree(tree)
        if high is None:
            split = self.add("split", 0, 0)
            self.tree(tree)
            self.add("jump", split)
            self.program[split] = self.split(split + 1, len(self.program), greedy)
            return
        splits: list[int] = []
        for _ in range(high - low):
            splits.append(self.add("split", 0, 0))
            self.tree(tree)
        for split in splits:
            self.program[split] = self.split(split + 1, len(self.program), greedy)

    @staticmethod
    def split(into: int, past: int, greedy: bool) -> Instruction:
        return ("split", into, past) if greedy else ("split", past, into)


def compiled(tree: Tree) -> tuple[list[Instruction], bool]:
    """The program, and whether it looks back at groups. Raises PatternFault (too big)."""
    compiler = _Compiler()
    compiler.tree(tree)
    compiler.add("match")
    return compiler.program, compiler.backs


def width(tree: Tree) -> int:
    """How many characters it takes; -1 where that is not fixed."""
    kind = tree[0]
    if kind == "set":
        return 1
    if kind == "cat":
        parts = [width(part) for part in tree[1]]
        return -1 if -1 in parts else sum(parts)
    if kind == "alt":
        widths = {width(part) for part in tree[1]}
        return widths.pop() if len(widths) == 1 else -1
    if kind == "rep":
        one = width(tree[1])
        return one * tree[2] if tree[2] == tree[3] and one >= 0 else -1
    if kind == "group":
        return width(tree[2])
    return -1 if kind == "back" else 0


def reversed_tree(tree: Tree) -> Tree:
    """The same read from right to left."""
    kind = tree[0]
    if kind == "cat":
        return "cat", [reversed_tree(part) for part in reversed(tree[1])]
    if kind == "alt":
        return "alt", [reversed_tree(part) for part in tree[1]]
    if kind == "rep":
        return ("rep", reversed_tree(tree[1]), *tree[2:])
    if kind == "group":
        return reversed_tree(tree[2])
    if kind == "assert":
        return "assert", _MIRROR.get(tree[1], tree[1])
    return tree


def literal_of(tree: Tree) -> str:
    """The longest text that every match holds."""
    best = run = ""
    for part in tree[1] if tree[0] == "cat" else [tree]:
        if part[0] == "set" and part[1].bit_count() == 1:
            run += chr(part[1].bit_length() - 1)
            best = max(best, run, key=len)
        elif part[0] != "assert":
            inner = part[2] if part[0] == "group" else part[1] if part[0] == "rep" and part[2] else None
            if inner is not None:
                best = max(best, literal_of(inner), key=len)
            run = ""
    return best

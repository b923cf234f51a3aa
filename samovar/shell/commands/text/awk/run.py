"""Runs an awk program: statements, rules, operands."""

from collections.abc import Generator

from samovar.shell.commands.text.awk.evaluate import Evaluator, Giving
from samovar.shell.commands.text.awk.format import formatted
from samovar.shell.commands.text.awk.lexer import unescaped
from samovar.shell.commands.text.awk.streams import Source
from samovar.shell.commands.text.awk.tree import Block, Fatal, Node, Rule, RunTime
from samovar.shell.commands.text.awk.values import UNSET, Value, integer, outside, text_of, truth
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.files import opened
from samovar.shell.kernel.wait import Wait

Doing = Generator[Wait, bytes, None]


class _Jump(Exception):
    """break, continue, next, nextfile, exit, return: what it is."""

    def __init__(self, kind: str, value: Value = UNSET) -> None:
        super().__init__(kind)
        self.kind, self.value = kind, value


def assignment(text: str) -> tuple[str, Value] | None:
    """``name=value`` as an operand or for -v."""
    name, sign, value = text.partition("=")
    if not sign or not name.isidentifier() or not name.isascii():
        return None
    return name, outside(unescaped(value))


class Runner(Evaluator):
    """Statements and rules."""

    operand = 0  # that is read now
    source: Source | None = None
    done = False
    named_any = False  # whether an operand was a file
    status = 0

    def statement(self, node: Node) -> Doing:
        """One statement."""
        self.process.spend(1)
        if self.process.kernel.due:
            yield from self.process.flush()
        if node[0] == "expr":
            yield from self.value(node[1])
        else:
            yield from getattr(self, "_run_" + node[0], self._run_jump)(node)

    def block(self, body: Block) -> Doing:
        """Statements in turn."""
        for node in body:
            yield from self.statement(node)

    def _run_block(self, node: Node) -> Doing:
        yield from self.block(node[1])

    def _run_jump(self, node: Node) -> Doing:
        value: Value = UNSET
        if len(node) > 1 and node[1] is not None:
            value = yield from self.value(node[1])
        raise _Jump(node[0], value)

    def _run_if(self, node: Node) -> Doing:
        branch = node[2] if truth((yield from self.value(node[1]))) else node[3]
        if branch is not None:
            yield from self.statement(branch)

    def _once(self, body: Node) -> Generator[Wait, bytes, bool]:
        """Run a loop's body; whether to go on."""
        try:
            yield from self.statement(body)
        except _Jump as jump:
            if jump.kind not in ("break", "continue"):
                raise
            return jump.kind == "continue"
        return True

    def _run_while(self, node: Node) -> Doing:
        while truth((yield from self.value(node[1]))):
            if not (yield from self._once(node[2])):
                break

    def _run_do(self, node: Node) -> Doing:
        while (yield from self._once(node[2])):
            if not truth((yield from self.value(node[1]))):
                break

    def _run_for(self, node: Node) -> Doing:
        _, first, condition, step, body = node
        if first is not None:
            yield from self.value(first)
        while condition is None or truth((yield from self.value(condition))):
            if not (yield from self._once(body)):
                break
            if step is not None:
                yield from self.value(step)

    def _run_each(self, node: Node) -> Doing:
        keys = list(self.array(node[2]))
        self.process.spend(len(keys) // 10)
        for key in keys:
            self.set(node[1], outside(key))
            if not (yield from self._once(node[3])):
                break

    def _run_delete(self, node: Node) -> Doing:
        array = self.array(node[1])
        if node[2] is None:
            array.clear()
        else:
            array.pop((yield from self._key(node[2])), None)

    def _run_print(self, node: Node) -> Doing:
        form = self.special("OFMT")
        parts = [text_of(value, form) for value in (yield from self.every(node[1]))]
        text = self.special("OFS").join(parts) if node[1] else self.text(self.field(0))
        yield from self._emit(text + self.special("ORS"), node)

    def _run_printf(self, node: Node) -> Doing:
        values = yield from self.every(node[1])
        try:
            text = formatted(self.text(values[0]), values[1:], "printf")
        except RunTime as fault:
            yield from self._emit(fault.made, node)
            raise
        yield from self._emit(text, node)

    def _emit(self, text: str, node: Node) -> Doing:
        self.process.spend(len(text) >> 12)
        mode, target = node[2], node[3]
        name = (yield from self.string(target)) if mode else "/dev/stdout"
        if mode != "|" and name in ("/dev/stdout", "-"):
            self.process.out(text)
        elif mode != "|" and name == "/dev/stderr":
            self.process.err(text)
        else:
            yield from self.streams.sink(mode, name).write(text)

    def run_function(self, name: str) -> Giving:
        """Run a function's body in the frame that is set up."""
        try:
            yield from self.block(self.program.functions[name].body)
        except _Jump as jump:
            if jump.kind != "return":
                raise
            return jump.value
        return UNSET

    # operands ---------------------------------------------------------------------------------------------

    def _open_next(self) -> bool:
        """Open the next operand that is a file; False if there is none."""
        arguments = self.array("ARGV")
        count = integer(self.get("ARGC"))
        while (self.operand + 1) < count:
            self.operand += 1
            name = self.text(arguments.get(str(self.operand), ""))
            if not name:
                continue
            if (found := assignment(name)) is not None:
                self.set(*found)
                continue
            self.named_any = True
            self._open(name)
            return True
        if not self.named_any:
            self.named_any = True
            self._open("-")
            return True
        return False

    def _open(self, name: str) -> None:
        self.globals["FILENAME"], self.globals["FNR"] = name, 0.0
        try:
            stream = self.process.descriptors.get(0) if name == "-" else opened(self.process, name, "r")
        except Fault as fault:
            raise Fatal(f"cannot open {name} ({fault.text})") from None
        self.source = Source(self.process, stream)

    def main_record(self) -> Generator[Wait, bytes, str | None]:
        """The next record of the operands."""
        while not self.done:
            if self.source is None and not self._open_next():
                self.done = True
                break
            assert self.source is not None
            try:
                text = yield from self.read(self.source)
            except Fault as fault:
                raise Fatal(f"read error ({fault.text})") from None
            if text is not None:
                self._count("NR", "FNR")
                return text
            self.skip_file()
        return None

    def skip_file(self) -> None:
        """Go on with the next operand."""
        if self.source is not None:
            self.source.release()
            self.source = None

    # the program ------------------------------------------------------------------------------------------

    def _holds(self, rule: Rule) -> Generator[Wait, bytes, bool]:
        if rule.pattern is None:
            return True
        if not rule.active:
            if not truth((yield from self.value(rule.pattern))):
                return False
            rule.active = rule.end is not None
        if rule.end is not None and truth((yield from self.value(rule.end))):
            rule.active = False
        return True

    def _records(self) -> Doing:
        while (text := (yield from self.main_record())) is not None:
            self.set_record(text)
            self.process.spend(1)
            try:
                for rule in self.program.rules:
                    if (yield from self._holds(rule)):
                        yield from self.block(rule.body if rule.body is not None else [("print", [], "", None)])
            except _Jump as jump:
                if jump.kind not in ("next", "nextfile"):
                    raise
                if jump.kind == "nextfile":
                    self.skip_file()
            yield from self.process.flush()

    def run(self) -> Generator[Wait, bytes, int]:
        """All of it; the exit status. Raises Fatal."""
        try:
            for body in self.program.begin:
                yield from self.block(body)
            if self.program.rules or self.program.finish:
                yield from self._records()
        except _Jump as jump:
            self._ended(jump)
        try:
            for body in self.program.finish:
                yield from self.block(body)
        except _Jump as jump:
            self._ended(jump)
        return self.status

    def _ended(self, jump: _Jump) -> None:
        if jump.value is not UNSET:
            self.status = integer(jump.value) & 255

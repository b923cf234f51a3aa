"""Evaluates awk's expressions. All are generators: any may read from a command."""

import math
import zlib
from collections.abc import Generator
from typing import Any

from samovar.shell.commands.text.awk.functions import call, replaced
from samovar.shell.commands.text.awk.state import MAX_TEXT, Frame, State
from samovar.shell.commands.text.awk.streams import Source, Streams
from samovar.shell.commands.text.awk.tree import Fatal, Node, Program
from samovar.shell.commands.text.awk.values import UNSET, Value, compared, integer, number, outside, truth
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Process
from samovar.shell.kernel.wait import Wait

Giving = Generator[Wait, bytes, Value]
MAX_CALLS = 50
_NAN = math.copysign(math.nan, -1)


def arithmetic(operator: str, left: float, right: float) -> float:
    """``left operator right`` as C has it."""
    try:
        if operator == "+":
            return left + right
        if operator == "-":
            return left - right
        if operator == "*":
            return left * right
        if operator == "/":
            return left / right
        if operator == "%":
            return math.fmod(left, right)
        return math.pow(left, right)
    except ZeroDivisionError:
        return _NAN if not left or math.isnan(left) else math.copysign(math.inf, left)
    except OverflowError:
        return math.inf
    except ValueError:
        return _NAN


_STATE = (1 << 64) - 1


class Evaluator(State):
    """Expressions."""

    def __init__(self, process: Process, program: Program, streams: Streams) -> None:
        super().__init__(process)
        self.program, self.streams = program, streams
        self.seed: Value = float(int(process.now))
        self.state = int.from_bytes(process.kernel.noise("awk", 8))

    def value(self, node: Node) -> Giving:
        """An expression's value."""
        kind = node[0]
        if kind == "const":
            return node[1]  # type: ignore[no-any-return]
        if kind == "var":
            return self.get(node[1])
        self.process.spend(1)
        return (yield from getattr(self, "_" + kind)(node))  # type: ignore[no-any-return]

    def string(self, node: Node) -> Generator[Wait, bytes, str]:
        """An expression's value as text."""
        return self.text((yield from self.value(node)))

    def every(self, nodes: list[Node]) -> Generator[Wait, bytes, list[Value]]:
        """The values of expressions, in order."""
        given: list[Value] = []
        for node in nodes:
            one = yield from self.value(node)
            given.append(one)
        return given

    def _field(self, node: Node) -> Giving:
        return self.field(integer((yield from self.value(node[1]))))

    def _group(self, node: Node) -> Giving:
        return (yield from self.value(node[1]))

    def _regex(self, node: Node) -> Giving:
        return float(self.regex(node[1]).test(self.text(self.field(0))))
        yield  # a generator, as the others

    def _key(self, nodes: list[Node]) -> Generator[Wait, bytes, str]:
        parts = [self.text(value) for value in (yield from self.every(nodes))]
        return parts[0] if len(parts) == 1 else self._bounded(self.special("SUBSEP").join(parts))

    def _bounded(self, text: str) -> str:
        if len(text) > MAX_TEXT:
            raise Fatal("out of memory")
        self.process.spend(len(text) >> 9)
        return text

    def _index(self, node: Node) -> Giving:
        key = yield from self._key(node[2])
        array = self.array(node[1])
        if key not in array:
            self.store(array, key, UNSET)
        return array[key]

    def _in(self, node: Node) -> Giving:
        key = yield from self._key(node[1])
        return float(key in self.array(node[2]))

    def assign(self, target: Node, value: Value) -> Generator[Wait, bytes, None]:
        """Give a variable, an element or a field a value."""
        if target[0] == "var":
            self.set(target[1], value)
        elif target[0] == "index":
            key = yield from self._key(target[2])
            self.store(self.array(target[1]), key, value)
        else:
            self.set_field(integer((yield from self.value(target[1]))), value)

    def _assign(self, node: Node) -> Giving:
        value = yield from self.value(node[3])
        if node[1]:
            value = arithmetic(node[1], number((yield from self.value(node[2]))), number(value))
        yield from self.assign(node[2], value)
        return value

    def _step(self, node: Node) -> Giving:
        old = number((yield from self.value(node[2])))
        new = old + (1 if node[1] == "++" else -1)
        yield from self.assign(node[2], new)
        return new if node[3] else old

    def _choose(self, node: Node) -> Giving:
        return (yield from self.value(node[2] if truth((yield from self.value(node[1]))) else node[3]))

    def _or(self, node: Node) -> Giving:
        return float(truth((yield from self.value(node[1]))) or truth((yield from self.value(node[2]))))

    def _and(self, node: Node) -> Giving:
        return float(truth((yield from self.value(node[1]))) and truth((yield from self.value(node[2]))))

    def _pattern(self, node: Node) -> Generator[Wait, bytes, str]:
        if node[0] == "regex":
            return str(node[1])
        return (yield from self.string(node))

    def _match(self, node: Node) -> Giving:
        text = yield from self.string(node[2])
        pattern = yield from self._pattern(node[3])
        return float(self.regex(pattern).test(text) == node[1])

    def _compare(self, node: Node) -> Giving:
        left = yield from self.value(node[2])
        right = yield from self.value(node[3])
        order, operator = compared(left, right), node[1]
        if operator in ("==", "!="):
            return float((order == 0) == (operator == "=="))
        if operator in ("<", ">="):
            return float((order < 0) == (operator == "<"))
        return float((order > 0) == (operator == ">"))

    def _concat(self, node: Node) -> Giving:
        parts = [self.text(value) for value in (yield from self.every(node[1]))]
        return self._bounded("".join(parts))

    def _binary(self, node: Node) -> Giving:
        left = number((yield from self.value(node[2])))
        return arithmetic(node[1], left, number((yield from self.value(node[3]))))

    def _unary(self, node: Node) -> Giving:
        value = yield from self.value(node[2])
        if node[1] == "!":
            return float(not truth(value))
        return -number(value) if node[1] == "-" else number(value)

    # input ------------------------------------------------------------------------------------------------

    def read(self, source: Source) -> Generator[Wait, bytes, str | None]:
        """The next record of a source, by RS."""
        separator = self.special("RS")
        regex = self.regex(separator) if len(separator) > 1 else None
        return (yield from source.record(separator, regex))

    def main_record(self) -> Generator[Wait, bytes, str | None]:
        """The next record of the operands."""
        raise NotImplementedError

    def _count(self, *names: str) -> None:
        for name in names:
            self.globals[name] = number(self.get(name)) + 1

    def _getline(self, node: Node) -> Giving:
        _, kind, from_node, target = node
        if kind:
            name = yield from self.string(from_node)
            yield from self.streams.flush()
            try:
                text = yield from self.read(self.streams.source(kind, name))
            except Fault:
                return -1.0
        else:
            text = yield from self.main_record()
        if text is None:
            return 0.0
        if kind == "|":
            self._count("NR")
        if target is None:
            self.set_record(text)
        else:
            yield from self.assign(target, outside(text))
        return 1.0

    # functions --------------------------------------------------------------------------------------------

    def run_function(self, name: str) -> Giving:
        """Run a function's body in the frame that is set up."""
        raise NotImplementedError

    def _call(self, node: Node) -> Giving:
        function = self.program.functions[node[1]]
        if len(self.frames) >= MAX_CALLS:
            raise Fatal("program limit exceeded: eval stack size=1024")
        frame: Frame = dict.fromkeys(function.parameters, UNSET)
        links: dict[str, tuple[Frame, int, str]] = {}
        for parameter, given in zip(function.parameters, node[2], strict=False):
            name = self.named(given)
            if name is None or name == "NF":
                frame[parameter] = yield from self.value(given)
                continue
            caller = self._frame(name)
            frame[parameter] = caller.get(name, UNSET)
            if frame[parameter] is UNSET:
                links[parameter] = (caller, len(self.frames) - 1, name)
        self.frames.append(frame)
        self.links.append(links)
        try:
            return (yield from self.run_function(node[1]))
        finally:
            self.frames.pop()
            self.links.pop()

    def _builtin(self, node: Node) -> Giving:
        name, nodes = node[1], node[2]
        special: Any = getattr(self, "_do_" + name, None)
        if special is not None:
            return (yield from special(nodes))  # type: ignore[no-any-return]
        if name == "length" and nodes and (only := self.named(nodes[0])) is not None:
            held = self._frame(only).get(only)
            if isinstance(held, dict):
                return float(len(held))
        return call(self, name, (yield from self.every(nodes)))

    def _do_split(self, nodes: list[Node]) -> Giving:
        text = yield from self.string(nodes[0])
        name = self.named(nodes[1])
        if name is None:
            raise Fatal("line 1: syntax error at or near )")
        separator = self.special("FS")
        if len(nodes) > 2:
            separator = yield from self._pattern(nodes[2])
            if nodes[2][0] == "regex" and len(separator) == 1:
                separator = f"({separator})"  # one character alone would be literal
        array = self.array(name)
        array.clear()
        found = self.pieces(text, separator) if text else []
        for place, part in enumerate(found, 1):
            self.store(array, str(place), outside(part))
        self.process.spend(len(found) // 10)
        return float(len(found))

    def _replace(self, nodes: list[Node], every: bool) -> Giving:
        pattern = yield from self._pattern(nodes[0])
        form = yield from self.string(nodes[1])
        target = nodes[2] if len(nodes) > 2 else ("field", ("const", 0.0))
        text = yield from self.string(target)
        made, count = replaced(self, pattern, form, text, every)
        if count and target[0] in ("var", "index", "field"):
            yield from self.assign(target, self._bounded(made))
        return float(count)

    def _do_sub(self, nodes: list[Node]) -> Giving:
        return (yield from self._replace(nodes, False))

    def _do_gsub(self, nodes: list[Node]) -> Giving:
        return (yield from self._replace(nodes, True))

    def _do_match(self, nodes: list[Node]) -> Giving:
        text = yield from self.string(nodes[0])
        found = self.regex((yield from self._pattern(nodes[1]))).search(text)
        self.globals["RSTART"] = float(found.start + 1) if found else 0.0
        self.globals["RLENGTH"] = float(found.end - found.start) if found else -1.0
        return self.get("RSTART")

    def _do_rand(self, nodes: list[Node]) -> Giving:
        self.state = (self.state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) & _STATE  # Knuth, MMIX
        return (self.state >> 11) / (1 << 53)
        yield  # a generator, as the others

    def _do_srand(self, nodes: list[Node]) -> Giving:
        old = self.seed
        self.seed = (yield from self.value(nodes[0])) if nodes else float(int(self.process.now))
        self.state = zlib.crc32(self.text(self.seed).encode("latin-1", "replace")) << 31
        return old

    def _do_system(self, nodes: list[Node]) -> Giving:
        command = yield from self.string(nodes[0])
        yield from self.streams.flush()
        return float((yield from self.process.execute(["sh", "-c", command])))

    def _do_close(self, nodes: list[Node]) -> Giving:
        return float((yield from self.streams.close((yield from self.string(nodes[0])))))

    def _do_fflush(self, nodes: list[Node]) -> Giving:
        for node in nodes:
            yield from self.value(node)
        yield from self.streams.flush()
        return 0.0

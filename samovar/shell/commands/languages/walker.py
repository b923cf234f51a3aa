"""Walks the tree of a small Python program: numbers, text, lists, loops, and a few names of os, sys, platform.

No host object is reachable: values are int, float, str, bytes, bool, None, list, and a name of a module is a
Name that only ``_call`` and ``_CONSTANTS`` know. Every step is paid for and every value is short.
"""

import ast
import base64
import binascii
from collections.abc import Generator, Sequence

from msgspec import Struct

from samovar.shell.kernel.process import Process
from samovar.shell.kernel.wait import Wait

MAX_POWER = 256
MAX_ITEMS, MAX_TEXT, MAX_NUMBER, MAX_DEPTH = 1_000, 16 << 10, 1 << 256, 40
MAX_MADE = 2 << 20  # bytes that all values of a run come to
_MODULES = frozenset({"os", "sys", "platform", "socket", "base64", "time", "json", "subprocess", "pty", "re"})
_TEXT_METHODS = frozenset({"upper", "lower", "strip", "lstrip", "rstrip", "startswith", "endswith", "isdigit", "title"})


class Name(Struct, frozen=True):
    """A module, function or method by its dotted name; ``of`` is what a method belongs to."""

    path: str
    of: "Value" = None


Value = int | float | str | bytes | list["Value"] | Name | None
Walk = Generator[Wait, bytes, Value]


class Beyond(Exception):
    """The program goes on with what is not emulated: it ends there, without a word."""


class Raised(Exception):
    """An exception of the program, as its last line says it."""


class Leave(Exception):
    """sys.exit."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Walker:
    """One run."""

    def __init__(self, p: Process) -> None:
        self.p, self.names, self.line, self.depth, self.made = p, dict[str, Value](), 1, 0, 0

    def block(self, body: Sequence[ast.stmt]) -> Generator[Wait, bytes, None]:
        """Run statements. Raises Raised, Leave, Killed."""
        for node in body:
            self.line = node.lineno
            self.p.spend(1)
            yield from self.p.flush()
            if isinstance(node, ast.Expr):
                yield from self.value(node.value)
            elif isinstance(node, ast.Import):
                for alias in node.names:
                    self._bring(alias.name, alias.asname or alias.name.partition(".")[0])
            elif isinstance(node, ast.ImportFrom):
                self._bring(node.module or "", "")
                for alias in node.names:
                    self.names[alias.asname or alias.name] = Name(f"{node.module}.{alias.name}")
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                self.names[node.targets[0].id] = yield from self.value(node.value)
            elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
                right = yield from self.value(node.value)
                self.names[node.target.id] = self._short(self._binary(node.op, self._name(node.target.id), right))
            elif isinstance(node, ast.If):
                yield from self.block(node.body if (yield from self.value(node.test)) else node.orelse)
            elif isinstance(node, ast.While):
                while (yield from self.value(node.test)):
                    yield from self.block(node.body)
            elif isinstance(node, ast.For) and isinstance(node.target, ast.Name):
                for item in _items((yield from self.value(node.iter))):
                    self.names[node.target.id] = item
                    yield from self.block(node.body)
            elif not isinstance(node, ast.Pass):
                raise Beyond

    def _bring(self, module: str, name: str) -> None:
        if module.partition(".")[0] not in _MODULES:
            raise Raised(f"ModuleNotFoundError: No module named '{module}'")
        if name:
            self.names[name] = Name(name if "." in module else module)

    def _name(self, name: str) -> Value:
        if name in self.names:
            return self.names[name]
        if name in ("print", "len", "range", "str", "int", "repr", "exit", "quit"):
            return Name(name)
        raise Raised(f"NameError: name '{name}' is not defined")

    def value(self, node: ast.expr) -> Walk:
        """What an expression comes to."""
        self.p.spend(1)
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Raised("MemoryError")
        try:
            return self._short((yield from self._value(node)))
        finally:
            self.depth -= 1

    def _short(self, value: Value) -> Value:
        """The value, if it is small and not one too many. Raises Raised."""
        items = value if isinstance(value, list) else [value]
        size = sum(len(item) if isinstance(item, str | bytes) else 8 for item in items)
        self.made += size
        self.p.spend(size >> 9)
        big = isinstance(value, int) and abs(value) > MAX_NUMBER
        big = big or (isinstance(value, str | bytes) and len(value) > MAX_TEXT)
        big = big or (isinstance(value, list) and any(isinstance(item, list) for item in value))
        if big or len(items) > MAX_ITEMS or self.made > MAX_MADE:
            raise Raised("MemoryError")
        return value

    def _value(self, node: ast.expr) -> Walk:
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str | bytes | None):
            return node.value
        if isinstance(node, ast.Name):
            return self._name(node.id)
        if isinstance(node, ast.List | ast.Tuple):
            found: list[Value] = []
            for item in node.elts:
                found.append((yield from self.value(item)))  # noqa: PERF401  no yield in a comprehension
            return found
        if isinstance(node, ast.BinOp):
            left = yield from self.value(node.left)
            return self._binary(node.op, left, (yield from self.value(node.right)))
        if isinstance(node, ast.Compare) and len(node.ops) == 1:
            left = yield from self.value(node.left)
            return _compare(node.ops[0], left, (yield from self.value(node.comparators[0])))
        if isinstance(node, ast.Attribute):
            owner = yield from self.value(node.value)
            return self._attribute(owner, node.attr)
        if isinstance(node, ast.Call):
            return (yield from self._call(node))
        if isinstance(node, ast.ListComp) and len(node.generators) == 1 and not node.generators[0].ifs:
            return (yield from self._each(node))
        raise Beyond

    def _each(self, node: ast.ListComp) -> Walk:
        target, found = node.generators[0].target, list[Value]()
        for item in _items((yield from self.value(node.generators[0].iter))):
            if isinstance(target, ast.Name):
                self.names[target.id] = item
            found.append((yield from self.value(node.elt)))
        return found

    def _attribute(self, owner: Value, name: str) -> Value:
        if not isinstance(owner, Name):
            if name in _TEXT_METHODS | {"encode", "decode", "split", "append"}:
                return Name(name, owner)
            raise Raised(f"AttributeError: '{_type(owner)}' object has no attribute '{name}'")
        path, persona = f"{owner.path}.{name}", self.p.machine.persona
        version = "3.11.2 (main) [GCC 12.2.0]"
        constants: dict[str, Value] = {"sys.version": version, "sys.platform": "linux", "os.name": "posix"}
        return constants.get(path, Name(path)) if persona else None

    def _binary(self, operator: ast.operator, left: Value, right: Value) -> Value:
        if isinstance(left, int | float) and isinstance(right, int | float):
            return _number(operator, left, right)
        for one, other in ((left, right), (right, left)):
            if isinstance(operator, ast.Mult) and isinstance(one, str) and isinstance(other, int):
                return one * min(max(other, 0), MAX_TEXT // max(len(one), 1) + 1)
        if isinstance(operator, ast.Add):
            if isinstance(left, str) and isinstance(right, str):
                return left + right
            if isinstance(left, list) and isinstance(right, list):
                return left + right
        raise Raised(f"TypeError: unsupported operand type(s): '{_type(left)}' and '{_type(right)}'")

    def _call(self, node: ast.Call) -> Walk:
        called = yield from self.value(node.func)
        given: list[Value] = []
        for item in node.args:
            given.append((yield from self.value(item)))  # noqa: PERF401
        if not isinstance(called, Name):
            raise Raised(f"TypeError: '{_type(called)}' object is not callable")
        first = given[0] if given else None
        if called.of is not None:
            return _method(called.path, called.of, first)
        if called.path in ("print", "sys.stdout.write"):
            text = " ".join(str_of(item) for item in given) + ("\n" if called.path == "print" else "")
            self.p.write(text.encode("utf-8", "replace"))
            return None
        if called.path == "os.system" and isinstance(first, str):
            command = first.encode("utf-8", "replace").decode("latin-1")
            return (yield from self.p.execute(["sh", "-c", command])) << 8
        if called.path in ("exit", "quit", "sys.exit"):
            raise Leave(first & 255 if isinstance(first, int) else 0)
        return self._plain(called.path, first)

    def _plain(self, path: str, first: Value) -> Value:
        persona, p = self.p.machine.persona, self.p
        known: dict[str, Value] = {
            "os.getuid": p.identity.uid, "os.geteuid": p.identity.uid, "os.getgid": p.identity.gid,
            "os.getcwd": p.directory, "os.getpid": p.pid, "socket.gethostname": persona.host_name,
            "platform.node": persona.host_name, "platform.system": "Linux", "platform.machine": persona.machine,
            "platform.release": persona.kernel_release, "platform.python_version": "3.11.2", "time.time": p.now,
        }  # fmt: skip
        if path in known:
            return known[path]
        if path == "len" and isinstance(first, str | bytes | list):
            return len(first)
        if path == "range" and isinstance(first, int):
            return list(range(min(first, MAX_ITEMS + 1)))
        if path in ("str", "repr"):
            return str_of(first) if path == "str" else repr_of(first)
        if path == "base64.b64decode" and isinstance(first, str | bytes):
            try:
                return base64.b64decode(first)
            except (binascii.Error, ValueError):
                raise Raised("binascii.Error: Incorrect padding") from None
        raise Beyond


def _number(operator: ast.operator, left: float, right: float) -> Value:
    if isinstance(operator, ast.Add):
        return left + right
    if isinstance(operator, ast.Sub):
        return left - right
    if isinstance(operator, ast.Mult):
        return left * right
    if isinstance(operator, ast.Pow) and right >= 0:
        if right > MAX_POWER:
            raise Raised("MemoryError")
        try:
            power: float = left**right
        except OverflowError:
            raise Raised("OverflowError: (34, 'Numerical result out of range')") from None
        return power
    if isinstance(operator, ast.Div | ast.FloorDiv | ast.Mod):
        if not right:
            kind = {ast.Div: "division", ast.FloorDiv: "integer division or modulo", ast.Mod: "integer modulo"}
            raise Raised(f"ZeroDivisionError: {kind[type(operator)]} by zero")
        try:
            mod = isinstance(operator, ast.Mod)
            return left / right if isinstance(operator, ast.Div) else left % right if mod else left // right
        except OverflowError:
            raise Raised("OverflowError: integer division result too large for a float") from None
    raise Beyond


def _compare(operator: ast.cmpop, left: Value, right: Value) -> bool:
    if isinstance(left, int | float) and isinstance(right, int | float):
        orders = {ast.Lt: left < right, ast.LtE: left <= right, ast.Gt: left > right, ast.GtE: left >= right}
        if type(operator) in orders:
            return orders[type(operator)]
    if isinstance(operator, ast.In) and isinstance(left, str) and isinstance(right, str):
        return left in right
    if isinstance(operator, ast.Eq | ast.NotEq):
        return (left == right) is isinstance(operator, ast.Eq)
    raise Raised("TypeError: operands cannot be compared")


def _method(name: str, owner: Value, first: Value) -> Value:
    if isinstance(owner, bytes) and name == "decode":
        return owner.decode("utf-8", "replace")
    if isinstance(owner, str):
        if name == "encode":
            return owner.encode("utf-8", "replace")
        if name == "split" and (first is None or (isinstance(first, str) and first)):
            return list[Value](owner.split(first, MAX_ITEMS))
        if name in ("startswith", "endswith") and isinstance(first, str):
            return owner.startswith(first) if name == "startswith" else owner.endswith(first)
        if name in _TEXT_METHODS and first is None and "with" not in name:
            done: str | bool = getattr(owner, name)()
            return done
    raise Raised(f"AttributeError: '{_type(owner)}' object has no attribute '{name}'")


def _items(value: Value) -> list[Value]:
    if isinstance(value, str):
        return list(value[:MAX_ITEMS])
    if isinstance(value, list):
        return value
    raise Raised(f"TypeError: '{_type(value)}' object is not iterable")


def _type(value: Value) -> str:
    return "NoneType" if value is None else "module" if isinstance(value, Name) else type(value).__name__


def repr_of(value: Value) -> str:
    """As Python's repr shows it. Lists hold no lists."""
    if isinstance(value, Name):
        return f"<module '{value.path}'>"
    if isinstance(value, list):
        return "[" + ", ".join(repr_of(item) for item in value) + "]"
    return repr(value)


def str_of(value: Value) -> str:
    """As print shows it."""
    return value if isinstance(value, str) else repr_of(value)

"""Runs one command line of the emulated shell. Pure: the time is given, effects are returned. Never waits.

A budget of steps and of output bounds every line; where it is spent, the line ends as if it had been killed.
"""

import re
from collections.abc import Generator, Iterator
from contextlib import contextmanager

from samovar.persona import Persona
from samovar.sensor import Keep
from samovar.shell.call import Call, Output, Tool
from samovar.shell.expand import ExpansionFault, expand, matches, single
from samovar.shell.files import DiskFull, File, Files, normal
from samovar.shell.lexer import Incomplete, SyntaxFault
from samovar.shell.parse import parse
from samovar.shell.redirect import Input, Sink, WantsInput, redirected
from samovar.shell.tree import AndOr, Background, Block, Case, For, Function, If, Loop, Node, Pipeline, Simple

MAX_STEPS = 5_000
MAX_OUTPUT = 512 * 1024
_MAX_DEPTH = 100
_MAX_NAMES = 256  # variables, functions
_MAX_VALUE = 65536
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)


class _Exit(Exception):
    pass


class _Return(Exception):
    pass


class _Jump(Exception):
    def __init__(self, levels: int, again: bool) -> None:
        super().__init__()
        self.levels, self.again = levels, again


class _Spent(Exception):
    pass


class Shell:
    """One user's shell; ``run`` is its only way to act."""

    def __init__(self, persona: Persona, files: Files, user: str, tools: dict[str, Tool], origin: str) -> None:
        self.persona, self.files, self.user, self.tools, self.origin = persona, files, user, tools, origin
        self.home = "/root" if user == "root" else f"/home/{user}"
        self.directory = self.home if files.find(self.home) else "/"
        self.variables = {"HOME": self.home, "USER": user, "LOGNAME": user, "SHELL": "/bin/bash", "LANG": "en_US.UTF-8"}
        self.variables["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        self.functions: dict[str, Node] = {}
        self.parameters: list[str] = []
        self.history: list[str] = []
        self.name = "-bash"  # as it calls itself in its messages
        self.status = 0
        self.now = 0.0
        self.pause = 0.0
        self.urls: list[str] = []
        self._steps = self._size = self._depth = 0
        self._written: list[tuple[int, bytes]] = []

    @property
    def prompt(self) -> bytes:
        """bash's, as Debian sets it."""
        where = self.directory.replace(self.home, "~", 1) if self.directory.startswith(self.home) else self.directory
        sign = "#" if self.user == "root" else "$"
        return f"{self.user}@{self.persona.host_name}:{where}{sign} ".encode("latin-1", "replace")

    def run(self, line: bytes, now: float, stdin: bytes | None = b"") -> Output:
        """Do one line; ``stdin`` None means that it has not been read yet."""
        self.now, self.pause, self.urls = now, 0.0, []
        self._steps, self._size, self._depth, self._written = MAX_STEPS, MAX_OUTPUT, 0, []
        before = (self.files.snapshot(), self.directory, dict(self.variables), dict(self.functions), self.parameters)
        try:
            exited = self._line(line.decode("latin-1"), Input(None if stdin is None else stdin.decode("latin-1")))
        except Incomplete:
            return Output(incomplete=True)
        except WantsInput:
            saved, self.directory, self.variables, self.functions, self.parameters = before
            self.files.restore(saved)
            return Output(wants_input=True)
        return Output(tuple(self._written), self.status, min(self.pause, 30.0), exited, urls=tuple(self.urls))

    def _line(self, source: str, stdin: Input) -> bool:
        try:
            self._run(parse(source), stdin, self._write)
        except SyntaxFault as fault:
            self._write(2, f"{self.name}: {_near(fault)}\n")
            self.status = 2
        except _Exit:
            return True
        except (_Jump, _Return):
            return False  # outside of any loop or function they end the line
        except (_Spent, RecursionError):  # so deep that even reading it is too much
            self._written.append((2, b"Killed\n"))
            self.status = 137
        return False

    # what tools may do ---------------------------------------------------------------------------------

    def leave(self, status: int) -> None:
        """End the shell, or the subshell."""
        self.status = status
        raise _Exit

    def back(self, status: int) -> None:
        """Return from the function."""
        self.status = status
        raise _Return

    def jump(self, levels: int, *, again: bool) -> None:
        """Leave so many loops, or go on with the outermost of them."""
        raise _Jump(levels, again)

    def nested(self, source: str, call: Call, parameters: list[str]) -> int:
        """Run a source as ``sh -c`` or ``sh FILE`` does: apart from this shell."""
        with self._apart():
            self.parameters = parameters
            self.sourced(source, call)
        return self.status

    def sourced(self, source: str, call: Call) -> int:
        """Run a source in this shell, as ``eval`` and ``.`` do."""
        try:
            self._run(parse(source), call.stdin, lambda fd, data: (call.out if fd == 1 else call.err)(data))
        except SyntaxFault as fault:
            call.err(f"bash: -c: line 1: {_near(fault)}\n")
            self.status = 2
        except Incomplete:
            call.err("bash: -c: line 1: syntax error: unexpected end of file\n")
            self.status = 2
        except _Return:
            return self.status
        return self.status

    def artefacts(self) -> Generator[Keep, bytes, None]:
        """The files that this guest has made since they were last asked for."""
        for path, data in self.files.written():
            yield Keep(data, path)

    def path(self, name: str) -> str:
        """A name as an absolute path."""
        return normal(name, self.directory)

    def read(self, path: str) -> str | None:
        """What a file or device holds; None if there is none."""
        node = self.files.find(path)
        if node is None or node.kind == "d":
            return None
        data = node.content(self.now).decode("latin-1")
        self.spend(len(data) // 4096)
        return data

    def store(self, path: str, data: bytes) -> bool:
        """Write a file; a full disk keeps what it had."""
        old = self.files.find(path)
        self.spend(len(data) // 65536)
        try:
            self.files.put(path, File("f", data, old.mode if old else 0o644, self.user, self.now))
        except DiskFull:
            return False
        return True

    def spend(self, steps: int) -> None:
        """Pay for work; ends the line where the budget does not suffice."""
        self._steps -= steps
        if self._steps < 0:
            raise _Spent

    def value(self, name: str) -> str | None:
        """A variable's or parameter's value."""
        match name:
            case "?":
                return str(self.status)
            case "$":
                return "2417"
            case "#":
                return str(len(self.parameters))
            case "@" | "*":
                return " ".join(self.parameters)
            case "0":
                return self.name.partition(":")[0]
        if name.isdigit():
            number = int(name[:4])
            return self.parameters[number - 1] if number <= len(self.parameters) else None
        return self.variables.get(name)

    def assign(self, name: str, value: str) -> None:
        """Set a variable; there is room for so many, of such a length."""
        if name in self.variables or len(self.variables) < _MAX_NAMES:
            self.variables[name] = value[:_MAX_VALUE]

    def captured(self, source: str) -> str:
        """What a command substitution gives."""
        found: list[str] = []
        self.spend(1)
        self.nested(source, Call(self, [], Input(""), found.append, lambda data: self._write(2, data)), self.parameters)
        return "".join(found).rstrip("\n")

    # running -------------------------------------------------------------------------------------------

    def _write(self, fd: int, data: str) -> None:
        self._grow(data)
        if data:
            self._written.append((fd, data.encode("latin-1", "replace")))

    def _grow(self, data: str) -> None:
        self._size -= len(data)
        if self._size < 0:
            raise _Spent

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """A subshell: what it changes in the shell, and that it exits, stays in it."""
        kept = self.directory, dict(self.variables), dict(self.functions), self.parameters, self.user
        try:
            yield
        except _Exit:
            return
        finally:
            self.directory, self.variables, self.functions, self.parameters, self.user = kept

    def _run(self, node: Node, stdin: Input, out: Sink) -> None:
        self.spend(1)
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise _Spent
        try:
            match node:
                case Simple():
                    self._simple(node, stdin, out)
                case Pipeline():
                    self._pipeline(node, stdin, out)
                case AndOr():
                    self._run(node.first, stdin, out)
                    for op, following in node.rest:
                        if (self.status == 0) == (op == "&&"):
                            self._run(following, stdin, out)
                case Function():
                    if len(self.functions) < _MAX_NAMES:
                        self.functions[node.name] = node.body
                case Background():
                    with self._apart():
                        self._run(node.node, Input(""), out)
                    self.status = 0
                case _:
                    out, stdin = redirected(node.redirects, stdin, out, self)
                    self._compound(node, stdin, out)
        except ExpansionFault as fault:
            out(2, f"{self.name}: {fault}\n")
            self.status = 1
        finally:
            self._depth -= 1

    def _compound(self, node: Block | If | For | Loop | Case, stdin: Input, out: Sink) -> None:
        match node:
            case Block(subshell=True):
                with self._apart():
                    self._all(node.body, stdin, out)
            case Block():
                self._all(node.body, stdin, out)
            case If():
                self._if(node, stdin, out)
            case For():
                words = self.parameters if node.words is None else [w for raw in node.words for w in expand(raw, self)]
                for word in words:
                    self.assign(node.name, word)
                    if not self._round(node.body, stdin, out):
                        break
            case Loop():
                self._loop(node, stdin, out)
            case Case():
                self.status, value = 0, single(node.word, self)
                for patterns, body in node.branches:
                    if any(matches(value, pattern, self) for pattern in patterns):
                        self._all(body.body, stdin, out)
                        break

    def _all(self, body: tuple[Node, ...], stdin: Input, out: Sink) -> None:
        for part in body:
            self._run(part, stdin, out)

    def _round(self, body: Node, stdin: Input, out: Sink) -> bool:
        """Run a loop's body; False to leave the loop."""
        try:
            self._run(body, stdin, out)
        except _Jump as jump:
            if jump.levels > 1:
                raise _Jump(jump.levels - 1, jump.again) from jump
            return jump.again
        return True

    def _loop(self, node: Loop, stdin: Input, out: Sink) -> None:
        status = 0
        while True:
            self._run(node.condition, stdin, out)
            if (self.status == 0) == node.until or not self._round(node.body, stdin, out):
                break
            status = self.status
        self.status = status

    def _if(self, node: If, stdin: Input, out: Sink) -> None:
        for condition, body in node.branches:
            self._run(condition, stdin, out)
            if self.status == 0:
                self._run(body, stdin, out)
                return
        self.status = 0
        if node.otherwise is not None:
            self._run(node.otherwise, stdin, out)

    def _pipeline(self, node: Pipeline, stdin: Input, out: Sink) -> None:
        for command in node.commands[:-1]:
            piped: list[str] = []

            def collect(fd: int, data: str, piped: list[str] = piped) -> None:
                self._grow(data)
                if fd == 1:
                    piped.append(data)
                else:
                    out(fd, data)

            with self._apart():
                self._run(command, stdin, collect)
            stdin = Input("".join(piped))
        if len(node.commands) > 1:
            with self._apart():
                self._run(node.commands[-1], stdin, out)
        else:
            self._run(node.commands[-1], stdin, out)
        if node.negated:
            self.status = int(self.status == 0)

    def _simple(self, node: Simple, stdin: Input, out: Sink) -> None:
        out, stdin = redirected(node.redirects, stdin, out, self)
        words, status = list(node.words), self.status
        while words and (assignment := _ASSIGNMENT.fullmatch(words[0])):
            self.status = 0  # unless a substitution in it says otherwise
            self.assign(assignment[1], single(assignment[2], self))
            status = self.status
            words.pop(0)
        args = [word for raw in words for word in expand(raw, self)]
        self.spend(len(args) // 10)
        if not args:
            self.status = status if node.words else 0
            return
        self.status = self.command(Call(self, args, stdin, lambda data: out(1, data), lambda data: out(2, data)))

    def command(self, call: Call) -> int:
        """Run a command by name or path; 126 and 127 as bash has them."""
        name = call.args[0]
        if name in self.functions:
            return self._function(self.functions[name], call)
        tool = self.tools.get(name.rpartition("/")[2])
        if "/" in name:
            node = self.files.find(self.path(name))
            if node is None:
                call.err(f"{self.name}: {name}: No such file or directory\n")
                return 127
            if node.kind == "d" or not node.mode & 0o111:
                call.err(f"{self.name}: {name}: {'Is a directory' if node.kind == 'd' else 'Permission denied'}\n")
                return 126
            if node.size < 0:
                return self._own(node, call)
        if tool is None:
            call.err(f"{self.name}: {name}: command not found\n")
            return 127
        return tool(call)

    def _own(self, node: File, call: Call) -> int:
        """What the guest brought along: a script is run; a program runs and says nothing."""
        source = node.data.decode("latin-1")
        return self.nested(source, call, call.args[1:]) if source.startswith("#!") else 0

    def _function(self, body: Node, call: Call) -> int:
        kept, self.parameters = self.parameters, call.args[1:]
        try:
            self._run(body, call.stdin, lambda fd, data: (call.out if fd == 1 else call.err)(data))
        except _Return:
            return self.status
        finally:
            self.parameters = kept
        return self.status


def _near(fault: SyntaxFault) -> str:
    return f"syntax error near unexpected token `{fault.token.replace(chr(10), 'newline')}'"

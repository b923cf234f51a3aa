"""Runs one command line of the emulated shell. Pure: the time is given, effects are returned. Never waits.

A budget of steps and of output bounds every line; where it is spent, the line ends as if it had been killed.
"""

import re
from collections.abc import Callable, Generator
from functools import partial

from msgspec import Struct

from samovar.persona import Persona
from samovar.sensor import Keep
from samovar.shell.files import DiskFull, File, Files, normal
from samovar.shell.parse import (
    AndOr,
    Background,
    Block,
    For,
    If,
    Incomplete,
    Loop,
    Node,
    Pipeline,
    Redirect,
    Simple,
    SyntaxFault,
    parse,
    skip_piece,
)

MAX_STEPS = 5_000
MAX_OUTPUT = 512 * 1024
_VARIABLE = re.compile(r"\$(?:\{(\w+|[?$#])(?::-([^}]*))?\}|(\w+|[?$#]))")
_ASSIGNMENT = re.compile(r"(?:export )?([A-Za-z_]\w*)=(.*)", re.DOTALL)


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
    stdin: str | None
    out: Callable[[str], None]
    err: Callable[[str], None]

    def read(self) -> str:
        """All of standard input."""
        if self.stdin is None:
            raise _WantsInput
        return self.stdin


Tool = Callable[[Call], int]


class _WantsInput(Exception):
    pass


class _Exit(Exception):
    pass


class _Spent(Exception):
    pass


class Shell:
    """One user's shell; ``run`` is its only way to act."""

    def __init__(self, persona: Persona, files: Files, user: str, tools: dict[str, Tool]) -> None:
        self.persona, self.files, self.user, self.tools = persona, files, user, tools
        self.home = "/root" if user == "root" else f"/home/{user}"
        self.directory = self.home if files.find(self.home) else "/"
        self.variables = {"HOME": self.home, "USER": user, "SHELL": "/bin/bash", "PATH": "/usr/bin:/bin", "$": "2417"}
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
        exited = False
        try:
            tree = parse(line.decode("latin-1"))
            self._run(tree, None if stdin is None else stdin.decode("latin-1"), self._write)
        except Incomplete:
            return Output(incomplete=True)
        except _WantsInput:
            return Output(wants_input=True)
        except SyntaxFault as fault:
            token = fault.token.replace("\n", "newline")
            self._write(2, f"{self.name}: syntax error near unexpected token `{token}'\n")
            self.status = 2
        except _Exit:
            exited = True
        except _Spent:
            self._written.append((2, b"Killed\n"))
            self.status = 137
        return Output(tuple(self._written), self.status, min(self.pause, 30.0), exited, urls=tuple(self.urls))

    def leave(self, status: int) -> None:
        """End the shell."""
        self.status = status
        raise _Exit

    def nested(self, source: str, call: Call) -> int:
        """Run a source as ``sh -c`` does."""
        try:
            self._run(parse(source), call.stdin, lambda fd, data: (call.out if fd == 1 else call.err)(data))
        except (Incomplete, SyntaxFault):
            call.err("bash: -c: line 1: syntax error: unexpected end of file\n")
            return 2
        return self.status

    def artefacts(self) -> Generator[Keep, bytes, None]:
        """The files that this guest has made since they were last asked for."""
        for path, data in self.files.written():
            yield Keep(data, path)

    def path(self, name: str) -> str:
        """A name as an absolute path."""
        return normal(name, self.directory)

    def _write(self, fd: int, data: str) -> None:
        self._size -= len(data)
        if self._size < 0:
            raise _Spent
        if data:
            self._written.append((fd, data.encode("latin-1", "replace")))

    def _run(self, node: Node, stdin: str | None, out: Callable[[int, str], None]) -> None:
        self._steps -= 1
        self._depth += 1
        if self._steps < 0 or self._depth > 150:
            raise _Spent
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
            case Block():
                redirected, stdin = self._redirect(node.redirects, stdin, out)
                for part in node.body:
                    self._run(part, stdin, redirected)
            case If():
                self._if(node, stdin, out)
            case For():
                for word in [w for raw in node.words or () for w in self.expand(raw)]:
                    self.variables[node.name] = word
                    self._run(node.body, stdin, out)
            case Loop():
                self._run(node.condition, stdin, out)
                while (self.status == 0) != node.until:
                    self._run(node.body, stdin, out)
                    self._run(node.condition, stdin, out)
                self.status = 0
            case Background():
                self._run(node.node, "", out)
                self.status = 0
        self._depth -= 1

    def _if(self, node: If, stdin: str | None, out: Callable[[int, str], None]) -> None:
        for condition, body in node.branches:
            self._run(condition, stdin, out)
            if self.status == 0:
                self._run(body, stdin, out)
                return
        self.status = 0
        if node.otherwise is not None:
            self._run(node.otherwise, stdin, out)

    def _pipeline(self, node: Pipeline, stdin: str | None, out: Callable[[int, str], None]) -> None:
        for command in node.commands[:-1]:
            piped: list[str] = []

            def collect(fd: int, data: str, piped: list[str] = piped) -> None:
                self._size -= len(data)
                if self._size < 0:
                    raise _Spent
                if fd == 1:
                    piped.append(data)
                else:
                    out(fd, data)

            self._run(command, stdin, collect)
            stdin = "".join(piped)
        self._run(node.commands[-1], stdin, out)
        if node.negated:
            self.status = int(self.status == 0)

    def _simple(self, node: Simple, stdin: str | None, out: Callable[[int, str], None]) -> None:
        out, stdin = self._redirect(node.redirects, stdin, out)
        words = list(node.words)
        while words and (assignment := _ASSIGNMENT.fullmatch(words[0])):
            if len(self.variables) < 256:
                self.variables[assignment[1]] = " ".join(self.expand(assignment[2]))[:65536]
            words.pop(0)
        args = [word for raw in words for word in self.expand(raw)]
        if not args:
            self.status = 0
            return
        call = Call(self, args, stdin, lambda data: out(1, data), lambda data: out(2, data))
        self.status = self.command(call)

    def command(self, call: Call) -> int:
        """Run a command by name or path; 126 and 127 as bash has them."""
        name = call.args[0]
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
                return 0  # what the guest brought along runs and says nothing
        if tool is None:
            call.err(f"{self.name}: {name}: command not found\n")
            return 127
        return tool(call)

    def _redirect(
        self, redirects: tuple[Redirect, ...], stdin: str | None, out: Callable[[int, str], None]
    ) -> tuple[Callable[[int, str], None], str | None]:
        sinks: dict[int, Callable[[str], None]] = {1: partial(out, 1), 2: partial(out, 2)}
        for redirect in redirects:
            target = " ".join(self.expand(redirect.target))
            if redirect.op in ("<<", "<<-"):
                stdin = redirect.body if redirect.quoted else self._substitute(redirect.body)
            elif redirect.op == "<<<":
                stdin = target + "\n"
            elif redirect.op == "<":
                node = self.files.find(self.path(target))
                stdin = node.content(self.now).decode("latin-1") if node else ""
            elif redirect.op in (">&", "<&") and target in ("1", "2"):
                sinks[redirect.fd] = sinks[int(target)]
            elif redirect.op in (">", ">>", ">|", "&>", "&>>", ">&"):
                sink = self._file_sink(target, append=">>" in redirect.op)
                for fd in (1, 2) if "&" in redirect.op else (redirect.fd,):
                    sinks[fd] = sink
        return (lambda fd, data: sinks.get(fd, sinks[2])(data)), stdin

    def _file_sink(self, target: str, *, append: bool) -> Callable[[str], None]:
        path = self.path(target)
        if path.startswith("/dev/"):
            return lambda data: None
        if not append:
            self.store(path, b"")

        def sink(data: str) -> None:
            old = self.files.find(path)
            self.store(path, (old.data if old else b"") + data.encode("latin-1", "replace"))

        return sink

    def store(self, path: str, data: bytes) -> None:
        """Write a file; a full disk keeps what it had."""
        old = self.files.find(path)
        try:
            self.files.put(path, File("f", data, old.mode if old else 0o644, self.user, self.now))
        except DiskFull:
            return

    def expand(self, raw: str) -> list[str]:
        """Words of a source word: quotes, variables, command substitution, field splitting."""
        pieces, quoted, split, i = [""], False, False, 0
        while i < len(raw):
            end = skip_piece(raw, i) if raw[i] in "'\"`$" else i + 1
            piece = raw[i:end]
            if raw[i] == "'":
                quoted, value = True, piece[1:-1]
            elif raw[i] == '"':
                quoted, value = True, re.sub(r'\\([\\"$`])', r"\1", self._substitute(piece[1:-1]))
            elif raw[i] == "\\":
                end, value = i + 2, raw[i + 1 : i + 2]
            elif raw[i] in "$`":
                named = _VARIABLE.match(raw, i)
                end = named.end() if named else end
                value = self._substitute(raw[i:end])
                split = True
                fields = value.split()
                pieces[-1] += fields[0] if fields else ""
                pieces += fields[1:]
                i = end
                continue
            else:
                value = self.home if raw[i] == "~" and i == 0 and raw[1:2] in ("", "/") else raw[i]
            pieces[-1] += value
            i = end
        return [] if pieces == [""] and split and not quoted else pieces

    def _substitute(self, text: str) -> str:
        done, i = [], 0
        while i < len(text):
            named = _VARIABLE.match(text, i)
            if named is not None:
                name = named[1] or named[3]
                value = str(self.status) if name == "?" else self.variables.get(name, "")
                done.append(value or named[2] or "")
                i = named.end()
            elif text.startswith("$(", i) or text[i] == "`":
                end = skip_piece(text, i)
                done.append(self._captured(text[i + 1 : end - 1].removeprefix("(")))
                i = end
            else:
                done.append(text[i : i + 1 + (text[i] == "\\")])
                i += 1 + (text[i] == "\\")
        return "".join(done)

    def _captured(self, source: str) -> str:
        found: list[str] = []
        call = Call(self, [], "", found.append, lambda data: self._write(2, data))
        self._steps -= 1
        self._depth += 1
        if self._steps < 0 or self._depth > 100:
            raise _Spent
        self.nested(source, call)
        self._depth -= 1
        return "".join(found).rstrip("\n")

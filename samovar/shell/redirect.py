"""Where a command reads and writes: standard input, redirections, here-documents."""

from collections.abc import Callable
from functools import partial
from typing import Protocol

from samovar.shell.expand import Scope, single, substitute
from samovar.shell.tree import Redirect

Sink = Callable[[int, str], None]


class WantsInput(Exception):
    """Standard input has not been read yet."""


class Input:
    """Standard input, shared by all commands that read it; with text None it has not been read yet."""

    def __init__(self, text: str | None) -> None:
        self._text, self._at = text, 0

    def rest(self) -> str:
        """All that is left."""
        if self._text is None:
            raise WantsInput
        start, self._at = self._at, len(self._text)
        return self._text[start:]

    def line(self) -> str | None:
        """The next line without its end; None where there is none."""
        if self._text is None:
            raise WantsInput
        if self._at >= len(self._text):
            return None
        end = self._text.find("\n", self._at)
        end = len(self._text) if end < 0 else end
        start, self._at = self._at, end + 1
        return self._text[start:end]


class Disk(Scope, Protocol):
    """A scope whose files can be read and written."""

    def read(self, path: str) -> str | None: ...
    def store(self, path: str, data: bytes) -> bool: ...


def redirected(redirects: tuple[Redirect, ...], stdin: Input, out: Sink, disk: Disk) -> tuple[Sink, Input]:
    """The output and input of a command with these redirections."""
    if not redirects:
        return out, stdin
    sinks: dict[int, Callable[[str], None]] = {1: partial(out, 1), 2: partial(out, 2)}
    for redirect in redirects:
        target = single(redirect.target, disk)
        if redirect.op in ("<<", "<<-"):
            stdin = Input(redirect.body if redirect.quoted else substitute(redirect.body, disk))
        elif redirect.op == "<<<":
            stdin = Input(target + "\n")
        elif redirect.op == "<":
            stdin = Input(disk.read(disk.path(target)) or "")
        elif redirect.op in (">&", "<&") and target in ("1", "2"):
            sinks[redirect.fd] = sinks[int(target)]
        elif redirect.op in (">", ">>", ">|", "&>", "&>>", ">&"):
            sink = _file(target, disk, append=">>" in redirect.op)
            for fd in (1, 2) if "&" in redirect.op else (redirect.fd,):
                sinks[fd] = sink
    return (lambda fd, data: sinks.get(fd, sinks[2])(data)), stdin


def _file(target: str, disk: Disk, *, append: bool) -> Callable[[str], None]:
    path = disk.path(target)
    if path.startswith("/dev/") and path.count("/") == 2:
        return lambda data: None
    if not append:
        disk.store(path, b"")

    def sink(data: str) -> None:
        old = disk.files.find(path)
        disk.store(path, (old.data if old else b"") + data.encode("latin-1", "replace"))

    return sink

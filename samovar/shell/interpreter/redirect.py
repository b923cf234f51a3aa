"""Redirections: which stream a descriptor leads to while a command runs."""

from collections.abc import Callable, Generator

from samovar.shell.disk.fault import Fault
from samovar.shell.interpreter.shell import Shell
from samovar.shell.kernel.descriptor import Stream, Text
from samovar.shell.kernel.files import opened
from samovar.shell.kernel.process import Process
from samovar.shell.kernel.wait import Wait
from samovar.shell.syntax.tree import Redirect
from samovar.shell.words.expand import document, fields, single

_INPUT = frozenset(("<", "<&", "<<", "<<-", "<<<", "<>"))
_MODES = {"<": "r", ">": "w", ">|": "w", ">>": "a", "<>": "rw", "&>": "w", "&>>": "a"}


def redirected(shell: Shell, redirects: tuple[Redirect, ...]) -> Generator[Wait, bytes, Callable[[], None] | None]:
    """Apply them to the shell's own process; what undoes it, or None where one failed (and was complained of)."""
    process = shell.process
    process.push()
    kept = dict(process.descriptors)
    for stream in kept.values():
        stream.users += 1

    def restore() -> None:
        process.push()
        for fd in list(process.descriptors):
            process.kernel.close(process, fd)
        process.descriptors = kept  # their users were counted above

    for redirect in redirects:
        if not (yield from apply(shell, process, redirect)):
            restore()
            return None
    return restore


def apply(shell: Shell, process: Process, redirect: Redirect) -> Generator[Wait, bytes, bool]:
    """Apply one to a process; False where it failed, which is then said."""
    operator = redirect.operator
    fd = redirect.fd if redirect.fd is not None else int(operator not in _INPUT)
    if redirect.variable:
        fd = next(number for number in range(10, 1000) if number not in process.descriptors)
        shell.assign(redirect.variable, str(fd))
    if operator in ("<<", "<<-", "<<<"):
        text = yield from (single(redirect.target, shell) if operator == "<<<" else document(redirect.document, shell))
        body = text + "\n" if operator == "<<<" else text
        shell.kernel.dup(process, fd, Text(body.encode("latin-1", "replace")))
        return True
    target = yield from _target(shell, redirect)
    if target is None:
        return False
    if operator in (">&", "<&") and (target.rstrip("-").isdecimal() or target == "-"):
        return _duplicate(shell, process, fd, target)
    both = operator in ("&>", "&>>", ">&")
    if operator == ">" and "C" in shell.flags and _is_file(process, target):
        shell.complain(f"{target}: cannot overwrite existing file")
        return False
    try:
        stream = opened(process, target, _MODES.get(operator, "w"))
    except Fault as fault:
        shell.complain(f"{target}: {fault.text}")
        return False
    shell.kernel.dup(process, 1 if both else fd, stream)
    if both:
        shell.kernel.dup(process, 2, stream)
    return True


def _is_file(process: Process, name: str) -> bool:
    try:
        return process.view.stat(name, process.directory).kind == "f"
    except Fault:
        return False


def _target(shell: Shell, redirect: Redirect) -> Generator[Wait, bytes, str | None]:
    if type(redirect.target) is str:
        return redirect.target
    found = yield from fields((redirect.target,), shell)
    if len(found) != 1:
        shell.complain(f"{_source(redirect)}: ambiguous redirect")
        return None
    return found[0]


def _source(redirect: Redirect) -> str:
    """The target as it was written, as far as a message shows it."""
    parts = redirect.target
    if isinstance(parts, str):
        return parts
    return "".join(getattr(part, "text", "") or (f"${part.name}" if hasattr(part, "name") else "") for part in parts)


def _duplicate(shell: Shell, process: Process, fd: int, target: str) -> bool:
    if target == "-":
        process.push()
        shell.kernel.close(process, fd)
        return True
    number = int(target.rstrip("-")[:4])
    stream: Stream | None = process.descriptors.get(number)
    if stream is None:
        shell.complain(f"{number}: Bad file descriptor")
        return False
    shell.kernel.dup(process, fd, stream)
    if target.endswith("-"):
        shell.kernel.close(process, number)
    return True

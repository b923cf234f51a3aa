"""A login session as a dialogue: a terminal with echo and line editing, a script on standard input, one command."""

from collections.abc import Generator
from contextlib import suppress

from msgspec import Struct

from samovar.event import Fact, text
from samovar.sensor import Clock, Pause, PeerError, Read, Send, Step
from samovar.shell.call import Output
from samovar.shell.shell import Shell
from samovar.shell.story import greeting

MAX_LINE = 16 * 1024
MAX_INPUT = 4 << 20
_MAX_HISTORY = 500  # lines, bash's HISTSIZE


class Stderr(Struct, frozen=True):
    """Output on the second stream, where the protocol has one; else it is a Send."""

    data: bytes


Program = Generator[Step | Stderr, bytes, int]


def execute(shell: Shell, command: bytes, *, tty: bool) -> Program:
    """One command, as ``sh -c``; returns its exit status."""
    shell.name = "bash: line 1" if shell.persona.os_version >= "11" else "bash"
    status = 255
    with suppress(PeerError):  # what was written so far is kept all the same
        status = (yield from _run(shell, command, tty, None)).status
    yield from shell.artefacts()
    return status


def interact(shell: Shell, *, tty: bool) -> Program:
    """A login shell until it ends or the peer goes; returns its exit status."""
    with suppress(PeerError):  # gone without a word; what was written is kept all the same
        yield from _prompts(shell, tty)
    yield from shell.artefacts()
    return shell.status


def _prompts(shell: Shell, tty: bool) -> Generator[Step | Stderr, bytes, None]:
    pending = b""
    if tty:
        hello = greeting(shell.persona, float((yield Clock())))
        yield Send(hello.replace("\n", "\r\n").encode("latin-1", "replace"))
    while True:
        if tty:
            yield Send(b"> " if pending else shell.prompt)
        typed = yield from _line(tty)
        if typed is None:
            yield Send(b"logout\r\n")
            return
        line = pending + typed
        if typed.strip() and len(shell.history) < _MAX_HISTORY:
            shell.history.append(typed.decode("latin-1"))
        output = yield from _run(shell, line, tty, b"")
        pending = line + b"\n" if output.incomplete and len(line) < MAX_LINE else b""
        if output.exited:
            if tty:
                yield Send(b"logout\r\n")
            return


def _run(shell: Shell, line: bytes, tty: bool, stdin: bytes | None) -> Generator[Step | Stderr, bytes, Output]:
    now = float((yield Clock()))
    output = shell.run(line, now, stdin)
    if output.incomplete and stdin is not None:
        return output
    if line.strip():
        yield Fact(event_action="command", process_command_line=text(line), samovar_detail=_hex(line))
    if output.wants_input:
        output = shell.run(line, now, (yield from _everything()))
    for url in output.urls:
        yield Fact(event_action="request", url_original=text(url.encode("latin-1")))
    if output.pause:
        yield Pause(output.pause)
    for fd, data in output.written:
        shown = data.replace(b"\n", b"\r\n") if tty else data
        yield Send(shown) if tty or fd == 1 else Stderr(shown)
    return output


def _hex(line: bytes) -> dict[str, str | int | float | bool]:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return {"command_hex": line.hex()}
    return {}


def _everything() -> Generator[Step | Stderr, bytes, bytes]:
    """Standard input up to its end."""
    data = bytearray()
    with suppress(PeerError):
        while len(data) < MAX_INPUT:
            data += yield Read()
    return bytes(data[:MAX_INPUT])


def _line(tty: bool) -> Generator[Step | Stderr, bytes, bytes | None]:
    """One line, without its end; None at end of input. On a terminal it is echoed and can be edited."""
    line = bytearray()
    while True:
        try:
            char = yield Read(exactly=1, timeout=300.0)
        except PeerError:
            if line and not tty:
                return bytes(line)
            raise
        if char in (b"\r", b"\n"):
            if tty:
                yield Send(b"\r\n")
            return bytes(line)
        if not tty:
            line += char if len(line) < MAX_LINE else b""
        elif char == b"\x04" and not line:
            return None
        elif char in (b"\x03", b"\x15"):
            line.clear()
            yield Send(b"^C\r\n" if char == b"\x03" else b"\r\x1b[K")
            if char == b"\x03":
                return b""
        elif char in (b"\x7f", b"\x08"):
            if line:
                line.pop()
                yield Send(b"\x08 \x08")
        elif char >= b" " and len(line) < MAX_LINE:
            line += char
            yield Send(char)

"""An interactive shell: prompts, history, completion, and a record of each line that is typed."""

from collections.abc import Generator
from datetime import UTC, datetime

from samovar.event import Fact, in_hex, text
from samovar.shell.console.editor import Editor, Interrupted
from samovar.shell.console.tty import Tty
from samovar.shell.interpreter.builtins import BUILTINS
from samovar.shell.interpreter.flow import Abandon, Exit, Flow
from samovar.shell.interpreter.job import announce
from samovar.shell.interpreter.run import run_script
from samovar.shell.interpreter.shell import Shell
from samovar.shell.kernel import signals
from samovar.shell.kernel.process import Body
from samovar.shell.kernel.wait import Wait
from samovar.shell.syntax.fault import Incomplete, SyntaxFault, complaint
from samovar.shell.syntax.parse import parse

_MAX_HISTORY = 500  # lines, bash's HISTSIZE
_MAX_EXPANDED = 4096  # bytes of what a line's scripts did
_PROMPT = r"\u@\h:\w\$ "
_PASTE_ON, _PASTE_OFF = b"\x1b[?2004h", b"\x1b[?2004l\r"


def interactive(shell: Shell) -> Body:
    """A shell at a terminal until it ends; its exit status."""
    process = shell.process
    tty = next(stream for stream in process.descriptors.values() if isinstance(stream, Tty))
    shell.interactive = True
    shell.flags |= {"i", "m", "H"}
    process.caught |= {signals.INT, signals.QUIT, signals.TERM, signals.TERMINAL_STOP, signals.HUP}
    values = shell.variables.values
    values.setdefault("PS1", _PROMPT if not shell.machine.persona.busybox else r"\u@\h:\w\$ ")
    values.setdefault("PS2", "> ")
    values.setdefault("HISTFILE", f"{shell.home('')}/.bash_history")
    if process.identity.uid and shell.dialect == "bash":  # as /etc/skel/.bashrc has it
        shell.aliases |= {"ls": "ls --color=auto", "grep": "grep --color=auto", "ll": "ls -l", "la": "ls -A"}
    try:
        yield from _lines(shell, tty)
        status = shell.status
    except Exit as leave:
        status = leave.status
    yield from process.flush()
    return status


def _lines(shell: Shell, tty: Tty) -> Generator[Wait, bytes, None]:
    process, pending = shell.process, ""
    while True:
        process.err(announce(shell))
        yield from process.flush()
        try:
            typed = yield from _typed(shell, tty, "PS2" if pending else "PS1")
        except Interrupted:
            pending, shell.status = "", 130
            continue
        if typed is None:
            process.err("logout\n" if shell.name.startswith("-") else "exit\n")
            return
        line = typed.decode("latin-1")
        source = pending + line
        if line.strip() and not pending and len(shell.history) < _MAX_HISTORY:
            shell.history.append(line)
        try:
            extended = "extglob" in shell.flags
            script = parse(source + "\n", dialect=shell.dialect, aliases=shell.aliases, partial=True, extglob=extended)
        except Incomplete:
            pending = source + "\n"
            _note(shell, typed)
            continue
        except SyntaxFault as fault:
            pending, shell.status = "", 2
            _note(shell, typed)
            process.err(complaint(fault, shell.name, shell.dialect))
            continue
        pending = ""
        if script.items:
            _note(shell, typed)
            shell.line = 1
            yield from _run(shell, script, source)


def _run(shell: Shell, script: object, source: str) -> Generator[Wait, bytes, None]:
    process, done = shell.process, list[str]()

    def remember(words: list[str]) -> None:
        line = " ".join(words)[:_MAX_EXPANDED]
        if line not in source and sum(map(len, done)) < _MAX_EXPANDED:  # what was typed is recorded
            done.append(line)

    shell.expanded = remember
    try:
        yield from run_script(shell, script)  # type: ignore[arg-type]
    except Exit:
        raise
    except Abandon as fault:
        shell.status = fault.status
    except Flow as flow:
        shell.status = getattr(flow, "status", shell.status)
    except RecursionError:
        process.err("-bash: maximum nesting level exceeded\n")
        shell.status = 1
    finally:
        shell.loops = shell.depth = shell.guarded = 0
        process.pending.clear()
        if done:
            raw = "; ".join(done).encode("latin-1", "replace")[:_MAX_EXPANDED]
            detail: dict[str, str | int | float | bool] = {"expanded": text(raw)}
            process.kernel.note(Fact(event_action="command", samovar_detail=detail))


def _typed(shell: Shell, tty: Tty, which: str) -> Generator[Wait, bytes, bytes | None]:
    shown = expanded(shell, shell.variables.get(which) or "").encode("latin-1", "replace")
    modern = shell.dialect == "bash" and shell.variables.get("TERM") not in (None, "dumb")
    editor = Editor(shell, tty, (_PASTE_ON if modern else b"") + shown, lambda before: complete(shell, before))
    line = yield from editor.read()
    if modern:
        tty.draw(_PASTE_OFF)
    return line


def _note(shell: Shell, raw: bytes) -> None:
    if not raw.strip():
        return
    shell.kernel.note(Fact(event_action="command", process_command_line=text(raw), samovar_detail=in_hex(raw)))


def expanded(shell: Shell, form: str) -> str:
    """A prompt's escapes (bash(1), PROMPTING)."""
    out, place = [], 0
    now = datetime.fromtimestamp(shell.process.now, UTC)
    persona, directory = shell.machine.persona, shell.process.directory
    home = shell.home("") or "/"
    short = "~" + directory[len(home) :] if directory == home or directory.startswith(home + "/") else directory
    values = {
        "u": shell.process.identity.name, "h": persona.host_name, "H": persona.host_name, "w": short,
        "W": "~" if directory == home else directory.rpartition("/")[2] or "/",
        "$": "$" if shell.process.identity.uid else "#",
        "n": "\n", "r": "\r", "e": "\x1b", "a": "\a", "t": f"{now:%H:%M:%S}", "d": f"{now:%a %b %d}",
        "s": shell.name.lstrip("-"),
        "A": f"{now:%H:%M}", "T": f"{now:%I:%M:%S}", "@": f"{now:%I:%M %p}", "\\": "\\", "[": "", "]": "", "v": "5.2",
        "#": str(len(shell.history) + 1), "!": str(len(shell.history) + 1), "j": str(len(shell.jobs)),
    }  # fmt: skip
    while place < len(form):
        if form[place] == "\\" and place + 1 < len(form):
            out.append(values.get(form[place + 1], form[place : place + 2]))
            place += 2
        else:
            out.append(form[place])
            place += 1
    return "".join(out)


def complete(shell: Shell, before: str) -> list[str]:
    """What the last word can become: commands in the first place, files elsewhere."""
    start = max(before.rfind(c) for c in " |;&(`") + 1
    word = before[start:]
    shell.spend(20)
    if (not before[:start].strip(" ") or before[:start].rstrip(" ")[-1:] in tuple("|;&(`")) and "/" not in word:
        names = set(BUILTINS) | set(shell.functions) | set(shell.aliases)
        for folder in (shell.variables.get("PATH") or "").split(":")[:20]:
            names |= set(shell.listing(folder)) if word else set()
        return sorted(name for name in names if name.startswith(word)) if word else []
    folder, slash, last = word.rpartition("/")
    where = (folder or "/") if slash else "."
    if where.startswith("~"):
        where = (shell.home("") or "/") + where[1:]
    found = [name for name in shell.listing(where) if name.startswith(last) and (last or not name.startswith("."))]
    base = folder + slash
    return [base + name + ("/" if shell.exists(f"{where}/{name}", directory=True) else "") for name in found[:500]]

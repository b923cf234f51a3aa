"""Runs source text: of ``-c``, a file, standard input, ``eval`` and traps."""

import re
from collections.abc import Generator

from samovar.event import Fact, in_hex, text
from samovar.shell.disk.fault import Fault
from samovar.shell.interpreter.flow import Abandon, Exit, Flow
from samovar.shell.interpreter.run import run_script
from samovar.shell.interpreter.shell import Shell
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait
from samovar.shell.syntax.parse import Incomplete, SyntaxFault, complaint, parse

Running = Generator[Wait, bytes, int]


def run_text(shell: Shell, source: str, *, last: bool = False, name: str = "") -> Running:
    """Parse and run in this shell, as ``eval`` does."""
    shell.spend(1 + len(source) // 500)
    try:
        aliases = shell.aliases if shell.interactive or "expand_aliases" in shell.flags else None
        script = parse(source, dialect=shell.dialect, aliases=aliases, extglob="extglob" in shell.flags)
    except (Incomplete, SyntaxFault) as fault:
        if fault.before.items:
            yield from run_script(shell, fault.before)
        shell.process.err(said(shell, fault, name))
        shell.status = 2
        return 2
    return (yield from run_script(shell, script, last=last))


def said(shell: Shell, fault: Incomplete | SyntaxFault, name: str = "") -> str:
    """What the shell says of source that it cannot read; dash turns ash's words round."""
    name = name or shell.script_name or shell.name
    if shell.dialect == "bash" or shell.machine.persona.busybox:
        return complaint(fault, name, shell.dialect)
    words = fault.ash.removeprefix("syntax error: ")
    found = re.fullmatch(r"unexpected (.*?)( \(expecting .*\))?", words)
    text = f"{found[1]} unexpected{found[2] or ''}" if found else words[:1].upper() + words[1:]
    return f"{name}: {max(fault.line, 1)}: Syntax error: {text}\n"


def run_lines(shell: Shell) -> Running:
    """Commands from standard input, one complete command at a time."""
    pending, number = "", 0
    while data := (yield from shell.process.line()):
        number += 1
        pending += data.decode("latin-1")
        try:
            script = parse(pending, dialect=shell.dialect, partial=True, extglob="extglob" in shell.flags)
        except Incomplete:
            continue
        except SyntaxFault as fault:
            shell.process.err(said(shell, fault))
            shell.status = 2
            if shell.dialect == "ash":
                return 2
            pending = ""
            continue
        if shell.process.parent is None and pending.strip():  # what the peer sent, not a pipe of its own making
            raw = pending.encode("latin-1").strip(b"\n")
            shell.kernel.note(Fact(event_action="command", process_command_line=text(raw), samovar_detail=in_hex(raw)))
        pending = ""
        try:
            yield from run_script(shell, script)
        except Abandon as fault:
            shell.status = fault.status
            return fault.status
    if pending:
        yield from run_text(shell, pending)
    return shell.status


def life(shell: Shell, act: Running) -> Body:
    """A whole shell's life: runs, then its EXIT trap; the exit status."""
    try:
        yield from act
        status = shell.status
    except Exit as leave:
        status = leave.status
    except Flow as flow:
        status = getattr(flow, "status", shell.status)
    action = shell.traps.pop("EXIT", "")
    if action:
        shell.status = status
        try:
            yield from run_text(shell, action)
        except Exit as leave:
            status = leave.status
    yield from shell.process.flush()
    return status


def shell_command(process: Process) -> Body:
    """``bash`` and ``sh`` as programs."""
    argv, name = process.argv, process.name.removeprefix("-")
    shell = Shell(process, name=argv[0], dialect="bash" if name in ("bash", "rbash") else "ash")
    rest, letters = argv[1:], set[str]()
    while rest and rest[0][:1] in ("-", "+") and len(rest[0]) > 1:
        option = rest.pop(0)
        if option == "--version" and shell.dialect == "bash":
            process.out(_about(shell))
            return 0
        if option == "--":
            break
        for letter in option[1:] if not option.startswith("--") else "":
            letters.add(letter)
            if letter not in "cs":
                _flag(shell, rest.pop(0) if letter == "o" and rest else letter, option[0] == "-")
    if "c" in letters:
        return (yield from _command(shell, rest))
    if rest and "s" not in letters:
        return (yield from _file(shell, rest))
    shell.parameters = rest
    if (stream := process.descriptors.get(0)) is not None and stream.tty:
        from samovar.shell.console.prompt import interactive

        return (yield from interactive(shell))
    return (yield from life(shell, run_lines(shell)))


def _command(shell: Shell, rest: list[str]) -> Body:
    """``-c``."""
    if not rest:
        return shell.process.fail("-c: option requires an argument", 2)
    command, *rest = rest
    if rest:
        shell.name, shell.parameters = rest[0], rest[1:]
    shell.script_name = shell.name
    name = f"{shell.name}: -c" if shell.dialect == "bash" else ""
    return (yield from life(shell, run_text(shell, command, last=True, name=name)))


def _about(shell: Shell) -> str:
    version = shell.value("BASH_VERSION") or ""
    return (
        f"GNU bash, version {version} (x86_64-pc-linux-gnu)\nCopyright (C) 2022 Free Software Foundation, Inc.\n"
        "License GPLv3+: GNU GPL version 3 or later <http://gnu.org/licenses/gpl.html>\n\n"
        "This is free software; you are free to change and redistribute it.\n"
        "There is NO WARRANTY, to the extent permitted by law.\n"
    )


def _file(shell: Shell, rest: list[str]) -> Body:
    process = shell.process
    try:
        data = process.contents(rest[0])
    except Fault as fault:
        if shell.dialect == "ash":
            reason = {"ENOENT": "No such file"}.get(fault.code, fault.text)
            process.err(f"{shell.name}: 0: cannot open {rest[0]}: {reason}\n")
            return 2
        name = rest[0] if fault.code == "EISDIR" else shell.name
        process.err(f"{name}: {rest[0]}: {fault.text}\n")
        return 126 if fault.code in ("EACCES", "EISDIR") else 127
    if data[:4] == b"\x7fELF" or b"\0" in data[:80].split(b"\n", 1)[0]:
        return process.fail(f"{rest[0]}: cannot execute binary file", 126)
    shell.script_name, shell.parameters, shell.script_file = rest[0], rest[1:], True
    return (yield from life(shell, run_text(shell, data.decode("latin-1"))))


def _flag(shell: Shell, flag: str, on: bool) -> None:
    (shell.flags.add if on else shell.flags.discard)(_LONG.get(flag, flag))


_LONG = {
    "allexport": "a", "errexit": "e", "noglob": "f", "nounset": "u", "xtrace": "x", "verbose": "v", "noclobber": "C",
    "noexec": "n", "monitor": "m", "notify": "b", "hashall": "h",
}  # fmt: skip

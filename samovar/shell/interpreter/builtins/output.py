"""echo and printf, which are builtins and programs alike."""

from samovar.shell.commands.text.echo import echo_text
from samovar.shell.commands.text.printf import format_all
from samovar.shell.interpreter.builtins.types import Builtin
from samovar.shell.interpreter.shell import Shell


def _echo(shell: Shell, argv: list[str]) -> int:
    shell.process.out(echo_text(argv[1:], escapes=shell.dialect == "ash"))
    return 0


def _printf(shell: Shell, argv: list[str]) -> int:
    rest, name = argv[1:], ""
    if rest[:1] == ["-v"] and len(rest) > 1:
        name, rest = rest[1], rest[2:]
    if rest[:1] == ["--"]:
        rest = rest[1:]
    if not rest:
        shell.process.err("printf: usage: printf [-v var] format [arguments]\n")
        return 2
    text, faults = format_all(rest[0], rest[1:], shell.spend)
    if name:
        shell.assign(name, text)
    else:
        shell.process.out(text)
    for fault in faults:
        shell.complain(f"printf: {fault}")
    return int(bool(faults))


OUTPUT: dict[str, Builtin] = {"echo": _echo, "printf": _printf}

"""Control flow: eval, source, exit, return, break, continue, shift, trap, true, false, command, builtin."""

from collections.abc import Generator

from samovar.shell.disk.fault import Fault
from samovar.shell.interpreter.builtins.types import Builtin
from samovar.shell.interpreter.flow import Exit, Jump, Return
from samovar.shell.interpreter.launch import DEFAULT_PATH, search
from samovar.shell.interpreter.shell import Shell
from samovar.shell.kernel import signals
from samovar.shell.kernel.wait import Wait

Running = Generator[Wait, bytes, int]


def _number(shell: Shell, argv: list[str], default: int) -> int:
    if len(argv) < 2:
        return default
    text = argv[1]
    if not text.lstrip("+-").isdecimal() or len(text) > 12:
        shell.complain(f"{argv[0]}: {text}: numeric argument required")
        raise Exit(2)
    return int(text)


def _eval(shell: Shell, argv: list[str]) -> Running:
    from samovar.shell.interpreter.source import run_text

    words = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    text = " ".join(words)
    if not text.strip():
        return 0
    return (yield from run_text(shell, text))


def _source(shell: Shell, argv: list[str]) -> Running:
    from samovar.shell.interpreter.source import run_text

    if len(argv) < 2:
        return shell.complain(f"{argv[0]}: filename argument required", 2)
    name = argv[1]
    found = None if "/" in name else search(shell.process, name, shell.variables.get("PATH") or DEFAULT_PATH)
    try:
        data = shell.process.contents(found or name)
    except Fault as fault:
        where = name if fault.code != "EISDIR" else f"{argv[0]}: {name}"
        return shell.complain(f"{where}: {fault.text.lower() if fault.code == 'EISDIR' else fault.text}")
    kept = shell.parameters
    if argv[2:]:
        shell.parameters = argv[2:]
    try:
        return (yield from run_text(shell, data.decode("latin-1")))
    except Return as back:
        return back.status
    finally:
        shell.parameters = kept


def _exit(shell: Shell, argv: list[str]) -> int:
    if shell.interactive and not shell.subshell:
        shell.process.err("logout\n" if shell.name.startswith("-") else "exit\n")
    raise Exit(_number(shell, argv, shell.status) & 0xFF)


def _logout(shell: Shell, argv: list[str]) -> int:
    if not shell.name.startswith("-"):
        return shell.complain("logout: not login shell: use `exit'")
    return _exit(shell, argv)


def _return(shell: Shell, argv: list[str]) -> int:
    status = _number(shell, argv, shell.status) & 0xFF
    if not shell.depth and not shell.script_name.startswith("/"):
        return shell.complain("return: can only `return' from a function or sourced script", 2)
    raise Return(status)


def _jump(shell: Shell, argv: list[str]) -> int:
    levels = _number(shell, argv, 1)
    if not shell.loops:
        return shell.complain(f"{argv[0]}: only meaningful in a `for', `while', or `until' loop", 0)
    if levels < 1:
        return shell.complain(f"{argv[0]}: {levels}: loop count out of range")
    raise Jump(levels, again=argv[0] == "continue")


def _shift(shell: Shell, argv: list[str]) -> int:
    count = _number(shell, argv, 1)
    if count < 0:
        return shell.complain(f"shift: {count}: shift count out of range")
    if count > len(shell.parameters):
        return 1
    del shell.parameters[:count]
    return 0


def _trap(shell: Shell, argv: list[str]) -> int:
    rest = argv[1:]
    if rest[:1] == ["-l"]:
        shell.process.out(signals.listing())
        return 0
    if not rest or rest[0] == "-p":
        for name, action in shell.traps.items():
            shown = action.replace("'", "'\\''")
            shell.process.out(f"trap -- '{shown}' {name if name == 'EXIT' else 'SIG' + name}\n")
        return 0
    if rest[0] == "--":
        rest = rest[1:]
    action = rest.pop(0) if len(rest) > 1 else "-"
    status = 0
    for name in rest:
        number = 0 if name in ("EXIT", "0", "SIGEXIT") else signals.number(name)
        if number is None and name not in ("ERR", "DEBUG", "RETURN"):
            status = shell.complain(f"trap: {name}: invalid signal specification")
            continue
        _set_trap(shell, "EXIT" if number == 0 else signals.NAMES.get(number or -1, name), number or 0, action)
    return status


def _set_trap(shell: Shell, name: str, number: int, action: str) -> None:
    process = shell.process
    process.caught.discard(number)
    process.ignored.discard(number)
    if action == "-":
        shell.traps.pop(name, None)
        return
    shell.traps[name] = action[:65536]
    if number:
        (process.caught if action else process.ignored).add(number)


def _command(shell: Shell, argv: list[str]) -> Running:
    from samovar.shell.interpreter.builtins import BUILTINS
    from samovar.shell.interpreter.builtins.naming import describe
    from samovar.shell.interpreter.simple import become, wait

    rest, verbose = argv[1:], ""
    while rest and rest[0].startswith("-") and len(rest[0]) > 1:
        option = rest.pop(0)
        if option == "--":
            break
        verbose = "v" if "v" in option else "V" if "V" in option else verbose
    if not rest:
        return 0
    if verbose:
        return min(describe(shell, name, brief=verbose == "v", complain="command") for name in rest)
    if rest[0] in BUILTINS:
        result = BUILTINS[rest[0]](shell, rest)
        return result if isinstance(result, int) else (yield from result)
    environment = shell.variables.environment()
    child = shell.child(lambda inner: become(inner, rest, environment), {}, name=rest[0])
    return (yield from wait(shell, (child,), rest))


def _builtin(shell: Shell, argv: list[str]) -> Running:
    from samovar.shell.interpreter.builtins import BUILTINS

    if len(argv) < 2:
        return 0
    if argv[1] not in BUILTINS:
        return shell.complain(f"builtin: {argv[1]}: not a shell builtin")
    result = BUILTINS[argv[1]](shell, argv[1:])
    return result if isinstance(result, int) else (yield from result)


def _never(shell: Shell, argv: list[str]) -> int:
    """``exec`` is run by ``simple``; here it is only known by name."""
    return 0


CONTROL: dict[str, Builtin] = {
    ":": lambda shell, argv: 0,
    "true": lambda shell, argv: 0,
    "false": lambda shell, argv: 1,
    ".": _source,
    "source": _source,
    "eval": _eval,
    "exec": _never,
    "exit": _exit,
    "logout": _logout,
    "return": _return,
    "break": _jump,
    "continue": _jump,
    "shift": _shift,
    "trap": _trap,
    "command": _command,
    "builtin": _builtin,
}

"""type, and what ``command -v`` says; help, history, caller."""

from samovar.shell.interpreter.builtins.types import Builtin
from samovar.shell.interpreter.launch import DEFAULT_PATH, search
from samovar.shell.interpreter.shell import Shell

KEYWORDS = frozenset(
    """if then else elif fi case esac for select while until do done in function time { } ! [[ ]] coproc""".split()  # noqa: SIM905  as one block it can be read
)


def describe(shell: Shell, name: str, *, brief: bool, complain: str) -> int:
    """Say what a name runs; the status."""
    from samovar.shell.interpreter.builtins import BUILTINS

    out = shell.process.out
    if name in shell.aliases:
        out(f"alias {name}='{shell.aliases[name]}'\n" if brief else f"{name} is aliased to `{shell.aliases[name]}'\n")
    elif name in KEYWORDS:
        out(f"{name}\n" if brief else f"{name} is a shell keyword\n")
    elif name in shell.functions:
        out(f"{name}\n" if brief else f"{name} is a function\n{shell.functions[name].source}\n")
    elif name in BUILTINS:
        special = "special " if shell.dialect == "ash" and name in ("export", "set", "exec", "eval") else ""
        out(f"{name}\n" if brief else f"{name} is a {special}shell builtin\n")
    elif (path := _path(shell, name)) is not None:
        out(f"{path}\n" if brief else f"{name} is {path}\n")
    elif brief:
        return 1
    elif shell.dialect == "ash":
        shell.process.err(f"{name}: not found\n")
        return 127
    else:
        return shell.complain(f"{complain}: {name}: not found")
    return 0


def _path(shell: Shell, name: str) -> str | None:
    if "/" in name:
        return name if shell.process.may(name, 1) else None
    return search(shell.process, name, shell.variables.get("PATH") or DEFAULT_PATH)


def _type(shell: Shell, argv: list[str]) -> int:
    letters = "".join(word[1:] for word in argv[1:] if word.startswith("-"))
    names = [word for word in argv[1:] if not word.startswith("-")]
    if not letters or letters == "a":
        return max((describe(shell, name, brief=False, complain="type") for name in names), default=0)
    status = 0
    for name in names:
        kind = _kind(shell, name)
        if "t" in letters and kind:
            shell.process.out(kind + "\n")
        elif letters.lower().startswith("p") and kind == "file":
            shell.process.out(f"{_path(shell, name)}\n")
        status |= int(not kind)
    return status


def _kind(shell: Shell, name: str) -> str:
    from samovar.shell.interpreter.builtins import BUILTINS

    if name in shell.aliases:
        return "alias"
    if name in KEYWORDS:
        return "keyword"
    if name in shell.functions:
        return "function"
    if name in BUILTINS:
        return "builtin"
    return "file" if _path(shell, name) else ""


def _history(shell: Shell, argv: list[str]) -> int:
    rest = argv[1:]
    if rest and rest[0].startswith("-"):
        if "c" in rest[0]:
            shell.history.clear()
        return 0
    if rest and not rest[0].isdecimal():
        return shell.complain(f"history: {rest[0]}: numeric argument required")
    first = max(len(shell.history) - int(rest[0][:6]), 0) if rest else 0
    for number, text in enumerate(shell.history[first:], first + 1):
        shell.process.out(f"{number:5}  {text}\n")
    return 0


def _help(shell: Shell, argv: list[str]) -> int:
    from samovar.shell.interpreter.builtins import BUILTINS

    if len(argv) > 1 and argv[1] not in BUILTINS:
        return shell.complain(
            f"help: no help topics match `{argv[1]}'.  Try `help help' or `man -k {argv[1]}' or `info {argv[1]}'."
        )
    shell.process.out(f"GNU bash, version {shell.variables.get('BASH_VERSION') or ''} (x86_64-pc-linux-gnu)\n")
    shell.process.out("These shell commands are defined internally.  Type `help' to see this list.\n")
    return 0


NAMING: dict[str, Builtin] = {
    "type": _type, "history": _history, "help": _help, "caller": lambda shell, argv: 1, "fc": lambda shell, argv: 0,
}  # fmt: skip

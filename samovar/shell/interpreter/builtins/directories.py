"""cd, pwd, pushd, popd, dirs, umask."""

from samovar.shell.disk.fault import Fault
from samovar.shell.interpreter.builtins.types import Builtin
from samovar.shell.interpreter.shell import Shell
from samovar.shell.kernel.paths import normal

_MAX_STACK = 32


def _cd(shell: Shell, argv: list[str]) -> int:
    rest, physical = argv[1:], False
    while rest and rest[0].startswith("-") and len(rest[0]) > 1:
        option = rest.pop(0)
        if option == "--":
            break
        if option.strip("-LPe@"):
            shell.complain(f"cd: {option[:2]}: invalid option")
            shell.process.err("cd: usage: cd [-L|[-P [-e]] [-@]] [dir]\n")
            return 2
        physical = "P" in option
    if len(rest) > 1 and shell.dialect == "bash":
        return shell.complain("cd: too many arguments")
    target = rest[0] if rest else shell.variables.get("HOME")
    if target is None:
        return shell.complain("cd: HOME not set")
    shown = target == "-"
    if shown:
        target = shell.variables.get("OLDPWD")
        if target is None:
            return shell.complain("cd: OLDPWD not set")
    status = change(shell, target, physical=physical, said="cd")
    if status == 0 and shown:
        shell.process.out(shell.process.directory + "\n")
    return status


def change(shell: Shell, target: str, *, physical: bool = False, said: str) -> int:
    """Go there, as far as it is allowed."""
    process = shell.process
    if not target:
        return 0
    path = normal(process.path(target))
    try:
        if process.view.stat(path).kind != "d":
            raise Fault("ENOTDIR")
        if not process.may(path, 1):
            raise Fault("EACCES")
        if physical:
            path = process.view.resolve(path)
    except Fault as fault:
        if shell.dialect == "ash":
            more = f": {fault.text}" if shell.machine.persona.busybox else ""
            return shell.complain(f"{said}: can't cd to {target}{more}", 2)
        return shell.complain(f"{said}: {target}: {fault.text}")
    shell.variables.values["OLDPWD"] = process.directory
    process.directory = path
    shell.variables.values["PWD"] = path
    shell.variables.exported |= {"PWD", "OLDPWD"}
    return 0


def _pwd(shell: Shell, argv: list[str]) -> int:
    path = shell.process.directory
    if "-P" in argv[1:]:
        path = shell.process.view.resolve(path)
    shell.process.out(path + "\n")
    return 0


def _stack(shell: Shell) -> list[str]:
    return [shell.process.directory, *shell.directories]


def _show(shell: Shell) -> int:
    home = shell.variables.get("HOME") or "/"
    shown = ["~" + p[len(home) :] if p == home or p.startswith(home + "/") else p for p in _stack(shell)]
    shell.process.out(" ".join(shown) + "\n")
    return 0


def _pushd(shell: Shell, argv: list[str]) -> int:
    if len(argv) < 2:
        if not shell.directories:
            return shell.complain("pushd: no other directory")
        target, before = shell.directories.pop(0), shell.process.directory
    else:
        target, before = argv[1], shell.process.directory
    status = change(shell, target, said="pushd")
    if status == 0:
        shell.directories = [before, *shell.directories][:_MAX_STACK]
        _show(shell)
    return status


def _popd(shell: Shell, argv: list[str]) -> int:
    if not shell.directories:
        return shell.complain("popd: directory stack empty")
    status = change(shell, shell.directories.pop(0), said="popd")
    return status or _show(shell)


def _dirs(shell: Shell, argv: list[str]) -> int:
    if argv[1:] == ["-c"]:
        shell.directories = []
        return 0
    return _show(shell)


def _umask(shell: Shell, argv: list[str]) -> int:
    process, rest = shell.process, [word for word in argv[1:] if word not in ("-p", "-S")]
    if not rest:
        if "-S" in argv:
            bits = [oct(~process.umask >> shift & 7)[2:] for shift in (6, 3, 0)]
            names = ["".join(c for c, bit in zip("rwx", (4, 2, 1), strict=True) if int(b) & bit) for b in bits]
            process.out(f"u={names[0]},g={names[1]},o={names[2]}\n")
        else:
            process.out(f"{'umask ' if '-p' in argv else ''}{process.umask:04o}\n")
        return 0
    if not rest[0].isdecimal() or set(rest[0]) & set("89") or len(rest[0]) > 5:
        return shell.complain(
            f"umask: {rest[0]}: octal number out of range"
            if rest[0].isdecimal()
            else f"umask: `{rest[0][:1]}': invalid symbolic mode operator"
        )
    process.umask = int(rest[0], 8) & 0o777
    return 0


DIRECTORIES: dict[str, Builtin] = {
    "cd": _cd, "pwd": _pwd, "pushd": _pushd, "popd": _popd, "dirs": _dirs, "umask": _umask,
}  # fmt: skip

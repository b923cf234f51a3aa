"""set, shopt, alias, unalias, ulimit, times, hash, enable, bind, complete."""

from samovar.shell.interpreter.builtins.types import Builtin
from samovar.shell.interpreter.builtins.variables import declaration, quoted
from samovar.shell.interpreter.shell import Shell
from samovar.shell.words.scope import Array

LONG = {
    "allexport": "a", "braceexpand": "B", "emacs": "emacs", "errexit": "e", "errtrace": "E", "functrace": "T",
    "hashall": "h", "histexpand": "H", "history": "history", "ignoreeof": "ignoreeof",
    "interactive-comments": "interactive-comments", "keyword": "k", "monitor": "m", "noclobber": "C", "noexec": "n",
    "noglob": "f", "nolog": "nolog", "notify": "b", "nounset": "u", "onecmd": "t", "physical": "P",
    "pipefail": "pipefail", "posix": "posix", "privileged": "p", "verbose": "v", "vi": "vi", "xtrace": "x",
}  # fmt: skip
_SHOPT = frozenset(
    [
        "autocd",
        "assoc_expand_once",
        "cdable_vars",
        "cdspell",
        "checkhash",
        "checkjobs",
        "checkwinsize",
        "cmdhist",
        "dotglob",
        "execfail",
        "expand_aliases",
        "extglob",
        "extquote",
        "failglob",
        "force_fignore",
        "globasciiranges",
        "globskipdots",
        "globstar",
        "histappend",
        "histreedit",
        "histverify",
        "hostcomplete",
        "huponexit",
        "inherit_errexit",
        "interactive_comments",
        "lastpipe",
        "lithist",
        "localvar_inherit",
        "localvar_unset",
        "login_shell",
        "mailwarn",
        "nocaseglob",
        "nocasematch",
        "nullglob",
        "patsub_replacement",
        "progcomp",
        "progcomp_alias",
        "promptvars",
        "restricted_shell",
        "shift_verbose",
        "sourcepath",
        "varredir_close",
        "xpg_echo",
    ]
)
_SHOPT_ON = frozenset(
    [
        "checkwinsize",
        "cmdhist",
        "extquote",
        "force_fignore",
        "globasciiranges",
        "globskipdots",
        "hostcomplete",
        "interactive_comments",
        "patsub_replacement",
        "progcomp",
        "promptvars",
        "sourcepath",
        "complete_fullquote",
    ]
)
_LIMITS = (
    ("-R", "real-time non-blocking time", "microseconds", "unlimited"), ("-c", "core file size", "blocks", "0"),
    ("-d", "data seg size", "kbytes", "unlimited"), ("-e", "scheduling priority", "", "0"),
    ("-f", "file size", "blocks", "unlimited"), ("-i", "pending signals", "", "signals"),
    ("-l", "max locked memory", "kbytes", "locked"), ("-m", "max memory size", "kbytes", "unlimited"),
    ("-n", "open files", "", "1024"), ("-p", "pipe size", "512 bytes", "8"),
    ("-q", "POSIX message queues", "bytes", "819200"), ("-r", "real-time priority", "", "0"),
    ("-s", "stack size", "kbytes", "8192"), ("-t", "cpu time", "seconds", "unlimited"),
    ("-u", "max user processes", "", "signals"), ("-v", "virtual memory", "kbytes", "unlimited"),
    ("-x", "file locks", "", "unlimited"),
)  # fmt: skip


def _set(shell: Shell, argv: list[str]) -> int:
    rest = argv[1:]
    if not rest:
        for name in sorted(shell.variables.values):
            value = shell.variables.values[name]
            if isinstance(value, Array):
                shell.process.out(declaration(shell, name).split(" ", 2)[2])
            elif value is not None:
                plain = all(c.isalnum() or c in "_./:-+,@%" for c in value)
                shell.process.out(f"{name}={value if plain else _single(value)}\n")
        return 0
    while rest and rest[0][:1] in ("-", "+") and len(rest[0]) > 1:
        word = rest.pop(0)
        if word == "--":
            shell.parameters = rest
            return 0
        for letter in word[1:]:
            if letter == "o":
                if not rest:
                    return _show(shell, commands=word[0] == "+")
                name = rest.pop(0)
                if name not in LONG:
                    return shell.complain(f"set: {name}: invalid option name", 2)
                letter = LONG[name]
            elif letter not in "abefhkmnptuvxBCEHPT":
                shell.complain(f"set: {word[0]}{letter}: invalid option")
                shell.process.err("set: usage: set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]\n")
                return 2
            (shell.flags.add if word[0] == "-" else shell.flags.discard)(letter)
    if rest:
        shell.parameters = rest[1:] if rest[0] in ("-", "+") else rest
    return 0


def _single(value: str) -> str:
    if any(c < " " or c > "~" for c in value):
        return quoted(value)
    return "'" + value.replace("'", "'\\''") + "'"


def _show(shell: Shell, *, commands: bool) -> int:
    for name, flag in LONG.items():
        on = flag in shell.flags
        shell.process.out(
            f"set {'-' if on else '+'}o {name}\n" if commands else f"{name:<15}\t{'on' if on else 'off'}\n"
        )
    return 0


def _shopt(shell: Shell, argv: list[str]) -> int:
    letters = "".join(word[1:] for word in argv[1:] if word.startswith("-"))
    names = [word for word in argv[1:] if not word.startswith("-")]
    status = 0
    for name in names or sorted(_SHOPT):
        if name not in _SHOPT and name not in LONG:
            status = shell.complain(f"shopt: {name}: invalid shell option name")
            continue
        on = name in shell.flags or (name in _SHOPT_ON and f"-{name}" not in shell.flags)
        if "s" in letters or "u" in letters:
            (shell.flags.add if "s" in letters else shell.flags.discard)(name)
            (shell.flags.add if "u" in letters else shell.flags.discard)(f"-{name}")
        else:
            if "q" not in letters:
                shell.process.out(f"{name:<15}\t{'on' if on else 'off'}\n")
            status |= int(bool(names) and not on)
    return status


def _alias(shell: Shell, argv: list[str]) -> int:
    status, rest = 0, [word for word in argv[1:] if word != "-p"]
    for word in rest:
        name, equals, value = word.partition("=")
        if equals and len(shell.aliases) < 256:
            shell.aliases[name] = value[:4096]
        elif name in shell.aliases:
            shell.process.out(f"alias {name}={_single(shell.aliases[name])}\n")
        elif not equals:
            status = shell.complain(f"alias: {name}: not found")
    if not rest:
        for name in sorted(shell.aliases):
            shell.process.out(f"alias {name}={_single(shell.aliases[name])}\n")
    return status


def _unalias(shell: Shell, argv: list[str]) -> int:
    if argv[1:2] == ["-a"]:
        shell.aliases.clear()
        return 0
    status = 0
    for name in argv[1:]:
        if shell.aliases.pop(name, None) is None:
            status = shell.complain(f"unalias: {name}: not found")
    return status


def _ulimit(shell: Shell, argv: list[str]) -> int:
    letters = "".join(word[1:] for word in argv[1:] if word.startswith("-"))
    values = [word for word in argv[1:] if not word.startswith("-")]
    if values:
        return 0
    memory = shell.machine.persona.memory_kib
    known = {"signals": str(memory // 256 * 2 - 100), "locked": str(memory // 8)}
    if "a" in letters:
        for letter, what, unit, value in _LIMITS:
            about = f"({unit + ', ' if unit else ''}{letter})"
            shell.process.out(f"{what:<27} {about:>12} {known.get(value, value)}\n")
        return 0
    wanted = [letter for letter in letters if letter not in "HS"] or ["f"]
    for wish in wanted:
        row = next((row for row in _LIMITS if row[0] == f"-{wish}"), None)
        if row is None:
            shell.complain(f"ulimit: -{wish}: invalid option")
            shell.process.err("ulimit: usage: ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]\n")
            return 2
        value = "1048576" if wish == "n" and "H" in letters else known.get(row[3], row[3])
        shell.process.out(f"{value}\n")
    return 0


def _times(shell: Shell, argv: list[str]) -> int:
    shell.process.out("0m0.004s 0m0.002s\n0m0.003s 0m0.001s\n")
    return 0


def _hash(shell: Shell, argv: list[str]) -> int:
    if argv[1:2] == ["-r"]:
        shell.hashed.clear()
    elif len(argv) < 2 and shell.dialect == "bash" and not shell.hashed:
        shell.process.out("hash: hash table empty\n")
    elif len(argv) < 2:
        shell.process.out("hits\tcommand\n" if shell.dialect == "bash" else "")
        for path in shell.hashed.values():
            shell.process.out(f"   1\t{path}\n" if shell.dialect == "bash" else f"{path}\n")
    return 0


def _nothing(shell: Shell, argv: list[str]) -> int:
    return 0


OPTIONS: dict[str, Builtin] = {
    "set": _set, "shopt": _shopt, "alias": _alias, "unalias": _unalias, "ulimit": _ulimit, "times": _times,
    "hash": _hash, "enable": _nothing, "bind": _nothing, "complete": _nothing, "compopt": _nothing,
    "compgen": _nothing,
}  # fmt: skip

"""export, readonly, declare, typeset, local, unset, set's positional part, let, getopts."""

from samovar.shell.interpreter.builtins.types import Builtin
from samovar.shell.interpreter.shell import Shell
from samovar.shell.words.arithmetic import evaluate
from samovar.shell.words.scope import Array, ExpansionFault, NamedArray


def is_name(text: str) -> bool:
    """Whether it may name a variable."""
    return bool(text) and not text[0].isdecimal() and all(c == "_" or (c.isascii() and c.isalnum()) for c in text)


def quoted(value: str) -> str:
    """A value as ``declare -p`` shows it."""
    if any(c < " " or c > "~" for c in value):
        escapes = {"\n": "\\n", "\t": "\\t", "\r": "\\r", "\x1b": "\\E", "\a": "\\a", "'": "\\'", "\\": "\\\\"}
        return "$'" + "".join(escapes.get(c, c if " " <= c <= "~" else f"\\{ord(c):03o}") for c in value) + "'"
    return '"' + "".join("\\" + c if c in '"\\$`' else c for c in value) + '"'


def _split(word: str) -> tuple[str, str, str | None, bool]:
    """name, index, value, append."""
    left, equals, value = word.partition("=")
    append = left.endswith("+") and bool(equals)
    left = left.removesuffix("+") if append else left
    name, bracket, index = left.partition("[")
    return name, index.rstrip("]") if bracket else "", value if equals else None, append


def declaration(shell: Shell, name: str) -> str:
    """One variable as ``declare -p`` shows it."""
    variables = shell.variables
    value = variables.values.get(name)
    letters = "".join(sorted(variables.attributes.get(name, ())))
    letters = ("A" if isinstance(value, Array) and value.named else "a" if isinstance(value, Array) else "") + letters
    letters += ("r" if name in variables.readonly else "") + ("x" if name in variables.exported else "")
    head = f"declare -{letters or '-'} {name}"
    if value is None:
        return head + "\n"
    if isinstance(value, Array):
        keys = list(value) if value.named else sorted(value, key=int)
        body = " ".join(f"[{key}]={quoted(value[key])}" for key in keys)
        return f"{head}=({body}{' ' if value.named and keys else ''})\n"
    return f"{head}={quoted(value)}\n"


def _declare(shell: Shell, argv: list[str]) -> int:
    on, off, rest = set[str](), set[str](), argv[1:]
    while rest and rest[0][:1] in "-+" and len(rest[0]) > 1:
        option = rest.pop(0)
        if option == "--":
            break
        (on if option[0] == "-" else off).update(option[1:])
    if argv[0] == "local" and not shell.depth:
        return shell.complain("local: can only be used in a function")
    if "f" in on or "F" in on:
        return _functions(shell, rest, names_only="F" in on)
    if "p" in on or not rest:
        return _print(shell, rest, on)
    status = 0
    for word in rest:
        status |= _one(shell, argv[0], word, on, off)
    return status


def _functions(shell: Shell, names: list[str], *, names_only: bool) -> int:
    wanted = names or sorted(shell.functions)
    for name in wanted:
        if name not in shell.functions:
            return 1
        shell.process.out(
            f"declare -f {name}\n"
            if names_only and not names
            else f"{name}\n"
            if names_only
            else shell.functions[name].source + "\n"
        )
    return 0


def _print(shell: Shell, names: list[str], on: set[str]) -> int:
    status = 0
    for name in names or sorted(shell.variables.values):
        if name not in shell.variables.values and name not in shell.variables.exported:
            status = shell.complain(f"declare: {name}: not found")
        elif names or not ("x" in on and name not in shell.variables.exported):
            shell.process.out(declaration(shell, name))
    return status


def _one(shell: Shell, said: str, word: str, on: set[str], off: set[str]) -> int:
    name, index, value, append = _split(word)
    if not is_name(name):
        return shell.complain(f"{said}: `{word}': not a valid identifier")
    variables = shell.variables
    if shell.depth and "g" not in on and said in ("declare", "typeset", "local"):
        variables.local(name)
        if value is None and said == "local" and not isinstance(variables.values.get(name), Array):
            variables.values.pop(name, None)
    if "A" in on and not isinstance(variables.values.get(name), NamedArray):
        held = NamedArray()
        held.named = True
        variables.put(name, held)
    elif "a" in on and not isinstance(variables.values.get(name), Array):
        variables.put(name, Array())
    variables.attributes.setdefault(name, set()).update(on & {"i", "l", "u"})
    variables.attributes[name] -= off
    if value is not None:
        if "i" in variables.attributes[name]:
            value = str(evaluate(value or "0", shell))
        shell.assign(name, (variables.get(name) or "") + value if append else value, index or None)
    if "x" in on:
        variables.exported.add(name)
    if "x" in off:
        variables.exported.discard(name)
    if "r" in on:
        variables.readonly.add(name)
    return 0


def _export(shell: Shell, argv: list[str]) -> int:
    rest = [word for word in argv[1:] if word not in ("-p", "--", "-f")]
    if "-n" in rest:
        rest.remove("-n")
        shell.variables.exported.difference_update(rest)
        return 0
    if rest and rest[0].startswith("-") and len(rest[0]) > 1:
        shell.complain(f"{argv[0]}: {rest[0][:2]}: invalid option")
        shell.process.err("export: usage: export [-fn] [name[=value] ...] or export -p\n")
        return 2
    if not rest:
        return _exported(shell)
    status = 0
    for word in rest:
        name, index, value, append = _split(word)
        if not is_name(name):
            status = shell.complain(f"{argv[0]}: `{word}': not a valid identifier")
            continue
        if value is not None:
            shell.assign(name, (shell.variables.get(name) or "") + value if append else value, index or None)
        (shell.variables.exported if argv[0] == "export" else shell.variables.readonly).add(name)
    return status


def _exported(shell: Shell) -> int:
    for name in sorted(shell.variables.exported):
        if shell.dialect == "bash":
            shell.process.out(declaration(shell, name))
        else:
            shell.process.out(f"export {name}='{shell.variables.get(name) or ''}'\n")
    return 0


def _unset(shell: Shell, argv: list[str]) -> int:
    rest, functions, status = argv[1:], False, 0
    while rest and rest[0].startswith("-"):
        functions |= "f" in rest.pop(0)
    for word in rest:
        name, index, _, _ = _split(word)
        if functions or (name not in shell.variables.values and name in shell.functions):
            shell.functions.pop(name, None)
            continue
        if not is_name(name):
            status = shell.complain(f"unset: `{word}': not a valid identifier")
            continue
        try:
            shell.variables.unset(name, index or None)
        except ExpansionFault as fault:
            status = shell.complain(f"unset: {fault.message}")
    return status


def _let(shell: Shell, argv: list[str]) -> int:
    if len(argv) < 2:
        return shell.complain("let: expression expected")
    value = 0
    for word in argv[1:]:
        try:
            value = evaluate(word, shell)
        except ExpansionFault as fault:
            return shell.complain(f"let: {fault.message}")
    return int(value == 0)


def _getopts(shell: Shell, argv: list[str]) -> int:
    if len(argv) < 3:
        shell.process.err("getopts: usage: getopts optstring name [arg ...]\n")
        return 2
    options, name = argv[1], argv[2]
    words = argv[3:] or shell.parameters
    index = int(shell.variables.get("OPTIND") or "1")
    place = shell.option_place if shell.option_index == index else 1
    word = words[index - 1] if 0 < index <= len(words) else ""
    if word == "--":
        shell.assign("OPTIND", str(index + 1))
    if not word.startswith("-") or word in ("-", "--"):
        shell.assign(name, "?")
        return 1
    letter, rest = word[place], word[place + 1 :]
    known = letter in options and letter != ":"
    takes = known and options[options.index(letter) + 1 : options.index(letter) + 2] == ":"
    shell.variables.values.pop("OPTARG", None)
    shell.option_place = place + 1 if rest and not takes else 1
    shell.option_index = index + (takes or not rest)
    found = letter
    if takes and rest:
        shell.assign("OPTARG", rest)
    elif takes and index < len(words):
        shell.assign("OPTARG", words[index])
        shell.option_index += 1
    elif takes:
        found = _unfit_option(shell, options, letter, "option requires an argument", ":")
    elif not known:
        found = _unfit_option(shell, options, letter, "illegal option", "?")
    shell.assign("OPTIND", str(shell.option_index))
    shell.assign(name, found)
    return 0


def _unfit_option(shell: Shell, options: str, letter: str, why: str, quiet: str) -> str:
    """Say it, or put it into OPTARG where the script looks for itself; what the variable gets."""
    if options[:1] == ":":
        shell.assign("OPTARG", letter)
        return quiet
    shell.complain_plain(f"{why} -- {letter}")
    return "?"


VARIABLES: dict[str, Builtin] = {
    "export": _export, "readonly": _export, "declare": _declare, "typeset": _declare, "local": _declare,
    "unset": _unset, "let": _let, "getopts": _getopts,
}  # fmt: skip

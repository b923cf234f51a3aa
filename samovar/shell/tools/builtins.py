"""What the shell does itself."""

import re

from samovar.shell.call import Call, Tool
from samovar.shell.expand import unescape
from samovar.shell.tools.common import option, own_name, says

_NAME = re.compile(r"[A-Za-z_]\w*")
_COMPARISONS = {"-eq": 0, "-ne": 1, "-gt": 2, "-ge": 3, "-lt": 4, "-le": 5}


def _echo(call: Call) -> int:
    args, end, escapes = call.args[1:], "\n", False
    while args and re.fullmatch(r"-[neE]+", args[0]):
        end = "" if "n" in args[0] else end
        escapes = "e" in args[0] or escapes
        args = args[1:]
    text = " ".join(args)
    call.out((unescape(text) if escapes else text) + end)
    return 0


def _printf(call: Call) -> int:
    form, *args = call.args[1:] or [""]
    values = list(args)

    def one(found: "re.Match[str]") -> str:
        if found[2] == "%":
            return "%"
        value = values.pop(0) if values else "0" if found[2] in "dxu" else ""
        if found[2] in "dxu":
            number = int(value) if re.fullmatch(r"-?\d{1,18}", value) else 0
            value = f"{number:x}" if found[2] == "x" else str(number)
        value = unescape(value) if found[2] == "b" else value[:1] if found[2] == "c" else value
        width = int(found[1].lstrip("-0") or 0)
        fill = "0" if found[1].startswith("0") else " "
        return value.ljust(width) if found[1].startswith("-") else value.rjust(width, fill)

    form = unescape(form)
    while True:
        left = len(values)
        call.out(re.sub(r"%(-?\d{0,3})([sdxucb%])", one, form))
        if not values or len(values) == left:
            return 0


def _cd(call: Call) -> int:
    shell = call.shell
    name = next(iter(call.names), shell.home)
    name = shell.variables.get("OLDPWD", shell.home) if name == "-" else name
    node = shell.files.find(shell.path(name))
    if node is None or node.kind != "d":
        call.err(f"{shell.name}: cd: {name}: {'Not a directory' if node else 'No such file or directory'}\n")
        return 1
    shell.assign("OLDPWD", shell.directory)
    shell.directory = shell.path(name)
    return 0


def _exit(call: Call) -> int:
    call.shell.leave(_number(call, call.shell.status) & 0xFF)
    return 0


def _return(call: Call) -> int:
    call.shell.back(_number(call, call.shell.status) & 0xFF)
    return 0


def _jump(call: Call) -> int:
    """break and continue."""
    call.shell.jump(max(_number(call, 1), 1), again=call.args[0] == "continue")
    return 0


def _number(call: Call, default: int) -> int:
    value = call.args[1] if len(call.args) > 1 else ""
    return int(value) if re.fullmatch(r"\d{1,9}", value) else default


def _export(call: Call) -> int:
    for arg in call.args[1:]:
        name, equals, value = arg.partition("=")
        if equals and _NAME.fullmatch(name):
            call.shell.assign(name, value)
    return 0


def _unset(call: Call) -> int:
    for name in call.args[1:]:
        call.shell.variables.pop(name, None)
        call.shell.functions.pop(name, None)
    return 0


def _read(call: Call) -> int:
    prompt, names = option(call, "p"), call.names
    if prompt:
        call.err(prompt)
    line = call.stdin.line()
    words = (line or "").split(None, max(len(names) - 1, 0)) if names else [line or ""]
    for i, name in enumerate(names or ["REPLY"]):
        if _NAME.fullmatch(name):
            call.shell.assign(name, words[i].rstrip() if i < len(words) else "")
    return int(line is None)


def _shift(call: Call) -> int:
    count = _number(call, 1)
    if count > len(call.shell.parameters):
        return 1
    call.shell.parameters = call.shell.parameters[count:]
    return 0


def _eval(call: Call) -> int:
    return call.shell.sourced(" ".join(call.args[1:]), call)


def _ulimit(call: Call) -> int:
    if not call.names:
        call.out("1024\n" if "n" in call.flags else "unlimited\n")
    return 0


def _test(call: Call) -> int:
    """``test``, ``[`` and ``[[``; 2 where it is no expression."""
    name, words = own_name(call), call.args[1:]
    closer = {"[": "]", "[[": "]]"}.get(name)
    if closer is not None:
        if words[-1:] != [closer]:
            call.err(f"{call.shell.name}: {name}: missing `{closer}'\n")
            return 2
        words = words[:-1]
    choices = _split(words, ("-o", "||"))
    return int(not any(all(_holds(call, part) for part in _split(choice, ("-a", "&&"))) for choice in choices))


def _split(words: list[str], marks: tuple[str, ...]) -> list[list[str]]:
    parts: list[list[str]] = [[]]
    for word in words:
        if word in marks and len(parts[-1]) > 1:
            parts.append([])
        else:
            parts[-1].append(word)
    return parts


def _holds(call: Call, words: list[str]) -> bool:
    negated = len(words) > 1 and words[0] == "!"
    words = words[negated:]
    match words:
        case []:
            held = False
        case [word]:
            held = bool(word)
        case [operator, word]:
            held = _unary(call, operator, word)
        case [left, operator, right] if operator in _COMPARISONS:
            a, b = (int(value) if re.fullmatch(r"-?\d{1,18}", value) else 0 for value in (left, right))
            held = (a == b, a != b, a > b, a >= b, a < b, a <= b)[_COMPARISONS[operator]]
        case [left, operator, right]:
            held = (left == right) == (operator in ("=", "=="))
        case _:
            held = False
    return held != negated


def _unary(call: Call, operator: str, word: str) -> bool:
    if operator in ("-z", "-n"):
        return bool(word) == (operator == "-n")
    node = call.shell.files.find(call.shell.path(word), follow=operator not in ("-L", "-h"))
    if node is None or operator in ("-L", "-h"):
        return node is not None and node.kind == "l"
    kinds = {"-f": "f", "-d": "d", "-c": "c"}
    if operator in kinds:
        return node.kind == kinds[operator]
    if operator == "-s":
        return node.length > 0
    return operator != "-x" or node.kind == "d" or bool(node.mode & 0o111)


BUILTINS: dict[str, Tool] = {
    "echo": _echo,
    "printf": _printf,
    "cd": _cd,
    "exit": _exit,
    "logout": _exit,
    "return": _return,
    "break": _jump,
    "continue": _jump,
    "export": _export,
    "declare": _export,
    "local": _export,
    "readonly": _export,
    "unset": _unset,
    "read": _read,
    "shift": _shift,
    "eval": _eval,
    "ulimit": _ulimit,
    **dict.fromkeys(("test", "[", "[["), _test),
    **dict.fromkeys(
        ("true", ":", "set", "wait", "trap", "alias", "unalias", "hash", "shopt", "jobs", "disown"), says("")
    ),
    "false": says("", 1),
}

"""``[[ ... ]]``, and the file and string tests that ``[`` shares with it."""

from collections.abc import Generator

from samovar.shell.commands.text.pattern import PatternFault
from samovar.shell.commands.text.regex import Regex
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.node import Stat
from samovar.shell.interpreter.shell import Shell
from samovar.shell.kernel.process import Process
from samovar.shell.kernel.wait import Wait
from samovar.shell.syntax.tree import Condition, Logic, Test
from samovar.shell.words.arithmetic import evaluate
from samovar.shell.words.expand import pattern, regex, single
from samovar.shell.words.pattern import matches
from samovar.shell.words.scope import Array, ExpansionFault

UNARY = frozenset(
    [
        "-a",
        "-b",
        "-c",
        "-d",
        "-e",
        "-f",
        "-g",
        "-h",
        "-k",
        "-p",
        "-r",
        "-s",
        "-t",
        "-u",
        "-w",
        "-x",
        "-G",
        "-L",
        "-N",
        "-O",
        "-S",
        "-z",
        "-n",
        "-o",
        "-v",
        "-R",
    ]
)
BINARY = frozenset("= == != < > -eq -ne -lt -le -gt -ge -nt -ot -ef =~".split())  # noqa: SIM905


def conditional(shell: Shell, condition: Condition) -> Generator[Wait, bytes, int]:
    """0 where it holds, 1 where not, 2 where it cannot be evaluated."""
    if isinstance(condition, Logic):
        left = yield from conditional(shell, condition.left)
        if condition.operator == "!":
            return int(left == 0) if left < 2 else left
        if condition.right is None or (left == 0) != (condition.operator == "&&"):
            return left
        return (yield from conditional(shell, condition.right))
    return (yield from _test(shell, condition))


def _test(shell: Shell, test: Test) -> Generator[Wait, bytes, int]:
    operator = test.operator
    if operator in UNARY and operator not in BINARY:
        word = test.right if test.right != "" else test.left
        value = yield from single(word, shell)
        return int(not unary(shell.process, operator, value, shell))
    left = yield from single(test.left, shell)
    if operator in ("=", "==", "!="):
        found = matches(left, (yield from pattern(test.right, shell)))
        return int(found == (operator == "!="))
    if operator == "=~":
        return _regex(shell, left, (yield from regex(test.right, shell)))
    right = yield from single(test.right, shell)
    try:
        if operator.startswith("-") and operator[1:] in ("eq", "ne", "lt", "le", "gt", "ge"):
            return int(not compare(operator, evaluate(left or "0", shell), evaluate(right or "0", shell)))
    except ExpansionFault as fault:
        return shell.complain(f"[[: {fault.message}")
    return int(not binary(shell.process, operator, left, right))


def _regex(shell: Shell, subject: str, source: str) -> int:
    """POSIX extended, in time linear in the subject."""
    try:
        found = Regex(source, "extended", shell.spend).search(subject, groups=True)
    except PatternFault:
        return 2
    groups = [found.group(number) for number in range(len(found.spans))] if found else []
    shell.variables.put("BASH_REMATCH", Array({str(number): group for number, group in enumerate(groups)}))
    return int(found is None)


def compare(operator: str, left: int, right: int) -> bool:
    """``-eq`` and its kind."""
    return {
        "-eq": left == right, "-ne": left != right, "-lt": left < right,
        "-le": left <= right, "-gt": left > right, "-ge": left >= right,
    }[operator]  # fmt: skip


def binary(process: Process, operator: str, left: str, right: str) -> bool:
    """String order and file comparisons."""
    if operator in ("<", ">"):
        return left < right if operator == "<" else left > right
    if operator in ("=", "=="):
        return left == right
    if operator == "!=":
        return left != right
    stats: list[Stat | None] = []
    for name in (left, right):
        try:
            stats.append(process.view.stat(process.path(name)))
        except Fault:
            stats.append(None)
    first, second = stats
    if operator == "-ef":
        return first is not None and second is not None and first.ino == second.ino
    newer, older = (first, second) if operator == "-nt" else (second, first)
    return newer is not None and (older is None or newer.mtime > older.mtime)


def unary(process: Process, operator: str, value: str, shell: Shell | None = None) -> bool:
    """File and string tests."""
    if operator == "-z":
        return not value
    if operator == "-n":
        return bool(value)
    if operator == "-t":
        stream = process.descriptors.get(int(value)) if value.isdecimal() and len(value) < 4 else None
        return stream is not None and stream.tty
    if operator in ("-v", "-R"):
        return shell is not None and shell.value(value) is not None
    if operator == "-o":
        return shell is not None and value in shell.flags
    return _file(process, operator, value)


def _file(process: Process, operator: str, value: str) -> bool:
    path = process.path(value)
    try:
        if operator in ("-r", "-w", "-x"):
            return bool(value) and process.may(path, {"-r": 4, "-w": 2, "-x": 1}[operator])
        stat = process.view.lstat(path) if operator in ("-h", "-L") else process.view.stat(path)
    except Fault:
        return False
    match operator:
        case "-h" | "-L":
            return stat.kind == "l"
        case "-s":
            return stat.size > 0
        case "-u" | "-g" | "-k":
            return bool(stat.mode & {"-u": 0o4000, "-g": 0o2000, "-k": 0o1000}[operator])
        case "-O" | "-G":
            return (stat.uid if operator == "-O" else stat.gid) == process.identity.uid
        case "-N":
            return stat.mtime > stat.atime
        case "-d" | "-f" | "-b" | "-c" | "-p" | "-S":
            return stat.kind == {"-S": "s"}.get(operator, operator[1])
    return bool(value)

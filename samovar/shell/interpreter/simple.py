"""Simple commands: assignments, redirections, and a function, builtin or program."""

from collections.abc import Callable, Generator, Iterable

from samovar.shell.disk.fault import Fault
from samovar.shell.interpreter.builtins import BUILTINS, SPECIAL
from samovar.shell.interpreter.flow import Abandon
from samovar.shell.interpreter.launch import Unlaunchable, find
from samovar.shell.interpreter.redirect import apply, redirected
from samovar.shell.interpreter.shell import Shell
from samovar.shell.kernel.kernel import running
from samovar.shell.kernel.process import Process
from samovar.shell.kernel.wait import Wait
from samovar.shell.syntax.tree import Assignment, Simple, Word
from samovar.shell.words.arithmetic import evaluate
from samovar.shell.words.expand import fields, single
from samovar.shell.words.scope import Array, ExpansionFault, NamedArray

Running = Generator[Wait, bytes, int]
Runner = Callable[..., Running]


def simple(shell: Shell, node: Simple, run: Runner, *, last: bool = False) -> Running:
    """Run it; its status. ``last``: a program may take this process's place."""
    argv = yield from arguments(shell, node.words)
    if not argv:
        return (yield from _bare(shell, node))
    shell.expanded(argv)
    if "x" in shell.flags:
        trace = " ".join(_traced(word) for word in argv)
        shell.process.err(f"{shell.variables.get('PS4') or '+ '}{trace}\n")
    shell.variables.values["_"] = argv[-1][:4096]
    name = argv[0]
    function = shell.functions.get(name)
    builtin = None if function else BUILTINS.get(name)
    if builtin is None and function is None:
        return (yield from _program(shell, node, argv, last=last))
    if name in SPECIAL and function is None and name not in ("exec",):
        yield from assign_all(shell, node.assignments)
        return (yield from _here(shell, node, lambda: _builtin(shell, argv)))
    undo = yield from _temporarily(shell, node.assignments)
    try:
        if name == "exec" and function is None:
            return (yield from _exec(shell, node, argv))
        if function is not None:
            from samovar.shell.interpreter.run import call

            return (yield from _here(shell, node, lambda: call(shell, function, argv[1:])))
        return (yield from _here(shell, node, lambda: _builtin(shell, argv)))
    finally:
        undo()


def arguments(shell: Shell, words: Iterable[Word | Assignment]) -> Generator[Wait, bytes, list[str]]:
    """The fields of a command; assignments among them (behind ``export``) stay one field each."""
    plain = list(words)
    if all(type(word) is str for word in plain):
        return plain  # type: ignore[return-value]
    found: list[str] = []
    for word in plain:
        if type(word) is str:
            found.append(word)
        elif isinstance(word, Assignment):
            found.append((yield from _as_field(shell, word)))
        else:
            found += yield from fields((word,), shell)
    if len(found) > 20:
        shell.spend(len(found) // 20)
    return found


def _as_field(shell: Shell, assignment: Assignment) -> Generator[Wait, bytes, str]:
    if assignment.elements is not None:  # a declaration of an array: done here, named there
        yield from assign(shell, assignment)
        return assignment.name
    index = f"[{yield from single(assignment.index, shell)}]" if assignment.index is not None else ""
    if assignment.value is None:
        return assignment.name + index
    value = yield from single(assignment.value, shell)
    return f"{assignment.name}{index}{'+' if assignment.append else ''}={value}"


def _bare(shell: Shell, node: Simple) -> Running:
    """No command word: assignments that stay, and redirections that are made and undone."""
    before, shell.status = shell.status, 0
    if node.redirects:
        restore = yield from redirected(shell, node.redirects)
        if restore is None:
            return 1
        restore()
    yield from assign_all(shell, node.assignments)
    if not node.assignments and not node.words and not node.redirects:
        return before
    return shell.status  # of the last command substitution


def assign_all(shell: Shell, assignments: tuple[Assignment, ...]) -> Generator[Wait, bytes, None]:
    """Make the assignments."""
    for assignment in assignments:
        yield from assign(shell, assignment)


def assign(shell: Shell, assignment: Assignment) -> Generator[Wait, bytes, None]:
    """Make one assignment."""
    if assignment.elements is not None:
        yield from _assign_array(shell, assignment)
        return
    value = (yield from single(assignment.value, shell)) if assignment.value is not None else ""
    index = None
    if assignment.index is not None:
        index = _index(shell, assignment.name, (yield from single(assignment.index, shell)))
    if "i" in shell.variables.attributes.get(assignment.name, ()):
        value = str(evaluate(value or "0", shell))
    if assignment.append:
        array = shell.array(assignment.name)
        old = (array.get(index or "0") if array is not None else shell.variables.get(assignment.name)) or ""
        value = (
            str(int(old or 0) + int(value))
            if "i" in shell.variables.attributes.get(assignment.name, ())
            else old + value
        )
    shell.assign(assignment.name, value, index)


def _index(shell: Shell, name: str, text: str) -> str:
    array = shell.array(name)
    if array is not None and array.named:
        return text
    number = evaluate(text, shell)
    if number < 0 and array:
        number += max(map(int, array)) + 1
    return str(number)


def _assign_array(shell: Shell, assignment: Assignment) -> Generator[Wait, bytes, None]:
    old = shell.array(assignment.name)
    named = old is not None and old.named
    array = (NamedArray if named else Array)(old if old is not None and assignment.append else {})
    following = max((int(key) for key in array), default=-1) + 1 if not named else 0
    for place, word in assignment.elements or ():
        if place is not None:
            index = yield from single(place, shell)
            if named:
                array[index] = yield from single(word, shell)
                continue
            following = evaluate(index, shell)
            array[str(following)] = yield from single(word, shell)
            following += 1
            continue
        for value in (yield from fields((word,), shell)):
            array[str(following)] = value
            following += 1
    shell.variables.put(assignment.name, array)


def _temporarily(shell: Shell, assignments: tuple[Assignment, ...]) -> Generator[Wait, bytes, Callable[[], None]]:
    """Assign and export for one command; what takes it back."""
    variables = shell.variables
    kept = {a.name: (variables.values.get(a.name), a.name in variables.exported) for a in assignments}
    yield from assign_all(shell, assignments)
    variables.exported.update(kept)

    def undo() -> None:
        for name, (value, exported) in kept.items():
            if value is None:
                variables.values.pop(name, None)
            else:
                variables.values[name] = value
            (variables.exported.add if exported else variables.exported.discard)(name)

    return undo


def _here(shell: Shell, node: Simple, act: Callable[[], Running]) -> Running:
    """In the shell's own process, with the command's redirections."""
    if not node.redirects:
        return (yield from act())
    restore = yield from redirected(shell, node.redirects)
    if restore is None:
        if node.words and node.words[0] in SPECIAL and not shell.interactive and shell.dialect == "ash":
            raise Abandon(2)
        return 1
    try:
        return (yield from act())
    finally:
        restore()


def _builtin(shell: Shell, argv: list[str]) -> Running:
    try:
        result = BUILTINS[argv[0]](shell, argv)
        return result if isinstance(result, int) else (yield from result)
    except Fault as fault:
        return shell.complain(f"{argv[0]}: {fault.text}")
    except ExpansionFault as fault:
        return shell.complain(fault.message)


def _program(shell: Shell, node: Simple, argv: list[str], *, last: bool) -> Running:
    environment = shell.variables.environment()
    for assignment in node.assignments:
        if assignment.value is not None:
            environment[assignment.name] = yield from single(assignment.value, shell)
    if last and shell.subshell:  # this process was made for it
        for redirect in node.redirects:
            if not (yield from apply(shell, shell.process, redirect)):
                return 1
        return (yield from become(shell, argv, environment))

    def act(inner: Shell) -> Running:
        for redirect in node.redirects:
            if not (yield from apply(inner, inner.process, redirect)):
                return 1
        return (yield from become(inner, argv, environment))

    child = shell.child(act, {}, name=argv[0])
    child.argv = argv
    return (yield from wait(shell, (child,), argv))


def become(shell: Shell, argv: list[str], environment: dict[str, str]) -> Running:
    """Let a program take this process's place."""
    process = shell.process
    try:
        usual = environment.get("PATH") == shell.variables.get("PATH")
        command = find(process, argv, environment, shell.hashed if usual else None)
    except Unlaunchable as reason:
        name = argv[0]
        return shell.complain(
            f"{name}: {reason}" if shell.dialect == "bash" else f"{name}: {reason.ash}", reason.status
        )
    process.argv, process.environment = argv, environment
    return (yield from running(command)(process))


def wait(shell: Shell, processes: tuple[Process, ...], argv: list[str]) -> Running:
    """Wait for a foreground program."""
    from samovar.shell.interpreter.job import foreground

    return (yield from foreground(shell, processes, " ".join(argv)))


def _exec(shell: Shell, node: Simple, argv: list[str]) -> Running:
    from samovar.shell.interpreter.flow import Exit

    for redirect in node.redirects:
        if not (yield from apply(shell, shell.process, redirect)):
            if shell.interactive:
                return 1
            raise Exit(1)
    rest = argv[1:]
    while rest and rest[0] in ("-a", "-l", "-c", "--"):
        rest = rest[2:] if rest[0] == "-a" else rest[1:]
    if not rest:
        return 0
    shell.process.push()
    try:
        command = find(shell.process, list(rest), shell.variables.environment())
    except Unlaunchable as reason:
        said = "not found" if str(reason) == "command not found" else str(reason)
        status = shell.complain(f"exec: {rest[0]}: {said}", reason.status)
        if shell.interactive:
            return status
        raise Exit(status) from None
    shell.process.argv, shell.process.environment = rest, shell.variables.environment()
    raise Exit((yield from running(command)(shell.process)))


def _traced(word: str) -> str:
    if word and not any(c in " \t\n'\"\\|&;<>()$`*?[]#~=%!{}" for c in word):
        return word
    return "'" + word.replace("'", "'\\''") + "'"

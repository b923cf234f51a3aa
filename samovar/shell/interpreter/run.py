"""Executes a tree. Each function is a generator that gives the exit status, which is also the shell's ``status``."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

from samovar.shell.interpreter.conditional import conditional
from samovar.shell.interpreter.flow import Abandon, Exit, Jump, Return
from samovar.shell.interpreter.job import background, pipeline, subshell
from samovar.shell.interpreter.redirect import redirected
from samovar.shell.interpreter.shell import MAX_FUNCTIONS, Shell
from samovar.shell.interpreter.simple import simple
from samovar.shell.kernel.wait import Wait
from samovar.shell.syntax.tree import (
    AndOr,
    ArithmeticCommand,
    Case,
    Conditional,
    CountingFor,
    For,
    Function,
    Group,
    If,
    Item,
    Node,
    Pipeline,
    Script,
    Select,
    Simple,
    Subshell,
    While,
)
from samovar.shell.words.arithmetic import evaluate
from samovar.shell.words.expand import fields, pattern, single
from samovar.shell.words.pattern import matches
from samovar.shell.words.scope import ExpansionFault

Running = Generator[Wait, bytes, int]
MAX_DEPTH = 60


def run_script(shell: Shell, script: Script, *, last: bool = False) -> Running:
    """Run all its items. ``last``: nothing follows in this process, so its last program may take its place."""
    end = len(script.items) - 1
    for number, item in enumerate(script.items):
        yield from _item(shell, item, last=last and number == end and not shell.traps)
    return shell.status


def _item(shell: Shell, item: Item, *, last: bool) -> Running:
    if item.background:
        shell.status = yield from background(shell, item, run)
        return shell.status
    yield from run(shell, item.node, last=last)
    return shell.status


def run(shell: Shell, node: Node, *, last: bool = False) -> Running:
    """Run one command; expansion errors end it, and only it."""
    shell.spend(1)
    if shell.kernel.due or shell.process.crowded:
        yield from shell.process.flush()
    if shell.process.pending:
        yield from traps(shell)
    try:
        if type(node) is Simple:
            shell.line = node.line
            shell.status = yield from simple(shell, node, run, last=last)
        else:
            shell.status = yield from _RUNNERS[type(node)](shell, node)
    except ExpansionFault as fault:
        shell.status = shell.complain(fault.message, fault.status)
        status = 2 if shell.dialect == "ash" else 127 if fault.fatal and not shell.interactive else fault.status
        raise Abandon(status) from None  # bash gives up the whole line, not only this command
    if shell.status and not shell.guarded and type(node) in _ERREXIT:
        yield from _failed(shell)
    return shell.status


def _failed(shell: Shell) -> Generator[Wait, bytes, None]:
    """A command failed that nobody looks at: the ERR trap, and errexit."""
    from samovar.shell.interpreter.source import run_text

    if action := shell.traps.get("ERR"):
        status, shell.guarded = shell.status, shell.guarded + 1
        yield from run_text(shell, action)
        shell.status, shell.guarded = status, shell.guarded - 1
    if "e" in shell.flags:
        raise Exit(shell.status)


def traps(shell: Shell) -> Generator[Wait, bytes, None]:
    """Run what is to be run for the signals that have come."""
    from samovar.shell.interpreter.source import run_text
    from samovar.shell.kernel.signals import NAMES

    while shell.process.pending:
        name = NAMES.get(shell.process.pending.pop(0), "")
        if name == "INT" and shell.interactive and name not in shell.traps:
            raise Abandon(130)
        if action := shell.traps.get(name):
            status = shell.status
            yield from run_text(shell, action)
            shell.status = status


@contextmanager
def guard(shell: Shell) -> Any:
    """Failures in here are looked at: errexit does not act."""
    shell.guarded += 1
    try:
        yield
    finally:
        shell.guarded -= 1


def with_redirects(shell: Shell, node: Any, act: Callable[[], Running]) -> Running:
    """Run with a compound command's redirections."""
    if not node.redirects:
        return (yield from act())
    restore = yield from redirected(shell, node.redirects)
    if restore is None:
        return 1
    try:
        return (yield from act())
    finally:
        restore()


def _and_or(shell: Shell, node: AndOr) -> Running:
    with guard(shell):
        yield from run(shell, node.first)
    end = len(node.rest) - 1
    for number, (operator, following) in enumerate(node.rest):
        if (shell.status == 0) == (operator == "&&"):
            if number == end:
                yield from run(shell, following)
            else:
                with guard(shell):
                    yield from run(shell, following)
    return shell.status


def _pipeline(shell: Shell, node: Pipeline) -> Running:
    return (yield from pipeline(shell, node, run))


def _group(shell: Shell, node: Group) -> Running:
    return (yield from with_redirects(shell, node, lambda: run_script(shell, node.body)))


def _subshell(shell: Shell, node: Subshell) -> Running:
    return (yield from with_redirects(shell, node, lambda: subshell(shell, node.body, run_script)))


def _if(shell: Shell, node: If) -> Running:
    def act() -> Running:
        for condition, body in node.branches:
            with guard(shell):
                yield from run_script(shell, condition)
            if shell.status == 0:
                return (yield from run_script(shell, body))
        if node.otherwise is not None:
            return (yield from run_script(shell, node.otherwise))
        return 0

    return (yield from with_redirects(shell, node, act))


def _round(shell: Shell, body: Script) -> Generator[Wait, bytes, bool]:
    """Run a loop's body; whether to go on."""
    shell.loops += 1
    try:
        yield from run_script(shell, body)
    except Jump as jump:
        if jump.levels > 1 and shell.loops > 1:
            raise Jump(jump.levels - 1, again=jump.again) from None
        return jump.again
    finally:
        shell.loops -= 1
    return True


def _while(shell: Shell, node: While) -> Running:
    def act() -> Running:
        status = 0
        while True:
            with guard(shell):
                yield from run_script(shell, node.condition)
            if (shell.status == 0) == node.until or not (yield from _round(shell, node.body)):
                return status
            status = shell.status

    return (yield from with_redirects(shell, node, act))


def _for(shell: Shell, node: For) -> Running:
    def act() -> Running:
        words = list(shell.parameters) if node.words is None else (yield from fields(node.words, shell))
        shell.status = 0
        for word in words:
            shell.assign(node.name, word)
            if not (yield from _round(shell, node.body)):
                break
        return shell.status

    return (yield from with_redirects(shell, node, act))


def _counting_for(shell: Shell, node: CountingFor) -> Running:
    def value(word: Any) -> Generator[Wait, bytes, int]:
        text = yield from single(word, shell)
        return evaluate(text, shell) if text.strip() else 1

    def act() -> Running:
        yield from value(node.start)
        shell.status = 0
        while (yield from value(node.condition)) and (yield from _round(shell, node.body)):
            yield from value(node.step)
        return shell.status

    return (yield from with_redirects(shell, node, act))


def _select(shell: Shell, node: Select) -> Running:
    def act() -> Running:
        words = list(shell.parameters) if node.words is None else (yield from fields(node.words, shell))
        while words:
            shell.process.err("".join(f"{number}) {word}\n" for number, word in enumerate(words, 1)))
            shell.process.err(shell.variables.get("PS3") or "#? ")
            line = yield from shell.process.line()
            if not line:
                shell.process.out("\n")
                return 1
            reply = line.decode("latin-1").strip()
            shell.assign("REPLY", reply)
            chosen = words[int(reply) - 1] if reply.isdecimal() and 0 < int(reply[:5]) <= len(words) else ""
            shell.assign(node.name, chosen)
            if not (yield from _round(shell, node.body)):
                break
        return shell.status

    return (yield from with_redirects(shell, node, act))


def _case(shell: Shell, node: Case) -> Running:
    def act() -> Running:
        value = yield from single(node.word, shell)
        through = False
        shell.status = 0
        for branch in node.branches:
            found = through
            for word in branch.patterns if not found else ():
                if matches(value, (yield from pattern(word, shell))):
                    found = True
                    break
            if found:
                yield from run_script(shell, branch.body)
                through = branch.end == ";&"
                if branch.end == ";;":
                    break
        return shell.status

    return (yield from with_redirects(shell, node, act))


def _conditional(shell: Shell, node: Conditional) -> Running:
    shell.line = node.line
    return (yield from with_redirects(shell, node, lambda: conditional(shell, node.condition)))


def _arithmetic(shell: Shell, node: ArithmeticCommand) -> Running:
    def act() -> Running:
        text = yield from single(node.expression, shell)
        try:
            return int(evaluate(text, shell) == 0)
        except ExpansionFault as fault:
            return shell.complain(f"((: {fault.message}")

    shell.line = node.line
    return (yield from with_redirects(shell, node, act))


def _function(shell: Shell, node: Function) -> Running:
    if node.name in shell.functions or len(shell.functions) < MAX_FUNCTIONS:
        shell.functions[node.name] = node
    return 0
    yield


def call(shell: Shell, function: Function, arguments: list[str]) -> Running:
    """Call a function."""
    if shell.depth >= MAX_DEPTH:  # bash has no limit either: its stack ends
        raise RecursionError
    kept, loops, shell.loops = shell.parameters, shell.loops, 0
    shell.parameters = arguments
    shell.depth += 1
    shell.variables.saved.append({})
    try:
        return (yield from run(shell, function.body))
    except Return as back:
        return back.status
    finally:
        shell.variables.leave()
        shell.depth -= 1
        shell.parameters, shell.loops = kept, loops


_ERREXIT = frozenset((Simple, Pipeline, Subshell, Conditional, ArithmeticCommand))
_RUNNERS: dict[type, Callable[[Shell, Any], Running]] = {
    AndOr: _and_or,
    Pipeline: _pipeline,
    Group: _group,
    Subshell: _subshell,
    If: _if,
    While: _while,
    For: _for,
    CountingFor: _counting_for,
    Select: _select,
    Case: _case,
    Conditional: _conditional,
    ArithmeticCommand: _arithmetic,
    Function: _function,
}

"""find (findutils 4.9): a tree of tests, and actions on what it finds."""

from collections.abc import Generator

from samovar.shell.commands.files.findprint import Found
from samovar.shell.commands.files.findtest import Expression, Misuse, Quit, Test
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait


def find(p: Process) -> Body:
    """Walk trees."""
    words = p.argv[1:]
    follow = False
    while words and words[0] in ("-H", "-L", "-P"):
        follow = words.pop(0) == "-L"
    paths: list[str] = []
    while words and not words[0].startswith("-") and words[0] not in ("(", "!", ")", ","):
        paths.append(words.pop(0))
    expression = Expression(p, words)
    try:
        test = expression.whole()
    except Misuse as misuse:
        return p.fail(str(misuse))
    try:
        for path in paths or ["."]:
            yield from _walk(p, expression, test, path, follow=follow)
        yield from expression.finish()
    except Quit:
        yield from expression.finish()
    return expression.status


def _walk(p: Process, expression: Expression, test: Test, top: str, *, follow: bool) -> Generator[Wait, bytes, None]:
    """Depth first by a stack of our own; links are not followed below the top."""
    stack: list[tuple[Found | None, str, int]] = [(None, top, 0)]
    while stack:
        found, path, depth = stack.pop()
        p.spend(1)
        if found is not None:  # -depth: its children are done
            if depth >= expression.least:
                yield from test(found)
            continue
        try:
            stat = (p.view.stat if follow else p.view.lstat)(p.path(path))
        except Fault as fault:
            p.err(f"find: '{path}': {fault.text}\n")
            expression.status = 1
            continue
        found = Found(path, stat, depth)
        if not expression.deepest_first and depth >= expression.least:
            yield from test(found)
        if expression.deepest_first:
            stack.append((found, path, depth))
        if stat.kind != "d" or found.pruned or depth >= expression.most or (follow and depth > 20):
            continue
        try:
            names = p.view.listing(p.path(path))
        except Fault as fault:
            p.err(f"find: '{path}': {fault.text}\n")
            expression.status = 1
            continue
        base = path if path.endswith("/") else path + "/"
        stack += [(None, base + name, depth + 1) for name in reversed(names)]
        if p.kernel.due:
            yield from p.flush()

"""chmod, chown, chgrp, and what changes whole trees."""

import re
from collections.abc import Callable, Generator, Iterator

from msgspec.structs import replace

from samovar.shell.commands.files.names import (
    group_name,
    group_number,
    mode_text,
    quoted,
    symbolic,
    user_name,
    user_number,
)
from samovar.shell.commands.options import Options, misuse, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.node import Stat
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait


def tree(p: Process, names: list[str], *, recursive: bool, said: str) -> Iterator[tuple[str, Stat | Fault]]:
    """Each operand, and with ``recursive`` what is below it."""
    for operand in names:
        stack = [operand]
        while stack:
            name = stack.pop()
            p.spend(1)
            try:
                stat = p.view.lstat(p.path(name)) if name != operand else p.view.stat(p.path(name))
            except Fault as fault:
                yield name, fault
                continue
            yield name, stat
            if recursive and stat.kind == "d":
                try:
                    below = p.view.listing(p.path(name))
                except Fault:
                    below = []
                stack += [f"{name.rstrip('/')}/{child}" for child in reversed(below)]


_CHMOD = {
    "changes": "c", "silent": "f", "quiet": "f", "verbose": "v", "recursive": "R", "reference=": "reference",
    "preserve-root": "x", "no-preserve-root": "x",
}  # fmt: skip


def chmod(p: Process) -> Body:
    """Change modes."""
    for place, word in enumerate(p.argv[1:], 1):  # -x and its kind are modes, not options
        if re.fullmatch(r"-[rwxXst]+", word):
            p.argv[place : place + 1] = ["--", "a" + word] if "--" not in p.argv[:place] else ["a" + word]
            break
    options = parse(
        p,
        "cfvR",
        _CHMOD,
    )
    names = list(options.rest)
    if "reference" in options:
        change = f"{p.view.stat(p.path(options.value('reference'))).mode:o}"
    elif not names:
        return misuse(p)
    else:
        change = names.pop(0)
        if not names:
            return misuse(p, f"missing operand after {quoted(change)}")
    if symbolic(0, change, p.umask, directory=False) is None:
        return misuse(p, f"invalid mode: {quoted(change)}")

    def act(name: str, stat: Stat) -> str:
        mode = symbolic(stat.mode, change, p.umask, directory=stat.kind == "d") or 0
        if stat.kind == "l":
            return ""
        p.view.chmod(p.path(name), mode)
        before, after = (f"{m:04o} ({mode_text(_with(stat, m))[1:]})" for m in (stat.mode, mode))
        if mode == stat.mode:
            return f"mode of {quoted(name)} retained as {after}\n" if "v" in options else ""
        return f"mode of {quoted(name)} changed from {before} to {after}\n"

    return (yield from _change(p, options, names, act, "changing permissions of"))


def _with(stat: Stat, mode: int) -> Stat:
    return replace(stat, mode=mode)


def _change(
    p: Process, options: Options, names: list[str], act: Callable[[str, Stat], str], said: str
) -> Generator[Wait, bytes, int]:
    status = 0
    for name, stat in tree(p, names, recursive="R" in options, said=said):
        if isinstance(stat, Fault):
            status = 1
            if "f" not in options:
                p.err(f"{p.name}: cannot access {quoted(name)}: {stat.text}\n")
            continue
        try:
            line = act(name, stat)
        except Fault as fault:
            status = 1
            if "f" not in options:
                p.err(f"{p.name}: {said} {quoted(name)}: {fault.text}\n")
            continue
        if line and ("v" in options or "c" in options):
            p.out(line)
        yield from p.flush()
    return status


def chown(p: Process) -> Body:
    """Change owner and group."""
    options = parse(
        p,
        "cfhHLPRv",
        {
            "changes": "c",
            "silent": "f",
            "quiet": "f",
            "verbose": "v",
            "recursive": "R",
            "no-dereference": "h",
            "reference=": "reference",
            "from=": "from",
        },
    )
    names = list(options.rest)
    if "reference" in options:
        model = p.view.stat(p.path(options.value("reference")))
        owner, uid, gid = "", model.uid, model.gid
    else:
        if not names:
            return misuse(p)
        owner = names.pop(0)
        if not names:
            return misuse(p, f"missing operand after {quoted(owner)}")
        wanted = _owner(p, owner)
        if isinstance(wanted, str):
            return p.fail(f"invalid {wanted}: {quoted(owner)}")
        uid, gid = wanted

    def act(name: str, stat: Stat) -> str:
        p.view.chown(p.path(name), uid, gid, follow="h" not in options)
        before = f"{user_name(p, stat.uid)}:{group_name(p, stat.gid)}"
        after = f"{user_name(p, uid if uid >= 0 else stat.uid)}:{group_name(p, gid if gid >= 0 else stat.gid)}"
        if before == after:
            return f"ownership of {quoted(name)} retained as {after}\n" if "v" in options else ""
        return f"changed ownership of {quoted(name)} from {before} to {after}\n"

    return (yield from _change(p, options, names, act, f"changing {'group' if p.name == 'chgrp' else 'ownership'} of"))


def _owner(p: Process, text: str) -> tuple[int, int] | str:
    """user, user:group, :group, and what is invalid of it."""
    if p.name == "chgrp":
        gid = group_number(p, text)
        return "group" if gid is None else (-1, gid)
    name, colon, group = text.partition(":") if ":" in text else text.partition(".") if "." in text else (text, "", "")
    uid = user_number(p, name) if name else -1
    if uid is None:
        return "user"
    number = group_number(p, group) if group else -1
    if number is None:
        return "group"
    if colon and name and not group:
        number = uid
    return uid, number

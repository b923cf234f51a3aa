"""What LIST, NLST and STAT show of a tree, in vsftpd's form."""

import re
from datetime import UTC, datetime

from samovar.sensors.ftp.tree import READ, Node, Tree

HALF_YEAR = 182 * 86400
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def listing(tree: Tree, argument: bytes, now: float, *, full: bool) -> bytes | None:
    """The lines for an argument such as ``-la *.txt``, long if ``full``; None if the directory cannot be opened."""
    options, pattern = split_options(argument)
    full = full or b"l" in options
    rows = matches(tree, pattern, all_names=b"a" in options)
    if rows is None:
        return None
    if b"t" in options:
        rows.sort(key=lambda row: -row[1].changed)
    if b"r" in options:
        rows.reverse()
    slash = b"/" if b"F" in options else b""
    return b"".join(
        (long_row(node, now) if full else b"") + name + (slash if node.children is not None else b"") + b"\r\n"
        for name, node in rows
    )


def split_options(argument: bytes) -> tuple[bytes, bytes]:
    """``-la name`` -> options, name."""
    if not argument.startswith(b"-"):
        return b"", argument
    options, _, rest = argument.partition(b" ")
    return options, rest


def matches(tree: Tree, pattern: bytes, *, all_names: bool) -> list[tuple[bytes, Node]] | None:
    """The entries that a name, directory or wildcard stands for."""
    whole = tree.path(pattern)
    node = tree.find(whole)
    prefix, last, path = b"", pattern, tree.cwd
    if node is not None and node.children is not None:
        last, path = b"*", whole
    elif b"/" in pattern:
        directory, _, last = pattern.rpartition(b"/")
        prefix, path = directory + b"/", tree.path(directory or b"/")
    parent = tree.find(path)
    if parent is None or parent.children is None or not parent.allows(tree.uid, READ):
        return None
    wanted = wildcard(last)
    rows = [
        (prefix + name, child)
        for name, child in sorted(parent.children.items())
        if wanted.fullmatch(name) and (all_names or not name.startswith(b"."))
    ]
    if all_names and last == b"*":
        rows[:0] = [(b".", parent), (b"..", tree.find(path[:-1]) or parent)]
    return rows


def wildcard(pattern: bytes) -> re.Pattern[bytes]:
    """``*`` and ``?``. What stands between two stars is matched atomically, so no pattern is slow to match."""
    first, *rest = (re.escape(part).replace(rb"\?", b".") for part in re.split(rb"\*+", pattern[:255]))
    if not rest:
        return re.compile(first, re.DOTALL)
    middle = b"".join(b"(?>.*?" + part + b")" for part in rest[:-1])
    return re.compile(first + middle + b".*" + rest[-1], re.DOTALL)


def long_row(node: Node, now: float) -> bytes:
    """A line of ``ls -l`` up to the name, with numeric owners as vsftpd shows them."""
    when = datetime.fromtimestamp(node.changed, UTC)
    clock = f"{when:%H:%M}" if -86400 < now - node.changed < HALF_YEAR else f" {when.year:04}"
    inner = () if node.children is None else node.children.values()
    links = (1 if node.children is None else 2) + sum(child.children is not None for child in inner)
    return (
        f"{mode_string(node)} {links:4} {node.owner:<8} {node.owner:<8} {node.size:8} "
        f"{MONTHS[when.month - 1]} {when.day:02} {clock} "
    ).encode()


def mode_string(node: Node) -> str:
    """``drwxr-xr-x``."""
    bits = "".join("rwx"[i % 3] if node.mode >> (8 - i) & 1 else "-" for i in range(9))
    return ("d" if node.children is not None else "-") + bits

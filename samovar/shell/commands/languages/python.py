"""python3: options, where the program comes from, and how it ends."""

import ast
import warnings

from samovar.shell.commands.languages.walker import Beyond, Leave, Raised, Walker
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process

MAX_SOURCE = 16 << 10
USAGE = "usage: python3 [option] ... [-c cmd | -m mod | file | -] [arg] ...\nTry `python -h' for more information.\n"


def python(p: Process) -> Body:
    """python3."""
    word = p.argv[1] if len(p.argv) > 1 else "-"
    if word in ("-V", "--version"):
        p.out("Python 3.11.2\n")
        return 0
    name = "<string>" if word == "-c" else "<stdin>" if word == "-" else word
    if word == "-c":
        if len(p.argv) < 3:
            p.err("Argument expected for the -c option\n" + USAGE)
            return 2
        source = p.argv[2].encode("latin-1", "replace")
    elif word.startswith("-") and word != "-":
        p.err((f"unknown option {word}\n" if word.startswith("--") else f"Unknown option: {word}\n") + USAGE)
        return 2
    else:
        try:
            source = yield from p.load(word)
        except Fault as fault:
            p.err(f"python3: can't open file '{p.path(word)}': [Errno 2] {fault.text}\n")
            return 2
    return (yield from _run(p, source[:MAX_SOURCE].decode("utf-8", "replace"), name))


def _run(p: Process, source: str, name: str) -> Body:
    p.spend(1 + len(source) // 20)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
    except SyntaxError as error:
        text = (error.text or "").strip()
        p.err(f'  File "{name}", line {error.lineno}\n    {text}\n    ^\nSyntaxError: {error.msg}\n')
        return 1
    except (ValueError, MemoryError, RecursionError):
        p.err("MemoryError\n")
        return 1
    walker = Walker(p)
    try:
        yield from walker.block(tree.body)
    except Leave as leave:
        return leave.status
    except Beyond:
        return 0
    except (Raised, RecursionError) as error:
        said = str(error) if isinstance(error, Raised) else "MemoryError"
        p.push()
        source_line = source.splitlines()[walker.line - 1].strip() if name not in ("<string>", "<stdin>") else ""
        p.err(f'Traceback (most recent call last):\n  File "{name}", line {walker.line}, in <module>\n')
        p.err((f"    {source_line}\n" if source_line else "") + said + "\n")
        return 1
    return 0

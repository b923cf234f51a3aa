"""sed (GNU sed 4.9): a script of addresses and commands over lines."""

from samovar.shell.commands.options import Options, parse
from samovar.shell.commands.text.sed.editor import Editor, Quit
from samovar.shell.commands.text.sed.reader import Misuse, Reader, Step
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process

_LONG = {
    "quiet": "n", "silent": "n", "expression=": "e", "file=": "f", "in-place=?": "i", "line-length=": "l",
    "regexp-extended": "E", "separate": "s", "unbuffered": "u", "null-data": "z", "posix": "posix", "debug": "debug",
    "sandbox": "sandbox", "version": "version", "help": "help", "follow-symlinks": "follow-symlinks",
}  # fmt: skip


def sed(p: Process) -> Body:
    """Edit a stream."""
    options = parse(p, "ne:f:i::l:rEsuzb", _LONG)
    if "version" in options:
        p.out("sed (GNU sed) 4.9\n")
        return 0
    names, sources = list(options.rest), [value for letter, value in options.flags if letter == "e"]
    for name in options.values("f"):
        try:
            sources.append((yield from p.load(name)).decode("latin-1").rstrip("\n"))
        except Fault as fault:
            return p.fail(f"couldn't open file {name}: {fault.text}")
    if not sources:
        if not names:
            p.err("Usage: sed [OPTION]... {script-only-if-no-other-script} [input-file]...\n\n")
            return 1
        sources.append(names.pop(0))
    source = "\n".join(sources)
    try:
        steps = Reader(p, source, extended="E" in options or "r" in options).read()
    except Misuse as misuse:
        where = f"-e expression #1, char {misuse.char}: "
        return p.fail(where + str(misuse) if misuse.char >= 0 else str(misuse))
    if source.startswith("#n\n"):
        options = Options([*options.flags, ("n", "")], options.rest)
    return (yield from (_in_place if "i" in options else _stream)(p, steps, options, names))


def _split(data: bytes, end: str) -> tuple[list[str], bool]:
    lines = data.decode("latin-1").split(end)
    complete = not lines[-1]
    return (lines[:-1] if complete else lines), complete


def _stream(p: Process, steps: list[Step], options: Options, names: list[str]) -> Body:
    data, status = bytearray(), 0
    for name in names or ["-"]:
        try:
            more = yield from p.load(name)
        except Fault as fault:
            said = (
                f"couldn't read {name}: {fault.text}" if fault.code == "EISDIR" else f"can't read {name}: {fault.text}"
            )
            p.err(f"sed: {said}\n")
            status = 2
            continue
        if data and not data.endswith(b"\n"):
            data += b"\n"
        data += more
    editor = Editor(p, steps, options)
    lines, complete = _split(bytes(data), editor.end)
    try:
        yield from editor.run(lines, complete=complete)
    except Quit as leave:
        return leave.status
    return status


def _in_place(p: Process, steps: list[Step], options: Options, names: list[str]) -> Body:
    status = 0
    for name in names:
        try:
            data = p.contents(name)
            for step in steps:
                step.active = False
            editor = Editor(p, steps, options)
            editor.replaced = []
            lines, complete = _split(data, editor.end)
            try:
                yield from editor.run(lines, complete=complete)
            except Quit:
                rest = lines[editor.number :]
                editor.replaced.append("".join(line + editor.end for line in rest))
            if suffix := options.value("i"):
                p.store(name + suffix if "*" not in suffix else suffix.replace("*", name), data)
            p.store(name, "".join(editor.replaced).encode("latin-1", "replace"))
        except Fault as fault:
            said = (
                f"couldn't edit {name}: not a regular file"
                if fault.code == "EISDIR"
                else f"can't read {name}: {fault.text}"
            )
            p.err(f"sed: {said}\n")
            status = 4
    return status

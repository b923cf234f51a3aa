"""awk: its options, and the program's life."""

from collections.abc import Generator

from samovar.shell.commands.text.awk.lexer import unescaped
from samovar.shell.commands.text.awk.parse import Parser
from samovar.shell.commands.text.awk.run import Runner, assignment
from samovar.shell.commands.text.awk.streams import Streams
from samovar.shell.commands.text.awk.tree import Fatal, RunTime
from samovar.shell.commands.text.awk.values import Value, outside
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

MAX_SOURCE = 1 << 18
_VERSION = """\
mawk 1.3.4 20200120
Copyright 2008-2019,2020, Thomas E. Dickey
Copyright 1991-1996,2014, Michael D. Brennan

"""
_LIMITS = """\
random-funcs:       srandom/random
regex-funcs:        internal
compiled limits:
sprintf buffer      8192
maximum-integer     2147483647
"""
_USAGE = "Usage: mawk [Options] [Program] [file ...]\n"


class _Said(Exception):
    """Nothing is run: what is printed on standard output and error."""


class _Options:
    def __init__(self, words: list[str]) -> None:
        self.separator: str | None = None
        self.assigned: list[tuple[str, Value]] = []
        self.files: list[str] = []
        self.rest = words
        while self.rest and self.rest[0].startswith("-") and self.rest[0] != "-":
            word = self.rest.pop(0)
            if word == "--":
                break
            self._option(word)

    def _option(self, word: str) -> None:
        letter = word[1]
        if letter not in "FvfW" or word.startswith("--"):
            raise Fatal(f"not an option: {word}")
        if len(word) == 2 and not self.rest:
            raise Fatal(f"option -{letter} lacks argument")
        value = word[2:] or self.rest.pop(0)
        if letter == "F":
            self.separator = unescaped(value)
        elif letter == "f":
            self.files.append(value)
        elif letter == "v":
            found = assignment(value)
            if found is None:
                raise Fatal(f"improper assignment: -v {value}")
            self.assigned.append(found)
        elif "version".startswith(value):
            raise _Said(_VERSION, _LIMITS)
        elif "help".startswith(value) or "usage".startswith(value):
            raise _Said(_USAGE, "")


def awk(p: Process) -> Body:
    """Scan text for patterns, as mawk does."""
    streams = Streams(p)
    runner: Runner | None = None
    try:
        options = _Options(p.argv[1:])
        source = yield from _source(p, options)
        runner = Runner(p, Parser(source).program(), streams)
        _prepare(runner, options)
        status = yield from runner.run()
        yield from streams.end()
        return status
    except _Said as said:
        p.out(said.args[0])
        p.err(said.args[1])
        return 0
    except RunTime as fault:
        assert runner is not None
        name, fnr, nr = (runner.text(runner.get(name)) for name in ("FILENAME", "FNR", "NR"))
        p.err(f'mawk: run time error: {fault.text}\n\tFILENAME="{name}" FNR={fnr} NR={nr}\n')
        return 2
    except Fatal as fault:
        p.err(f"mawk: {fault.text}\n")
        return 2
    except RecursionError:
        p.err("mawk: program limit exceeded: eval stack size=1024\n")
        return 2
    finally:
        streams.release()
        if runner is not None:
            runner.skip_file()


def _source(p: Process, options: _Options) -> Generator[Wait, bytes, str]:
    if not options.files:
        if not options.rest:
            raise _Said(_USAGE, "")
        return options.rest.pop(0)[:MAX_SOURCE]
    texts: list[str] = []
    for name in options.files:
        try:
            texts.append((yield from p.load(name)).decode("latin-1"))
        except Fault as fault:
            raise Fatal(f"cannot open {name} ({fault.text})") from None
    return "\n".join(texts)[:MAX_SOURCE]


def _prepare(runner: Runner, options: _Options) -> None:
    words = [runner.process.name, *options.rest]
    runner.globals["ARGC"] = float(len(words))
    runner.globals["ARGV"] = {str(place): outside(word) for place, word in enumerate(words)}
    if options.separator is not None:
        runner.set("FS", options.separator)
    for name, value in options.assigned:
        runner.set(name, value)

"""perl: what it says of itself and of modules, and programs of print, die and system with plain strings."""

import re

from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process

VERSION = (
    "\nThis is perl 5, version 36, subversion 0 (v5.36.0) built for x86_64-linux-gnu-thread-multi\n"
    "(with 60 registered patches, see perl -V for more detail)\n"
)
INC = (
    "/etc/perl /usr/local/lib/x86_64-linux-gnu/perl/5.36.0 /usr/local/share/perl/5.36.0 "
    "/usr/lib/x86_64-linux-gnu/perl5/5.36 /usr/share/perl5 /usr/lib/x86_64-linux-gnu/perl-base "
    "/usr/lib/x86_64-linux-gnu/perl/5.36 /usr/share/perl/5.36 /usr/local/lib/site_perl"
)
MAX_SOURCE = 16 << 10
_MODULES = frozenset({"IO::Socket", "Socket", "strict", "warnings", "POSIX", "MIME::Base64"})
_STATEMENT = re.compile(r"(print|die|system|exit)\b[ (]{0,4}(?:\"([^\"]*)\"|'([^']*)'|([0-9]{1,9}))?[ )]{0,4}\Z")


def perl(p: Process) -> Body:
    """perl."""
    source, words = "", iter(p.argv[1:])
    for word in words:
        if word in ("-v", "--version"):
            p.out(VERSION)
            return 0
        if word.startswith("-M"):
            name = word[2:].partition("=")[0]
            if name not in _MODULES:
                file = name.replace("::", "/") + ".pm"
                hint = f"(you may need to install the {name} module) (@INC contains: {INC})"
                p.err(f"Can't locate {file} in @INC {hint}.\nBEGIN failed--compilation aborted.\n")
                return 2
        elif word == "-e":
            source = next(words, "")[:MAX_SOURCE]
        elif not word.startswith("-"):
            try:
                source = p.contents(word)[:MAX_SOURCE].decode("latin-1")
            except Fault as fault:
                p.err(f'Can\'t open perl script "{word}": {fault.text}\n')
                return 2
            break
    return (yield from _run(p, source))


def _run(p: Process, source: str) -> Body:
    for part in source.split(";"):
        p.spend(1 + len(part) // 50)
        statement = part.strip()
        if not statement or statement == "1":
            continue
        found = _STATEMENT.match(statement)
        if found is None:
            return 0  # more than is emulated: it ends here, without a word
        text = found[3] if found[2] is None else found[2].replace("\\n", "\n").replace("\\t", "\t")
        text = text or found[4] or ""
        if found[1] == "print":
            p.out(text)
        elif found[1] == "system":
            yield from p.execute(["sh", "-c", text])
        elif found[1] == "exit":
            return int(found[4] or 0) & 255
        else:
            p.push()
            p.err(text if text.endswith("\n") else f"{text or 'Died'} at -e line 1.\n")
            return 255
    return 0

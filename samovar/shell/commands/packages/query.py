"""dpkg-query, and what dpkg hands on to it."""

import re
from collections.abc import Callable

from samovar.shell.commands.packages.catalogue import REQUIRED, by_name, files, installed, select, shown
from samovar.shell.image.package import Package
from samovar.shell.kernel.process import Body, Process

HELP = "\nUse --help for help about querying packages.\n"
HEADER = """Desired=Unknown/Install/Remove/Purge/Hold
| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend
|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)
"""
_FIELD = re.compile(r"\$\{([A-Za-z:-]{1,40})(?:;(-?[0-9]{1,3}))?\}")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "\\": "\\"}
_MAX_FORMAT = 2_000


def table(p: Process, patterns: list[str]) -> Body:
    """``-l``: the packages that the patterns name, or all."""
    packages, status = chosen(p, patterns)
    if not packages:
        return status
    rows = [(shown(p, package), package.version, package.architecture, package.description) for package in packages]
    name, version, architecture = (max(least, *(len(row[k]) for row in rows)) for k, least in enumerate((14, 12, 12)))
    about = max(33, *(len(row[3]) for row in rows))
    stream = p.descriptors.get(1)
    if stream is not None and stream.tty:
        about = max(80 - name - version - architecture - 7, 10)
    line = f"{{}} {{:{name}}} {{:{version}}} {{:{architecture}}} {{}}\n"
    p.out(HEADER + line.format("||/", "Name", "Version", "Architecture", "Description"))
    p.out(f"+++-{'=' * name}-{'=' * version}-{'=' * architecture}-{'=' * about}\n")
    for row in rows:
        p.out(line.format("ii ", *row[:3], row[3][:about]))
        yield from p.flush()
    return status


def chosen(p: Process, patterns: list[str]) -> tuple[list[Package], int]:
    """The packages that patterns name, sorted, and 1 if one names none."""
    if not patterns:
        return list(installed(p)), 0
    found: dict[str, Package] = {}
    status = 0
    for pattern in patterns:
        fitting = select(p, pattern)
        found |= {package.name: package for package in fitting}
        if not fitting:
            p.err(f"dpkg-query: no packages found matching {pattern}\n")
            status = 1
    return [found[name] for name in sorted(found)], status


def fields(p: Process, package: Package) -> dict[str, str]:
    """What ``-f`` may name and ``-s`` prints, in that order."""
    required = package.name in REQUIRED
    row = {"Package": package.name} | ({"Essential": "yes"} if required else {})
    row |= {
        "Status": "install ok installed",
        "Priority": "required" if required else "optional",
        "Section": package.section,
        "Installed-Size": str(package.size),
        "Architecture": package.architecture,
    }
    if shown(p, package) != package.name:
        row["Multi-Arch"] = "same"
    return row | {"Version": package.version, "Description": package.description}


def show(p: Process, patterns: list[str], form: str) -> Body:
    """``-W``: a row each package."""
    packages, status = chosen(p, patterns)
    form = re.sub(r"\\(.)", lambda found: _ESCAPES.get(found[1], found[1]), form[:_MAX_FORMAT])
    for package in packages:
        values = fields(p, package) | {"binary:Package": shown(p, package), "db:Status-Abbrev": "ii "}
        values |= {"db:Status-Status": "installed", "binary:Summary": package.description}
        values |= {"source:Package": package.name, "source:Version": package.version}
        p.spend(1 + len(form) // 20)
        p.out(_FIELD.sub(_filler(values), form))
        yield from p.flush()
    return status


def _filler(values: dict[str, str]) -> "Callable[[re.Match[str]], str]":
    def fill(found: re.Match[str]) -> str:
        value, width = values.get(found[1], ""), int(found[2] or 0)
        return (value.rjust(width) if width > 0 else value.ljust(-width))[: abs(width) or None]

    return fill


def status_of(p: Process, names: list[str]) -> Body:
    """``-s``: what the status file says."""
    known, status = by_name(p), 0
    for number, name in enumerate(names or [package.name for package in installed(p)]):
        package = known.get(name)
        if package is None:
            p.push()
            p.err(f"dpkg-query: package '{name}' is not installed and no information is available\n")
            status = 1
            continue
        p.out(("\n" if number else "") + "".join(f"{key}: {value}\n" for key, value in fields(p, package).items()))
        yield from p.flush()
    if status:
        p.err("Use dpkg --info (= dpkg-deb --info) to examine archive files.\n")
    return status


def listed(p: Process, names: list[str]) -> Body:
    """``-L``: the files of packages."""
    if not names:
        return misuse(p, "--listfiles needs at least one package name argument")
    known, status = by_name(p), 0
    for number, name in enumerate(names):
        package = known.get(name)
        if package is None:
            p.err(f"dpkg-query: package '{name}' is not installed\n")
            status = 1
            continue
        p.out(("\n" if number else "") + "".join(path + "\n" for path in files(p, package)))
        yield from p.flush()
    if status:
        p.err("Use dpkg --contents (= dpkg-deb --contents) to list archive files contents.\n")
    return status


def owner(p: Process, patterns: list[str]) -> Body:
    """``-S``: which package a path belongs to."""
    if not patterns:
        return misuse(p, "--search needs at least one file name pattern argument")
    known, status = by_name(p), 0
    for pattern in patterns:
        p.spend(5)
        base = pattern.rpartition("/")[2]
        package = known.get("coreutils" if base in _COREUTILS else base)
        if package is None or not p.view.exists(p.path(pattern)):
            p.err(f"dpkg-query: no path found matching pattern {pattern}\n")
            status = 1
            continue
        p.out(f"{shown(p, package)}: {pattern}\n")
        yield from p.flush()
    return status


_COREUTILS = frozenset({"cat", "chmod", "chown", "cp", "date", "dd", "df", "echo", "ls", "ln", "mkdir", "mv", "pwd"})


def misuse(p: Process, text: str) -> int:
    """Say what is wrong with the call."""
    p.err(f"dpkg-query: error: {text}\n{HELP}")
    return 2


ACTIONS: dict[str, Callable[[Process, list[str]], Body]] = {
    "-l": table, "--list": table, "-s": status_of, "--status": status_of,
    "-L": listed, "--listfiles": listed, "-S": owner, "--search": owner,
}  # fmt: skip


def dpkg_query(p: Process) -> Body:
    """dpkg-query."""
    form, action, names = "${binary:Package}\\t${Version}\\n", "", []
    words = iter(p.argv[1:])
    for word in words:
        if word in ("-f", "--showformat"):
            form = next(words, "")
        elif word.startswith("--showformat=") or (word.startswith("-f") and len(word) > 2):
            form = word[2:].removeprefix("howformat=") if word[1] == "-" else word[2:].removeprefix("=")
            form = form.removeprefix("showformat=")
        elif word in ("-W", "--show", "--version") or word in ACTIONS:
            action = word
        elif word.startswith("-"):
            return misuse(p, f"unknown option {word}")
        else:
            names.append(word)
    if action == "--version":
        p.out("Debian dpkg-query package management program query tool version 1.21.23 (amd64).\n")
        return 0
    if action in ACTIONS:
        return (yield from ACTIONS[action](p, names))
    if not action:
        return misuse(p, "need an action option")
    return (yield from show(p, names, form))

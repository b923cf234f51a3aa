"""dpkg."""

from samovar.shell.commands.packages.catalogue import by_name, select, shown
from samovar.shell.commands.packages.query import ACTIONS, chosen
from samovar.shell.commands.packages.version import compare
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process

HELP = """
Type dpkg --help for help about installing and deinstalling packages [*];
Use 'apt' or 'aptitude' for user-friendly package management;
Type dpkg -Dhelp for a list of dpkg debug flag values;
Type dpkg --force-help for a list of forcing options;
Type dpkg-deb --help for help about manipulating *.deb files;

Options marked [*] produce a lot of output - pipe it through 'less' or 'more' !
"""
VERSION = """Debian 'dpkg' package management program version 1.21.23 (amd64).
This is free software; see the GNU General Public License version 2 or
later for copying conditions. There is NO warranty.
"""
_CHANGES = {
    "-i": "install", "--install": "install", "-r": "remove", "--remove": "remove", "-P": "purge", "--purge": "purge",
    "--unpack": "unpack", "--configure": "configure",
}  # fmt: skip
_ORDERS = {
    "lt": (-1,), "le": (-1, 0), "eq": (0,), "ne": (-1, 1), "ge": (0, 1), "gt": (1,),
    "<<": (-1,), "<=": (-1, 0), "<": (-1, 0), "=": (0,), ">=": (0, 1), ">": (0, 1), ">>": (1,),
}  # fmt: skip


def dpkg(p: Process) -> Body:
    """dpkg."""
    words = [word for word in p.argv[1:] if not word.startswith(("--force-", "--no-pager"))]
    action = next((word for word in words if word.startswith("-")), "")
    names = [word for word in words if word != action]
    if action in ACTIONS:
        return (yield from ACTIONS[action](p, names))
    if action == "--get-selections":
        return (yield from _selections(p, names))
    if action in _CHANGES:
        return _change(p, _CHANGES[action], names)
    return _plain(p, action, names)


def _plain(p: Process, action: str, names: list[str]) -> int:
    if action == "--compare-versions":
        if len(names) != 3 or names[1] not in _ORDERS:
            return _misuse(p, "--compare-versions takes three arguments: <version> <relation> <version>")
        return int(compare(names[0], names[2]) not in _ORDERS[names[1]])
    texts = {"--version": VERSION, "--print-architecture": "amd64\n", "--print-foreign-architectures": ""}
    texts |= {"--help": "Usage: dpkg [<option>...] <command>\n", "-?": "Usage: dpkg [<option>...] <command>\n"}
    texts |= {"--audit": "", "-C": ""}
    if action not in texts:
        return _misuse(p, f"unknown option {action}" if action else "need an action option")
    p.out(texts[action])
    return 0


def _misuse(p: Process, text: str) -> int:
    p.err(f"dpkg: error: {text}\n{HELP}")
    return 2


def _selections(p: Process, names: list[str]) -> Body:
    for pattern in names:
        if not select(p, pattern):
            p.err(f"dpkg: no packages found matching {pattern}\n")
    packages = (
        chosen(p, [name for name in names if select(p, name)])[0]
        if not names or any(select(p, name) for name in names)
        else []
    )
    for package in packages:
        name = shown(p, package)
        p.out(f"{name}{chr(9) * max(6 - len(name) // 8, 1)}install\n")
        yield from p.flush()
    return 0


def _change(p: Process, verb: str, names: list[str]) -> int:
    pending = verb == "configure" and names in (["-a"], ["--pending"])
    if not names:
        what = "package archive file" if verb in ("install", "unpack") else "package name"
        return _misuse(p, f"--{verb} needs at least one {what} argument")
    if p.identity.uid:
        p.err("dpkg: error: requested operation requires superuser privilege\n")
        return 2
    if pending:
        return 0
    if verb in ("install", "unpack"):
        return _archives(p, verb, names)
    known, failed = by_name(p), []
    for name in names:
        if name not in known and verb != "configure":
            p.err(f"dpkg: warning: ignoring request to remove {name} which isn't installed\n")
            continue
        why = f"package {name} is already installed and configured"
        if name not in known:
            why = f"no package named '{name}' is installed, cannot configure"
        elif verb != "configure":
            why = "dependency problems - not removing"
        p.err(f"dpkg: error processing package {name} (--{verb}):\n {why}\n")
        failed.append(name)
    return _end(p, failed)


def _archives(p: Process, verb: str, names: list[str]) -> int:
    for name in names:
        try:
            p.view.access(name, 4, p.directory)
        except Fault as fault:
            p.err(f"dpkg: error: cannot access archive '{name}': {fault.text}\n")
            return 2
    for name in names:
        p.err(
            f"dpkg-deb: error: '{name}' is not a Debian format archive\n"
            f"dpkg: error processing archive {name} (--{verb}):\n"
            " dpkg-deb --control subprocess returned error exit status 2\n"
        )
    return _end(p, names)


def _end(p: Process, failed: list[str]) -> int:
    if failed:
        p.err("Errors were encountered while processing:\n" + "".join(f" {name}\n" for name in failed))
    return int(bool(failed))

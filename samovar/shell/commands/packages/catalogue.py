"""The installed packages as the package tools of a process look at them."""

from collections.abc import Sequence

from samovar.shell.image.package import Package
from samovar.shell.kernel.process import Process

MAX_PATTERN = 200


def installed(p: Process) -> Sequence[Package]:
    """All packages, by name."""
    packages = p.machine.image.packages()
    p.spend(1 + len(packages) // 10)
    return packages[:]


def by_name(p: Process) -> dict[str, Package]:
    """The packages under their names, with and without the architecture."""
    found = {package.name: package for package in installed(p)}
    return found | {f"{package.name}:{package.architecture}": package for package in found.values()}


def shown(p: Process, package: Package) -> str:
    """The name as dpkg prints it: with the architecture where several may be installed side by side."""
    full = f"{package.name}:{package.architecture}"
    return full if p.view.exists(f"/var/lib/dpkg/info/{full}.list") else package.name


def select(p: Process, pattern: str) -> list[Package]:
    """The packages whose name a shell pattern (``*`` and ``?``) fits."""
    packages = installed(p)
    name = pattern[:MAX_PATTERN].partition(":")[0]
    p.spend(1 + len(packages) * len(name) // 50)
    return [package for package in packages if fits(name, package.name)]


def fits(pattern: str, text: str) -> bool:
    """Whether the pattern covers the whole text, in time proportional to the product of their lengths."""
    place = at = 0
    star, mark = -1, 0
    while at < len(text):
        if place < len(pattern) and pattern[place] == "*":
            star, mark, place = place, at, place + 1
        elif place < len(pattern) and pattern[place] in (text[at], "?"):
            place, at = place + 1, at + 1
        elif star >= 0:
            mark += 1
            place, at = star + 1, mark
        else:
            return False
    return not pattern[place:].strip("*")


def files(p: Process, package: Package) -> list[str]:
    """Paths of a package that are on the disk, each after its directories."""
    name = package.name
    wanted = [f"/bin/{name}"] if name in _IN_BIN else [f"/usr/bin/{name}"]
    wanted += [f"/usr/sbin/{name}", f"/usr/lib/{name}", f"/usr/share/doc/{name}", f"/usr/share/doc/{name}/copyright"]
    wanted += [f"/usr/share/man/man1/{name}.1.gz", f"/usr/share/man/man8/{name}.8.gz"]
    found = {"/."}
    rows = ["/."]
    for path in wanted:
        p.spend(2)
        if not p.view.exists(path):
            continue
        parts = path.split("/")
        for end in range(2, len(parts) + 1):
            above = "/".join(parts[:end])
            if above not in found:
                found.add(above)
                rows.append(above)
    return rows


_IN_BIN = frozenset({"bash", "dash", "gzip", "hostname", "kmod", "sed", "tar"})
REQUIRED = frozenset(
    {"base-files", "base-passwd", "bash", "bsdutils", "coreutils", "dash", "debianutils", "diffutils", "dpkg"}
    | {"findutils", "grep", "gzip", "hostname", "init-system-helpers", "libc-bin", "login", "mount", "ncurses-base"}
    | {"ncurses-bin", "perl-base", "sed", "sysvinit-utils", "tar", "util-linux"}
)

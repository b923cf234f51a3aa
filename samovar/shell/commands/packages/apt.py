"""apt, apt-get, apt-cache, apt-mark: what they say on a machine whose mirrors cannot be reached."""

from samovar.shell.commands.packages.catalogue import by_name, installed, select
from samovar.shell.commands.packages.mirrors import Mirror, mirrors
from samovar.shell.commands.packages.query import fields
from samovar.shell.image.package import Package
from samovar.shell.kernel.process import Body, Process

VERSION = "apt 2.6.2 (amd64)\n"
UNSTABLE = "\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n"
READING = "Reading package lists...\nBuilding dependency tree...\nReading state information...\n"
NOTHING = "0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n"
DELAY = 2.5  # seconds a round of lookups takes
ROUNDS = 3
_FLAGS = frozenset(
    {"-y", "--yes", "--assume-yes", "-q", "-qq", "-qqq", "--quiet", "-s", "--simulate", "--dry-run", "-f", "-m", "-u"}
    | {"--fix-broken", "--fix-missing", "--no-install-recommends", "--reinstall", "--purge", "--force-yes", "-V", "-d"}
    | {"--allow-unauthenticated", "--installed", "--upgradable", "--upgradeable", "--auto-remove", "--autoremove"}
    | {"--allow-downgrades", "--allow-releaseinfo-change", "--no-upgrade", "--only-upgrade", "--download-only"}
    | {
        "-a",
        "--all-versions",
        "--no-install-suggests",
        "-yq",
        "-qy",
        "-yqq",
        "-qqy",
        "-fy",
        "-yf",
        "--names-only",
        "-n",
    }
)
_CHANGES = ("upgrade", "dist-upgrade", "full-upgrade", "autoremove", "auto-remove", "check", "autoclean", "auto-clean")


class Call:
    """A call of one of the tools: its options and words."""

    def __init__(self, p: Process) -> None:
        self.flags: set[str] = set()
        self.words: list[str] = []
        self.wrong = ""
        words = iter(p.argv[1:])
        for word in words:
            if word in ("-o", "-c", "-t"):
                next(words, "")
            elif word.startswith("-") and len(word) > 1:
                self.flags.add(word)
                known = word in _FLAGS or word.startswith(("-o", "-q=", "-t", "--target-release="))
                self.wrong = self.wrong or ("" if known else word)
            else:
                self.words.append(word)
        self.quiet = bool(self.flags & {"-qq", "-qqq", "-yqq", "-qqy"})
        self.yes = any(flag in ("--yes", "--assume-yes") or (flag[1:2] != "-" and "y" in flag) for flag in self.flags)


def _begin(p: Process) -> Call | int:
    """The call, or the status where the options already decide it."""
    call = Call(p)
    if call.flags & {"-v", "--version"}:
        p.out(VERSION)
        return 0
    if (not call.words and not call.wrong) or call.flags & {"-h", "--help"}:
        p.out(f"{VERSION}Usage: {p.name} [options] command\n")
        return 0 if call.flags & {"-h", "--help"} else 1
    if p.name == "apt":
        p.err(UNSTABLE)
    if call.wrong:
        option = call.wrong if call.wrong.startswith("--") else f"'{call.wrong[1]}' [from {call.wrong}]"
        end = "" if call.wrong.startswith("--") else "."
        return _error(p, f"Command line option {option} is not understood in combination with the other options{end}")
    return call


def _error(p: Process, text: str) -> int:
    p.push()
    p.err(f"E: {text}\n")
    return 100


def apt_get(p: Process) -> Body:
    """apt-get."""
    call = _begin(p)
    if isinstance(call, int):
        return call
    verb, names = call.words[0], call.words[1:]
    if verb == "update":
        return (yield from _update(p, call))
    if verb in ("install", "reinstall", "remove", "purge") or verb in _CHANGES:
        return (yield from _change(p, call, verb, names))
    if verb == "clean":
        return _locked(p, "/var/cache/apt/archives/")
    return _error(p, f"Invalid operation {verb}")


def apt(p: Process) -> Body:
    """apt."""
    words = Call(p).words
    verb = words[0] if words else ""
    if verb == "list":
        return (yield from _list(p))
    if verb in ("show", "policy", "search"):
        return (yield from apt_cache(p))
    return (yield from apt_get(p))


def _locked(p: Process, directory: str) -> int:
    """100, said as apt says it, where an ordinary user wants to change something."""
    if not p.identity.uid:
        return 0
    _error(p, f"Could not open lock file {directory}lock - open (13: Permission denied)")
    return _error(p, f"Unable to lock directory {directory}")


def _update(p: Process, call: Call) -> Body:
    if p.identity.uid:
        p.out("Reading package lists...\n")
        return _locked(p, "/var/lib/apt/lists/")
    sources = mirrors(p)
    for _ in range(ROUNDS * bool(sources)):
        yield from p.sleep(DELAY)
        rows = [f"Ign:{place} {mirror.row}\n" for place, mirror in enumerate(sources, 1)]
        p.out("" if call.quiet else "".join(rows))
    for place, mirror in enumerate(sources, 1):
        if not call.quiet:
            p.out(f"Err:{place} {mirror.row}\n  {mirror.failure}\n")
    p.out("" if call.quiet else "Reading package lists...\n")
    p.push()
    p.err("".join(f"W: Failed to fetch {mirror.release}  {mirror.failure}\n" for mirror in sources))
    if sources:
        p.err("W: Some index files failed to download. They have been ignored, or old ones used instead.\n")
    return 0


def _change(p: Process, call: Call, verb: str, names: list[str]) -> Body:
    if p.identity.uid and not call.flags & {"-s", "--simulate", "--dry-run"} and verb != "check":
        _error(p, "Could not open lock file /var/lib/dpkg/lock-frontend - open (13: Permission denied)")
        return _error(p, "Unable to acquire the dpkg frontend lock (/var/lib/dpkg/lock-frontend), are you root?")
    p.out("" if call.quiet else READING)
    yield from p.sleep(0.3)
    if verb in ("check", "autoclean", "auto-clean"):
        return 0
    known = by_name(p)
    missing = [name for name in names if name not in known]
    if missing:
        for name in missing:
            _error(p, f"Unable to locate package {name}")
        return 100
    if names and (verb == "reinstall" or "--reinstall" in call.flags):
        return (yield from _fetch(p, [known[name] for name in names]))
    if names and verb in ("remove", "purge"):
        return _remove(p, call, [known[name] for name in names])
    said = "Calculating upgrade...\n" if verb.endswith("upgrade") else ""
    if verb == "install":
        said = "".join(f"{known[name].name} is already the newest version ({known[name].version}).\n" for name in names)
    p.out("" if call.quiet else said + NOTHING)
    return 0


def _remove(p: Process, call: Call, packages: list[Package]) -> int:
    size = sum(package.size for package in packages)
    freed = f"{size * 1.024:.0f} kB" if size < 9_766 else f"{size * 1.024 / 1000:.1f} MB"
    p.out(
        "The following packages will be REMOVED:\n"
        f"  {' '.join(package.name for package in packages)}\n"
        f"0 upgraded, 0 newly installed, {len(packages)} to remove and 0 not upgraded.\n"
        f"After this operation, {freed} disk space will be freed.\n"
    )
    if not call.yes:
        p.out("Do you want to continue? [Y/n] Abort.\n")
        return 1
    p.push()
    p.err("E: Sub-process /usr/bin/dpkg returned an error code (1)\n")
    return 100


def _fetch(p: Process, packages: list[Package]) -> Body:
    sources = mirrors(p)
    p.out(f"0 upgraded, 0 newly installed, {len(packages)} reinstalled, 0 to remove and 0 not upgraded.\n")
    if not sources:
        return _error(p, "Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?")
    yield from p.sleep(DELAY * ROUNDS)
    source, lost = sources[0], ""
    for number, package in enumerate(packages, 1):
        row = f"{source.uri} {source.suite}/main amd64 {package.name} {package.architecture} {package.version}"
        p.out(f"Ign:{number} {row}\nErr:{number} {row}\n  {source.failure}\n")
        lost += f"E: Failed to fetch {_pool(source, package)}  {source.failure}\n"
    p.push()
    p.err(lost)
    return _error(p, "Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?")


def _pool(source: Mirror, package: Package) -> str:
    name, version = package.name, package.version.partition(":")[2] or package.version
    folder = name[: 4 if name.startswith("lib") else 1]
    file = f"{name}_{version}_{package.architecture}.deb".replace("+", "%2b")
    return f"{source.uri}/pool/main/{folder}/{name}/{file}"


def _list(p: Process) -> Body:
    call = Call(p)
    call.wrong = next((flag for flag in call.flags if flag not in _FLAGS), "")
    p.err(UNSTABLE)
    if call.wrong:
        return _error(p, f"Command line option {call.wrong} is not understood in combination with the other options")
    p.out("Listing...\n")
    patterns = call.words[1:]
    packages = [found for name in patterns for found in select(p, name)] if patterns else list(installed(p))
    if call.flags & {"--upgradable", "--upgradeable"}:
        packages = []
    for package in packages:
        p.out(f"{package.name}/{_suite(package)},now {package.version} {package.architecture} [installed]\n")
        yield from p.flush()
    return 0


def _suite(package: Package) -> str:
    return "oldstable-security" if "deb12u" in package.version else "oldstable"


def apt_cache(p: Process) -> Body:
    """apt-cache, and the parts of apt that are the same."""
    call = _begin(p)
    if isinstance(call, int):
        return call
    verb, names = call.words[0], call.words[1:]
    if verb == "search":
        return (yield from _search(p, names))
    if verb not in ("show", "policy"):
        return _error(p, f"Invalid operation {verb}")
    known = by_name(p)
    sources = mirrors(p)
    found = [known[name] for name in names if name in known]
    for package in found:
        if verb == "show":
            p.out("".join(f"{key}: {value}\n" for key, value in fields(p, package).items() if key != "Status") + "\n")
        else:
            p.out(_policy(package, sources))
        yield from p.flush()
    return 0 if found or verb == "policy" else _error(p, "No packages found")


def _policy(package: Package, sources: list[Mirror]) -> str:
    there = f"        500 {sources[0].uri} {sources[0].suite}/main amd64 Packages\n" if sources else ""
    version = package.version
    return (
        f"{package.name}:\n  Installed: {version}\n  Candidate: {version}\n  Version table:\n"
        f" *** {version} {500 if sources else 100}\n{there}        100 /var/lib/dpkg/status\n"
    )


def _search(p: Process, words: list[str]) -> Body:
    if not words:
        return _error(p, "You must give at least one search pattern")
    full = p.name == "apt"
    p.out("Sorting...\nFull Text Search...\n" if full else "")
    wanted = [word.lower() for word in words[:20]]
    for package in installed(p):
        text = f"{package.name} {package.description}".lower()
        p.spend(len(wanted))
        if all(word in text for word in wanted):
            head = f"{package.name}/{_suite(package)},now {package.version} {package.architecture} [installed]\n  "
            p.out(f"{head}{package.description}\n\n" if full else f"{package.name} - {package.description}\n")
            yield from p.flush()
    return 0


def apt_mark(p: Process) -> Body:
    """apt-mark: what is held is not kept."""
    call = _begin(p)
    if isinstance(call, int):
        return call
    verb, names = call.words[0], call.words[1:]
    said = {"auto": "set to automatically installed", "manual": "set to manually installed", "hold": "set on hold"}
    if verb in ("showhold", "showauto"):
        return 0
    if verb == "showmanual":
        for package in installed(p):
            p.out(package.name + "\n")
            yield from p.flush()
        return 0
    if verb not in said and verb != "unhold":
        return _error(p, f"Invalid operation {verb}")
    known = by_name(p)
    for name in names:
        if name not in known:
            _error(p, f"Unable to locate package {name}")
            return _error(p, "No packages found")
    if p.identity.uid:
        return _error(p, "Could not create temporary file for /var/lib/apt/extended_states")
    p.out(
        "".join(f"{name} {said[verb]}.\n" if verb in said else f"{name} was already not on hold.\n" for name in names)
    )
    return 0

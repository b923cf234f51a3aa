"""tar (GNU tar 1.34): archives written and read in memory."""

from collections.abc import Generator
from datetime import UTC, datetime
from fnmatch import fnmatchcase

from msgspec import Struct

from samovar.shell.commands.archives.codec import MAX_EXPANDED, Broken, expand, kind_of, pack
from samovar.shell.commands.archives.member import Member, Unfit, ending, members, written
from samovar.shell.commands.archives.unpack import place
from samovar.shell.commands.files.names import group_name, mode_text, user_name
from samovar.shell.commands.options import Options, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.node import Stat
from samovar.shell.kernel.process import MAX_WHOLE, Body, Killed, Process
from samovar.shell.kernel.wait import Wait

_LETTERS = "cxtruAdf:zjJZavC:pPOkmhoT:X:lWUSsb:wnBMiGg:H:K:N:V:F:I:"
_HINT = "Try 'tar --help' or 'tar --usage' for more information."
_LONG = {
    "create": "c", "extract": "x", "get": "x", "list": "t", "append": "r", "update": "u", "diff": "d", "file=": "f",
    "gzip": "z", "gunzip": "z", "bzip2": "j", "xz": "J", "auto-compress": "a", "verbose": "v", "directory=": "C",
    "preserve-permissions": "p", "same-permissions": "p", "absolute-names": "P", "to-stdout": "O", "exclude=": "skip",
    "strip-components=": "strip", "dereference": "h", "keep-old-files": "k", "touch": "m", "files-from=": "T",
    "exclude-from=": "X", "version": "version", "help": "help", "no-same-owner": "o", "same-owner": "same",
    "overwrite": "overwrite", "numeric-owner": "numeric", "one-file-system": "l", "owner=": "owner", "group=": "group",
    "wildcards": "wildcards", "warning=": "warning", "no-overwrite-dir": "keep-dir", "ignore-failed-read": "ignore",
    "mode=": "mode", "mtime=": "mtime", "transform=": "transform", "totals": "totals", "no-recursion": "flat",
    "sort=": "sort", "format=": "H", "use-compress-program=": "I", "checkpoint=?": "checkpoint", "remove-files": "rm",
    "exclude-vcs": "vcs", "keep-newer-files": "newer", "skip-old-files": "k", "unlink-first": "U", "sparse": "S",
}  # fmt: skip
_SUFFIXES = {".gz": "gzip", ".tgz": "gzip", ".bz2": "bzip2", ".tbz": "bzip2", ".tbz2": "bzip2", ".xz": "xz"}
_SUFFIXES |= {".txz": "xz"}


class _Job(Struct):
    options: Options
    names: list[tuple[str, str]]  # directory, name: -C holds for the names that follow it
    skipped: list[str]
    status: int = 0
    stripped: bool = False  # "Removing leading `/'" was said


def tar(p: Process) -> Body:
    """Make, list and unpack archives."""
    _dashed(p)
    options = parse(p, _LETTERS, _LONG, status=64, hint=_HINT)
    if "version" in options:
        p.out("tar (GNU tar) 1.34\n")
        return 0
    if "help" in options:
        p.out("Usage: tar [OPTION...] [FILE]...\n")
        return 0
    modes = {letter for letter, _ in options.flags if letter in "cxtruAd"}
    if len(modes) > 1:
        return _end(
            p, f"tar: You may not specify more than one '-Acdtrux', '--delete' or  '--test-label' option\n{_HINT}"
        )
    if not modes:
        return _end(p, f"tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\n{_HINT}")
    job = _Job(options, _operands(p, options), options.values("skip"))
    mode = modes.pop()
    if mode in "cru":
        return (yield from _create(p, job, mode))
    return (yield from _read(p, job, mode))


def _end(p: Process, text: str) -> int:
    p.err(text + "\n")
    return 2


def _fatal(p: Process, text: str) -> int:
    return _end(p, f"tar: {text}\ntar: Error is not recoverable: exiting now")


def _dashed(p: Process) -> None:
    """The old form, ``tar xzf FILE``: each letter that takes a value takes the next word."""
    if len(p.argv) < 2 or p.argv[1].startswith("-") or not p.argv[1]:
        return
    letters, rest, made = p.argv[1], p.argv[2:], list[str]()
    for letter in letters:
        made.append("-" + letter)
        if letter + ":" in _LETTERS:
            if not rest:
                p.err(f"tar: Old option '{letter}' requires an argument.\n{_HINT}\n")
                raise Killed(2)
            made.append(rest.pop(0))
    p.argv[1:] = made + rest


def _operands(p: Process, options: Options) -> list[tuple[str, str]]:
    """The operands, each with the directory that it starts from."""
    rest, found, directory = list(options.rest), list[tuple[str, str]](), p.directory
    words = iter(p.argv[1:])
    for word in words:
        if word in ("-C", "--directory"):
            directory = _under(directory, next(words, ""))
        elif word.startswith("--directory="):
            directory = _under(directory, word.partition("=")[2])
        elif word.startswith("-C") and not word.startswith("--"):
            directory = _under(directory, word[2:])
        elif word[:1] == "-" and word[:2] != "--" and word.endswith("C"):
            directory = _under(directory, next(words, ""))
        elif rest and word == rest[0]:
            found.append((directory, rest.pop(0)))
    return found or [(directory, "")]


def _under(directory: str, name: str) -> str:
    return name if name.startswith("/") else f"{directory.rstrip('/')}/{name}"


# making -------------------------------------------------------------------------------------------------


def _create(p: Process, job: _Job, mode: str) -> Generator[Wait, bytes, int]:
    names = [pair for pair in job.names if pair[1]]
    for listed in job.options.values("T"):
        try:
            lines = (yield from p.load(listed)).decode("latin-1").split("\n")
        except Fault as fault:
            return _fatal(p, f"{listed}: Cannot open: {fault.text}")
        names += [(p.directory, line) for line in lines if line]
    if not names and not job.options.values("T"):
        return _end(p, f"tar: Cowardly refusing to create an empty archive\n{_HINT}")
    archive = job.options.value("f", "-")
    stream = p.descriptors.get(1)
    if archive == "-" and stream is not None and stream.tty:
        return _fatal(p, "Refusing to write archive contents to terminal (missing -f option?)")
    made = bytearray()
    if mode != "c" and archive != "-" and p.view.exists(p.path(archive)):
        try:
            made += b"".join(written(member) for member in members(p.contents(archive)))
        except Fault as fault:
            return _fatal(p, f"{archive}: Cannot open: {fault.text}")
        except Unfit:
            return _end(p, "tar: This does not look like a tar archive\ntar: Error is not recoverable: exiting now")
    for directory, name in names:
        yield from _add(p, job, directory, name, made)
    made += ending(len(made))
    kind = _wanted(job.options, archive)
    p.spend(len(made) >> 10)
    data = pack(kind, bytes(made)) if kind else bytes(made)
    if archive == "-":
        for start in range(0, len(data), 1 << 16):
            p.write(data[start : start + (1 << 16)])
            yield from p.flush()
    else:
        try:
            p.store(archive, data)
        except Fault as fault:
            return _fatal(p, f"{archive}: Cannot open: {fault.text}")
    return _finish(p, job)


def _finish(p: Process, job: _Job) -> int:
    if job.status:
        p.err("tar: Exiting with failure status due to previous errors\n")
    return job.status


def _wanted(options: Options, archive: str) -> str:
    """The compression that was asked for."""
    letters = {"z": "gzip", "j": "bzip2", "J": "xz"}
    if letter := options.last("zjJ"):
        return letters[letter]
    program = options.value("I").partition(" ")[0]
    if program in ("gzip", "bzip2", "xz"):
        return program
    if "a" in options:
        return next((kind for suffix, kind in _SUFFIXES.items() if archive.endswith(suffix)), "")
    return ""


def _add(p: Process, job: _Job, directory: str, name: str, made: bytearray) -> Generator[Wait, bytes, None]:
    """A tree, in order, by a stack of our own."""
    stack = [name]
    while stack:
        name = stack.pop()
        p.spend(2)
        path = _under(directory, name)
        if _skipped(job, name):
            continue
        try:
            stat = p.view.stat(path) if "h" in job.options else p.view.lstat(path)
            member = _member(p, job, name, path, stat)
            if member is None:
                continue
            children = p.view.listing(path) if stat.kind == "d" and "flat" not in job.options else []
        except Fault as fault:
            said = "stat" if fault.code == "ENOENT" else "open"
            p.err(f"tar: {name}: Cannot {said}: {fault.text}\n")
            job.status = 2
            continue
        stack += [f"{name.rstrip('/')}/{child}" for child in reversed(children)]
        if len(made) + len(member.data) > MAX_EXPANDED:
            p.err(f"tar: {name}: Cannot write: No space left on device\n")
            raise Killed(2)
        made += written(member)
        if "v" in job.options:
            _say(p, job, member, to_error=job.options.value("f", "-") == "-")
        yield from p.flush()


def _skipped(job: _Job, name: str) -> bool:
    """Whether --exclude names it, or a part of its end."""
    parts = name.rstrip("/").split("/")
    ends = ["/".join(parts[i:]) for i in range(max(len(parts) - 8, 0), len(parts))]
    return any(_matches(end, pattern.rstrip("/")) for pattern in job.skipped for end in [*ends, name])


def _matches(name: str, pattern: str) -> bool:
    if pattern.count("*") > 3 or len(pattern) > 200:  # a pattern that could take long
        return name == pattern
    return fnmatchcase(name, pattern)


def _member(p: Process, job: _Job, name: str, path: str, stat: Stat) -> Member | None:
    if stat.kind == "s":
        p.err(f"tar: {name}: socket ignored\n")
        return None
    if path == p.path(job.options.value("f", "-")):
        p.err(f"tar: {name}: file is the archive; not dumped\n")
        return None
    inner = name if "P" in job.options else _relative(p, job, name, "member names")
    data = p.contents(path) if stat.kind == "f" else b""
    if len(data) >= MAX_WHOLE and stat.size > len(data):
        data += bytes(min(stat.size, MAX_EXPANDED + 1) - len(data))
    if stat.kind == "d":
        inner = inner.rstrip("/") + "/"
    owner = user_name(p, stat.uid), group_name(p, stat.gid)
    target = p.view.readlink(path) if stat.kind == "l" else ""
    rdev = stat.rdev if stat.kind in "cb" else (0, 0)
    mode, when = stat.mode & 0o7777, int(stat.mtime)
    return Member(inner, stat.kind, mode, stat.uid, stat.gid, *owner, when, target, data, rdev)


def _relative(p: Process, job: _Job, name: str, what: str) -> str:
    """A name without its leading slashes and all up to its last "..", as is said once."""
    prefix = name[: len(name) - len(name.lstrip("/"))]
    parts = name.split("/")
    if ".." in parts:
        last = len(parts) - 1 - parts[::-1].index("..")
        prefix = "/".join(parts[: last + 1]) + "/"
    if prefix and not job.stripped:
        job.stripped = True
        p.err(f"tar: Removing leading `{prefix}' from {what}\n")
    return name[len(prefix) :] or ("./" if prefix else name)


# reading ------------------------------------------------------------------------------------------------


def _read(p: Process, job: _Job, mode: str) -> Generator[Wait, bytes, int]:
    archive = job.options.value("f", "-")
    source = p.descriptors.get(0)
    if archive == "-" and source is not None and source.tty:
        return _fatal(p, "Refusing to read archive contents from terminal (missing -f option?)")
    try:
        data = yield from p.load(archive)
        if archive != "-" and p.view.stat(p.path(archive)).kind == "d":
            return _end(
                p,
                f"tar: {archive}: Cannot read: Is a directory\ntar: At beginning of tape, quitting now\n"
                "tar: Error is not recoverable: exiting now",
            )
    except Fault as fault:
        return _fatal(p, f"{archive}: Cannot open: {fault.text}")
    plain = _plain(p, job, data, archive)
    if plain is None:
        return 2
    if mode == "x" and not p.view.exists(job.names[0][0]):
        given = job.options.value("C")
        return _fatal(p, f"{given}: Cannot open: No such file or directory")
    found = set[str]()
    try:
        for member in members(plain):
            p.spend(2 + (len(member.data) >> 13))
            _meet(p, job, mode, member, found)
            yield from p.flush()
        if not plain:
            raise Unfit("foreign")
    except Unfit as unfit:
        if unfit.why == "short":
            return _fatal(p, "Unexpected EOF in archive")
        p.err("tar: This does not look like a tar archive\n")
        if plain:
            p.err("tar: Skipping to next header\n" if len(plain) > 10239 else "")
        job.status = 2
    _say_missing(p, job, found)
    return _finish(p, job)


def _say_missing(p: Process, job: _Job, found: set[str]) -> None:
    for _, name in job.names:
        if name and name.rstrip("/") not in found:
            p.err(f"tar: {name}: Not found in archive\n")
            job.status = 2


def _plain(p: Process, job: _Job, data: bytes, archive: str) -> bytes | None:
    """The archive without its compression; None where a refusal was said."""
    kind = _wanted(job.options, "") or ("" if archive == "-" else kind_of(data))
    if not kind:
        if archive == "-" and (found := kind_of(data)):
            letter = {"gzip": "z", "bzip2": "j", "xz": "J", "lzma": "J"}[found]
            _fatal(p, f"Archive is compressed. Use -{letter} option")
            return None
        return data
    p.spend(len(data) >> 10)
    try:
        plain = expand(kind, data)
    except Broken as broken:
        texts = {
            "gzip": ("\ngzip: stdin: not in gzip format", "\ngzip: stdin: unexpected end of file", 1),
            "bzip2": ("bzip2: (stdin) is not a bzip2 file.", "bzip2: Compressed file ends unexpectedly", 2),
            "xz": ("xz: (stdin): File format not recognized", "xz: (stdin): Unexpected end of input", 1),
        }[kind if kind != "lzma" else "xz"]
        p.err(f"{texts[broken.why != 'foreign']}\ntar: Child returned status {texts[2]}\n")
        p.err("tar: Error is not recoverable: exiting now\n")
        return None
    p.spend(len(plain) >> 12)
    return plain


def _meet(p: Process, job: _Job, mode: str, member: Member, found: set[str]) -> None:
    """List a member, or put it into its place."""
    wanted = [name.rstrip("/") for _, name in job.names if name]
    name = member.name.rstrip("/")
    p.spend(len(wanted) >> 4)
    if wanted:
        hits = [item for item in wanted if _hit(job, name, item)]
        if not hits:
            return
        found.update(hits)
    if _skipped(job, member.name):
        return
    digits = job.options.value("strip", "0")
    drop = int(digits) if digits.isdecimal() and len(digits) < 4 else 0
    parts = member.name.rstrip("/").split("/")[drop:]
    if parts in ([], [""]):
        return
    if mode == "t" or "v" in job.options:
        _say(p, job, member, to_error="O" in job.options and mode == "x")
    if mode == "x":
        inner = "/".join(parts)
        if "P" not in job.options:
            inner = _relative(p, job, inner, "member names")
        job.status |= place(p, member, job.names[0][0], inner, job.options)


def _hit(job: _Job, name: str, wanted: str) -> bool:
    if "wildcards" in job.options:
        return _matches(name, wanted)
    return name == wanted or name.startswith(wanted + "/")


def _say(p: Process, job: _Job, member: Member, *, to_error: bool) -> None:
    """A member's line: its name, or with -vv (-tv) all of it."""
    count = sum(letter == "v" for letter, _ in job.options.flags) + ("t" in job.options)
    line = member.name if count < 2 else _whole(member, numeric="numeric" in job.options)
    (p.err if to_error else p.out)(line + "\n")


def _whole(member: Member, *, numeric: bool) -> str:
    kind = "f" if member.kind == "h" else member.kind
    stat = Stat(0, kind, member.mode, 1, 0, 0, 0, 0.0, 0.0, 0.0, 0, (0, 0), 0)
    mode = ("h" if member.kind == "h" else "") + mode_text(stat)
    user = str(member.uid) if numeric or not member.user else member.user
    group = str(member.gid) if numeric or not member.group else member.group
    size = f"{member.rdev[0]},{member.rdev[1]}" if member.kind in "cb" else str(len(member.data))
    width = max(19 - len(user) - len(group) - 1, len(size) + 1)
    when = datetime.fromtimestamp(member.mtime, UTC)
    link = {"l": f" -> {member.target}", "h": f" link to {member.target}"}.get(member.kind, "")
    return f"{mode[:10]} {user}/{group}{size:>{width}} {when:%Y-%m-%d %H:%M} {member.name}{link}"

"""gzip, bzip2, xz and the names that they are called by."""

import struct
from collections.abc import Generator

from msgspec import Struct

from samovar.shell.commands.archives.codec import MAX_EXPANDED, Broken, expand, kind_of, pack
from samovar.shell.commands.options import Options, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.node import Stat
from samovar.shell.kernel.process import MAX_WHOLE, Body, Process
from samovar.shell.kernel.wait import Wait

_LONG = {
    "stdout": "c", "to-stdout": "c", "decompress": "d", "uncompress": "d", "compress": "z", "force": "f", "keep": "k",
    "list": "l", "name": "N", "no-name": "n", "quiet": "q", "recursive": "r", "suffix=": "S", "test": "t",
    "verbose": "v", "fast": "1", "best": "9", "version": "V", "help": "h", "threads=": "T", "extreme": "e",
    "format=": "F", "rsyncable": "rsyncable", "small": "s",
}  # fmt: skip


class _Tool(Struct, frozen=True):
    """How a program of the three speaks."""

    kind: str
    suffixes: dict[str, str]
    letters: str
    banner: str
    refusal: int  # the status where a file is passed over
    foreign: str
    short: str
    damaged: str


_TOOLS = {
    "gzip": _Tool(
        "gzip",
        {".gz": "", ".tgz": ".tar", ".taz": ".tar", "-gz": "", ".z": "", "-z": "", "_z": "", ".Z": ""},
        "123456789cdfhklLnNqrS:tvV",
        "gzip 1.12",
        2,
        "\n{who}: {name}: not in gzip format",
        "\n{who}: {name}: unexpected end of file",
        "\n{who}: {name}: invalid compressed data--format violated",
    ),
    "bzip2": _Tool(
        "bzip2",
        {".bz2": "", ".bz": "", ".tbz2": ".tar", ".tbz": ".tar"},
        "123456789cdfhkLqstvVz",
        "bzip2, a block-sorting file compressor.  Version 1.0.8, 13-Jul-2019.",
        1,
        "{who}: {name} is not a bzip2 file.",
        "\n{who}: Compressed file ends unexpectedly;\n\tperhaps it is corrupted?  *Possible* reason follows.",
        "\n{who}: Data integrity error when decompressing.\n\tInput file = {name}, output file = {other}",
    ),
    "xz": _Tool(
        "xz",
        {".xz": "", ".lzma": "", ".txz": ".tar", ".tlz": ".tar"},
        "0123456789cC:deF:fhHklM:QqS:tT:vVz",
        "xz (XZ Utils) 5.4.1\nliblzma 5.4.1",
        2,
        "{who}: {name}: File format not recognized",
        "{who}: {name}: Unexpected end of input",
        "{who}: {name}: Compressed data is corrupt",
    ),
}
_NAMES = {"gunzip": "gzip", "zcat": "gzip", "gzip": "gzip", "uncompress": "gzip"}
_NAMES |= {"bzip2": "bzip2", "bunzip2": "bzip2", "bzcat": "bzip2"}
_NAMES |= dict.fromkeys(("xz", "unxz", "xzcat", "lzma", "unlzma", "lzcat"), "xz")


class _Job(Struct):
    """One call: which tool, under which name it speaks, what it is to do."""

    tool: _Tool
    who: str
    options: Options
    expands: bool
    prints: bool
    level: int


def compress(p: Process) -> Body:
    """Pack or expand files, or standard input."""
    tool = _TOOLS[_NAMES[p.name]]
    who = "gzip" if tool.kind == "gzip" else p.name
    hint = "Try `gzip --help' for more information." if tool.kind == "gzip" else ""
    if p.name == "zcat":
        hint = "Try `gzip --help' for more information."
    options = parse(p, tool.letters, _LONG, hint=hint)
    if "V" in options:
        p.out(tool.banner + "\n")
        return 0
    if "h" in options:
        p.out(f"Usage: {p.name} [OPTION]... [FILE]...\n")
        return 0
    way = options.last("dtz") or ("z" if p.name in _TOOLS or p.name == "lzma" else "d")
    digits = options.last("0123456789", "9" if tool.kind == "bzip2" else "6")
    prints = "c" in options or p.name.endswith("cat")
    job = _Job(tool, who, options, way != "z" or "l" in options, prints, int(digits))
    status = 0
    for name in options.rest or ["-"]:
        found = (yield from _stream(p, job)) if name == "-" else (yield from _file(p, job, name))
        status = 1 if 1 in (found, status) else max(found, status)
    return status


def _convert(p: Process, job: _Job, name: str, data: bytes, other: str, mtime: int = 0) -> bytes | int:
    """The other form of data, or the status of the refusal that was said."""
    tool = job.tool
    p.spend(2 + (len(data) >> 10))
    if not job.expands:
        kind = "lzma" if p.name == "lzma" or job.options.value("F") == "lzma" else tool.kind
        stored = "" if "n" in job.options or name == "(stdin)" else name.rpartition("/")[2]
        return pack(kind, data, level=job.level, name=stored, mtime=mtime)
    try:
        result = expand(tool.kind, data)
    except Broken as broken:
        shown = "stdin" if tool.kind == "gzip" and name == "(stdin)" else name
        form = {"foreign": tool.foreign, "short": tool.short, "damaged": tool.damaged}.get(
            broken.why, "{who}: {name}: No space left on device"
        )
        if broken.why == "foreign" and "f" in job.options and job.prints:
            return data
        if job.prints and "t" not in job.options:
            p.write(broken.before)
        p.err(form.format(who=job.who, name=shown, other=other) + "\n")
        return 2 if tool.kind == "bzip2" else 1
    p.spend(len(result) >> 12)
    return result


def _stream(p: Process, job: _Job) -> Generator[Wait, bytes, int]:
    stream = p.descriptors.get(1)
    source = p.descriptors.get(0)
    if not job.expands and stream is not None and stream.tty and "f" not in job.options:
        return _terminal(p, job, "written to")
    if job.expands and source is not None and source.tty and "f" not in job.options:
        return _terminal(p, job, "read from")
    result = _convert(p, job, "(stdin)", (yield from p.everything()), "(stdout)")
    if isinstance(result, int):
        return result
    if "t" not in job.options:
        yield from _emit(p, result)
    return 0


def _terminal(p: Process, job: _Job, way: str) -> int:
    what = "Compressed data cannot be"
    if job.tool.kind == "xz":
        return p.fail(f"{what} {way} a terminal\n{p.name}: Try '{p.name} --help' for more information.")
    if job.tool.kind == "gzip":
        p.err(
            f"gzip: compressed data not {way} a terminal. Use -f to force "
            f"{'de' if job.expands else ''}compression.\nFor help, type: gzip -h\n"
        )
        return 1
    doing = "read compressed data from" if job.expands else "write compressed data to"
    p.err(f"{p.name}: I won't {doing} a terminal.\n{p.name}: For help, type: `{p.name} --help'.\n")
    return 1


def _emit(p: Process, data: bytes) -> Generator[Wait, bytes, None]:
    for start in range(0, len(data), 1 << 16):
        p.write(data[start : start + (1 << 16)])
        yield from p.flush()


def _file(p: Process, job: _Job, name: str) -> Generator[Wait, bytes, int]:
    kind = job.tool.kind
    gone = "{who}: Can't open input file {name}: {text}." if kind == "bzip2" else "{who}: {name}: {text}"
    try:
        if kind == "gzip" and job.expands and not p.view.exists(p.path(name)) and p.view.exists(p.path(name + ".gz")):
            name += ".gz"
        stat = p.view.stat(p.path(name))
        if stat.kind == "d":
            return _folder(p, job, name)
        if stat.size > (MAX_WHOLE if job.expands else MAX_EXPANDED):
            p.err(f"{job.who}: {name}: Cannot allocate memory\n")
            return 1
        data = p.contents(name)
    except Fault as fault:
        missing = name + ".gz" if kind == "gzip" and job.expands and not name.endswith(".gz") else name
        p.err(gone.format(who=job.who, name=missing, text=fault.text) + "\n")
        return 1
    if kind == "xz" and job.expands and not job.prints and not kind_of(data):
        p.err(job.tool.foreign.format(who=job.who, name=name) + "\n")
        return 1
    other = _other(p, job, name)
    if isinstance(other, int):
        return other
    writes = not job.prints and "t" not in job.options and "l" not in job.options
    if writes and "f" not in job.options and p.view.exists(p.path(other)):
        return _exists(p, job, name, other)
    result = _convert(p, job, name, data, other, int(stat.mtime))
    if isinstance(result, int):
        return result
    if "l" in job.options:
        return _listed(p, job, name, data, len(result))
    if job.prints and "t" not in job.options:
        yield from _emit(p, result)
    if writes:
        return _replace(p, job, (name, other), stat, data, result)
    return 0


def _other(p: Process, job: _Job, name: str) -> str | int:
    """The name of the result, or the status of the refusal that was said."""
    suffixes = dict(job.tool.suffixes)
    own = job.options.value("S") or (".lzma" if p.name == "lzma" else next(iter(suffixes)))
    own = own if job.tool.kind != "gzip" or own.startswith(".") or not job.options.value("S") else "." + own
    suffixes = {own: ""} | suffixes
    found = next((suffix for suffix in suffixes if name.endswith(suffix) and len(name) > len(suffix)), "")
    quiet = job.prints or "t" in job.options or "l" in job.options
    if job.expands:
        if found:
            return name[: -len(found)] + suffixes[found]
        if quiet:
            return name
        if job.tool.kind == "bzip2":
            p.err(f"{job.who}: Can't guess original name for {name} -- using {name}.out\n")
            return name + ".out"
        said = "unknown suffix -- ignored" if job.tool.kind == "gzip" else "Filename has an unknown suffix, skipping"
        p.err(f"{job.who}: {name}: {said}\n")
        return job.tool.refusal
    if found and not quiet and "f" not in job.options:
        said = {
            "gzip": f"{name} already has {found} suffix -- unchanged",
            "bzip2": f"Input file {name} already has {found} suffix.",
            "xz": f"{name}: File already has '{found}' suffix, skipping",
        }[job.tool.kind]
        p.err(f"{job.who}: {said}\n")
        return job.tool.refusal
    return name + own


def _folder(p: Process, job: _Job, name: str) -> int:
    said = {
        "gzip": f"{name} is a directory -- ignored",
        "bzip2": f"Input file {name} is a directory.",
        "xz": f"{name}: Is a directory, skipping",
    }[job.tool.kind]
    p.err(f"{job.who}: {said}\n")
    return job.tool.refusal


def _exists(p: Process, job: _Job, name: str, other: str) -> int:
    said = {
        "gzip": f"{other} already exists;\tnot overwritten",
        "bzip2": f"Output file {other} already exists.",
        "xz": f"{other}: File exists",
    }[job.tool.kind]
    p.err(f"{job.who}: {said}\n")
    return 2 if job.tool.kind == "gzip" else 1


def _listed(p: Process, job: _Job, name: str, data: bytes, size: int) -> int:
    ratio = 100.0 * (1 - (len(data) - 18 - len(name)) / size) if size else 0.0
    if job.tool.kind == "gzip":
        size = struct.unpack("<I", data[-4:])[0]
        p.out("         compressed        uncompressed  ratio uncompressed_name\n")
        p.out(f"{len(data):>19} {size:>19} {ratio:>5.1f}% {_other(p, job, name)}\n")
    else:
        share = f"{len(data) / size:.3f}" if size and len(data) / size < 10 else "---"
        p.out("Strms  Blocks   Compressed Uncompressed  Ratio  Check   Filename\n")
        p.out(f"    1       1 {len(data):>10} B {size:>10} B  {share:>5}  CRC64   {name}\n")
    return 0


def _replace(p: Process, job: _Job, names: tuple[str, str], stat: Stat, data: bytes, result: bytes) -> int:
    name, other = names
    try:
        p.store(other, result)
        p.view.chmod(p.path(other), stat.mode & 0o7777)
        p.view.utime(p.path(other), stat.atime, stat.mtime)
        if "k" not in job.options:
            p.view.unlink(p.path(name))
    except Fault as fault:
        p.err(f"{job.who}: {other}: {fault.text}\n")
        return 1
    if "v" in job.options and job.tool.kind == "gzip":
        small, large = (len(data), len(result)) if job.expands else (len(result), len(data))
        ratio = 100.0 * (large - small) / large if large else 0.0
        done = "created" if "k" in job.options else "replaced with"
        p.err(f"{name}:\t{ratio:>5.1f}% -- {done} {other}\n")
    return 0

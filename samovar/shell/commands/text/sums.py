"""md5sum, sha1sum and its family, b2sum, cksum, sum (coreutils 9.1)."""

import hashlib
import re
from collections.abc import Generator

from samovar.shell.commands.options import Options, parse
from samovar.shell.commands.text.sources import Inputs
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_KINDS = {"md5sum": "md5", "sha1sum": "sha1", "b2sum": "blake2b"} | {
    f"sha{bits}sum": f"sha{bits}" for bits in (224, 256, 384, 512)
}
_LONG = {
    "binary": "b", "text": "t", "check": "c", "tag": "tag", "zero": "z", "quiet": "quiet", "status": "status",
    "strict": "strict", "warn": "w", "ignore-missing": "missing", "length=": "l",
}  # fmt: skip


def sums(p: Process) -> Body:
    """Print or check message digests."""
    kind = _KINDS[p.name if p.name in _KINDS else "md5sum"]
    options = parse(p, "bctwzl:", _LONG)
    if "c" in options:
        return (yield from _check(p, kind, options))
    status = 0
    for name in options.rest or ["-"]:
        try:
            digest = yield from _digest(p, kind, name)
        except Fault as fault:
            status = p.fail(f"{name}: {fault.text}")
            continue
        if "tag" in options:
            p.out(f"{'BLAKE2b' if kind == 'blake2b' else kind.upper()} ({name}) = {digest}\n")
            continue
        escaped = name.replace("\\", "\\\\").replace("\n", "\\n")
        mark = "*" if "b" in options else " "
        p.out(f"{chr(92) if escaped != name else ''}{digest} {mark}{escaped}{chr(0) if 'z' in options else chr(10)}")
        yield from p.flush()
    return status


def _digest(p: Process, kind: str, name: str) -> Generator[Wait, bytes, str]:
    digest = hashlib.new(kind, usedforsecurity=False)
    if name == "-":
        while data := (yield from p.read()):
            digest.update(data)
            p.spend(1 + (len(data) >> 14))
        return digest.hexdigest()
    handle, at = p.view.open(p.path(name)), 0
    while data := p.view.pread(handle, at, 1 << 18) if handle.kind != "c" else b"":
        digest.update(data)
        at += len(data)
        p.spend(1 + (len(data) >> 14))
    return digest.hexdigest()


def _check(p: Process, kind: str, options: Options) -> Body:
    status = failed = unread = malformed = 0
    for listed in options.rest or ["-"]:
        try:
            data = yield from p.load(listed)
        except Fault as fault:
            status = p.fail(f"{listed}: {fault.text}")
            continue
        found = 0
        size = hashlib.new(kind, usedforsecurity=False).digest_size * 2
        for line in data.decode("latin-1").splitlines():
            row = re.fullmatch(rf"\\?([0-9a-fA-F]{{{size}}}) [ *](.+)", line)
            if row is None:
                malformed += bool(line)
                continue
            found += 1
            try:
                good = (yield from _digest(p, kind, row[2])) == row[1].lower()
            except Fault as fault:
                if "missing" not in options:
                    unread += 1
                    p.err(f"{p.name}: {row[2]}: {fault.text}\n")
                    p.out("" if "status" in options else f"{row[2]}: FAILED open or read\n")
                continue
            failed += not good
            if "status" not in options and not (good and "quiet" in options):
                p.out(f"{row[2]}: {'OK' if good else 'FAILED'}\n")
        if not found:
            shown = "'standard input'" if listed == "-" else listed
            status = p.fail(f"{shown}: no properly formatted checksum lines found")
    _warn(p, options, malformed if not status else 0, unread, failed)
    return int(bool(status or failed or unread))


def _warn(p: Process, options: Options, malformed: int, unread: int, failed: int) -> None:
    if "status" in options:
        return
    for count, what, more in (
        (malformed, "line", "improperly formatted"),
        (unread, "listed file", "could not be read"),
        (failed, "computed checksum", "did NOT match"),
    ):
        if count:
            verb = " is" if count == 1 and what == "line" else " are" if what == "line" else ""
            p.err(f"{p.name}: WARNING: {count} {what}{'s' if count > 1 else ''}{verb} {more}\n")


def _table() -> list[int]:
    table = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1 ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
        table.append(value)
    return table


_CRC = _table()
_MAX_CRC = 1 << 20  # bytes: it is computed byte by byte


def cksum(p: Process) -> Body:
    """POSIX's CRC and the size; with -a another digest."""
    options = parse(p, "a:bcl:tz", {"algorithm=": "a", "untagged": "untagged", "tag": "tag", "check": "c"})
    if "a" in options and options.value("a") in ("md5", "sha1", "sha224", "sha256", "sha384", "sha512"):
        p.argv = [options.value("a") + "sum", *(["--tag"] if "untagged" not in options else []), *options.rest]
        return (yield from sums(p))
    inputs = Inputs(p)
    for name in options.rest or ["-"]:
        data = yield from inputs.data(name)
        if data is None:
            continue
        p.spend(1 + len(data) // 100)
        value, size = 0, len(data)
        for byte in data[:_MAX_CRC] + size.to_bytes((size.bit_length() + 7) // 8, "little"):
            value = (value << 8 & 0xFFFFFFFF) ^ _CRC[value >> 24 ^ byte]
        p.out(f"{value ^ 0xFFFFFFFF} {size}{'' if not options.rest else ' ' + name}\n")
    return inputs.status


def bsd_sum(p: Process) -> Body:
    """BSD's 16-bit sum, or System V's with -s."""
    options = parse(p, "rs", {"sysv": "s"})
    inputs = Inputs(p)
    for name in options.rest or ["-"]:
        data = yield from inputs.data(name)
        if data is None:
            continue
        p.spend(1 + len(data) // 200)
        tail = "" if not options.rest else f" {name}"
        if "s" in options:
            total = sum(data)
            total = (total & 0xFFFF) + (total >> 16 & 0xFFFF)
            p.out(f"{(total & 0xFFFF) + (total >> 16)} {-(-len(data) // 512)}{tail}\n")
            continue
        value = 0
        for byte in data:
            value = ((value >> 1) + ((value & 1) << 15) + byte) & 0xFFFF
        p.out(f"{value:05} {-(-len(data) // 1024):5}{tail}\n")
    return inputs.status

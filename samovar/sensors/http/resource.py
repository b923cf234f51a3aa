"""A file of the site, served as Apache's default handler does: preconditions, ranges, gzip (RFC 9110)."""

import gzip
import re
from datetime import UTC, datetime

from msgspec import Struct

from samovar.sensors.http.answer import MONTHS, Answer, date
from samovar.sensors.http.wire import Request

MAX_RANGES = 200  # Apache's MaxRanges
_CONDITIONS = frozenset((b"if-match", b"if-none-match", b"if-modified-since", b"if-unmodified-since"))
_DATE = re.compile(rb"(?:\w{3,9}, )(\d\d)[ -](\w{3})[ -](\d{4}) (\d\d):(\d\d):(\d\d) GMT")
_REFUSED = re.compile(rb"\s*q\s*=\s*0(\.0*)?\s*")
_RANGE = re.compile(rb"(\d{0,18})-(\d{0,18})")


class Resource(Struct, frozen=True, kw_only=True):
    """One file: its bytes, perhaps also compressed, when it was changed (seconds since 1970), and its header lines."""

    body: bytes
    kind: bytes
    changed: int
    tag: bytes  # of the plain form: size and microseconds of the change, in hexadecimal
    lines: bytes
    zipped: bytes = b""
    zipped_lines: bytes = b""


def resource(body: bytes, kind: bytes, changed: int) -> Resource:
    """The file, changed at so many microseconds; text is also kept as mod_deflate would compress it each time."""
    seconds = changed // 1_000_000
    tag = b'"%x-%x"' % (len(body), changed)
    lines = b"Last-Modified: %b\r\nETag: %b\r\nAccept-Ranges: bytes\r\n"
    modified = date(seconds).encode()
    text = kind.startswith(b"text/")
    compressed = lines % (modified, tag[:-1] + b'-gzip"') + b"Vary: Accept-Encoding\r\nContent-Encoding: gzip\r\n"
    return Resource(
        body=body,
        kind=kind,
        changed=seconds,
        tag=tag,
        lines=lines % (modified, tag),
        zipped=gzip.compress(body, 6, mtime=0) if text else b"",
        zipped_lines=compressed if text else b"",
    )


def serve(file: Resource, request: Request, now: float) -> Answer | None:
    """The answer to GET, HEAD or POST for the file; None where no range can be satisfied (416)."""
    if request.first.keys() & _CONDITIONS and (refused := _unmet(file, request, now)):
        return Answer(refused, file.lines, kind=file.kind if refused == 412 else b"")
    zipped = file.zipped and _takes_gzip(request.field(b"accept-encoding"))
    body = file.zipped if zipped else file.body
    wanted = request.field(b"range")
    ranges = None
    if wanted is not None and _range_holds(file, request.field(b"if-range")):
        ranges = parse_ranges(wanted, len(body))
    if ranges is not None and not ranges:
        return None
    if zipped:
        return _part(file, body, ranges, file.zipped_lines, b"")
    return _part(file, body, ranges, file.lines, b"Vary: Accept-Encoding\r\n" if file.zipped else b"")


def _part(file: Resource, body: bytes, ranges: list[tuple[int, int]] | None, head: bytes, tail: bytes) -> Answer:
    if ranges is None:
        return Answer(200, head, tail, file.kind, body)
    if len(ranges) == 1:
        start, end = ranges[0]
        line = b"Content-Range: bytes %d-%d/%d\r\n" % (start, end, len(body))
        part = body[start : end + 1]
        if tail:  # Apache states the range after Vary, but before the length of what it compresses (measured)
            return Answer(206, head, tail + line, file.kind, part)
        return Answer(206, head + line, b"", file.kind, part)
    mark = b"%016x" % (int(file.tag[1:-1].partition(b"-")[2], 16) * 0x9E3779B97F4A7C15 % 2**64)
    parts = [
        b"\r\n--%b\r\nContent-type: %b\r\nContent-range: bytes %d-%d/%d\r\n\r\n%b"
        % (mark, file.kind, start, end, len(body), body[start : end + 1])
        for start, end in ranges
    ]
    whole = b"".join((*parts, b"\r\n--", mark, b"--\r\n"))
    return Answer(206, head, tail, b"multipart/byteranges; boundary=" + mark, whole)


def _unmet(file: Resource, request: Request, now: float) -> int:
    """412 or 304 where a precondition says so, in the order of RFC 9110 section 13.2.2; else 0."""
    match, none = request.field(b"if-match"), request.field(b"if-none-match")
    if match is not None and not _names(file, match):
        return 412
    if match is None and (since := moment(request.field(b"if-unmodified-since"))) is not None and file.changed > since:
        return 412
    if none is not None:
        if not _names(file, none):
            return 0
        return 304 if request.method in (b"GET", b"HEAD") else 412
    since = moment(request.field(b"if-modified-since"))
    reads = request.method in (b"GET", b"HEAD")
    return 304 if since is not None and reads and file.changed <= since <= now else 0


def _names(file: Resource, field: bytes) -> bool:
    """Whether a list of tags has the file's (of its plain form only, as mod_deflate works; measured)."""
    return field.strip() == b"*" or file.tag in [tag.strip().removeprefix(b"W/") for tag in field.split(b",")]


def _range_holds(file: Resource, field: bytes | None) -> bool:
    if field is None or field == file.tag:
        return True
    return moment(field) == file.changed


def moment(field: bytes | None) -> int | None:
    """Seconds since 1970 of an HTTP date, None where it is none."""
    found = _DATE.fullmatch(field.strip()) if field is not None else None
    if found is None or (name := found[2].decode("latin-1").capitalize()) not in MONTHS:
        return None
    year, day, hour, minute, second = (int(found[n]) for n in (3, 1, 4, 5, 6))
    try:
        return int(datetime(year, MONTHS.index(name) + 1, day, hour, minute, second, tzinfo=UTC).timestamp())
    except ValueError:
        return None


def _takes_gzip(field: bytes | None) -> bool:
    for coding in (field or b"").lower().split(b","):
        name, _, weight = coding.partition(b";")
        if name.strip() in (b"gzip", b"x-gzip"):
            return not _REFUSED.fullmatch(weight)
    return False


def parse_ranges(field: bytes, size: int) -> list[tuple[int, int]] | None:
    """First and last byte of each range; neighbours are joined. None: the field is to be ignored."""
    unit, _, specs = field.partition(b"=")
    if unit.strip().lower() != b"bytes" or specs.count(b",") >= MAX_RANGES:
        return None
    ranges: list[tuple[int, int]] = []
    for spec in specs.split(b","):
        found = _RANGE.fullmatch(spec.strip())
        if found is None or found[0] == b"-":
            return None
        if found[1] and found[2] and int(found[1]) > int(found[2]):
            return None
        start = int(found[1]) if found[1] else max(size - int(found[2]), 0)
        end = min(int(found[2]), size - 1) if found[1] and found[2] else size - 1
        if start > end:
            continue
        if ranges and ranges[-1][0] <= start <= ranges[-1][1] + 1:
            start, end = ranges[-1][0], max(ranges.pop()[1], end)
        ranges.append((start, end))
    return ranges if sum(end - start + 1 for start, end in ranges) <= size else None

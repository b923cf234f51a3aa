"""base64, base32, xxd, od, hexdump, strings."""

import base64
import binascii
from collections.abc import Generator

from samovar.shell.commands.files.names import quoted
from samovar.shell.commands.options import Options, misuse, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Body, Process
from samovar.shell.kernel.wait import Wait

_ALPHABETS = {
    "base64": b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "base32": b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
}


def base(p: Process) -> Body:
    """base64 and base32, both ways."""
    options = parse(p, "diw:", {"decode": "d", "ignore-garbage": "i", "wrap=": "w"})
    if len(options.rest) > 1:
        return misuse(p, f"extra operand {quoted(options.rest[1])}")
    width = options.value("w", "76")
    if not width.isdecimal():
        return p.fail(f"invalid wrap size: {quoted(width)}")
    try:
        data = yield from p.load(options.rest[0] if options.rest else "-")
    except Fault as fault:
        return p.fail(f"{options.rest[0]}: {fault.text}")
    kind = "base32" if p.name == "base32" else "base64"
    p.spend(1 + (len(data) >> 12))
    if "d" in options:
        return _decode(p, kind, data, ignore="i" in options)
    text = (base64.b64encode if kind == "base64" else base64.b32encode)(data)
    step = int(width[:9])
    lines = [text[i : i + step] for i in range(0, len(text), step)] if step else [text]
    p.write(b"\n".join(lines) + (b"\n" if step and text else b""))
    yield from p.flush()
    return 0


def _decode(p: Process, kind: str, data: bytes, *, ignore: bool) -> int:
    alphabet = _ALPHABETS[kind]
    kept = (
        bytes(c for c in data if c in alphabet or c == 61) if ignore else data.replace(b"\n", b"").replace(b"\r", b"")
    )
    bad = next((i for i, c in enumerate(kept) if c not in alphabet and c != 61), len(kept))
    good = kept[:bad]
    group = 4 if kind == "base64" else 8
    whole = good[: len(good) // group * group]
    try:
        p.write(base64.b64decode(whole) if kind == "base64" else base64.b32decode(whole))
    except (binascii.Error, ValueError):
        return p.fail("invalid input")
    if bad < len(kept) or len(good) != len(whole):
        rest = good[len(whole) :].rstrip(b"=")
        if kind == "base64" and len(rest) > 1:
            p.write(base64.b64decode(rest + b"=" * (4 - len(rest)))[: len(rest) * 3 // 4])
        return p.fail("invalid input")
    return 0


def xxd(p: Process) -> Body:
    """Bytes as hexadecimal, and back."""
    options = parse(p, "abc:Ceg:hil:o:ps:ruvR:", {"plain": "p", "ps": "p", "revert": "r"}, hint="")
    try:
        data = yield from p.load(options.rest[0] if options.rest else "-")
    except Fault as fault:
        p.err(f"xxd: {options.rest[0]}: {fault.text}\n")
        return 2
    if "r" in options:
        p.write(_reverted(data.decode("latin-1"), plain="p" in options))
        return 0
    start = _number(options.value("s"))
    data = data[start:]
    if "l" in options:
        data = data[: _number(options.value("l"))]
    p.spend(1 + len(data) // 100)
    plain, bits = "p" in options, "b" in options
    columns = max(_number(options.value("c")) or (30 if plain else 6 if bits else 16), 1)
    if plain:
        text = data.hex().upper() if "u" in options else data.hex()
        p.out("".join(text[i : i + columns * 2] + "\n" for i in range(0, len(text), columns * 2)))
        return 0
    if "i" in options:
        p.out(_include(data, options.rest[0] if options.rest else ""))
        return 0
    group = _number(options.value("g")) if "g" in options else 1 if bits else 2
    for at in range(0, len(data), columns):
        p.out(_xxd_line(data[at : at + columns], at + max(start, 0), columns, group, options))
        yield from p.flush()
    return 0


def _xxd_line(row: bytes, at: int, columns: int, group: int, options: Options) -> str:
    def cells(data: bytes) -> str:
        form = "08b" if "b" in options else "02X" if "u" in options else "02x"
        parts = [format(byte, form) for byte in data]
        return " ".join("".join(parts[i : i + group]) for i in range(0, len(parts), group)) if group else "".join(parts)

    width = len(cells(bytes(columns)))
    shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
    return f"{at:08x}: {cells(row):<{width}}  {shown}\n"


def _include(data: bytes, name: str) -> str:
    rows = [", ".join(f"0x{byte:02x}" for byte in data[i : i + 12]) for i in range(0, len(data), 12)]
    body = "  " + ",\n  ".join(rows) + "\n" if rows else ""
    if not name:
        return body
    known = "".join(c if c.isalnum() else "_" for c in name)
    return f"unsigned char {known}[] = {{\n{body}}};\nunsigned int {known}_len = {len(data)};\n"


def _reverted(text: str, *, plain: bool) -> bytes:
    out = bytearray()
    for line in text.splitlines():
        body = line if plain else line.partition(":")[2].split("  ")[0]
        digits = "".join(c for c in body if c in "0123456789abcdefABCDEF")
        out += bytes.fromhex(digits[: len(digits) // 2 * 2])
    return bytes(out)


def _number(text: str) -> int:
    sign, body = (-1, text[1:]) if text.startswith("-") else (1, text.lstrip("+"))
    try:
        return sign * int(body[:12], 16 if body.lower().startswith("0x") else 10)
    except ValueError:
        return 0


def hexdump(p: Process) -> Body:
    """hexdump and hd (bsdextrautils): -C, or two-byte words."""
    options = parse(p, "bcCde:f:n:os:vx", {"canonical": "C", "length=": "n", "skip=": "s", "no-squeezing": "v"})
    try:
        data = yield from p.load(options.rest[0] if options.rest else "-")
    except Fault as fault:
        return p.fail(f"{options.rest[0]}: {fault.text}")
    skip = _number(options.value("s"))
    data = data[skip:]
    if "n" in options:
        data = data[: _number(options.value("n"))]
    p.spend(1 + len(data) // 100)
    canonical = "C" in options or p.name == "hd"
    width, last, squeezed = 8 if canonical else 7, b"", False
    for at in range(0, len(data), 16):
        row = data[at : at + 16]
        if row == last and len(row) == 16 and "v" not in options:
            p.out("" if squeezed else "*\n")
            squeezed = True
            continue
        last, squeezed = row, False
        p.out(f"{at + skip:0{width}x}{_canonical(row) if canonical else _words(row)}\n")
        yield from p.flush()
    if data:
        p.out(f"{len(data) + skip:0{width}x}\n")
    return 0


def _canonical(row: bytes) -> str:
    parts = [f"{byte:02x}" for byte in row]
    text = " ".join(parts[:8]) + "  " + " ".join(parts[8:])
    shown = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
    return f"  {text:<48}  |{shown}|"


def _words(row: bytes) -> str:
    cells = [int.from_bytes(row[i : i + 2], "little") for i in range(0, len(row), 2)]
    return "".join(f" {cell:04x}" for cell in cells).ljust(40)


_SIZES = {"C": 1, "S": 2, "I": 4, "L": 8}
_NAMED = (
    "nul soh stx etx eot enq ack bel bs ht nl vt ff cr so si dle dc1 dc2 dc3 dc4 nak syn "
    "etb can em sub esc fs gs rs us sp"
)
_ESCAPED = {0: "\\0", 7: "\\a", 8: "\\b", 9: "\\t", 10: "\\n", 11: "\\v", 12: "\\f", 13: "\\r"}


_OD = {
    "address-radix=": "A", "format=": "t", "read-bytes=": "N", "skip-bytes=": "j", "output-duplicates": "v",
    "width=?": "w",
}  # fmt: skip


def od(p: Process) -> Body:
    """Bytes in many forms."""
    options = parse(
        p,
        "A:bcdDefFhHiIj:lLN:oOsS:t:vw::xX",
        _OD,
    )
    data = bytearray()
    for name in options.rest or ["-"]:
        try:
            data += yield from p.load(name)
        except Fault as fault:
            return p.fail(f"{name}: {fault.text}")
    skip = _number(options.value("j"))
    raw = bytes(data[skip:])
    if "N" in options:
        raw = raw[: _number(options.value("N"))]
    given = [value if letter == "t" else _SHORT.get(letter, "") for letter, value in options.flags]
    forms = [form for form in given if form] or ["o2"]
    width = _number(options.value("w")) or (32 if "w" in options else 16)
    p.spend(1 + len(raw) // 50)
    rows = [raw[at : at + width] for at in range(0, len(raw), width)]
    yield from _od_rows(p, rows, forms, (options.value("A", "o")[:1], skip, width), squeeze="v" not in options)
    return 0


_SHORT = {
    "b": "o1", "c": "c", "d": "u2", "o": "o2", "x": "x2", "X": "x4", "i": "d4", "l": "d8", "s": "d2", "h": "x2",
    "O": "o4", "D": "u4",
}  # fmt: skip


def _od_rows(
    p: Process, rows: list[bytes], forms: list[str], layout: tuple[str, int, int], *, squeeze: bool
) -> Generator[Wait, bytes, None]:
    radix, at, width = layout
    last, squeezed = b"", False
    for row in rows:
        if squeeze and row == last and len(row) == width:
            p.out("" if squeezed else "*\n")
            squeezed = True
        else:
            last, squeezed, address = row, False, _address(at, radix)
            for form in forms:
                p.out(f"{address}{_od_row(row, form)}\n")
                address = " " * len(address)
        at += len(row)
        yield from p.flush()
    if radix != "n":
        p.out(_address(at, radix) + "\n")


def _address(at: int, radix: str) -> str:
    return {"o": f"{at:07o}", "d": f"{at:07d}", "x": f"{at:06x}"}.get(radix, "")


def _od_row(row: bytes, form: str) -> str:
    letter, rest = form[:1], form[1:].rstrip("z")
    shown = ""
    if form.endswith("z"):
        shown = "  >" + "".join(chr(b) if 32 <= b < 127 else "." for b in row) + "<"
    if letter in "ca":
        named = _NAMED.split()
        cells = [
            (_ESCAPED.get(b) or (chr(b) if 32 <= b < 127 else f"{b:03o}")) if letter == "c"
            else ("del" if b & 127 == 127 else named[b & 127] if b & 127 < 33 else chr(b & 127))
            for b in row
        ]  # fmt: skip
        return "".join(f" {cell:>3}" for cell in cells) + shown
    size = _SIZES.get(rest) or (int(rest) if rest in ("1", "2", "4", "8") else 4)
    widths = {
        "x": size * 2,
        "o": (size * 8 + 2) // 3,
        "u": {1: 3, 2: 5, 4: 10, 8: 20}[size],
        "d": {1: 4, 2: 6, 4: 11, 8: 20}[size],
    }
    out = []
    for i in range(0, len(row), size):
        value = int.from_bytes(row[i : i + size].ljust(size, b"\0"), "little", signed=letter == "d")
        text = format(value, {"x": f"0{widths['x']}x", "o": f"0{widths['o']}o"}.get(letter, "d"))
        out.append(" " + text.rjust(widths.get(letter, 3)))
    return "".join(out) + shown


def strings(p: Process) -> Body:
    """Printable runs."""
    options = parse(p, "an:t:ofe:s:w0123456789", {"all": "a", "bytes=": "n", "radix=": "t"})
    least = _number(options.value("n")) or 4
    status = 0
    for name in options.rest or ["-"]:
        try:
            data = yield from p.load(name)
        except Fault:
            p.err(f"strings: '{name}': No such file\n")
            status = 1
            continue
        p.spend(1 + len(data) // 200)
        run = bytearray()
        for byte in data + b"\0":
            if 32 <= byte < 127 or byte == 9:
                run.append(byte)
            else:
                if len(run) >= least:
                    p.write(bytes(run) + b"\n")
                run.clear()
        yield from p.flush()
    return status

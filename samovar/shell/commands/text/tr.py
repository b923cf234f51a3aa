"""tr."""

from samovar.shell.commands.options import parse
from samovar.shell.commands.text.pattern import CLASSES
from samovar.shell.kernel.process import Body, Process

_LONG = {"complement": "c", "delete": "d", "squeeze-repeats": "s", "truncate-set1": "t", "version": "version"}
_ESCAPES = {"a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92}
MAX_SET = 4096


class _Misuse(Exception):
    pass


def _units(text: str) -> list[tuple[int, bool]]:
    """Bytes, and whether they were escaped."""
    found: list[tuple[int, bool]] = []
    place = 0
    while place < len(text):
        char = text[place]
        place += 1
        if char != "\\" or place >= len(text):
            found.append((ord(char) & 255, False))
            continue
        char = text[place]
        digits = ""
        while len(digits) < 3 and place < len(text) and text[place] in "01234567":
            digits += text[place]
            place += 1
        if digits:
            found.append((int(digits, 8) & 255, True))
        else:
            place += 1
            found.append((_ESCAPES.get(char, ord(char) & 255), True))
    return found


def _bracketed(units: list[tuple[int, bool]], place: int, short: int) -> tuple[list[int], int] | None:
    """``[:class:]``, ``[=c=]`` or ``[c*n]`` at a place; ``short``: how many ``[c*]`` stands for."""
    plain = "".join("\0" if escaped else chr(byte) for byte, escaped in units[place:])
    if plain.startswith("[:") and (end := plain.find(":]", 2)) > 0:
        name = plain[2:end]
        if name not in CLASSES:
            raise _Misuse(f"invalid character class '{name}'")
        return [byte for byte in range(256) if CLASSES[name] >> byte & 1], place + end + 2
    if plain.startswith("[=") and plain[3:5] == "=]":
        return [units[place + 2][0]], place + 5
    if len(plain) > 3 and plain[2] == "*" and (end := plain.find("]", 3)) > 0:
        count = plain[3:end]
        if not count or count.isdecimal():
            number = int(count[:6] or "0", 8 if count.startswith("0") and "8" not in count and "9" not in count else 10)
            return [units[place + 1][0]] * min(number or short, MAX_SET), place + end + 1
    return None


def _set(text: str, short: int = 0) -> list[int]:
    units, found, place = _units(text), list[int](), 0
    while place < len(units) and len(found) < MAX_SET:
        byte, escaped = units[place]
        if byte == 91 and not escaped and (special := _bracketed(units, place, max(short - len(found), 0))):
            found += special[0]
            place = special[1]
            continue
        if place + 2 < len(units) and units[place + 1] == (45, False):
            last = units[place + 2][0]
            if last < byte:
                shown = f"{chr(byte)}-{chr(last)}"
                raise _Misuse(f"range-endpoints of '{shown}' are in reverse collating sequence order")
            found += range(byte, last + 1)
            place += 3
            continue
        found.append(byte)
        place += 1
    return found


def tr(p: Process) -> Body:
    """Translates, deletes, squeezes bytes."""
    options = parse(p, "cCdst", _LONG, in_order=True)
    if "version" in options:
        p.out("tr (GNU coreutils) 9.1\n")
        return 0
    sets, delete, squeeze = options.rest, "d" in options, "s" in options
    hint = "Try 'tr --help' for more information."
    needed = 2 if delete == squeeze else 1
    most = 2 if squeeze or not delete else 1
    if not sets:
        return p.fail(f"missing operand\n{hint}")
    if len(sets) < needed:
        why = "Two strings must be given when both deleting and squeezing repeats." if delete else (
            "Two strings must be given when translating.")  # fmt: skip
        return p.fail(f"missing operand after '{sets[0]}'\n{why}\n{hint}")
    if len(sets) > most:
        why = "\nOnly one string may be given when deleting without squeezing repeats." if delete else ""
        return p.fail(f"extra operand '{sets[most]}'{why}\n{hint}")
    try:
        first = _set(sets[0])
        if "c" in options or "C" in options:
            held = set(first)
            first = [byte for byte in range(256) if byte not in held]
        second = _set(sets[1], len(first)) if len(sets) > 1 else None
        if second == [] and not delete and first:
            raise _Misuse("when not truncating set1, string2 must be non-empty")
    except _Misuse as misuse:
        return p.fail(str(misuse))
    table = bytes(range(256))
    if second is not None and not delete:
        table = _table(first, second, cut="t" in options)
    squeezed = frozenset((second if second is not None else first) if squeeze else ())
    return (yield from _filter(p, table, bytes(first) if delete else b"", squeezed))


def _table(first: list[int], second: list[int], *, cut: bool) -> bytes:
    table = bytearray(range(256))
    if cut:
        first = first[: len(second)]
    for number, byte in enumerate(first):
        table[byte] = second[min(number, len(second) - 1)]
    return bytes(table)


def _filter(p: Process, table: bytes, delete: bytes, squeezed: frozenset[int]) -> Body:
    last = -1
    while data := (yield from p.read()):
        data = data.translate(table, delete)
        if squeezed:
            p.spend(1 + len(data) // 500)
            kept = bytearray()
            for byte in data:
                if byte != last or byte not in squeezed:
                    kept.append(byte)
                last = byte
            data = bytes(kept)
        p.write(data)
        yield from p.flush()
    return 0

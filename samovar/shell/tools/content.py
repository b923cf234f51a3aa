"""Commands that show or measure files' contents."""

import base64
import hashlib
import re

from samovar.shell.call import Call, Tool
from samovar.shell.tools.common import inputs, missing, option, own_name
from samovar.shell.tools.pattern import pattern


def _cat(call: Call) -> int:
    status = 0
    for name in call.names or ["-"]:
        held = call.stdin.rest() if name == "-" else call.shell.read(call.shell.path(name))
        if held is None:
            call.err(f"{call.args[0]}: {name}: {missing(call, name)}\n")
            status = 1
        else:
            call.out(held)
    return status


def _head_tail(call: Call) -> int:
    count, characters, first = 10, option(call, "c"), own_name(call) == "head"
    given = option(call, "n") or next((arg[1:] for arg in call.args[1:] if re.fullmatch(r"-\d+", arg)), "")
    if re.fullmatch(r"[+-]?\d{1,6}", given):
        count = int(given.lstrip("+-"))
    text = inputs(call, call.names)
    if re.fullmatch(r"\d{1,7}", characters):
        size = min(int(characters), len(text))
        call.out(text[:size] if first else text[len(text) - size :])
        return 0
    lines = text.splitlines(keepends=True)
    if not first and given.startswith("+"):
        chosen = lines[max(count - 1, 0) :]
    else:
        chosen = lines[:count] if first else lines[len(lines) - min(count, len(lines)) :]
    call.out("".join(chosen))
    return 0


def _grep(call: Call) -> int:
    wanted = option(call, "e")
    flags, rest = call.flags, call.names
    if wanted:
        rest.insert(0, wanted)
    if not rest:
        call.err("Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information.\n")
        return 2
    wanted_pattern = pattern(rest[0], fold="i" in flags, fixed="F" in flags)
    lines = []
    for line in inputs(call, rest[1:]).splitlines():
        span = wanted_pattern.find(line)
        if (span is not None) != ("v" in flags):
            lines.append(line[span[0] : span[1]] if "o" in flags and span else line)
    if "c" in flags:
        call.out(f"{len(lines)}\n")
    elif "q" not in flags:
        call.out("".join(line + "\n" for line in lines))
    return 0 if lines else 1


def _wc(call: Call) -> int:
    names = call.names
    text = inputs(call, names)
    counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text)}
    chosen = [value for key, value in counts.items() if key in call.flags] or list(counts.values())
    shown = f"{chosen[0]}" if len(chosen) == 1 else "".join(f"{value:7}" for value in chosen)
    call.out(" ".join([shown, *names[:1]]) + "\n")
    return 0


def _digest(call: Call) -> int:
    """md5sum, sha1sum, sha256sum, sha512sum."""
    status = 0
    for name in call.names or ["-"]:
        held = call.stdin.rest() if name == "-" else call.shell.read(call.shell.path(name))
        if held is None:
            call.err(f"{own_name(call)}: {name}: {missing(call, name)}\n")
            status = 1
            continue
        digest = hashlib.new(
            own_name(call).removesuffix("sum"), held.encode("latin-1", "replace"), usedforsecurity=False
        )
        call.out(f"{digest.hexdigest()}  {name}\n")
    return status


def _base64(call: Call) -> int:
    wide = option(call, "w", "76")
    data = inputs(call, call.names).encode("latin-1", "replace")
    if "d" in call.flags or "--decode" in call.args:
        clean = re.sub(rb"[^A-Za-z0-9+/]", b"", data)
        call.out(
            base64.b64decode(clean[: len(clean) // 4 * 4 + len(clean) % 4] + b"=" * (-len(clean) % 4)).decode("latin-1")
        )
        return 0
    text = base64.b64encode(data).decode()
    width = int(wide) if re.fullmatch(r"\d{1,5}", wide) else 76
    lines = [text[i : i + width] for i in range(0, len(text), width)] if width else [text]
    call.out("".join(line + "\n" for line in lines) if width else text)
    return 0


def _dd(call: Call) -> int:
    options = dict(arg.partition("=")[::2] for arg in call.args[1:])
    numbers = {
        key: int(options[key][:9]) for key in ("bs", "count", "skip") if re.fullmatch(r"\d+", options.get(key, ""))
    }
    block = numbers.get("bs", 512)
    text = inputs(call, [options["if"]] if "if" in options else [])[block * numbers.get("skip", 0) :]
    size = min(block * numbers["count"] if "count" in numbers else len(text), len(text))
    if "of" in options:
        call.shell.store(call.shell.path(options["of"]), text[:size].encode("latin-1", "replace"))
    else:
        call.out(text[:size])
    whole, part = divmod(size, block or 1)
    records = f"{whole}+{int(part > 0)} records"
    call.err(f"{records} in\n{records} out\n{size} bytes copied, 0.000121 s, {size / 121:.1f} MB/s\n")
    return 0


CONTENT: dict[str, Tool] = {
    "cat": _cat,
    "head": _head_tail,
    "tail": _head_tail,
    "grep": _grep,
    "egrep": _grep,
    "fgrep": _grep,
    "wc": _wc,
    **dict.fromkeys(("md5sum", "sha1sum", "sha256sum", "sha512sum"), _digest),
    "base64": _base64,
    "dd": _dd,
}

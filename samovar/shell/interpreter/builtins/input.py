"""read, mapfile."""

from collections.abc import Generator

from samovar.shell.interpreter.builtins.types import Builtin
from samovar.shell.interpreter.builtins.variables import is_name
from samovar.shell.interpreter.shell import Shell
from samovar.shell.kernel.wait import Readable, Until, Wait
from samovar.shell.words.scope import Array

Running = Generator[Wait, bytes, int]
_WITH_VALUE = "adinNptu"
_MAX = 65536


def _read(shell: Shell, argv: list[str]) -> Running:
    options, names, bad = _options(argv[1:])
    if bad:
        shell.complain(f"read: {bad}: invalid option")
        shell.process.err(
            "read: usage: read [-ers] [-a array] [-d delim] [-i text] [-n nchars] "
            "[-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]\n"
        )
        return 2
    for name in names:
        if not is_name(name.split("[")[0]):
            return shell.complain(f"read: `{name}': not a valid identifier")
    fd = int(options["u"][:3]) if options.get("u", "").isdecimal() else 0
    stream = shell.process.descriptors.get(fd)
    if stream is None:
        return shell.complain(f"read: {fd}: invalid file descriptor: Bad file descriptor")
    if "p" in options and stream.tty:
        shell.process.err(options["p"])
    limit = options.get("n") or options.get("N") or ""
    text, complete = yield from _characters(
        shell, fd, (options.get("d", "\n") or "\0")[:1], int(limit[:6]) if limit.isdecimal() else _MAX,
        raw="r" in options, seconds=_seconds(options.get("t")),
    )  # fmt: skip
    _assign(shell, options, names, text)
    if complete is None:
        return 142
    return int(not complete)


def _options(rest: list[str]) -> tuple[dict[str, str], list[str], str]:
    options: dict[str, str] = {}
    while rest and rest[0].startswith("-") and len(rest[0]) > 1:
        word = rest[0]
        rest = rest[1:]
        if word == "--":
            break
        for place, letter in enumerate(word[1:], 1):
            if letter in _WITH_VALUE:
                options[letter] = word[place + 1 :] or (rest.pop(0) if rest else "")
                break
            if letter not in "ers":
                return options, [], f"-{letter}"
            options[letter] = ""
    return options, rest, ""


def _seconds(text: str | None) -> float | None:
    try:
        return None if text is None else max(float(text), 0.0)
    except ValueError:
        return None


def _characters(
    shell: Shell, fd: int, delimiter: str, limit: int, *, raw: bool, seconds: float | None
) -> Generator[Wait, bytes, tuple[str, bool | None]]:
    """One byte at a time, so that what follows stays for others; the text, and whether its end was found."""
    process, found = shell.process, list[str]()
    stream = process.descriptors[fd]
    until = process.now + seconds if seconds is not None else None
    process.push()
    while len(found) < limit:
        data = stream.read(1)
        while data is None:
            if until is not None and process.now >= until:
                return "".join(found), None
            yield Until(until) if until is not None else Readable(stream)
            data = stream.read(1)
        if not data:
            return "".join(found), False
        char = data.decode("latin-1")
        if char == delimiter:
            return "".join(found), True
        if char == "\\" and raw:
            found.append("\\\\")  # so that it stays one
            continue
        if char == "\\":
            following = yield from process.read(1, fd)
            if following not in (b"\n", b""):
                found.append("\\" + following.decode("latin-1"))
            continue
        if char != "\0":
            found.append(char)
        if len(found) % 256 == 0:
            shell.spend(1)
    return "".join(found), True


def _assign(shell: Shell, options: dict[str, str], names: list[str], text: str) -> None:
    separators = shell.variables.get("IFS")
    separators = " \t\n" if separators is None else separators
    if "a" in options:
        words = split(text, separators, 0)
        shell.variables.put(options["a"], Array({str(i): word for i, word in enumerate(words)}))
        return
    if not names:
        shell.assign("REPLY", _unescaped(text))
        return
    words = split(text, separators, len(names))
    for place, name in enumerate(names):
        shell.assign(name, words[place] if place < len(words) else "")


def _unescaped(text: str) -> str:
    return text.replace("\\\\", "\0").replace("\\", "").replace("\0", "\\") if "\\" in text else text


def split(text: str, separators: str, count: int) -> list[str]:
    """By IFS into at most ``count`` words (0: any number); the last takes the rest, without white space around it."""
    spaces = "".join(c for c in separators if c in " \t\n")
    words: list[str] = []
    rest = text.lstrip(spaces) if spaces else text
    while rest and (not count or len(words) < count - 1):
        word, rest, ended = _cut(rest, separators, spaces)
        words.append(word)
        if not ended:
            break
    if rest and count:
        words.append(_unescaped(rest.rstrip(spaces) if spaces else rest))
    return words


def _cut(text: str, separators: str, spaces: str) -> tuple[str, str, bool]:
    place, word = 0, []
    while place < len(text) and text[place] not in separators:
        if text[place] == "\\" and place + 1 < len(text):
            place += 1
        word.append(text[place])
        place += 1
    if place >= len(text):
        return "".join(word), "", False
    rest = text[place:].lstrip(spaces) if spaces else text[place:]
    if rest and rest[0] in separators and rest[0] not in spaces:
        rest = rest[1:].lstrip(spaces) if spaces else rest[1:]
    return "".join(word), rest, True


def _mapfile(shell: Shell, argv: list[str]) -> Running:
    names = [word for word in argv[1:] if not word.startswith("-")]
    data = yield from shell.process.everything()
    lines = data.decode("latin-1").split("\n")
    if lines and not lines[-1]:
        lines.pop()
    end = "" if "-t" in argv else "\n"
    shell.variables.put(names[-1] if names else "MAPFILE", Array({str(i): line + end for i, line in enumerate(lines)}))
    return 0


INPUT: dict[str, Builtin] = {"read": _read, "mapfile": _mapfile, "readarray": _mapfile}

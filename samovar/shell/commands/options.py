"""Command-line options as GNU's getopt_long reads them, with its error texts."""

from collections.abc import Mapping

from samovar.shell.kernel.process import Killed, Process


class Options:
    """What was found: ``flags`` in order (``(letter, value)``), and ``rest``, the operands."""

    def __init__(self, flags: list[tuple[str, str]], rest: list[str]) -> None:
        self.flags, self.rest = flags, rest
        self._last = dict(flags)

    def __contains__(self, letter: str) -> bool:
        return letter in self._last

    def value(self, letter: str, default: str = "") -> str:
        """The last value given with an option."""
        return self._last.get(letter, default)

    def values(self, letter: str) -> list[str]:
        """All values given with an option, in order."""
        return [value for name, value in self.flags if name == letter]

    def last(self, letters: str, default: str = "") -> str:
        """Which of these options stands last; ``default`` if none does."""
        return next((name for name, _ in reversed(self.flags) if name in letters), default)


class _Misuse(Exception):
    pass


def misuse(process: Process, text: str = "missing operand", status: int = 1) -> int:
    """Say what is wrong with a call, and where help is, as coreutils does; the status."""
    return process.fail(f"{text}\nTry '{process.name} --help' for more information.", status)


def parse(
    process: Process,
    letters: str,
    long: Mapping[str, str] | None = None,
    *,
    status: int = 1,
    in_order: bool = False,
    hint: str = "",
    start: int = 1,
) -> Options:
    """Read ``argv``: ``letters`` as for getopt ("ab:" where b takes a value, "c::" where it may be joined to it).

    ``long``: long names to letters or words; "name=" needs a value, "name=?" may have one. ``in_order``: the first
    operand ends the options. A misuse is said as getopt says it, with the hint ("Try 'NAME --help' ..."), and ends
    the process with ``status``.
    """
    try:
        return _read(process.argv[start:], letters, long or {}, in_order=in_order)
    except _Misuse as wrong:
        said = hint or f"Try '{process.name} --help' for more information."
        process.err(f"{process.name}: {wrong}\n{said}\n")
        raise Killed(status) from None


def _read(words: list[str], letters: str, long: Mapping[str, str], *, in_order: bool) -> Options:
    takes, joined = _table(letters)
    names = {name.rstrip("=?"): (name[len(name.rstrip("=?")) :], target) for name, target in long.items()}
    flags: list[tuple[str, str]] = []
    rest: list[str] = []
    place = 0
    while place < len(words):
        word = words[place]
        place += 1
        if word == "--":
            rest += words[place:]
            break
        if not word.startswith("-") or word == "-":
            rest.append(word)
            if in_order:
                rest += words[place:]
                break
        elif word.startswith("--"):
            place = _long(words, place, names, flags)
        else:
            place = _short(words, place, (takes, joined, letters), flags)
    return Options(flags, rest)


def _table(letters: str) -> tuple[set[str], set[str]]:
    takes = {letters[i] for i in range(len(letters) - 1) if letters[i + 1] == ":" and letters[i] != ":"}
    joined = {letters[i] for i in range(len(letters) - 2) if letters[i + 1 : i + 3] == "::" and letters[i] != ":"}
    return takes, joined


def _short(words: list[str], place: int, table: tuple[set[str], set[str], str], flags: list[tuple[str, str]]) -> int:
    takes, joined, letters = table
    word = words[place - 1]
    for number, letter in enumerate(word[1:], 1):
        if letter == ":" or letter not in letters:
            raise _Misuse(f"invalid option -- '{letter}'")
        if letter not in takes:
            flags.append((letter, ""))
            continue
        value = word[number + 1 :]
        if not value and letter not in joined:
            if place >= len(words):
                raise _Misuse(f"option requires an argument -- '{letter}'")
            value, place = words[place], place + 1
        flags.append((letter, value))
        break
    return place


def _long(words: list[str], place: int, names: dict[str, tuple[str, str]], flags: list[tuple[str, str]]) -> int:
    name, equals, value = words[place - 1][2:].partition("=")
    found = [name] if name in names else sorted(known for known in names if known.startswith(name))
    if not found:
        raise _Misuse(f"unrecognized option '--{name}'")
    if len({names[known] for known in found}) > 1:
        possible = " ".join(f"'--{known}'" for known in found)
        raise _Misuse(f"option '--{name}' is ambiguous; possibilities: {possible}")
    wants, target = names[found[0]]
    if equals and not wants:
        raise _Misuse(f"option '--{found[0]}' doesn't allow an argument")
    if wants == "=" and not equals:
        if place >= len(words):
            raise _Misuse(f"option '--{found[0]}' requires an argument")
        value, place = words[place], place + 1
    flags.append((target, value))
    return place

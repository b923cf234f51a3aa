"""echo, as bash's builtin and coreutils' program have it."""

from samovar.shell.kernel.process import Process

_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "e": "\x1b",
    "E": "\x1b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
}


def unescaped(text: str, *, octal_zero: bool = True) -> tuple[str, bool]:
    """Backslash sequences read; whether ``\\c`` ended the output. ``octal_zero``: octal begins with 0, as in echo."""
    found: list[str] = []
    place = 0
    while (start := text.find("\\", place)) >= 0 and start + 1 < len(text):
        found.append(text[place:start])
        letter = text[start + 1]
        place = start + 2
        if letter == "c":
            return "".join(found), True
        if letter == "x":
            digits = _digits(text, place, "0123456789abcdefABCDEF", 2)
            found.append(chr(int(digits, 16)) if digits else "\\x")
            place += len(digits)
        elif letter in "uU":
            digits = _digits(text, place, "0123456789abcdefABCDEF", 4 if letter == "u" else 8)
            number = int(digits or "0", 16)
            valid = digits and number < 0x110000 and not 0xD800 <= number < 0xE000
            found.append(chr(number).encode("utf-8").decode("latin-1") if valid else "\\" + letter + digits)
            place += len(digits)
        elif letter in "01234567" and (letter == "0" or not octal_zero):
            digits = _digits(text, place - (not octal_zero), "01234567", 3)
            found.append(chr(int(digits or "0", 8) & 0xFF))
            place += len(digits) - (not octal_zero)
        else:
            found.append(_ESCAPES.get(letter, "\\" + letter))
    return "".join(found) + text[place:], False


def _digits(text: str, place: int, allowed: str, most: int) -> str:
    end = place
    while end < min(len(text), place + most) and text[end] in allowed:
        end += 1
    return text[place:end]


def echo_text(args: list[str], *, escapes: bool) -> str:
    """What echo prints; ``escapes``: as dash's, which reads backslashes always and knows only -n."""
    newline = "\n"
    while args and len(args[0]) > 1 and args[0][0] == "-" and not args[0][1:].strip("n" if escapes else "neE"):
        for letter in args[0][1:]:
            if letter == "n":
                newline = ""
            else:
                escapes = letter == "e"
        args = args[1:]
    text = " ".join(args)
    if escapes and "\\" in text:
        text, ended = unescaped(text)
        if ended:
            return text
    return text + newline


def echo(p: Process) -> int:
    """The program."""
    if p.argv[1:] == ["--version"]:
        p.out("echo (GNU coreutils) 9.1\n")
        return 0
    p.out(echo_text(p.argv[1:], escapes=False))
    return 0

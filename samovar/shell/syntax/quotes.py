"""Text in quotes: what it stands for."""

import re

_ESCAPE = re.compile(
    r"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|x\{([0-9A-Fa-f]+)\}?|x([0-9A-Fa-f]{1,2})"
    r"|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c([\x00-\xff]))"
)
_LETTERS = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))


def decoded(text: str) -> str:
    """The inside of ``$'...'``: its escapes decoded; a NUL ends it, as in C."""
    if "\\" not in text:
        return text
    return _ESCAPE.sub(_decode, text).partition("\0")[0]


def _decode(found: re.Match[str]) -> str:
    letter, octal, braced, hexadecimal, short, long, control = found.groups()
    if letter:
        return _LETTERS[letter]
    if octal:
        return chr(int(octal, 8) & 0xFF)
    if braced or hexadecimal:
        return chr(int((braced or hexadecimal)[-2:], 16))
    if control:
        return "\x7f" if control == "?" else chr(ord(control.upper()) & 0x1F)
    number = int(short or long, 16)
    if number > 0x7F:  # no such character in the C locale
        return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"
    return chr(number)


def unquoted(source: str) -> str:
    """A here-document's delimiter, its quotes removed."""
    return _QUOTE.sub(lambda found: found[1] or found[2] or found[3] or "", source)


_QUOTE = re.compile(r"\\\n|\\([\s\S])|'([^']*)'|\"([^\"]*)\"")

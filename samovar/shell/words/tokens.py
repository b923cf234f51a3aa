"""What the characters of a glob pattern mean."""

import re

CLASSES = {
    "alpha": "a-zA-Z", "digit": "0-9", "alnum": "a-zA-Z0-9", "upper": "A-Z", "lower": "a-z", "space": r" \t\n\r\f\v",
    "blank": r" \t", "punct": r"!-/:-@\[-`{-~", "xdigit": "0-9A-Fa-f", "cntrl": r"\x00-\x1f\x7f", "print": r" -~",
    "graph": "!-~", "word": "A-Za-z0-9_", "ascii": r"\x00-\x7f",
}  # fmt: skip
STAR = "*"
MAX_REMEMBERED = 256  # the length of the longest pattern whose compiled form is kept
_EXTENDED = re.compile(r"[?*+@!]\(").search
_LIVE = re.compile(r"[*?\[]|[+@!]\(").search
_ESCAPED = re.compile(r"\\([\s\S])")
_SPECIAL = re.compile(r"[*?\[\]\\(|)!+@^-]")
BRACKET = re.compile(r"\[([!^]?+)(\]?+(?:\[:[a-z]+:\]|\[=[\s\S]=\]|\[\.[\s\S]\.\]|\\[\s\S]|[^\]\\])*+)\]").match
_ITEM = re.compile(r"\[:([a-z]+):\]|\[[=.]([\s\S])[=.]\]|\\([\s\S])|([\s\S])")


def escaped(text: str) -> str:
    """The pattern that matches this text only."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def literal(pattern: str) -> str | None:
    """The only text that a pattern matches, where there is only one."""
    if "\\" not in pattern:
        return None if _LIVE(pattern) else pattern
    bare = _ESCAPED.sub("", pattern)
    if _LIVE(bare) or bare.endswith("\\"):
        return None
    return _ESCAPED.sub(r"\1", pattern)


def is_extended(pattern: str) -> bool:
    """Whether it holds a group."""
    return _EXTENDED(pattern) is not None


def tokens(pattern: str) -> tuple[str, ...]:
    """A plain pattern's tokens: ``*``, or the regular expression of one character."""
    found: list[str] = []
    place, closable = 0, pattern.rfind("]")
    while place < len(pattern):
        char = pattern[place]
        place += 1
        if char == "*":
            if not found or found[-1] != STAR:
                found.append(STAR)
        elif char == "?":
            found.append(r"[\s\S]")
        elif char == "[" and place <= closable and (bracket := BRACKET(pattern, place - 1)):
            found.append(_bracket(bracket[1], bracket[2]))
            place = bracket.end()
        elif char == "\\" and place < len(pattern):
            found.append(re.escape(pattern[place]))
            place += 1
        else:
            found.append(re.escape(char))
    return tuple(found)


def _bracket(negated: str, inside: str) -> str:
    """A bracket expression as one of ``re``; an impossible one matches nothing."""
    items: list[str] = []
    singles = [(found[1], found[2] or found[3] or found[4]) for found in _ITEM.finditer(inside)]
    place = 0
    while place < len(singles):
        name, char = singles[place]
        if name:
            items.append(CLASSES.get(name, ""))
        elif place + 2 < len(singles) and singles[place + 1][1] == "-" and singles[place + 2][1]:
            last = singles[place + 2][1]
            if char <= last:
                items.append(f"{re.escape(char)}-{re.escape(last)}")
            place += 2
        else:
            items.append(re.escape(char))
        place += 1
    body = "".join(items)
    if not body:
        return r"[\s\S]" if negated else r"(?!)[\s\S]"
    return f"[{'^' if negated else ''}{body}]"

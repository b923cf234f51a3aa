"""Versions of packages in their order."""

from itertools import takewhile

MAX_VERSION = 256


def compare(one: str, other: str) -> int:
    """-1, 0 or 1 as the first version is earlier, the same, or later."""
    left, right = _split(one[:MAX_VERSION]), _split(other[:MAX_VERSION])
    return (left > right) - (left < right)


def _split(version: str) -> tuple[int, list[tuple[list[int], int]], list[tuple[list[int], int]]]:
    epoch, colon, rest = version.partition(":")
    if not colon:
        epoch, rest = "0", version
    upstream, _, revision = rest.rpartition("-") if "-" in rest else (rest, "", "0")
    return int(epoch) if epoch.isascii() and epoch.isdecimal() else 0, _parts(upstream), _parts(revision)


def _parts(text: str) -> list[tuple[list[int], int]]:
    """Pairs of what is no digit, as weights that end with the end's, and the number after it."""
    parts: list[tuple[list[int], int]] = []
    while text:
        word = "".join(takewhile(lambda sign: sign not in "0123456789", text))
        text = text[len(word) :]
        digits = "".join(takewhile(lambda sign: sign in "0123456789", text))
        text = text[len(digits) :]
        parts.append(([_weight(sign) for sign in word] + [0], int(digits or "0")))
    return [*parts, ([0], 0)]


def _weight(sign: str) -> int:
    return -1 if sign == "~" else ord(sign) if sign.isalpha() else ord(sign) + 256

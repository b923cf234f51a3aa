"""What an attacker's terminal showed, made harmless for an analyst's: a list of what may pass, and nothing else.

Letters, line ends, and the control sequences that move the cursor, colour and erase. All that answers (reports and
queries), names (titles, clipboard, links, downloads: OSC, DCS, APC, PM, SOS), resets, resizes or repeats is left out.
"""

import re

from samovar.asciicast import START

_LONGEST = 64  # characters of a sequence that may pass; ECMA-48 knows no bound
_MOVES = frozenset("@ABCDEFGHJKLMPSTX`adefmsu")  # final bytes without a parameter mark
_MODES = frozenset({"?7", "?25", "?47", "?1047", "?1049"})  # wrapping, cursor, alternate screen: only the picture
_PLAIN_ESCAPES = frozenset("78DEM")  # save, restore, index, next line, reverse index
_CHARSETS = frozenset("0AB")
_NUMBERS = re.compile(r"[0-9;:]*", re.ASCII)
_STRINGS = frozenset("]P_^X")  # OSC, DCS, APC, PM, SOS: they end with ST or, some, with BEL
#: As in ``cli.text``: what has no shape of its own, or turns the writing around.
_UNSEEN = frozenset("\u200b\u200c\u200d\u200e\u200f\u2028\u2029\ufeff") | {
    chr(code) for low, high in ((0x202A, 0x202E), (0x2060, 0x206F), (0xFFF9, 0xFFFB)) for code in range(low, high + 1)
}


class Screen:
    """Filters output piece by piece; a sequence may be cut anywhere. ``leave`` puts the terminal right again."""

    def __init__(self) -> None:
        self._state = "text"
        self._held = ""
        self._other = False  # the alternate screen is shown
        self._region = False  # only a part of the screen scrolls

    def show(self, text: str) -> str:
        """What of ``text`` may be written to a terminal."""
        return "".join(map(self._take, text))

    def leave(self) -> str:
        """Colours, scrolling, character sets and cursor as they were, and the screen too."""
        self._state, self._held = "text", ""
        back = "\x1b[?1049l" if self._other else ""
        # To free the scrolling region moves the cursor to the corner: hence saved and restored around it.
        region = "\x1b7\x1b[r\x1b8" if self._region else ""
        self._other = self._region = False
        return f"{back}{region}\x1b(B\x1b[m\x1b[?7h\x1b[?25h"

    def _take(self, char: str) -> str:
        if self._state == "text":
            return self._text(char)
        if char in "\x18\x1a":  # CAN, SUB end any sequence
            self._state = "text"
            return ""
        if char == "\x1b":
            ends = self._state == "string"
            self._state, self._held = ("string-escape", "") if ends else ("escape", "")
            return ""
        step: str = getattr(self, f"_{self._state.replace('-', '_')}")(char)
        return step

    def _text(self, char: str) -> str:
        if char >= " " and char != "\x7f":
            if char < "\x7f":
                return char
            if "\x80" <= char <= "\x9f":  # C1 controls, which some terminals obey
                return ""
            return "\ufffd" if char in _UNSEEN or START + 0x80 <= ord(char) <= START + 0xFF else char
        if char == "\x1b":
            self._state, self._held = "escape", ""
            return ""
        return char if char in "\n\r\t\b" else ""

    def _escape(self, char: str) -> str:
        self._state = "text"
        if char == "[":
            self._state = "csi"
        elif char in _STRINGS:
            self._state = "string"
        elif char in "()":
            self._state, self._held = "charset", char
        elif " " <= char <= "/":
            self._state = "short"
        elif char in _PLAIN_ESCAPES:
            return "\x1b" + char
        return ""

    def _short(self, char: str) -> str:
        """ESC, intermediates, one final character: none of these passes."""
        if not " " <= char <= "/":
            self._state = "text"
        return ""

    def _charset(self, char: str) -> str:
        self._state = "text"
        return f"\x1b{self._held}{char}" if char in _CHARSETS else ""

    def _string(self, char: str) -> str:
        if char in "\x07\x9c":
            self._state = "text"
        return ""

    def _string_escape(self, char: str) -> str:
        self._state = "text"
        return "" if char == "\\" else self._escape(char)

    def _csi(self, char: str) -> str:
        if char < " ":
            return char if char in "\n\r\t\b" else ""  # a terminal obeys them inside a sequence
        if not "@" <= char <= "~":
            if len(self._held) <= _LONGEST:
                self._held += char
            return ""
        held, self._held, self._state = self._held, "", "text"
        return self._sequence(held, char)

    def _sequence(self, held: str, final: str) -> str:
        if len(held) > _LONGEST:
            return ""
        if final in "hl":
            return self._mode(held, final)
        if final == "r" or final in _MOVES:
            if not _NUMBERS.fullmatch(held) or (final == "T" and ";" in held):
                return ""
            self._region |= final == "r"
            return f"\x1b[{held}{final}"
        return ""

    def _mode(self, held: str, final: str) -> str:
        if held not in _MODES:
            return ""
        if held in ("?47", "?1047", "?1049"):
            self._other = final == "h"
            return f"\x1b[?1049{final}"
        return f"\x1b[{held}{final}"

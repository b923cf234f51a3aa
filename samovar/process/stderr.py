"""What workers write to their standard error: passed on as log lines, made harmless.

A worker has a pipe of its own: it may be in an attacker's hands, and must not write to a terminal or a file.
"""

import logging
import os
import time

_log = logging.getLogger(__name__)
_LINE = 500  # characters that are shown of a line
_LINES_A_SECOND = 50


class Relay:
    """Reads one worker's pipe."""

    def __init__(self, descriptor: int, name: str) -> None:
        os.set_blocking(descriptor, False)
        self._descriptor = descriptor
        self._name = name
        self._rest = b""
        self._second = 0
        self._shown = 0

    def fileno(self) -> int:
        return self._descriptor

    def pass_on(self) -> bool:
        """Read what there is; False when there is no more to come, or nothing now."""
        try:
            data = os.read(self._descriptor, 8192)
        except BlockingIOError:
            return False
        *lines, self._rest = (self._rest + data).split(b"\n")
        if not data or len(self._rest) > _LINE:
            lines.append(self._rest)
            self._rest = b""
        for line in lines:
            if line:
                self._show(line)
        return bool(data)

    def close(self) -> None:
        os.close(self._descriptor)

    def _show(self, line: bytes) -> None:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._shown = second, 0
        self._shown += 1
        if self._shown <= _LINES_A_SECOND:
            text = line[:_LINE].decode("utf-8", "backslashreplace")
            shown = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
            _log.warning("%s: %s", self._name, shown)

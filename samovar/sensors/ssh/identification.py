"""A client's first line, judged as the servers do (RFC 4253 section 4.2). Pure."""

import re

from msgspec import Struct

INVALID = b"Invalid SSH identification string."
DIFFER = b"Protocol major versions differ."
MAX_LINE = 8192
_DROPBEAR_MAX_LINE = 255
_OPENSSH_LINE = re.compile(rb"SSH-\s*(\d{1,9})\.\s*(\d{1,9})-(.+)", re.DOTALL)


class Verdict(Struct, frozen=True):
    """What came, how much of the input that was, and what a server writes before it hangs up."""

    line: bytes
    taken: int
    accepted: bool = True
    complaint: bytes = b""


def judge_identification(received: bytes) -> Verdict | None:
    """As sshd's kex_exchange_identification, byte by byte; None where it would wait for more."""
    end = received.find(b"\n", 0, MAX_LINE + 2)
    line = received if end < 0 else received[:end]
    # A NUL, or anything but LF after CR, is refused at once, without waiting for the line's end.
    nul, carriage = line.find(b"\0"), line.find(b"\r")
    if 0 <= carriage < len(line) - 1 and (nul < 0 or carriage < nul):
        return Verdict(line[:MAX_LINE], carriage + 2, False, INVALID)
    if nul >= 0:
        return Verdict(line[:MAX_LINE], nul + 1, False, INVALID)
    if len(line) > MAX_LINE:
        return Verdict(line[:MAX_LINE], MAX_LINE, False, INVALID)
    if end < 0:
        return None
    line = line.removesuffix(b"\r")
    parsed = _OPENSSH_LINE.fullmatch(line)
    if parsed is None:
        return Verdict(line, end + 1, False, INVALID)
    major, minor = int(parsed[1]), int(parsed[2])
    if major != 2 and (major, minor) != (1, 99):
        return Verdict(line, end + 1, False, DIFFER)
    return Verdict(line, end + 1)


def judge_for_dropbear(received: bytes) -> Verdict | None:
    """As dropbear: it wants SSH-2.0 or SSH-1.99 at the line's start and says nothing where it is not there."""
    end = received.find(b"\n", 0, _DROPBEAR_MAX_LINE)
    if end < 0:
        return None if len(received) < _DROPBEAR_MAX_LINE else Verdict(received[:255], _DROPBEAR_MAX_LINE, False)
    line = received[:end].removesuffix(b"\r")
    return Verdict(line, end + 1, line.startswith((b"SSH-2.", b"SSH-1.99")))

"""What a terminal tells a program beside what is typed: the border between sensors and the shell. Pure.

A program (a generator of steps) that yields ``Listen`` is answered with bytes, ``Resize`` or ``Signal``; one that
yields ``Read`` gets bytes only, and what happened meanwhile is delivered at its next ``Listen``. The first event in a
terminal is its size, where the client told it. A signal that finds no ``Listen`` waiting ends a program without a
terminal (PeerError "closed", as any hang-up); INT is a typed Ctrl-C to one with a terminal. A program returns its
exit status, or minus a signal's number where one ended it.
"""

from msgspec import Struct


class Resize(Struct, frozen=True):
    """The window's new size in characters (SIGWINCH)."""

    columns: int
    rows: int


class Signal(Struct, frozen=True):
    """A signal the client asks for, by its name without SIG (RFC 4254 section 6.9)."""

    name: str


class Listen(Struct, frozen=True):
    """Input or an event, whichever comes first. Raises PeerError as ``Read`` does."""

    timeout: float = 60.0


Event = Resize | Signal

#: Numbers on Linux of the signals that SSH can name.
SIGNALS = {"HUP": 1, "INT": 2, "QUIT": 3, "ILL": 4, "ABRT": 6, "FPE": 8, "KILL": 9, "USR1": 10, "SEGV": 11, "USR2": 12}
SIGNALS |= {"PIPE": 13, "ALRM": 14, "TERM": 15}

"""What a process can wait for. A command that waits is a generator that yields one of these and is resumed when
it holds; it is answered with ``b""``, or for ``Ask`` with the platform's bytes."""

from typing import TYPE_CHECKING

from msgspec import Struct

from samovar.event import Fact
from samovar.sensor import Keep, Step

if TYPE_CHECKING:
    from samovar.shell.kernel.descriptor import Stream
    from samovar.shell.kernel.process import Process


class Readable(Struct, frozen=True, eq=False):
    """Until the stream has bytes, or has ended."""

    stream: "Stream"


class Writable(Struct, frozen=True, eq=False):
    """Until the stream has room, or nobody reads it."""

    stream: "Stream"


class Until(Struct, frozen=True):
    """Until that time (seconds since 1970)."""

    time: float


class Ended(Struct, frozen=True, eq=False):
    """Until one of the processes has ended (or stopped), or that time has come."""

    processes: "tuple[Process, ...]"
    time: float = float("inf")


class Turn(Struct, frozen=True):
    """Nothing: others get a turn first."""


class Ask(Struct, frozen=True):
    """Until the platform has performed this step (a Fact, a Keep, a Fetch)."""

    step: Step | Fact | Keep


Wait = Readable | Writable | Until | Ended | Turn | Ask

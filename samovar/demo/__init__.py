"""A simulated week of attacks, for trying the page, for tests and for measurements."""

from samovar.demo.load import MARK, Calendar, is_demo, is_whole, load
from samovar.demo.room import room
from samovar.demo.week import VOLUMES, WEEK_EVENTS, Volume, expected, generate

__all__ = [
    "MARK",
    "VOLUMES",
    "WEEK_EVENTS",
    "Calendar",
    "Volume",
    "expected",
    "generate",
    "is_demo",
    "is_whole",
    "load",
    "room",
]

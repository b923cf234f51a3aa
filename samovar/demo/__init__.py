"""A simulated week of attacks, for trying the page, for tests and for measurements."""

from samovar.demo.load import MARK, is_demo, load
from samovar.demo.week import VOLUMES, WEEK_EVENTS, Volume, generate

__all__ = ["MARK", "VOLUMES", "WEEK_EVENTS", "Volume", "generate", "is_demo", "load"]

"""The only code that accepts: gives every connection and datagram its exchange, within limits."""

from samovar.listen.limits import Limits
from samovar.listen.listener import Listener, Tap
from samovar.listen.stats import SensorStats, Stats

__all__ = ["Limits", "Listener", "SensorStats", "Stats", "Tap"]

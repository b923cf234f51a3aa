"""Every port that no other sensor holds."""

from samovar.sensors.catchall.sensor import Catchall, CatchallUdp

__all__ = ["Catchall", "CatchallUdp"]

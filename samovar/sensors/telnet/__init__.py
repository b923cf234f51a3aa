"""Telnet: the persona's telnetd and login, and the same shell that ssh shows."""

from samovar.sensors.telnet.sensor import Telnet

__all__ = ["Telnet"]

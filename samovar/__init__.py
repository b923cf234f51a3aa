"""Samovar: the all-in-one honeypot platform."""

__version__ = "0.1.0"

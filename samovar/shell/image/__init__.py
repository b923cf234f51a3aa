"""The file system of a real small Debian server: names, owners, times, and the texts that intruders read."""

from samovar.shell.image.image import Image, load
from samovar.shell.image.package import Package, Packages

__all__ = ["Image", "Package", "Packages", "load"]

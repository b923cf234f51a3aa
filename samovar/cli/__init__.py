"""The command line: ``samovar --help``. The composition root: it alone reads the configuration."""

from samovar.cli.main import main

__all__ = ["main"]

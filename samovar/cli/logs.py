"""Our own log: one line an occurrence, on stderr, never one an attack."""

import logging
import sys


def begin(name: str) -> None:
    """Log as ``name`` from now on."""
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format=f"{name}: %(message)s")
    logging.getLogger("uvicorn").setLevel(logging.WARNING)

"""The shell's file system image: size, time to load, memory, time of one look-up."""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

from samovar.shell.image import Image, image
from samovar.shell.image.columns import unpack

LOAD = """
from samovar.shell.image import columns, image
def rss(): return int(open("/proc/self/statm").read().split()[1]) * 4
before = rss()
image.load()
print(rss() - before)
"""
REPEATS = 15


def clock(data: bytes) -> float:
    """Milliseconds to load."""
    start = time.perf_counter()
    Image(unpack(data))
    return (time.perf_counter() - start) * 1e3


def main() -> None:
    """Print the figures."""
    data = Path(image.__file__).with_name("debian12.zst").read_bytes()
    milliseconds = statistics.median(clock(data) for _ in range(REPEATS))
    grown = subprocess.run([sys.executable, "-c", LOAD], capture_output=True, text=True, check=True).stdout
    loaded = image.load()
    names = [(loaded.parent(node), loaded.name(node)) for node in range(1, len(loaded))]
    start = time.perf_counter()
    for directory, name in names:
        loaded.lookup(directory, name)
    lookup = (time.perf_counter() - start) / len(names) * 1e6
    figures = {"nodes": len(loaded), "bytes": len(data), "load_ms": round(milliseconds, 1)}
    print(json.dumps({"bench": "image", **figures, "rss_kib": int(grown), "lookup_us": round(lookup, 2)}))


if __name__ == "__main__":
    main()

"""How wget shows sizes, speeds and its progress."""

from collections.abc import Iterator
from datetime import UTC, datetime

_ROW = 50  # KiB a line of dots
_BAR = 19  # "=" before the ">"


def stamp(now: float) -> str:
    """A time as wget prints it."""
    return datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S")


def human(size: float) -> str:
    """A size with a unit: 1.4K, 293K."""
    if size < 1024:
        return str(int(size))
    for unit in "KMG":
        size /= 1024
        if size < 1024 or unit == "G":
            return f"{size:.1f}{unit}" if size < 10 else f"{size:.0f}{unit}"
    return ""


def _scaled(speed: float) -> tuple[str, int]:
    place = 0
    while speed >= 1024 and place < 3:
        speed /= 1024
        place += 1
    return f"{speed:.{2 if speed < 10 else 1 if speed < 100 else 0}f}", place


def speed_text(size: int, seconds: float) -> str:
    """The mean speed: 226 MB/s."""
    number, place = _scaled(size / max(seconds, 1e-6))
    return f"{number} {('B', 'KB', 'MB', 'GB')[place]}/s"


def elapsed_text(seconds: float) -> str:
    """A duration: 0.03s, 1.2s, 1m 5s."""
    if seconds < 0.0005:
        return "0s"
    if seconds < 1:
        digits = 1 if seconds >= 0.1 else 2 if seconds >= 0.01 else 3
        return f"{seconds:.{digits}f}s"
    if seconds < 60:
        return f"{seconds:.1f}s" if seconds < 10 else f"{seconds:.0f}s"
    return f"{int(seconds // 60)}m {int(seconds % 60)}s"


def dots(size: int, seconds: float, noise: bytes, *, known: bool) -> Iterator[str]:
    """Lines of dots, one for each 50 KiB, for a download that took so long."""
    speed = size / max(seconds, 1e-6)
    rows = max(-(-size // (_ROW << 10)), 1)
    for row in range(rows):
        start = row * _ROW << 10
        here = min(size - start, _ROW << 10)
        count = -(-here // 1024) if here else 0
        groups = "".join(" " + ("." * max(0, min(10, count - n * 10))).ljust(10) for n in range(5))
        number, place = _scaled(speed * (0.6 + noise[row % len(noise)] / 200))
        rate = f"{number + 'BKMG'[place]:>5}"
        percent = f"{(start + here) * 100 // size if size else 100:3}%" if known else ""
        last = row == rows - 1
        left = (size - start - here) / max(speed, 1)
        end = f"={elapsed_text(seconds)}" if last else f" {left:.0f}s"
        yield f"{row * _ROW:6}K{groups}{percent} {rate}{end}\n"


def bar(name: str, size: int, seconds: float, *, known: bool) -> str:
    """The finished bar that a terminal shows."""
    shown = name if len(name) <= 19 else name[:19]
    number, place = _scaled(size / max(seconds, 1e-6))
    rate = f"{number}{('B', 'KB', 'MB', 'GB')[place]}/s" if seconds >= 0.05 else "--.-KB/s"
    amount, place = _scaled(size)
    total = amount + "BKMG"[place] if place else f"{size}"
    picture = "100%[" + "=" * _BAR + ">]" if known else "    [ <=>" + " " * (_BAR - 4) + "]"
    return f"\r{shown:<20}{picture} {total:>7}  {rate:>8}    {'in ' + elapsed_text(seconds):<11}"

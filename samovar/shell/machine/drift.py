"""Numbers that move slowly and always the same way: deterministic functions of the persona and the time."""

import hashlib
import math

from samovar.persona import Persona

DAY = 86_400.0


class Drift:
    """Waves, counters and picks for one persona."""

    def __init__(self, persona: Persona) -> None:
        self._key = persona.keyed("machine")
        self._boot = persona.boot_time

    def raw(self, purpose: str) -> bytes:
        """32 bytes that stay."""
        return hashlib.blake2b(purpose.encode(), key=self._key, digest_size=32).digest()

    def share(self, purpose: str) -> float:
        """A number from 0 up to 1 that stays."""
        return int.from_bytes(self.raw(purpose)[:6], "little") / (1 << 48)

    def between(self, purpose: str, low: int, high: int) -> int:
        """A whole number that stays, from ``low`` up to and without ``high``."""
        return low + int(self.share(purpose) * (high - low))

    def hex(self, purpose: str, digits: int) -> str:
        """Hexadecimal digits that stay; 64 at most."""
        return self.raw(purpose).hex()[:digits]

    def wave(self, purpose: str, now: float, period: float) -> float:
        """A number from 0 to 1 that moves smoothly, in about ``period`` seconds."""
        place, part = divmod(now / period, 1.0)
        before, after = self.share(f"{purpose}{place:.0f}"), self.share(f"{purpose}{place + 1:.0f}")
        return before + (after - before) * (3 - 2 * part) * part * part

    def up(self, now: float) -> float:
        """Seconds since the machine started."""
        return max(now - self._boot, 60.0)

    def counter(self, purpose: str, now: float, rate: float) -> float:
        """A number that only grows, ``rate`` a second on the average, faster by day than by night."""
        up = self.up(now)
        phase = math.tau * self.share(purpose)
        swing = 0.5 * DAY / math.tau * (math.sin(math.tau * up / DAY + phase) - math.sin(phase))
        return rate * (0.8 + 0.4 * self.share(purpose + "rate")) * max(up + swing, 0.0)

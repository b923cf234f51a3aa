"""How long to wait before something that died is started again. Pure."""

FIRST, CAP, HEALTHY = 0.05, 5.0, 30.0  # seconds


class Backoff:
    """Doubles with every early death; one that has lived ``HEALTHY`` seconds starts afresh."""

    def __init__(self) -> None:
        self._delay = FIRST

    def died(self, lived: float) -> float:
        """Seconds to wait, after a life of ``lived`` seconds."""
        if lived >= HEALTHY:
            self._delay = FIRST
        delay = self._delay
        self._delay = min(delay * 2, CAP)
        return delay

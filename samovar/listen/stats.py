"""What listen counts, as it is shown to operators."""

from msgspec import Struct


class SensorStats(Struct, frozen=True, kw_only=True):
    """Counts of one sensor in this worker, since it started (``open``: now)."""

    open: int
    total: int


class Stats(Struct, frozen=True, kw_only=True):
    """Counts of one worker since it started."""

    sensors: dict[str, SensorStats]
    closed_for_cap: int
    refused: int
    timeouts: int
    over_budget: int
    tls_failures: int
    udp_suppressed: int
    proxy_errors: int
    crashes: int
    emfile: int


class Counts:
    """The running counts behind ``Stats``."""

    def __init__(self) -> None:
        self.closed_for_cap = 0  # sessions ended to make room
        self.refused = 0  # connections that got no session
        self.timeouts = 0  # reads, handshakes, writes and sessions that took too long
        self.over_budget = 0  # sessions ended for sending or fetching too much
        self.tls_failures = 0
        self.udp_suppressed = (
            0  # replies not sent: too long, or too many; the broker counts those that it withholds itself
        )
        self.proxy_errors = 0
        self.crashes = 0
        self.emfile = 0  # accepts that failed for want of descriptors or memory
        self._open: dict[str, int] = {}
        self._total: dict[str, int] = {}

    def known(self, sensor: str) -> None:
        """Show this sensor, also before its first session."""
        self._open.setdefault(sensor, 0)
        self._total.setdefault(sensor, 0)

    def opened(self, sensor: str) -> None:
        """One session more."""
        self._open[sensor] += 1
        self._total[sensor] += 1

    def closed(self, sensor: str) -> None:
        """One session less."""
        self._open[sensor] -= 1

    def snapshot(self) -> Stats:
        """The counts now."""
        sensors = {name: SensorStats(open=self._open[name], total=total) for name, total in self._total.items()}
        numbers = {name: value for name, value in vars(self).items() if isinstance(value, int)}
        return Stats(sensors=sensors, **numbers)

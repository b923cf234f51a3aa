"""Makes the roll-ups of past days beside everything else."""

import logging
import threading

from samovar.store.days import Days

_log = logging.getLogger(__name__)


class Sealer:
    """A thread that begins with the first day to seal. Where it fails, questions go on with the events."""

    def __init__(self, days: Days) -> None:
        self._days = days
        self._work = threading.Event()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """See whether there is a day to seal, soon."""
        if all(day.settled() for day in self._days.days[:-1]):
            return
        self._work.set()
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="sealer", daemon=True)
            self._thread.start()

    def seal(self) -> None:
        """Seal all that there is. Raises StoreError."""
        for day in self._days.days[:-1]:
            with self._days.upkeep:
                if day in self._days.days[:-1] and not day.settled() and not self._stopped.is_set():
                    self._days.settle(day, self._stopped.is_set)

    def stop(self) -> None:
        """End; a roll-up that is under way is given up, and made at the next start."""
        self._stopped.set()
        self._work.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while self._work.wait() and not self._stopped.is_set():
            self._work.clear()
            try:
                self.seal()
            except OSError as error:
                _log.warning("a day could not be rolled up, and is slower to ask: %s", error)

"""Our own bugs: each place is logged once, without a byte of the attacker's that could forge a line."""

import logging
import traceback

_log = logging.getLogger(__name__)
_MAX_PLACES = 256
_MAX_TEXT = 200


class Crashes:
    """Logs the first crash at each distinct place in the code; how often it happens is counted elsewhere."""

    def __init__(self) -> None:
        self._places: set[tuple[str, str, int]] = set()

    def log(self, sensor: str, error: BaseException) -> None:
        """Log the traceback unless this place has been logged."""
        place = _place(error)
        if place in self._places or len(self._places) >= _MAX_PLACES:
            return
        self._places.add(place)
        _log.error(
            "%s sensor crashed; its session ended, others go on. %s: %s\n%s",
            sensor,
            type(error).__name__,
            ascii(str(error))[:_MAX_TEXT],
            "".join(traceback.format_tb(error.__traceback__)).rstrip(),
        )


def _place(error: BaseException) -> tuple[str, str, int]:
    link = error.__traceback__
    while link is not None and link.tb_next is not None:
        link = link.tb_next
    if link is None:
        return type(error).__name__, "", 0
    return type(error).__name__, link.tb_frame.f_code.co_filename, link.tb_lineno

"""Why a download failed."""

import errno

from samovar.sensor import FetchError


class Failure(Exception):
    """One of the closed set of kinds, and what the asker may show of it."""

    def __init__(self, kind: FetchError, detail: str = "") -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind: FetchError = kind
        self.detail = detail[:500]


def of_connection(error: OSError) -> Failure:
    """What the kernel says of a connection."""
    if isinstance(error, TimeoutError):
        return Failure("timeout")
    if error.errno == errno.ECONNREFUSED:
        return Failure("refused")
    if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL, errno.EACCES):
        return Failure("unreachable", error.strerror or "")
    return Failure("protocol", error.strerror or "connection lost")

"""systemd's readiness protocol, sd_notify(3): one datagram a message, to the socket that NOTIFY_SOCKET names."""

import os
import socket


class Notifier:
    """Does nothing where no service manager asked for it."""

    def __init__(self) -> None:
        self._address = os.environ.get("NOTIFY_SOCKET", "")
        interval = os.environ.get("WATCHDOG_USEC", "")
        for_us = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        #: seconds between watchdog messages (half of what is allowed), 0 if none are wanted
        self.watchdog = int(interval) / 2e6 if interval.isdecimal() and for_us and self._address else 0.0

    def tell(self, state: str) -> None:
        """Send ``READY=1``, ``STOPPING=1``, ``WATCHDOG=1`` or ``STATUS=...``; a manager that is gone is no error."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
            sock.setblocking(False)
            try:
                sock.sendto(state.encode(), address)
            except OSError:
                return

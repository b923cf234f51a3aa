"""The hub's side of the processes: the connection to the supervisor, and the thread that drains the channels.

hub = Hub.connect()                    # in the process that the supervisor started, first of all
hub.start(inbox, on_stop)              # from now on events arrive, in a thread
hub.ready(missing)                     # the page answers
... the web loop runs until on_stop is called (from a thread) ...
hub.finish()                           # everything that was sent has been handed to the inbox
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from pathlib import Path

from samovar.process.control import Link, Plan, Ready, State, Stop, receive_plan
from samovar.process.receiver import Inbox, Received, Receiver
from samovar.process.spec import Port, Spec, Status

_log = logging.getLogger(__name__)
_ORPHAN_GRACE = 3.0  # seconds for draining when the supervisor is gone without a word


class Hub:
    """What the supervisor gave this process, and the threads that serve it."""

    def __init__(self, link: Link, plan: Plan, channels: list[socket.socket], web: socket.socket | None) -> None:
        self._link = link
        self._channels = channels
        self._receiver: Receiver | None = None
        self._threads: list[threading.Thread] = []
        self._grace = _ORPHAN_GRACE
        self._status = Status(
            pid=os.getppid(),
            started=time.time(),
            workers=(),
            broker=None,
            hub_restarts=0,
            ports=plan.ports,
            web="",
            failures=(),
        )
        self.spec: Spec = plan.spec
        self.ports: tuple[Port, ...] = plan.ports
        self.web = web  # the listening socket of the page, if there is one

    @classmethod
    def connect(cls, link: Link | None = None) -> "Hub":
        """Take over what the supervisor has prepared. It alone decides when the hub ends: signals are ignored."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        link = link or Link.inherited()
        plan, given = receive_plan(link)
        channels = sorted((slot, fd) for kind, _, slot, fd in given if kind == "channel")
        web = [socket.socket(fileno=fd) for kind, _, _, fd in given if kind == "web"]
        return cls(link, plan, [socket.socket(fileno=fd) for _, fd in channels], web[0] if web else None)

    @property
    def status(self) -> Status:
        """The supervisor's latest word."""
        return self._status

    @property
    def received(self) -> Received:
        """What has come through the channels."""
        return self._receiver.counts if self._receiver else Received()

    def start(self, inbox: Inbox, on_stop: Callable[[], None]) -> None:
        """Drain the channels into ``inbox``; ``on_stop`` is called once, from a thread, when the hub shall end."""
        self._receiver = Receiver(self._channels, inbox, Path(self.spec.data) / "parts")
        for name, target in (("channels", self._drain), ("control", lambda: self._control(on_stop))):
            thread = threading.Thread(target=target, name=name, daemon=True)
            thread.start()
            self._threads.append(thread)

    def ready(self, missing: tuple[str, ...] = ()) -> None:
        """Tell the supervisor that the hub works, and what its lock-down lacks."""
        self._link.send(Ready(missing=missing))

    def finish(self) -> bool:
        """Wait until all that the workers sent is with the inbox; False if the time for it ran out."""
        if self._receiver is None:
            return True
        self._receiver.finish(self._grace)
        self._threads[0].join(self._grace + 1.0)
        return not self._threads[0].is_alive()

    def _drain(self) -> None:
        assert self._receiver is not None
        try:
            self._receiver.run()
        except BaseException:
            # Without this thread nothing is recorded: better to be started afresh by the supervisor.
            _log.critical("the hub cannot record", exc_info=True)
            os._exit(70)

    def _control(self, on_stop: Callable[[], None]) -> None:
        while True:
            message, _ = self._link.receive()
            if isinstance(message, State):
                self._status = message.status
            elif message is None or isinstance(message, Stop):
                self._grace = message.grace if message else _ORPHAN_GRACE
                on_stop()
                return

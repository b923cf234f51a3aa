"""Readiness of every connection, behind one descriptor of the event loop.

The loop's own add_reader makes a handle for each registration and unmakes it again: a short connection would
cost more in that than in all it says. It also costs the same on any loop.
"""

import asyncio
import select
from collections.abc import Callable
from contextlib import suppress

READ, WRITE = select.EPOLLIN, select.EPOLLOUT

_BATCH = 64  # events taken before the loop's other work gets its turn
_TROUBLE = select.EPOLLHUP | select.EPOLLERR  # reported as both: the next recv or send says what it is


class Poll:
    """Calls ``call(mask)`` while a descriptor is ready for what it is watched for (level-triggered).

    A call may be made in vain: the descriptor's number was another's when the batch was taken.
    Made before a process is locked, used on one loop from ``start`` to ``stop``.
    """

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._calls: dict[int, Callable[[int], None]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def start(self, loop: asyncio.AbstractEventLoop) -> None:
        """Report from now on."""
        self._loop = loop
        loop.add_reader(self._epoll.fileno(), self._turn)

    def stop(self) -> None:
        """Report nothing more; what is watched is forgotten."""
        if self._loop is not None:
            self._loop.remove_reader(self._epoll.fileno())
            self._loop = None
        for fd in list(self._calls):
            self.forget(fd)

    def watch(self, fd: int, mask: int, call: Callable[[int], None]) -> None:
        """Begin to watch a descriptor that is not watched."""
        self._epoll.register(fd, mask)
        self._calls[fd] = call

    def change(self, fd: int, mask: int) -> None:
        """Watch for something else."""
        self._epoll.modify(fd, mask)

    def forget(self, fd: int) -> None:
        """Watch it no more; before it is closed."""
        if self._calls.pop(fd, None) is not None:
            with suppress(OSError):
                self._epoll.unregister(fd)

    def _turn(self) -> None:
        for fd, mask in self._epoll.poll(0, _BATCH):
            call = self._calls.get(fd)
            if call is not None:
                call(mask | READ | WRITE if mask & _TROUBLE else mask)

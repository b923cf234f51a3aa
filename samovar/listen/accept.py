"""The accept loop on a listening socket that several workers share, and what comes before a session."""

import errno
import logging
import os
import socket
from collections.abc import Callable

from samovar.listen.address import Trusted, shown
from samovar.listen.poll import READ
from samovar.listen.proxy import MAX_HEADER, ProxyError, parse
from samovar.listen.room import Room

Address = tuple[str, int]
Arrived = Callable[[socket.socket, Address, Address], None]  # the socket, who came, whom they reached

_log = logging.getLogger(__name__)
_BATCH = 16  # connections taken before other work (and other workers) get their turn
_NO_ROOM = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOBUFS})
_OURS = frozenset({errno.EBADF, errno.EINVAL, errno.ENOTSOCK, errno.EOPNOTSUPP})
_PAUSE = 0.1  # seconds without accepting when there is no room
_FULL_PAUSE = 1.0


class Acceptor:
    """Accepts on one socket; gives each connection to ``arrived``, after its PROXY header where one is due."""

    def __init__(self, room: Room, trusted: Trusted, sock: socket.socket, name: str, arrived: Arrived) -> None:
        self._room, self._trusted, self._sock, self._name, self._arrived = room, trusted, sock, name, arrived
        self._running = False
        sock.setblocking(False)
        # Linux: accepted sockets inherit it. A locked worker's sockets come with it, and it may not set it.
        if not sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY):
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def start(self) -> None:
        """Begin to accept."""
        self._running = True
        self._room.poll.watch(self._sock.fileno(), READ, self._readable)

    def stop(self) -> None:
        """Accept no more."""
        self._running = False
        self._room.poll.forget(self._sock.fileno())

    def _readable(self, mask: int) -> None:
        for _ in range(_BATCH):
            try:
                sock, address = self._sock.accept()
            except (BlockingIOError, InterruptedError):
                return  # another worker was faster
            except OSError as error:
                if self._failed(error):
                    return
                continue
            try:
                self._accepted(sock, shown(address))
            except OSError:
                sock.close()  # it went before we looked
            except Exception as error:
                sock.close()
                self._room.crashed(self._name, error)

    def _accepted(self, sock: socket.socket, remote: Address) -> None:
        sock.setblocking(False)
        local = shown(sock.getsockname())
        if remote[0] in self._trusted:
            ProxyWait(self._room, sock, remote, local, self._name, self._arrived).begin()
        else:
            self._arrived(sock, remote, local)

    def _failed(self, error: OSError) -> bool:
        """Whether to stop accepting for a while: not for a connection's own error (accept(2))."""
        if error.errno in _NO_ROOM:
            self._room.counts.emfile += 1
            freed = error.errno == errno.EMFILE and self._room.registry.evict_oldest()
            self._back_off(_PAUSE if freed else _FULL_PAUSE)
            return True
        if error.errno in _OURS:
            _log.error("%s: cannot accept: %s", self._name, os.strerror(error.errno or 0))
            self._back_off(_FULL_PAUSE)
            return True
        return False

    def _back_off(self, seconds: float) -> None:
        self._room.poll.forget(self._sock.fileno())
        self._room.loop.call_later(seconds, self._again)

    def _again(self) -> None:
        if self._running:
            self.start()


class ProxyWait:
    """A trusted balancer's connection until its PROXY header is whole. Takes no byte beyond that."""

    def __init__(
        self, room: Room, sock: socket.socket, remote: Address, local: Address, name: str, arrived: Arrived
    ) -> None:
        self.source = "proxy"
        self.active = room.loop.time()
        self.due = 0.0
        self.slot = 0
        self._room, self._sock, self._name, self._arrived = room, sock, name, arrived
        self._remote, self._local = remote, local
        self._header = bytearray()

    def begin(self) -> None:
        """Wait for the header."""
        self._room.waiting.admit(self)
        self._room.wheel.arm(self, self.active + self._room.limits.handshake_timeout)
        self._room.poll.watch(self._sock.fileno(), READ, self._readable)

    def expire(self, now: float) -> None:
        """It took too long."""
        self._room.counts.timeouts += 1
        self._refuse()

    def evict(self) -> None:
        """Make room."""
        self._room.counts.closed_for_cap += 1
        self._refuse()

    def end(self, reason: str) -> None:
        """End now."""
        self._detach()
        self._sock.close()

    def _refuse(self) -> None:
        self._room.counts.proxy_errors += 1
        self.end("proxy")

    def _detach(self) -> None:
        self._room.poll.forget(self._sock.fileno())
        self._room.wheel.disarm(self)
        self._room.waiting.remove(self)

    def _readable(self, mask: int) -> None:
        try:
            seen = self._sock.recv(MAX_HEADER, socket.MSG_PEEK)
            header = parse(bytes(self._header) + seen)
            taken = self._sock.recv(len(seen) if header is None else header.size - len(self._header))
        except (BlockingIOError, InterruptedError):
            return
        except (OSError, ProxyError):
            self._refuse()
            return
        self._header += taken
        if not seen:
            self._refuse()
        elif header is not None:
            self._detach()
            self._hand_over(header.source or self._remote, header.destination or self._local)

    def _hand_over(self, remote: Address, local: Address) -> None:
        try:
            self._arrived(self._sock, remote, local)
        except Exception as error:
            self._sock.close()
            self._room.crashed(self._name, error)

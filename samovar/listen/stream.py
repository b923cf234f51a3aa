"""A conversation over TCP, in the clear or in TLS, on a non-blocking socket.

Flow control: input is left in the kernel while the dialogue does not read and something is buffered; output
that the kernel does not take suspends the dialogue, so at most one ``Send`` is held for a peer that never reads.
"""

import socket
import ssl

from samovar.event import Fact, text
from samovar.exchange import Question
from samovar.listen.conversation import Conversation
from samovar.listen.data import DataPort, DataPorts
from samovar.listen.poll import READ, WRITE
from samovar.listen.room import Desk, Room
from samovar.listen.tls import Tls
from samovar.sensor import OpenData, Peer, ReadData, Send, SendData, Sensor

_CHUNK = 16 * 1024  # one recv
_READ_AHEAD = 8 * 1024  # buffered beyond the dialogue's need, before the kernel has to keep the rest
_LINGER = 1.0  # seconds for a peer's unread input to end, lest closing destroys what we sent
_LINGER_BYTES = 256 * 1024
_SHOWN = 256  # bytes of what was not a TLS handshake


class Stream(Conversation):
    """One TCP connection."""

    __slots__ = (
        "_data_port",
        "_drained",
        "_eof",
        "_fd",
        "_lingered",
        "_lingering",
        "_mask",
        "_out",
        "_ports",
        "_sock",
        "_tls",
    )

    def __init__(
        self, room: Room, desk: Desk, sensor: Sensor, peer: Peer, sock: socket.socket, ports: DataPorts
    ) -> None:
        super().__init__(room, room.registry, desk, sensor, peer)
        self._sock = sock
        self._fd = sock.fileno()
        self._out = bytearray()
        self._eof = False
        self._mask = 0  # what it is watched for
        self._drained = False  # this moment's recv took all there was
        self._lingering = False
        self._lingered = 0
        self._tls: Tls | None = None
        self._ports = ports
        self._data_port: DataPort | None = None

    def begin(self) -> None:
        """Start: handshake first where the service is TLS, else the dialogue."""
        if self._peer.tls:
            self._start_tls()
            self._watch()
        else:
            self._run(self._exchange.start())

    # Input

    def _watch(self) -> None:
        """Watch for input exactly when there is room for it, and for room in the kernel when output waits."""
        if self._over:
            return
        mask = WRITE if self._out else 0
        if not self._eof:
            exchange = self._exchange
            if exchange.reading is not None or exchange.buffered < _READ_AHEAD or self._lingering:
                mask |= READ
        if mask == self._mask:
            return
        poll = self._room.poll
        if not mask:
            poll.forget(self._fd)  # a mask of 0 would still report a hang-up, again and again
        elif self._mask:
            poll.change(self._fd, mask)
        else:
            poll.watch(self._fd, mask, self._ready)
        self._mask = mask

    def _ready(self, mask: int) -> None:
        if mask & WRITE and self._out:
            self._writable()
        if mask & READ and self._mask & READ and not self._over:
            self._readable()

    def _readable(self) -> None:
        try:
            data = self._sock.recv(_CHUNK)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.end("reset")
            return
        size = len(data)
        self._bytes_in += size
        self._registry.touch(self, self._room.loop.time())
        if self._bytes_in > self._room.limits.bytes_in:
            self._room.counts.over_budget += 1
            self.end("budget")
            return
        self._eof = not size
        self._drained = size < _CHUNK
        if self._lingering:
            self._discard(size)
        elif self._tls is not None:
            self._decrypt(self._tls, data)
        else:
            self._feed(data)
        self._drained = False
        self._watch()

    def _decrypt(self, tls: Tls, data: bytes) -> None:
        was_established = tls.established
        try:
            plain = tls.receive(data)
        except ssl.SSLError as error:
            self._broken(tls, error.reason or type(error).__name__)
            return
        self._transmit(tls.outgoing())
        if self._over:
            return
        if not was_established:
            if not tls.established:
                return
            self._established(tls)
        if plain and not self._over:
            self._feed(plain)
        if (tls.closed or self._eof) and not self._over:
            self._eof = True
            self._feed(b"")

    # TLS

    def _start_tls(self) -> bool:
        context = self._room.tls_context
        if context is None or self._tls is not None:
            return self._later_fail()
        self._tls = Tls(context)
        self._arm(self._room.limits.handshake_timeout, self._handshake_late)
        return True

    def _later_fail(self) -> bool:
        self._timer = self._room.loop.call_soon(self._fail, "tls")
        return True

    def _established(self, tls: Tls) -> None:
        self._note_hello(tls.take_hello())
        if self._steps is not None:
            self._resume()
        else:
            self._run(self._exchange.start())

    def _note_hello(self, hello: bytes) -> None:
        if self._room.fingerprint is not None and (fact := self._room.fingerprint(hello)) is not None:
            self._unflushed = True
            self._recorder.note(fact)

    def _handshake_late(self) -> None:
        self._room.counts.timeouts += 1
        if self._tls is not None:
            self._broken(self._tls, "timeout")

    def _broken(self, tls: Tls, reason: str) -> None:
        """TLS failed: the alert goes out, and the connection cannot be used any more."""
        if not tls.established:
            self._room.counts.tls_failures += 1
            self._unflushed = True
            hello = tls.take_hello()
            self._note_hello(hello)
            self._recorder.note(
                Fact(
                    event_action="hello",
                    event_outcome="failure",
                    network_protocol="tls",
                    event_original=text(hello[:_SHOWN]) or None,
                    samovar_detail={"error": reason.lower()},
                )
            )
        self._transmit(tls.outgoing())
        self.end("tls")

    # Output

    def _send(self, step: Send) -> bool:
        if self._bytes_out + len(self._out) + len(step.data) > self._room.limits.bytes_out:
            self._room.counts.over_budget += 1
            self.end("budget")
            return True
        self._transmit(self._tls.encrypt(step.data) if self._tls is not None else step.data)
        if self._out:
            self._arm(self._room.limits.write_timeout, self._stalled)
        return bool(self._out)

    def _transmit(self, data: bytes) -> None:
        if not data or self._over:
            return
        self._flush()
        if self._out:
            self._out += data
            return
        try:
            sent = self._sock.send(data)
        except (BlockingIOError, InterruptedError):
            sent = 0
        except OSError:
            self.end("reset")
            return
        self._bytes_out += sent
        if sent < len(data):
            self._out += data[sent:]
            self._watch()

    def _writable(self) -> None:
        try:
            sent = self._sock.send(self._out)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self.end("reset")
            return
        self._bytes_out += sent
        del self._out[:sent]
        if self._out:
            return
        if self._exchange.ended is not None:
            self._finish()
        else:
            self._resume()
        self._watch()

    def _stalled(self) -> None:
        self._room.counts.timeouts += 1
        self.end("stalled")

    # Data connections

    def _ask_data(self, question: Question) -> bytes | None:
        port, self._data_port = self._data_port, None
        if isinstance(question, OpenData):
            if port is not None:
                port.release()
            self._data_port = self._ports.reserve(self._peer.ip)
            return f"{self._peer.local_ip} {self._data_port.number}".encode() if self._data_port else b""
        if port is None:
            self._timer = self._room.loop.call_soon(self._fail, "silent")
            return None
        self._data_port = port
        self._flush()
        self._arm(self._room.limits.deadline, self._silent)
        if isinstance(question, ReadData):
            room = max(self._room.limits.bytes_in - self._bytes_in, 1)
            port.read(min(question.limit, room), question.timeout, self._transferred)
        elif isinstance(question, SendData):
            port.send(question.data, question.timeout, self._transferred)
        return None

    def _transferred(self, result: bytes | None, received: int, sent: int) -> None:
        self._data_port = None
        self._bytes_in += received
        self._bytes_out += sent
        if result is None:
            self._silent()
        else:
            self._answer(result)

    # The end

    def _settle(self) -> None:
        super()._settle()
        self._watch()

    def _finish(self) -> None:
        if self._lingering:
            return
        if not self._out and self._tls is not None and self._tls.established:
            tls, self._tls = self._tls, None
            self._transmit(tls.goodbye())
        if self._over:
            return
        if self._out:
            self._arm(self._room.limits.write_timeout, self._stalled)
        elif self._eof or not self._unread():
            self._conclude()
        else:
            self._linger()

    def _unread(self) -> bool:
        """Whether the peer sent what nobody will read: closing on that would reset what it still has to get."""
        if self._drained:
            return False
        try:
            data = self._sock.recv(_CHUNK)
        except OSError:
            return False
        self._bytes_in += len(data)
        return bool(data)

    def _linger(self) -> None:
        self._lingering = True
        self._arm(_LINGER, self._conclude)
        try:
            self._sock.shutdown(socket.SHUT_WR)
        except OSError:
            self._conclude()
        self._watch()

    def _discard(self, size: int) -> None:
        self._lingered += size
        if self._eof or self._lingered > _LINGER_BYTES:
            self._conclude()

    def _release(self) -> None:
        if self._data_port is not None:
            self._data_port.release()
        if self._mask:
            self._mask = 0
            self._room.poll.forget(self._fd)
        self._out.clear()
        self._sock.close()

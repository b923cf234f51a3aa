"""The server's side of TLS over bytes in memory, so that TCP and StartTls share it and no loop hides its buffers."""

import ssl
from contextlib import suppress

MAX_HELLO = 16 * 1024  # what is kept of a ClientHello for its fingerprint


class Tls:
    """One connection's TLS. ``receive`` raises ssl.SSLError when the peer does not speak TLS, or breaks it."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._object = context.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self._hello = bytearray()
        self.established = False
        self.closed = False  # the peer said that it sends no more

    def receive(self, data: bytes) -> bytes:
        """Take what the socket gave (``b""``: end); return the plaintext in it."""
        if data:
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
        if not self.established:
            self._hello += data[: MAX_HELLO - len(self._hello)]
            try:
                self._object.do_handshake()
            except ssl.SSLWantReadError:
                return b""
            self.established = True
        return self._plaintext()

    def encrypt(self, data: bytes) -> bytes:
        """Ciphertext for the socket."""
        if data:
            self._object.write(data)
        return self._outgoing.read()

    def outgoing(self) -> bytes:
        """What TLS itself has to say: handshakes, alerts."""
        return self._outgoing.read()

    def take_hello(self) -> bytes:
        """The peer's first bytes, once."""
        hello = bytes(self._hello)
        self._hello.clear()
        return hello

    def goodbye(self) -> bytes:
        """The closing alert, for the socket."""
        if self.established:
            with suppress(ssl.SSLError):  # it would wait for the peer's own alert; we do not
                self._object.unwrap()
        return self._outgoing.read()

    def _plaintext(self) -> bytes:
        parts = []
        try:
            while part := self._object.read(16384):
                parts.append(part)
            self.closed = True
        except ssl.SSLWantReadError:
            pass
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
            self.closed = True
        return b"".join(parts)

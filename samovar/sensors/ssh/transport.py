"""asyncssh's server connection with OpenSSH's manners, up to the point where a user asks to log in.

asyncssh leaves no other way to change these than its private methods, so its version is pinned and
tests/sensors/ssh compares what results with sshd. Nothing here blocks or waits.
"""

import asyncio
import os
import sys
import time
import zlib
from collections.abc import Coroutine
from typing import Any

import asyncssh
from asyncssh.compression import Decompressor
from asyncssh.connection import SSHConnection
from asyncssh.constants import DISC_PROTOCOL_ERROR, MSG_DISCONNECT, MSG_EXT_INFO, MSG_IGNORE, MSG_KEXINIT
from asyncssh.logging import SSHLogger
from asyncssh.misc import ProtocolError
from asyncssh.packet import SSHPacket, SSHPacketLogger, String, UInt32
from cryptography.exceptions import InvalidTag

from samovar.sensors.ssh.face import judge_identification
from samovar.sensors.ssh.hassh import Hello, hello_of
from samovar.sensors.ssh.keys import Identity

_MAX_PACKET = 256 * 1024  # sshd's PACKET_MAX_SIZE
_MAX_INFLATED = 256 * 1024


class _Silent(SSHLogger):
    """What attackers do is recorded, not logged."""

    def log(self, level: int, msg: object, *args: object, **kwargs: object) -> None:
        """Drop it."""

    def get_child(self, child: str = "", context: str = "") -> SSHLogger:
        return self


SILENT = _Silent()


def finish(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run one of asyncssh's coroutines that never wait for anything: a task for each would cost more."""
    try:
        coroutine.send(None)
    except StopIteration:
        return
    coroutine.close()
    raise RuntimeError("asyncssh waits where it did not use to wait")


def handlers(inherited: dict[int, Any], own: dict[int, Any]) -> dict[int, Any]:
    """asyncssh's table of packet types with our own entries in it."""
    return {**inherited, **own}


class _Bounded(Decompressor):
    """zlib that refuses to inflate one packet beyond what a packet may hold."""

    def __init__(self) -> None:
        self._zlib = zlib.decompressobj()

    def decompress(self, data: bytes) -> bytes | None:
        try:
            inflated = self._zlib.decompress(data, _MAX_INFLATED)
        except zlib.error:
            return None
        return None if self._zlib.unconsumed_tail else inflated


class Transport(asyncssh.SSHServerConnection):
    """Identification, key exchange and packets as sshd does them; counts bytes."""

    def __init__(self, loop: asyncio.AbstractEventLoop, identity: Identity) -> None:
        super().__init__(loop, identity.options)
        self._logger = SILENT
        self._identity = identity
        self._server_host_key_algs = [name.encode() for name in identity.face.host_keys]
        self._mac_algs = [name.encode() for name in identity.face.macs]
        self.bytes_in = self.bytes_out = 0
        self._held: list[bytes] | None = None
        self.client_line = b""
        self._greeted = False
        self.fault: BaseException | None = None

    def hello(self, version: bytes, hello: Hello | None) -> None:
        """The client named itself; called once, ``hello`` is None where it did not get to key exchange."""

    async def reload_config(self) -> None:
        """asyncssh would resolve names and parse the keys anew for each user name."""

    def log_sent_packet(self, *args: object, **kwargs: object) -> None:
        """Nothing is logged."""

    def log_received_packet(self, *args: object, **kwargs: object) -> None:
        """Nothing is logged."""

    def data_received(self, data: bytes, datatype: int | None = None) -> None:
        """Count what comes in; what it makes us say goes out in one piece."""
        self.bytes_in += len(data)
        self._held = []
        try:
            super().data_received(data, datatype)
        finally:
            self._let_go()

    def _send(self, data: bytes) -> None:
        self.bytes_out += len(data)
        if self._held is None:
            super()._send(data)
        else:
            self._held.append(data)

    def _let_go(self) -> None:
        held, self._held = self._held, None
        if held:
            super()._send(b"".join(held))

    def _force_close(self, exc: Exception | None) -> None:
        self._let_go()
        super()._force_close(exc)

    def set_extra_info(self, **kwargs: object) -> None:
        """Nothing is kept: nobody asks."""

    def internal_error(self, exc_info: Any = None, error_logger: SSHLogger | None = None) -> None:
        """Hang up. A ValueError is what malformed packets and keys raise; anything else is our own fault."""
        error = exc_info[1] if exc_info else sys.exc_info()[1]
        if not isinstance(error, ValueError | OSError | InvalidTag):
            self.fault = error
        self._force_close(None)

    def pause_writing(self) -> None:
        """A client that does not read is not listened to: nothing piles up for it."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """It reads again."""
        if self._transport is not None:
            self._transport.resume_reading()

    def _greet(self, hello: Hello | None) -> None:
        if not self._greeted:
            self._greeted = True
            self.hello(self.client_line, hello)

    def _cleanup(self, exc: Exception | None) -> None:
        if self.client_line:
            self._greet(None)
        super()._cleanup(exc)

    # identification ------------------------------------------------------------------------------------

    def _recv_version(self) -> bool:
        line, complaint = judge_identification(self._inpbuf)
        if line is None:
            return False
        self.client_line = line
        if complaint:
            self._send(complaint)
            self._force_close(None)
            return False
        self._client_version = line
        self._inpbuf = self._inpbuf[self._inpbuf.index(b"\n") + 1 :]
        self._send_kexinit()
        self._kexinit_sent = True
        self._recv_handler = self._recv_pkthdr
        return True

    # packets -------------------------------------------------------------------------------------------

    def _recv_pkthdr(self) -> bool:
        try:
            if not super()._recv_pkthdr():
                return False
        except ProtocolError:
            self.disconnect_as_sshd("Packet corrupt")
            return False
        padded = bool(self._recv_encryption) or (self._pktlen + 4) % 8 == 0
        if not (5 <= self._pktlen <= _MAX_PACKET and padded):
            self.disconnect_as_sshd("Packet corrupt")
            return False
        return True

    def send_packet(self, pkttype: int, *args: bytes, handler: SSHPacketLogger | None = None) -> None:
        """asyncssh puts an IGNORE before each packet; sshd of these releases does not."""
        if pkttype != MSG_IGNORE:
            super().send_packet(pkttype, *args, handler=handler)

    def disconnect_as_sshd(self, reason: str) -> None:
        """Say why, as sshd's ssh_packet_disconnect does, and hang up."""
        self.send_packet(MSG_DISCONNECT, UInt32(DISC_PROTOCOL_ERROR), String(reason), String(""))
        self._force_close(None)

    def _send_disconnect(self, code: int, reason: str, lang: str) -> None:
        """sshd closes without a word where asyncssh would explain itself."""

    # key exchange --------------------------------------------------------------------------------------

    def _send_kexinit(self) -> None:
        self._kex_complete = False
        self._rekey_bytes_sent = 0
        self._rekey_time = time.monotonic() + self._rekey_seconds
        body = os.urandom(16) + self._identity.kexinit
        self._server_kexinit = bytes((MSG_KEXINIT,)) + body
        self.send_packet(MSG_KEXINIT, body)

    def choose_server_host_key(self, peer_host_key_algs: "list[bytes]") -> bool:  # type: ignore[override]  # the library has two signatures
        """Take the first of the client's algorithms that we have a key for."""
        for algorithm in peer_host_key_algs:
            pair = self._identity.host_keys.get(algorithm)
            if pair is not None:
                self._server_host_key = pair
                return True
        return False

    def _on_kexinit(self, pkttype: int, pktid: int, packet: SSHPacket) -> None:
        self._greet(hello_of(packet.get_remaining_payload()))
        finish(SSHConnection._process_kexinit(self, pkttype, pktid, packet))
        self._strict_kex = self._strict_kex and self._identity.face.strict_kex

    def send_newkeys(self, k: bytes, h: bytes) -> None:
        """Switch keys; bound what a compressed packet may grow to."""
        super().send_newkeys(k, h)
        if self._next_decompressor is not None:
            self._next_decompressor = _Bounded()

    def _send_ext_info(self) -> None:
        self.send_packet(MSG_EXT_INFO, self._identity.ext_info)

    _packet_handlers = handlers(asyncssh.SSHServerConnection._packet_handlers, {MSG_KEXINIT: _on_kexinit})

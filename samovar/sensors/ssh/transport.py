"""asyncssh's server connection with OpenSSH's manners, up to the point where a user asks to log in.

asyncssh leaves no other way to change these than its private methods, so its version is pinned and
tests/sensors/ssh compares what results with sshd. Nothing here blocks or waits.
"""

import asyncio
import inspect
import os
import socket
import struct
import sys
import time
from typing import Any

import asyncssh
from asyncssh.connection import SSHConnection
from asyncssh.constants import (
    DISC_PROTOCOL_ERROR,
    MSG_CHANNEL_CLOSE,
    MSG_CHANNEL_DATA,
    MSG_CHANNEL_EOF,
    MSG_CHANNEL_EXTENDED_DATA,
    MSG_CHANNEL_FAILURE,
    MSG_CHANNEL_REQUEST,
    MSG_CHANNEL_SUCCESS,
    MSG_DEBUG,
    MSG_DISCONNECT,
    MSG_EXT_INFO,
    MSG_IGNORE,
    MSG_KEXINIT,
    MSG_NEWKEYS,
    MSG_REQUEST_FAILURE,
    MSG_REQUEST_SUCCESS,
    MSG_SERVICE_ACCEPT,
    MSG_SERVICE_REQUEST,
    MSG_UNIMPLEMENTED,
    MSG_USERAUTH_REQUEST,
)
from asyncssh.logging import SSHLogger
from asyncssh.misc import ProtocolError
from asyncssh.packet import SSHPacket, SSHPacketHandler, SSHPacketLogger, String, UInt32
from cryptography.exceptions import InvalidTag

from samovar.sensors.ssh.hassh import Hello, hello_of
from samovar.sensors.ssh.identification import judge_for_dropbear, judge_identification
from samovar.sensors.ssh.keys import Identity
from samovar.sensors.ssh.library import SILENT, Bounded, finish, handlers

_MAX_PACKET = 256 * 1024  # sshd's PACKET_MAX_SIZE
_KEX_FIRST, _KEX_LAST = 30, 49  # RFC 4250's ranges
_AUTH_LAST = 79
_INFO_RESPONSE = 61
_CHANNEL_FIRST, _CHANNEL_LAST = 91, 100
_MIN_LOCAL = 192
_SERVERS_ONLY = frozenset({MSG_SERVICE_ACCEPT, MSG_EXT_INFO})
_UNREAD = frozenset({MSG_IGNORE, MSG_REQUEST_SUCCESS, MSG_REQUEST_FAILURE})  # taken, and never looked into
#: What sshd says of packets for a channel that is not there; it says nothing of the other kinds.
_LOST_CHANNEL = {
    MSG_CHANNEL_DATA: "data packet referred to nonexistent channel {}",
    MSG_CHANNEL_EXTENDED_DATA: "extended_data packet referred to nonexistent channel {}",
    MSG_CHANNEL_EOF: "ieof packet referred to nonexistent channel {}",
    MSG_CHANNEL_CLOSE: "oclose packet referred to nonexistent channel {}",
    MSG_CHANNEL_REQUEST: "server_input_channel_req: unknown channel {}",
}


class Transport(asyncssh.SSHServerConnection):
    """Identification, key exchange and packets as sshd does them; counts bytes."""

    def __init__(self, loop: asyncio.AbstractEventLoop, identity: Identity) -> None:
        super().__init__(loop, identity.options)
        self._logger = SILENT
        self._identity = identity
        self._server_host_key_algs = [name.encode() for name in identity.face.host_keys]
        self._openssh = identity.face.program == "openssh"
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

    def _send_version(self) -> None:
        super()._send_version()
        if self._openssh:
            return
        self._send_kexinit()  # dropbear does not wait for the client's line
        self._kexinit_sent = True

    def _recv_version(self) -> bool:
        verdict = judge_identification(self._inpbuf) if self._openssh else judge_for_dropbear(self._inpbuf)
        if verdict is None:
            return False
        self.client_line = verdict.line
        rest = self._inpbuf[verdict.taken :]
        if not verdict.accepted:
            self._refuse(verdict.complaint, unread=bool(rest))
            return False
        self._client_version = verdict.line
        self._inpbuf = rest
        if self._openssh:
            self._send_kexinit()
            self._kexinit_sent = True
        self._recv_handler = self._recv_pkthdr
        return True

    def _refuse(self, complaint: bytes, *, unread: bool) -> None:
        """Hang up on a line as sshd does: its kernel resets a connection of which it has not read all.

        The line's end is a second, small write, which the first one holds up (Nagle): a reset destroys it.
        """
        self._send(complaint if unread else complaint + b"\r\n" * bool(complaint))
        self._let_go()
        if unread:
            self._reset()
        self._force_close(None)

    def _reset(self) -> None:
        sock = self._transport.get_extra_info("socket") if self._transport is not None else None
        if sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    # packets -------------------------------------------------------------------------------------------

    def _recv_pkthdr(self) -> bool:
        try:
            if not super()._recv_pkthdr():
                return False
        except ProtocolError:
            return self._drop()
        padded = bool(self._recv_encryption) or (self._pktlen + 4) % 8 == 0
        if not (5 <= self._pktlen <= _MAX_PACKET and padded):
            return self._drop()
        return True

    def _recv_packet(self) -> bool:
        """One packet, with sshd's answer to those that it cannot place."""
        size = 4 + self._pktlen + self._recv_macsize - self._recv_blocksize
        if len(self._inpbuf) < size:
            return False
        payload = self._opened(size)
        if not payload:
            return self._drop()
        kind, number = payload[0], self._recv_seq
        if self._openssh and not 1 <= kind < _MIN_LOCAL:
            self.disconnect_as_sshd(f"Invalid ssh2 packet type: {kind}")
            return False
        packet = SSHPacket(payload)
        packet.get_byte()
        handled = self._placed(kind, number, packet)
        if handled is None:
            return self._drop()
        if not handled:
            if not self._openssh and kind != MSG_NEWKEYS:
                return self._drop()
            self.send_packet(MSG_UNIMPLEMENTED, UInt32(number))
        self._finish_recv_packet(kind, number)
        return True

    def _opened(self, size: int) -> bytes | None:
        """The packet's payload, decrypted and inflated; None where it is damaged."""
        body = bytes(self._inpbuf[: size - self._recv_macsize])
        code = bytes(self._inpbuf[size - self._recv_macsize : size])
        self._inpbuf = self._inpbuf[size:]
        if self._recv_encryption:
            data = self._recv_encryption.decrypt_packet(self._recv_seq, self._packet, body, 4, code)
            if not data:
                return None
        else:
            data = self._packet[4:] + body
        self._packet = b""
        if data[0] < 4 and self._openssh:
            self.disconnect_as_sshd(f"Corrupted padlen {data[0]} on input.")
            return None
        if data[0] < 4 or data[0] >= len(data):
            return None
        payload = bytes(data[1 : -data[0]])
        if self._decompressor and (self._auth_complete or not self._decompress_after_auth):
            return self._decompressor.decompress(payload)
        return payload

    def _placed(self, kind: int, number: int, packet: SSHPacket) -> bool | None:
        """Give a packet to whom it is for; False where nobody knows it, None where it ends the connection."""
        handler: SSHPacketHandler | None = self
        if _KEX_FIRST <= kind <= _KEX_LAST:
            handler = self._kex
        elif kind > _KEX_LAST and not self._recv_encryption:
            return None
        elif MSG_USERAUTH_REQUEST < kind <= _AUTH_LAST:
            handler = self._auth
            if kind == _INFO_RESPONSE and handler is None and not self._auth_complete:
                return None  # sshd's monitor does not forgive an answer to no question
        elif self._untimely(kind):
            return False
        elif _CHANNEL_FIRST <= kind <= _CHANNEL_LAST:
            return self._to_channel(kind, number, packet)
        if self._strict_kex and not self._recv_encryption and kind in (MSG_IGNORE, MSG_DEBUG):
            return None
        if kind in _UNREAD:
            return True
        return self._handed(handler, kind, number, packet)

    def _untimely(self, kind: int) -> bool:
        """Whether a packet of this kind has no place in what is going on."""
        if kind == MSG_KEXINIT:
            return self._kex is not None
        if kind == MSG_NEWKEYS:
            return self._next_recv_encryption is None
        if kind == MSG_SERVICE_REQUEST:
            return self._auth_in_progress or self._auth_complete or not self._recv_encryption
        if kind == MSG_USERAUTH_REQUEST:
            return not self._auth_in_progress or self._auth_complete
        return kind in _SERVERS_ONLY or (kind > _AUTH_LAST and not self._auth_complete)

    def _to_channel(self, kind: int, number: int, packet: SSHPacket) -> bool | None:
        if kind in (MSG_CHANNEL_SUCCESS, MSG_CHANNEL_FAILURE):
            return True  # we ask for nothing
        channel = packet.get_uint32()
        handler = self._channels.get(channel)
        if handler is not None:
            return self._handed(handler, kind, number, packet)
        complaint = _LOST_CHANNEL.get(kind)
        if complaint is not None:
            self.disconnect_as_sshd(complaint.format(channel))
            return None
        return True

    def _handed(self, handler: SSHPacketHandler | None, kind: int, number: int, packet: SSHPacket) -> bool:
        if handler is None or kind not in handler._packet_handlers:
            return False
        result = handler.process_packet(kind, number, packet)
        if inspect.isawaitable(result):
            finish(result)  # type: ignore[arg-type]  # asyncssh's handlers are coroutines
        return True

    def _drop(self) -> bool:
        """Hang up without a word; dropbear leaves what it has not read to be reset."""
        if not self._openssh and self._inpbuf:
            self._reset()
        self._force_close(None)
        return False

    def send_packet(self, pkttype: int, *args: bytes, handler: SSHPacketLogger | None = None) -> None:
        """asyncssh puts an IGNORE before each packet; sshd of these releases does not."""
        if pkttype != MSG_IGNORE:
            super().send_packet(pkttype, *args, handler=handler)

    def disconnect_as_sshd(self, reason: str) -> None:
        """Say why, as sshd's ssh_packet_disconnect does, and hang up. dropbear keeps it to its own log."""
        if not self._openssh:
            self._force_close(None)
            return
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
            self._next_decompressor = Bounded()

    def _send_ext_info(self) -> None:
        self.send_packet(MSG_EXT_INFO, self._identity.ext_info)

    _packet_handlers = handlers(asyncssh.SSHServerConnection._packet_handlers, {MSG_KEXINIT: _on_kexinit})

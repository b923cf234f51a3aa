"""What the broker and a worker say to each other: one message of a SEQPACKET socket pair for each datagram.

To the worker: which tap, the flow's token, the peer's and our address and port, the datagram. To the broker: the
token, one byte that is 1 for a reply in step with its dialogue and else 0, the datagram. Nothing else exists.
"""

import socket
import struct

from msgspec import Struct

LARGEST = 65_535  # bytes of a datagram, more than UDP carries
_HEAD = struct.Struct("<HQ16sH16sH")
_REPLY = struct.Struct("<QB")
LIMIT = _HEAD.size + LARGEST  # bytes a frame
_MAPPED = bytes(10) + b"\xff\xff"  # IPv4 in IPv6, RFC 4291 section 2.5.5.2


class Handed(Struct, frozen=True):
    """A datagram for a worker."""

    tap: int  # place in spec.taps
    token: int
    ip: str
    port: int
    local_ip: str
    local_port: int
    data: bytes


class Asked(Struct, frozen=True):
    """A reply that a worker asks for."""

    token: int
    in_step: bool
    data: bytes


def head(tap: int, token: int, ip: str, port: int, local_ip: str, local_port: int) -> bytes:
    """What stands before each datagram of a flow on its way to the worker."""
    return _HEAD.pack(tap, token, _packed(ip), port, _packed(local_ip), local_port)


def handed(frame: bytes) -> Handed:
    """Decode what the broker sent. ValueError: that is none."""
    if not _HEAD.size <= len(frame) <= LIMIT:
        raise ValueError("not a datagram's frame")
    tap, token, ip, port, local_ip, local_port = _HEAD.unpack_from(frame)
    return Handed(tap, token, _text(ip), port, _text(local_ip), local_port, frame[_HEAD.size :])


def reply(token: int, in_step: bool, data: bytes) -> bytes:
    """Ask for a reply."""
    return _REPLY.pack(token, in_step) + data


def asked(frame: bytes) -> Asked:
    """Decode what a worker sent. ValueError: no sound worker sends that."""
    if not _REPLY.size <= len(frame) <= _REPLY.size + LARGEST:
        raise ValueError("not a reply's frame")
    token, in_step = _REPLY.unpack_from(frame)
    if in_step > 1:
        raise ValueError("not a reply's frame")
    return Asked(token, in_step == 1, frame[_REPLY.size :])


def _packed(ip: str) -> bytes:
    if ":" in ip:
        return socket.inet_pton(socket.AF_INET6, ip)
    return _MAPPED + socket.inet_aton(ip)


def _text(packed: bytes) -> str:
    if packed.startswith(_MAPPED):
        return socket.inet_ntoa(packed[12:])
    return socket.inet_ntop(socket.AF_INET6, packed)

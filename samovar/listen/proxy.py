"""PROXY protocol, versions 1 and 2 (haproxy's proxy-protocol.txt): who really speaks, behind a load balancer.

Pure. ``parse`` never needs more than ``MAX_HEADER`` bytes to decide.
"""

import ipaddress

from msgspec import Struct

SIGNATURE = b"\r\n\r\n\x00\r\nQUIT\n"
MAX_V1 = 107  # section 2.1: the longest line, with its CRLF
MAX_HEADER = 16 + 2048  # section 2.2 allows 64 KiB of TLVs; balancers send a few hundred bytes
_ADDRESSES = {0x11: (4, 12), 0x21: (16, 36)}  # TCP over IPv4, over IPv6: address size, block size


class ProxyError(Exception):
    """Not a PROXY header, or one that says nonsense."""


class Header(Struct, frozen=True):
    """A whole header: its length in bytes and, unless it is LOCAL or UNKNOWN, the true addresses."""

    size: int
    source: tuple[str, int] | None = None
    destination: tuple[str, int] | None = None


def parse(data: bytes) -> Header | None:
    """The header at the start of ``data``; None when more is needed. Raises ProxyError."""
    if data[: len(SIGNATURE)] == SIGNATURE[: len(data)]:
        return _version_2(data) if len(data) >= 16 else None
    if data[:6] != b"PROXY "[: len(data)]:
        raise ProxyError("no signature")
    end = data.find(b"\r\n", 0, MAX_V1)
    if end >= 0:
        return _version_1(data[:end], end + 2)
    if len(data) >= MAX_V1:
        raise ProxyError("line too long")
    return None


def _version_1(line: bytes, size: int) -> Header:
    if line == b"PROXY UNKNOWN" or line.startswith(b"PROXY UNKNOWN "):
        return Header(size)
    words = line.split(b" ")
    if len(words) != 6 or words[1] not in (b"TCP4", b"TCP6"):
        raise ProxyError("malformed line")
    family = 4 if words[1] == b"TCP4" else 6
    source, destination = (_address(word, family) for word in words[2:4])
    return Header(size, (source, _port(words[4])), (destination, _port(words[5])))


def _address(word: bytes, family: int) -> str:
    try:
        address = ipaddress.ip_address(word.decode("ascii"))
    except ValueError:
        raise ProxyError("malformed address") from None
    if address.version != family:
        raise ProxyError("address of the other family")
    return _shown(address)


def _port(word: bytes) -> int:
    if not word.isdigit() or len(word) > 5 or (word[:1] == b"0" and word != b"0") or int(word) > 65535:
        raise ProxyError("malformed port")
    return int(word)


def _version_2(data: bytes) -> Header | None:
    version_command, family = data[12], data[13]
    size = 16 + int.from_bytes(data[14:16])
    if version_command not in (0x20, 0x21):
        raise ProxyError("unknown version or command")
    if size > MAX_HEADER:
        raise ProxyError("header too long")
    if len(data) < size:
        return None
    if version_command == 0x20 or family == 0x00:
        return Header(size)  # LOCAL (a health check) or UNSPEC: the connection's own addresses hold
    if family not in _ADDRESSES:
        raise ProxyError("not TCP over IP")
    width, block = _ADDRESSES[family]
    if size < 16 + block:
        raise ProxyError("addresses cut short")
    body = data[16 : 16 + block]
    source, destination = (_shown(ipaddress.ip_address(part)) for part in (body[:width], body[width : 2 * width]))
    ports = body[2 * width :]
    return Header(size, (source, int.from_bytes(ports[:2])), (destination, int.from_bytes(ports[2:])))


def _shown(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)

"""Writes small location databases in MaxMind's format (version 2.0, records of 24 bits), for tests."""

import ipaddress
import struct
from pathlib import Path
from typing import Any

MARKER = b"\xab\xcd\xefMaxMind.com"


class Number(int):
    """An integer with its type in the format: 5 (16 bits), 6 (32 bits) or 9 (64 bits)."""

    kind: int

    def __new__(cls, value: int, kind: int = 6) -> "Number":
        made = super().__new__(cls, value)
        made.kind = kind
        return made


def write(path: Path, networks: dict[str, dict[str, Any]], *, kind: str, version: int) -> Path:
    """A database of ``networks``; an IPv4 network in one of version 6 lies beneath ::/96."""
    nodes: list[list[int | None]] = [[None, None]]
    data = b""
    leaves: dict[tuple[int, int], int] = {}
    for name, record in networks.items():
        leaves[_leaf(nodes, ipaddress.ip_network(name), version)] = len(data)
        data += encode(record)
    tree = b""
    for number, node in enumerate(nodes):
        for side, child in enumerate(node):
            at = leaves.get((number, side))
            value = (child if child is not None else len(nodes)) if at is None else len(nodes) + 16 + at
            tree += value.to_bytes(3, "big")
    path.write_bytes(tree + bytes(16) + data + MARKER + encode(_metadata(kind, version, len(nodes))))
    return path


def _leaf(
    nodes: list[list[int | None]], network: ipaddress.IPv4Network | ipaddress.IPv6Network, version: int
) -> tuple[int, int]:
    bits = f"{int(network.network_address):0{network.max_prefixlen}b}"[: network.prefixlen]
    if version == 6 and network.version == 4:
        bits = "0" * 96 + bits
    at = 0
    for bit in bits[:-1]:
        child = nodes[at][int(bit)]
        if child is None:
            child = nodes[at][int(bit)] = len(nodes)
            nodes.append([None, None])
        at = child
    return at, int(bits[-1])


def _metadata(kind: str, version: int, nodes: int) -> dict[str, Any]:
    return {
        "binary_format_major_version": Number(2, 5),
        "binary_format_minor_version": Number(0, 5),
        "build_epoch": Number(1_790_000_000, 9),
        "database_type": kind,
        "description": {},
        "ip_version": Number(version, 5),
        "languages": [],
        "node_count": Number(nodes),
        "record_size": Number(24, 5),
    }


def encode(value: Any) -> bytes:
    """One value."""
    match value:
        case dict():
            return _head(7, len(value)) + b"".join(encode(k) + encode(v) for k, v in value.items())
        case list():
            return _head(11, len(value)) + b"".join(encode(item) for item in value)
        case str():
            raw = value.encode()
            return _head(2, len(raw)) + raw
        case float():
            return _head(3, 8) + struct.pack("!d", value)
        case int():
            number = value if isinstance(value, Number) else Number(value)
            raw = int(number).to_bytes(8, "big").lstrip(b"\0")
            return _head(number.kind, len(raw)) + raw
    raise TypeError(type(value))


def _head(kind: int, size: int) -> bytes:
    assert size < 29 + 256
    low, more = (size, b"") if size < 29 else (29, bytes([size - 29]))
    return bytes([low, kind - 7]) + more if kind > 7 else bytes([kind << 5 | low]) + more

"""Addresses as they are shown, trusted and counted."""

from collections.abc import Sequence
from ipaddress import IPv6Address, ip_address, ip_network

_MAPPED = "::ffff:"


def shown(address: tuple[str, int] | tuple[str, int, int, int]) -> tuple[str, int]:
    """Address and port of a socket address: IPv4 in IPv6 as IPv4, no scope."""
    ip = address[0]
    if ":" in ip:
        ip = ip.partition("%")[0]
        if ip.startswith(_MAPPED) and "." in ip:
            ip = ip[len(_MAPPED) :]
    return ip, address[1]


def source_of(ip: str) -> str:
    """What caps count as one source: an IPv4 address, or the /64 of an IPv6 one (that is what one host gets)."""
    if ":" not in ip:
        return ip
    return IPv6Address(int(IPv6Address(ip)) >> 64 << 64).compressed


class Trusted:
    """Whether an address is in one of the networks given as text."""

    def __init__(self, networks: Sequence[str]) -> None:
        self._networks = [ip_network(entry) for entry in networks]

    def __contains__(self, ip: str) -> bool:
        if not self._networks:
            return False
        address = ip_address(ip)
        return any(address in network for network in self._networks)

"""Which addresses may be reached: public unicast ones that are not ours, as decided before each connection."""

import socket
from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_UNICAST = IPv6Network("2000::/3")  # all that IANA gives out; what is mapped or translated lies elsewhere
_NOT_PUBLIC = (
    IPv6Network("2001::/23"),  # Teredo and other protocols' own
    IPv6Network("2001:db8::/32"),
    IPv6Network("2002::/16"),  # 6to4 carries an IPv4 address
    IPv6Network("3fff::/20"),
)
_RELAY = IPv4Network("192.88.99.0/24")  # 6to4's


def public(address: Address) -> bool:
    """Whether it is a public unicast address. What carries another address inside it is none."""
    if not address.is_global or address.is_multicast or address.is_reserved or address.is_unspecified:
        return False
    if isinstance(address, IPv4Address):
        return address not in _RELAY
    return address.scope_id is None and address in _UNICAST and not any(address in network for network in _NOT_PUBLIC)


def own(address: Address) -> bool:
    """Whether it is this machine's: the kernel would speak to it from itself. Nothing is sent."""
    family = socket.AF_INET if address.version == 4 else socket.AF_INET6
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as probe:
            probe.connect((str(address), 9))
            return ip_address(str(probe.getsockname()[0])) == address
    except OSError:
        return False  # no way there: whoever connects will see why


class Policy:
    """``deny`` before ``allow`` before the rule."""

    def __init__(
        self, deny: Iterable[str] = (), allow: Iterable[str] = (), is_own: Callable[[Address], bool] = own
    ) -> None:
        self._deny: list[Network] = [ip_network(network) for network in deny]
        self._allow: list[Network] = [ip_network(network) for network in allow]
        self._own = is_own

    def permits(self, address: Address) -> bool:
        """Whether a connection may be made."""
        if any(address in network for network in self._deny):
            return False
        if any(address in network for network in self._allow):
            return True
        return public(address) and not self._own(address)

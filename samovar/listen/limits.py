"""What peers may take of us."""

from ipaddress import ip_network

from msgspec import Struct


class Limits(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Caps; times in seconds, sizes in bytes. Counts are for all workers together, which share them out; only
    ``sessions_per_source`` is each worker's, since a source's connections may all meet in one.
    """

    sessions: int = 4096
    """Open sessions in all; one more closes the one that has been idle longest."""
    sessions_per_source: int = 64
    """Open sessions of one address (IPv6: one /64), in each worker."""
    deadline: float = 900.0
    """Longest life of a session."""
    idle: float = 300.0
    """Longest silence of a session whose protocol does not time its own reads (SSH)."""
    handshake_timeout: float = 15.0
    """Longest wait for a PROXY header, and for a TLS handshake."""
    write_timeout: float = 30.0
    """Longest wait for a peer that does not take what it is sent."""
    bytes_in: int = 32 * 1024 * 1024
    """What one session may send us."""
    bytes_out: int = 32 * 1024 * 1024
    """What one session may get from us."""
    udp_dialogues: int = 1024
    """UDP dialogues that wait for a further datagram; one more ends the one that has been idle longest."""
    udp_replies_per_minute: int = 60
    """Datagrams sent to one source (IPv6: one /64). The acknowledgements of an upload do not count; a reply that
    goes on with a dialogue, one for each of the peer's datagrams, counts a quarter."""
    udp_replies_per_second: int = 1000
    """Datagrams sent in all, so that many forged sources get no more."""
    proxy_from: tuple[str, ...] = ()
    """Addresses or networks of load balancers that send a PROXY protocol header; from these it is required."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if not isinstance(value, tuple) and value <= 0:
                raise ValueError(f"{name} must be more than 0, not {value}")
        for entry in self.proxy_from:
            try:
                ip_network(entry)
            except ValueError as error:
                raise ValueError(f"proxy_from: {error}; write an address or a network, as 10.0.0.0/8") from None

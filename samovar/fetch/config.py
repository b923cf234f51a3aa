"""What the fetcher may do."""

from ipaddress import ip_network
from typing import Literal

from msgspec import Struct

MOST_BYTES = 32 << 20  # no setting lets a download be larger: an answer is held in memory
_PORTS = (21, 69, 80, 81, 82, 88, 443, 3000, 5000, 8000, 8001, 8008, 8080, 8081, 8082, 8088, 8443, 8888, 9000, 9090)


class FetchConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[fetch]``: what attackers' wget, curl, tftp and ftpget download. The samples are kept and never run."""

    enabled: bool = True
    """Whether anything is downloaded; if not, an intruder sees a machine that the network does not let out."""
    ports: tuple[int, ...] | Literal["any"] = _PORTS
    """Ports that may be reached, or "any"."""
    bytes: int = 16 << 20
    """The largest download; at most 32 MiB."""
    seconds: float = 30.0
    """The longest download, from the look-up of the name on."""
    post: bool = True
    """Whether a POST is sent, which lets an intruder say something to others, not only read."""
    per_minute: int = 20
    """Downloads a minute from one host (by name and by address); each redirect counts."""
    per_source_per_minute: int = 30
    """Downloads a minute for one attacker; what is answered from memory counts too."""
    bytes_per_hour: int = 1 << 30
    """All downloads of an hour together."""
    cache_bytes: int = 32 << 20
    """Memory for answers: the same request within an hour is answered from it."""
    deny: tuple[str, ...] = ()
    """Further networks that are never reached, such as this machine's own public address."""
    allow: tuple[str, ...] = ()
    """Networks that may be reached although they are not public, in a laboratory; ``deny`` wins."""

    def __post_init__(self) -> None:
        for network in (*self.deny, *self.allow):
            ip_network(network)
        if self.ports != "any" and any(not 0 < int(port) < 65_536 for port in self.ports):
            raise ValueError("ports must lie between 1 and 65535")
        if not 0 < self.bytes <= MOST_BYTES:
            raise ValueError(f"bytes must lie between 1 and {MOST_BYTES}")
        if not 0 < self.seconds <= 300:
            raise ValueError("seconds must lie between 0 and 300")
        if min(self.per_minute, self.per_source_per_minute, self.bytes_per_hour) <= 0 or self.cache_bytes < 0:
            raise ValueError("rates and sizes must be positive")

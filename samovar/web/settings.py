"""The configuration of the page and its API."""

import ipaddress
from pathlib import Path

from msgspec import Struct


class WebConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``[web]``: where the page listens and what it allows."""

    listen: str = "127.0.0.1:64296"
    """Address and port. Anything but loopback needs ``certificate``, ``key`` and a password."""
    hosts: tuple[str, ...] = ()
    """Names by which browsers may reach the page, beside localhost and any plain address."""
    certificate: str = ""
    """PEM file with the certificate and its chain; empty: plain HTTP."""
    key: str = ""
    """PEM file with the certificate's private key."""
    session_hours: int = 12
    """Hours after which a login ends."""
    query_timeout: float = 10.0
    """Seconds a question to the store may take before the page is told to try again."""
    query_threads: int = 4
    """Questions put to the store at one time."""
    query_backlog: int = 64
    """Questions that may wait for a thread; beyond them the answer is 503."""
    cache_seconds: float = 5.0
    """How old an answer may be that several dashboards share; at most 5."""
    streams_per_user: int = 16
    """Live feeds one user may hold open."""
    connections: int = 512
    """Connections in all; beyond them the answer is 503."""

    @property
    def tls(self) -> bool:
        """Whether the page is served over HTTPS."""
        return bool(self.certificate)


def address(listen: str) -> tuple[str, int]:
    """Split ``host:port`` or ``[ipv6]:port``. Raises ValueError that says what is wrong."""
    host, colon, port = listen.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ValueError(f"web.listen: {listen!r} is not ADDRESS:PORT, e.g. 127.0.0.1:64296 or [::1]:64296")
    return host, int(port)


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches ``host``."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def check_exposure(config: WebConfig, *, has_password: bool) -> None:
    """Refuse to listen where others could read along or walk in.

    Raises ValueError with one line that says what to do; to be called before the socket is made.
    """
    host, _ = address(config.listen)
    for name, path in (("certificate", config.certificate), ("key", config.key)):
        if path and not Path(path).is_file():
            raise ValueError(f"web.{name}: there is no file {path!r}")
    if bool(config.certificate) != bool(config.key):
        raise ValueError("web: certificate and key belong together; set both or none")
    if is_loopback(host):
        return
    if not config.tls:
        raise ValueError(
            f"web.listen: {config.listen} can be reached by others, so it needs TLS: set web.certificate and "
            "web.key, or listen on 127.0.0.1 and come through an SSH tunnel"
        )
    if not has_password:
        raise ValueError(
            f"web.listen: {config.listen} can be reached by others, so it needs a password first: "
            "run 'samovar user add NAME'"
        )

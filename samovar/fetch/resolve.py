"""Names to addresses: by the machine's name servers, without the C library's plug-ins and without /etc/hosts, whose
names are nobody's but ours."""

import asyncio
from collections.abc import Sequence
from ipaddress import ip_address
from typing import Protocol

import dns.asyncresolver
import dns.exception
import dns.resolver

from samovar.fetch.address import Address
from samovar.fetch.failure import Failure

_MAX_ADDRESSES = 8
_LIFETIME = 10.0


class Resolver(Protocol):
    """Addresses of a name, IPv4 first. Raises Failure("resolve", ...)."""

    async def addresses(self, name: str) -> list[Address]: ...


class DnsResolver:
    """Asks the name servers of /etc/resolv.conf, which is read when this is made, or those that are named."""

    def __init__(self, servers: Sequence[str] = (), port: int = 53, lifetime: float = _LIFETIME) -> None:
        self._lifetime = lifetime
        try:
            self._resolver = dns.asyncresolver.Resolver(configure=not servers)
        except (dns.exception.DNSException, OSError):
            self._resolver = dns.asyncresolver.Resolver(configure=False)
        if servers:
            self._resolver.nameservers = list(servers)
            self._resolver.port = port
        self._resolver.search = []
        self._resolver.cache = dns.resolver.LRUCache(1024)

    async def addresses(self, name: str) -> list[Address]:
        """At most eight, IPv4 first. Details of failures: nxdomain, nodata, servfail, timeout."""
        found = await asyncio.gather(self._ask(name, "A"), self._ask(name, "AAAA"))
        addresses = [address for answer in found if isinstance(answer, list) for address in answer]
        if addresses:
            return addresses[:_MAX_ADDRESSES]
        failures = [answer for answer in found if isinstance(answer, str)]
        worst = min(failures, key=("nxdomain", "timeout", "servfail", "nodata").index)
        raise Failure("resolve", worst)

    async def _ask(self, name: str, kind: str) -> list[Address] | str:
        try:
            answer = await self._resolver.resolve(f"{name.rstrip('.')}.", kind, search=False, lifetime=self._lifetime)
        except (dns.resolver.NXDOMAIN, dns.resolver.YXDOMAIN):
            return "nxdomain"
        except dns.resolver.NoAnswer:
            return "nodata"
        except dns.exception.Timeout:
            return "timeout"
        except (dns.resolver.NoNameservers, dns.resolver.NoResolverConfiguration, OSError):
            return "servfail"
        except (dns.exception.DNSException, ValueError):
            return "nxdomain"  # a name that cannot be asked for
        return [ip_address(record.address) for record in answer]

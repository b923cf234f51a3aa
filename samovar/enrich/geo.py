"""Where an address is, and who announces it: from files on this machine, opened once, never the network.

Location files are MaxMind databases, in MaxMind's own layout of fields or in the flat one of ip-location-db;
AS files are such databases too, or tables of ``enrich.asn``. Without any, events pass unchanged.
"""

import contextlib
import ipaddress
import mmap
import struct
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Protocol, cast

import maxminddb
from msgspec import Struct
from msgspec.structs import replace

from samovar.enrich.asn import AsnTable
from samovar.enrich.countries import COUNTRY_NAMES
from samovar.event import Event

_CACHE = 16_384  # addresses, of about half a kilobyte each
_RELEASE = 128  # look-ups after which mapped pages are given back: else they grow to 80 MB of our memory
_MAXMIND = "This product includes GeoLite2 data created by MaxMind, available from https://www.maxmind.com"

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Value = str | int | float


class GeoConfig(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Location data: where attackers' addresses are, and whose."""

    city: tuple[str, ...] = ()
    """Databases (.mmdb) of countries and cities, the first that knows an address decides; empty: what was fetched."""
    asn: tuple[str, ...] = ()
    """Databases (.mmdb) or tables (.table) of AS numbers and organisations; empty: what was fetched."""


# What a reader in pure Python stumbles over when bytes are wrong.
_DAMAGE = (
    maxminddb.InvalidDatabaseError, ValueError, LookupError, TypeError, ArithmeticError, RecursionError, struct.error
)  # fmt: skip


class _Source(Protocol):
    """One open file."""

    path: Path
    credit: str

    def find(self, address: Address) -> dict[str, Value]:
        """Fields of the event. Raises ValueError for a damaged file."""
        ...

    def release(self) -> None:
        """Give mapped pages back; they are read anew where needed."""
        ...


class Geo:
    """Adds country, city, place, AS number and organisation; callable from any thread.

    ``folder`` holds what was fetched. Open it before the process is locked down; nothing is opened later.
    """

    def __init__(self, config: GeoConfig, folder: Path) -> None:
        self._troubles: list[str] = []
        own = sorted(folder.glob("*.mmdb")) + sorted(folder.glob("*.table"))
        fetched = [source for path in own if (source := self._open(path))]
        self._city = self._named(config.city) or [s for s in fetched if not _is_asn(s)]
        self._asn = self._named(config.asn) or [s for s in fetched if _is_asn(s)]
        if not own and not config.city:
            self._troubles.append(f"no location data in {folder}: fetch it with scripts/fetch_geo.py, or name some")
        self._looked_up = 0
        self._fields = lru_cache(maxsize=_CACHE)(self._look_up)

    @property
    def available(self) -> bool:
        """Whether any address can be placed."""
        return bool(self._city)

    @property
    def attribution(self) -> str:
        """Whom to thank for the data, as its licences ask."""
        return "; ".join(dict.fromkeys(source.credit for source in (*self._city, *self._asn) if source.credit))

    @property
    def trouble(self) -> str:
        """What is missing or damaged, in one line; empty when all is well."""
        return "; ".join(self._troubles)

    def __call__(self, event: Event) -> Event:
        """The event with its source's place. One that has a country already (imported, simulated) stays as it is."""
        if event.source_geo_country_iso_code is not None:
            return event
        fields = self._fields(event.source_ip)
        return replace(event, **fields) if fields else event

    def _look_up(self, ip: str) -> dict[str, Value]:
        address = _public(ip)
        if address is None:
            return {}
        self._looked_up += 1
        if self._looked_up % _RELEASE == 0:
            for source in (*self._city, *self._asn):
                source.release()
        return self._first(self._city, address) | self._first(self._asn, address)

    def _first(self, sources: list[_Source], address: Address) -> dict[str, Value]:
        for source in tuple(sources):
            try:
                if found := source.find(address):
                    return found
            except ValueError as error:
                with contextlib.suppress(ValueError):  # another thread may have met the same damage
                    sources.remove(source)
                    self._troubles.append(f"{source.path} is damaged and no longer used: {error}")
        return {}

    def _named(self, paths: Iterable[str]) -> list[_Source]:
        return [source for path in paths if (source := self._open(Path(path)))]

    def _open(self, path: Path) -> _Source | None:
        try:
            return _Table(path) if path.suffix == ".table" else _Database(path)
        except OSError as error:
            self._troubles.append(f"{path}: {error.strerror or error}")
        except _DAMAGE as error:
            self._troubles.append(f"{path} is damaged: {error}")
        return None


class _Table:
    def __init__(self, path: Path) -> None:
        self.path = path
        self.credit = _credit(path)
        self._table = AsnTable(path)

    def find(self, address: Address) -> dict[str, Value]:
        owner = self._table.get(address.packed)
        return _owner(owner.number, owner.organization) if owner else {}

    def release(self) -> None:
        self._table.release()


class _Mapped:
    """A file in the shape that ``maxminddb`` reads from; its C library would map it out of our reach."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        with path.open("rb") as file:
            self.pages = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)

    def read(self) -> mmap.mmap:
        return self.pages


class _Database:
    def __init__(self, path: Path) -> None:
        self.path = path
        mapped = _Mapped(path)
        self._pages = mapped.pages
        self._reader = maxminddb.open_database(cast(BinaryIO, mapped), maxminddb.MODE_FD)
        metadata = self._reader.metadata()
        self.kind = metadata.database_type
        self._narrow = metadata.ip_version == 4
        self.credit = _credit(path) or (_MAXMIND if self.kind.startswith("GeoLite2") else "")

    def find(self, address: Address) -> dict[str, Value]:
        if self._narrow and address.version == 6:
            return {}
        try:
            record = self._reader.get(address)
        except _DAMAGE as error:
            raise ValueError(str(error)) from error
        return _place(record) | _owner(
            _dig(record, "autonomous_system_number"), _dig(record, "autonomous_system_organization")
        )

    def release(self) -> None:
        self._pages.madvise(mmap.MADV_DONTNEED)


def _is_asn(source: _Source) -> bool:
    return isinstance(source, _Table) or (isinstance(source, _Database) and "asn" in source.kind.lower())


def _credit(path: Path) -> str:
    """What the fetcher has written beside the data."""
    beside = path.with_suffix(".attribution")
    return beside.read_text().strip() if beside.is_file() else ""


def _public(ip: str) -> Address | None:
    """The address, if it can be somewhere: not private, reserved, loopback, documentation or multicast."""
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address if address.is_global and not address.is_multicast else None


def _place(record: object) -> dict[str, Value]:
    code = _dig(record, "country_code") or _dig(record, "country", "iso_code")
    if not isinstance(code, str) or not code:
        return {}
    fields: dict[str, Value] = {"source_geo_country_iso_code": code}
    name = COUNTRY_NAMES.get(code) or _dig(record, "country", "names", "en")
    if isinstance(name, str):
        fields["source_geo_country_name"] = name
    city = _dig(record, "city", "names", "en") or _dig(record, "city")
    if isinstance(city, str) and city:
        fields["source_geo_city_name"] = city
    where = _dig(record, "location") or record
    lat, lon = _dig(where, "latitude"), _dig(where, "longitude")
    if isinstance(lat, float) and isinstance(lon, float):
        fields["source_geo_lat"], fields["source_geo_lon"] = round(lat, 4), round(lon, 4)
    return fields


def _owner(number: object, organization: object) -> dict[str, Value]:
    if not isinstance(number, int):
        return {}
    fields: dict[str, Value] = {"source_as_number": number}
    if isinstance(organization, str) and organization:
        fields["source_as_organization_name"] = organization
    return fields


def _dig(record: object, *path: str) -> object:
    for key in path:
        if not isinstance(record, dict):
            return None
        record = record.get(key)
    return record

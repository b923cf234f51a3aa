"""Who attacks: simulated sources in real networks, so that location data, where present, agrees with what is said."""

import ipaddress
import math
from collections.abc import Sequence
from importlib.resources import files
from random import Random

from msgspec import Struct

from samovar.demo.words import SYSTEMS
from samovar.enrich.countries import COUNTRY_NAMES

#: Shares of all attacks in percent; what is left goes to the other countries, alike. Russia is far ahead.
_SHARES = {
    "RU": 44.0, "CN": 12.5, "US": 8.2, "NL": 4.1, "VN": 3.6, "BR": 3.1, "IN": 2.8, "DE": 2.4, "KR": 2.1, "FR": 1.9,
    "UA": 1.7, "ID": 1.6, "TW": 1.3, "IR": 1.2, "TR": 1.1, "GB": 1.0, "RO": 0.9, "SG": 0.9, "HK": 0.8, "PL": 0.7,
}  # fmt: skip
_ADDRESSES = 4000  # of the 4,096 that each network of the table has


class Network(Struct, frozen=True):
    """A stretch of addresses and where it is."""

    country: str
    as_number: int
    as_organization: str
    first: int
    city: str
    lat: float
    lon: float


class Source(Struct, frozen=True):
    """One attacker's machine: the fields that all its events share."""

    fields: dict[str, str | int | float]
    index: int


class Crowd:
    """Sources that share a trade; a few of them do most of the work."""

    def __init__(self, sources: Sequence[Source], weights: Sequence[float], dice: Random) -> None:
        self._table = dice.choices(sources, weights, k=1 << 16)

    def one(self, dice: Random) -> Source:
        """Somebody."""
        return self._table[dice.getrandbits(16)]


def networks() -> list[Network]:
    """The table of networks."""
    rows = (files("samovar.demo") / "networks.txt").read_text("utf-8").splitlines()
    found = []
    for row in rows:
        if not row.startswith("#"):
            country, number, name, first, city, lat, lon = row.split("|")
            start = int(ipaddress.IPv4Address(first))
            found.append(Network(country, int(number), name, start, city, float(lat), float(lon)))
    return found


def crowd(dice: Random, size: int, *, shares: dict[str, float] | None = None, busy: float = 0.9) -> Crowd:
    """``size`` sources, spread over countries by their shares; ``busy`` is the exponent of Zipf's law in each."""
    table = networks()
    shares = shares or _all_shares(table)
    sources: list[Source] = []
    weights: list[float] = []
    total = sum(shares.values())
    for country, share in shares.items():
        places = [network for network in table if network.country == country]
        count = max(1, round(size * math.sqrt(share / total) / 4))  # small countries have more sources than attacks
        ranks = [1 / (rank + 1) ** busy for rank in range(count)]
        for rank in ranks:
            sources.append(_source(dice, places[int(len(places) * dice.random() ** 2)], len(sources)))
            weights.append(share * rank / sum(ranks))
    return Crowd(sources, weights, dice)


def _all_shares(table: Sequence[Network]) -> dict[str, float]:
    others = sorted({network.country for network in table} - _SHARES.keys())
    left = 100 - sum(_SHARES.values())
    return _SHARES | dict.fromkeys(others, left / len(others))


def _source(dice: Random, network: Network, index: int) -> Source:
    address = ipaddress.IPv4Address(network.first + 10 + dice.randrange(_ADDRESSES))
    fields: dict[str, str | int | float] = {
        "source_ip": str(address),
        "source_geo_country_iso_code": network.country,
        "source_geo_country_name": COUNTRY_NAMES[network.country],
        "source_geo_city_name": network.city,
        "source_geo_lat": network.lat,
        "source_geo_lon": network.lon,
        "source_as_number": network.as_number,
        "source_as_organization_name": network.as_organization,
    }
    if system := dice.choices(SYSTEMS, (50, 17, 9, 4, 10, 10))[0]:
        fields["source_os_name"] = system
    if dice.random() < 0.7:
        fields["samovar_reputation"] = dice.choices(("known attacker", "mass scanner", "bot, crawler"), (80, 15, 5))[0]
    return Source(fields=fields, index=index)

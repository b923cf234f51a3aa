"""The compact AS table answers as a plain search through its rows does, and refuses what is damaged."""

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.enrich.asn import AsnTable, Row, write

V4 = [(0x01000000, 0x010000FF, 13335, "Cloudflare, Inc."), (0x08080800, 0x080808FF, 15169, "Google LLC")]
V6 = [(0x20014860 << 96, (0x20014861 << 96) - 1, 15169, "Google LLC")]


def packed(address: str) -> bytes:
    return ipaddress.ip_address(address).packed


def test_finds_both_families(tmp_path: Path) -> None:
    assert write(tmp_path / "asn.table", V4, V6) == 3
    table = AsnTable(tmp_path / "asn.table")
    assert table.get(packed("8.8.8.8")) == (15169, "Google LLC")
    assert table.get(packed("1.0.0.0")) == (13335, "Cloudflare, Inc.")
    assert table.get(packed("2001:4860:4860::8888")) == (15169, "Google LLC")
    for nobody in ("0.255.255.255", "1.0.1.0", "255.255.255.255", "::", "2001:4861::", "ffff::"):
        assert table.get(packed(nobody)) is None
    table.close()


@given(edges=st.sets(st.integers(0, 2**32 - 1), max_size=40), asked=st.lists(st.integers(0, 2**32 - 1), max_size=40))
def test_agrees_with_plain_search(tmp_path_factory: pytest.TempPathFactory, edges: set[int], asked: list[int]) -> None:
    ends = iter(sorted(edges))
    rows: list[Row] = [(start, end, start % 7, f"Org {start % 7}, Ltd. №") for start, end in zip(ends, ends)]  # noqa: B905 - the odd one out is dropped
    path = tmp_path_factory.mktemp("asn") / "asn.table"
    write(path, rows, [])
    table = AsnTable(path)
    for address in (*asked, *edges):
        owner = next((row[2:] for row in rows if row[0] <= address <= row[1]), None)
        assert table.get(address.to_bytes(4, "big")) == owner
    table.close()


@pytest.mark.parametrize("rows", [[V4[1], V4[0]], [V4[0], V4[0]], [(5, 4, 1, "x")], [(0, 1 << 32, 1, "x")]])
def test_disorder_is_refused(tmp_path: Path, rows: list[Row]) -> None:
    with pytest.raises(ValueError, match="out of order"):
        write(tmp_path / "asn.table", rows, [])


@pytest.mark.parametrize("cut", [0, 5, 30, -1])
def test_incomplete_tables_are_refused(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "asn.table"
    write(path, V4, V6)
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ValueError, match="AS table"):
        AsnTable(path)


def test_other_files_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "asn.table"
    path.write_bytes(b"x" * 100)
    with pytest.raises(ValueError, match="AS table"):
        AsnTable(path)

"""Which addresses are public, and which are ours."""

import socket
from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from samovar.fetch.address import Policy, own, public
from samovar.numeric import numeric

PUBLIC = ["8.8.8.8", "1.1.1.1", "93.184.216.34", "192.0.9.1", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e"]
NOT_PUBLIC = [
    "0.0.0.0", "0.1.2.3", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.9.9.9", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.7",
    "203.0.113.5", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255",
    "::", "::1", "::ffff:8.8.8.8", "::ffff:10.0.0.1", "::ffff:0:127.0.0.1", "::8.8.8.8", "64:ff9b::a00:1",
    "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1",
    "2001:20::1", "2002:a00:1::1", "2002:808:808::1", "3fff::1", "5f00::1", "fc00::1", "fd00::1", "fe80::1",
    "fe80::1%eth0", "fec0::1", "ff02::1", "4000::1",
]  # fmt: skip


@pytest.mark.parametrize("text", PUBLIC)
def test_public(text: str) -> None:
    assert public(ip_address(text))


@pytest.mark.parametrize("text", NOT_PUBLIC)
def test_not_public(text: str) -> None:
    assert not public(ip_address(text))


@given(st.ip_addresses(v=4))
def test_no_embedded_address_is_ever_public(inner: IPv4Address) -> None:
    value = int(inner)
    for prefix in ("::ffff:0:0", "::ffff:0:0:0", "64:ff9b::", "::"):
        assert not public(IPv6Address(int(IPv6Address(prefix)) | value))
    assert not public(IPv6Address((0x2002 << 112) | (value << 80) | 1))
    assert not public(IPv6Address((0x20010000 << 96) | (value ^ 0xFFFFFFFF)))


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f.0.0.1", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("::1", "::1"),
    ],
)
def test_addresses_in_every_spelling(text: str, address: str) -> None:
    assert numeric(text) == ip_address(address)


@pytest.mark.parametrize("text", ["example.org", "a.b", "127.0.0.1.example", "deadbeef", "", "1.2.3.4.5", "0x"])
def test_names_are_no_addresses(text: str) -> None:
    assert numeric(text) is None


def test_this_machines_addresses_are_own() -> None:
    assert own(ip_address("127.0.0.1"))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.connect(("8.8.8.8", 9))
        except OSError:
            return  # no network: there is no other address
        assert own(ip_address(sock.getsockname()[0]))
    assert not own(ip_address("8.8.8.8"))


def test_a_public_address_of_ours_is_not_permitted() -> None:
    policy = Policy(is_own=lambda address: address == ip_address("8.8.8.8"))
    assert not policy.permits(ip_address("8.8.8.8"))
    assert policy.permits(ip_address("8.8.4.4"))


def test_deny_comes_before_allow_before_the_rule() -> None:
    policy = Policy(deny=["10.1.0.0/16", "8.8.8.0/24"], allow=["10.0.0.0/8"], is_own=lambda _: False)
    assert policy.permits(ip_address("10.2.0.1"))
    assert not policy.permits(ip_address("10.1.0.1"))
    assert not policy.permits(ip_address("8.8.8.8"))
    assert not policy.permits(ip_address("192.168.0.1"))

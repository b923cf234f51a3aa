"""Names: a name server of ours, DNS rebinding, and every way in which a look-up fails."""

import pytest

from samovar.fetch.address import Policy
from samovar.fetch.config import FetchConfig
from samovar.fetch.downloads import Downloads
from samovar.fetch.failure import Failure
from samovar.fetch.gate import Gate
from samovar.fetch.resolve import DnsResolver
from tests.fetch.servers import Names, downloads, fetch, http, moved, name_server, ok


async def test_both_kinds_of_addresses_ipv4_first() -> None:
    async with name_server({"evil.example.": ["2001:db8::1", "192.0.2.1", "192.0.2.2"]}) as (server, port):
        resolver = DnsResolver(["127.0.0.1"], port)
        found = await resolver.addresses("evil.example")
        assert [str(address) for address in found] == ["192.0.2.1", "192.0.2.2", "2001:db8::1"]
        await resolver.addresses("evil.example")
        assert server.queries == ["evil.example."] * 2


async def test_only_so_many_addresses() -> None:
    async with name_server({"many.example.": [f"192.0.2.{n}" for n in range(20)]}) as (_, port):
        assert len(await DnsResolver(["127.0.0.1"], port).addresses("many.example")) == 8


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("nothing.example", "nxdomain"),
        ("empty.example", "nodata"),
        ("fails.example", "servfail"),
        ("mute.example", "timeout"),
        ("localhost", "nxdomain"),
        ("a" * 64 + ".example", "nxdomain"),
        ("a..example", "nxdomain"),
    ],
)
async def test_failures(name: str, detail: str) -> None:
    async with name_server({"empty.example.": []}) as (_, port):
        resolver = DnsResolver(["127.0.0.1"], port, lifetime=0.5)
        with pytest.raises(Failure) as failure:
            await resolver.addresses(name)
        assert (failure.value.kind, failure.value.detail) == ("resolve", detail)


async def test_a_download_by_name() -> None:
    async with name_server({"evil.example.": ["127.0.0.1"]}) as (_, port), http(ok(b"sample")) as served:
        config = FetchConfig(ports="any", allow=("127.0.0.0/8",))
        place = Downloads(config, Gate(config, DnsResolver(["127.0.0.1"], port), Policy(allow=config.allow)))
        got = await fetch(place, f"http://evil.example:{served.port}/")
        assert (got.error, got.body) == (None, b"sample")
        got = await fetch(place, f"http://nothing.example:{served.port}/")
        assert (got.error, got.detail) == ("resolve", "nxdomain")


async def test_rebinding_the_address_that_was_checked_is_the_one_that_is_asked() -> None:
    names = Names({"rebind.example": [["127.0.0.2"], ["127.0.0.1"]]})
    async with http(ok(b"the crown jewels")) as inner:
        async with http(ok(b"harmless"), host="127.0.0.2") as outer:
            place = downloads(names, ["127.0.0.2/32"])
            got = await fetch(place, f"http://rebind.example:{outer.port}/")
            assert (got.body, got.ip, names.asked) == (b"harmless", "127.0.0.2", ["rebind.example"])
        got = await fetch(place, f"http://rebind.example:{inner.port}/")
        assert (got.error, got.ip, inner.connections) == ("forbidden-address", "127.0.0.1", 0)


async def test_rebinding_between_a_request_and_its_redirect() -> None:
    names = Names({"rebind.example": [["127.0.0.2"], ["127.0.0.1"]]})
    async with http(moved("http://rebind.example:PORT/x"), host="127.0.0.2") as outer:
        got = await fetch(downloads(names, ["127.0.0.2/32"]), f"http://rebind.example:{outer.port}/", follow=3)
    assert (got.error, got.ip, outer.connections) == ("forbidden-address", "127.0.0.1", 1)


async def test_of_several_addresses_only_those_that_may_be() -> None:
    names = Names({"mixed.example": [["127.0.0.1", "10.0.0.1", "::1"]]})
    async with http(ok(b"six"), host="::1") as served:
        got = await fetch(downloads(names, ["::1/128"]), f"http://mixed.example:{served.port}/")
    assert (got.body, got.ip, got.addresses) == (b"six", "::1", ("127.0.0.1", "10.0.0.1", "::1"))

"""Bounds: ports, rates, bytes, how many at once, and what is answered from memory."""

import asyncio

import pytest

from samovar.fetch.config import FetchConfig
from samovar.fetch.downloads import AT_ONCE, AT_ONCE_PER_SOURCE
from samovar.fetch.rate import Budget, Windows
from samovar.sensor import Fetched
from tests.fetch.servers import Names, downloads, fetch, http, ok, refused_port


async def test_a_port_that_is_not_in_the_list() -> None:
    async with http(ok(b"x")) as served:
        url = f"http://127.0.0.1:{served.port}/"
        got = await fetch(downloads(ports=(80, 443)), url)
        assert (got.error, served.connections) == ("forbidden-port", 0)
        assert (await fetch(downloads(ports=(served.port,)), url)).error is None


@pytest.mark.parametrize("url", ["http://10.0.0.1/", "http://127.1/", "http://[::1]/", "ftp://192.168.0.1/x"])
async def test_a_private_address(url: str) -> None:
    got = await fetch(downloads(allow=()), url)
    assert got.error == "forbidden-address"
    assert got.ip


async def test_a_thousand_askers_cause_one_download() -> None:
    async with http(ok(b"worm")) as served:
        url = f"http://127.0.0.1:{served.port}/bins/mips"
        place = downloads()
        first = await asyncio.gather(*(fetch(place, url, f"198.51.100.{n % 250}") for n in range(500)))
        later = [await fetch(place, url, f"203.0.113.{n % 250}") for n in range(500)]
        assert {got.body for got in first + later} == {b"worm"}
        assert served.connections == 1


async def test_what_differs_is_asked_again_and_posts_always_are() -> None:
    async with http(ok(b"x")) as served:
        url, place = f"http://127.0.0.1:{served.port}/", downloads()
        for user_agent in ("a", "b", "a"):
            await fetch(place, url, user_agent=user_agent)
        assert served.connections == 2
        for _ in range(2):
            await fetch(place, url, method="POST")
        assert served.connections == 4


async def test_failures_are_remembered_for_a_while() -> None:
    names = Names()
    place = downloads(names)
    for _ in range(3):
        assert (await fetch(place, "http://nothing.example/")).error == "resolve"
    assert names.asked == ["nothing.example"]


async def test_memory_for_answers_is_bounded() -> None:
    async with http(ok(bytes(40_000))) as served:
        place = downloads(cache_bytes=100_000, per_minute=100)
        urls = [f"http://127.0.0.1:{served.port}/{n}" for n in (1, 2, 1, 3, 1, 2)]
        for url in urls:
            await fetch(place, url)
        assert [request.split()[1] for request in served.requests] == [b"/1", b"/2", b"/3", b"/2"]


async def test_one_host_is_asked_so_often_by_name_and_by_address() -> None:
    names = Names({f"{n}.example": [["127.0.0.1"]] for n in range(9)})
    async with http(ok(b"x")) as served:
        place = downloads(names, per_minute=5)
        answers = [await fetch(place, f"http://{n}.example:{served.port}/") for n in range(9)]
        assert [got.error for got in answers] == [None] * 5 + ["rate"] * 4
        assert served.connections == 5


async def test_one_source_asks_so_often() -> None:
    async with http(ok(b"x")) as served:
        place, url = downloads(per_source_per_minute=3), f"http://127.0.0.1:{served.port}/"
        errors = [(await fetch(place, url, "2001:db8::%d" % n)).error for n in range(5)]  # noqa: UP031
        assert errors == [None] * 3 + ["rate"] * 2
        assert (await fetch(place, url, "198.51.100.8")).error is None


async def test_bytes_of_an_hour() -> None:
    async with http(ok(bytes(40_000))) as served:
        place = downloads(bytes_per_hour=100_000)
        answers = [await fetch(place, f"http://127.0.0.1:{served.port}/{n}") for n in range(3)]
        assert [got.error for got in answers] == [None, None, "busy"]


async def test_so_many_at_once() -> None:
    async with http(b"", hold=True) as served:
        place = downloads(per_minute=100, seconds=0.5)
        url = f"http://127.0.0.1:{served.port}/"
        asking = [fetch(place, f"{url}{n}", f"198.51.100.{n}") for n in range(AT_ONCE + 4)]
        assert [got.error for got in await asyncio.gather(*asking)] == ["timeout"] * AT_ONCE + ["busy"] * 4
        assert served.connections == AT_ONCE
        assert (await fetch(place, f"{url}again")).error == "timeout"


async def test_one_source_leaves_room_for_others() -> None:
    async with http(b"", hold=True) as served:
        place = downloads(per_minute=100, seconds=0.5)
        url = f"http://127.0.0.1:{served.port}/"
        asking = [fetch(place, f"{url}{n}", f"2001:db8::{n}") for n in range(AT_ONCE_PER_SOURCE + 1)]
        others = fetch(place, f"{url}other", "198.51.100.8")
        errors = [got.error for got in await asyncio.gather(*asking, others)]
        assert errors == ["timeout"] * AT_ONCE_PER_SOURCE + ["busy", "timeout"]


async def test_posts_can_be_switched_off() -> None:
    async with http(ok(b"x")) as served:
        place, url = downloads(post=False), f"http://127.0.0.1:{served.port}/"
        assert (await fetch(place, url, method="POST")).error == "disabled"
        assert served.connections == 0
        assert (await fetch(place, url)).error is None


async def test_so_many_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samovar.fetch.gate._IN_ALL_PER_MINUTE", 2)
    async with http(ok(b"x")) as a, http(ok(b"x"), host="127.0.0.2") as b, http(ok(b"x"), host="::1") as c:
        place = downloads()
        urls = [f"http://127.0.0.1:{a.port}/", f"http://127.0.0.2:{b.port}/", f"http://[::1]:{c.port}/"]
    errors = [(await fetch(place, url)).error for url in urls]
    assert errors == ["refused", "refused", "rate"]


async def test_a_download_ends_with_the_last_who_waits() -> None:
    async with http(b"", ok(b"later"), hold=True) as served:
        place, url = downloads(), f"http://127.0.0.1:{served.port}/"
        askers = [asyncio.create_task(fetch(place, url)) for _ in range(3)]
        await served.connected.wait()
        for asker in askers[:2]:
            asker.cancel()
        await asyncio.sleep(0.05)
        assert not askers[2].done()
        askers[2].cancel()
        await asyncio.wait(askers)
        assert (await fetch(place, url)).body == b"later"


async def test_a_bug_is_the_downloads_end_only(monkeypatch: pytest.MonkeyPatch) -> None:
    place = downloads()

    async def fails(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr("samovar.fetch.http.get", fails)
    got = await fetch(place, "http://127.0.0.1:9/")
    assert (got.error, got.detail) == ("protocol", "crashed")
    monkeypatch.undo()
    assert (await fetch(place, f"http://127.0.0.1:{refused_port()}/")).error == "refused"


def test_windows_begin_anew_and_forget() -> None:
    windows = Windows(2, 60.0, capacity=2)
    assert [windows.take("a", now) for now in (0.0, 1.0, 2.0, 59.0, 60.0)] == [True, True, False, False, True]
    assert windows.take("b", 61.0)
    assert windows.take("c", 62.0)
    assert len(windows._counts) == 2


def test_the_budget_is_given_back() -> None:
    budget = Budget(held=10, per_hour=100)
    assert budget.take(6, 0.0)
    assert not budget.take(6, 0.0)
    budget.give_back(6)
    assert budget.take(6, 0.0)


@pytest.mark.parametrize(
    "settings",
    [{"ports": (0,)}, {"ports": (70_000,)}, {"deny": ("10.0.0.1/8",)}, {"bytes": 1 << 30}, {"seconds": 0},
     {"per_minute": 0}, {"allow": ("x",)}, {"cache_bytes": -1}],
)  # fmt: skip
def test_settings_that_cannot_be(settings: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"must|network|host bits|appear"):
        FetchConfig(**settings)  # type: ignore[arg-type]


def test_an_answer_names_its_errors() -> None:
    assert Fetched(url="x").error is None

"""A worker and the fetcher over their pair: pieces, cancelling, death, and a worker that means harm."""

import asyncio
import os
import socket
from collections.abc import Iterator

import pytest

from samovar.fetch import wire
from samovar.fetch.asker import Asker
from samovar.fetch.desk import MAX_WAITING, Desk
from samovar.sensor import Fetch, Fetched, fetched
from tests.fetch.servers import downloads, http, ok

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A worker's end and the fetcher's."""
    ends = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    yield ends
    for end in ends:
        end.close()


async def ask(asker: Asker, url: str, **fields: object) -> Fetched:
    answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
    asker.fetch(Fetch(url, **fields), "198.51.100.7", answer.set_result)  # type: ignore[arg-type]
    return fetched(await answer)


async def test_large_answers_come_in_pieces_side_by_side(pair: Pair) -> None:
    bodies = [os.urandom(1 << 20), os.urandom(3_000_000), b"x"]
    desk = Desk([pair[1]], downloads())
    desk.open()
    asker = Asker(pair[0])
    async with http(ok(bodies[0])) as a, http(ok(bodies[1])) as b, http(ok(bodies[2])) as c:
        urls = [f"http://127.0.0.1:{served.port}/" for served in (a, b, c)]
        answers = await asyncio.gather(*(ask(asker, url) for url in urls))
    assert [got.body for got in answers] == bodies
    assert (desk.counts.asked, desk.counts.answered, desk.counts.malformed) == (3, 3, 0)
    assert desk.idle() > 0


async def test_switched_off() -> None:
    got = await ask(Asker(None), "http://192.0.2.1/")
    assert (got.error, got.url) == ("disabled", "http://192.0.2.1/")


async def test_a_request_that_is_too_long(pair: Pair) -> None:
    got = await ask(Asker(pair[0]), "http://127.0.0.1/", headers=(("X", "y" * wire.FRAME),))
    assert got.error == "protocol"


async def test_a_url_that_is_no_text(pair: Pair) -> None:
    for end in (pair[0], None):
        got = await ask(Asker(end), "http://127.0.0.1/\udcff")
        assert (got.error, got.url) == ("protocol" if end else "disabled", "http://127.0.0.1/?")


async def test_a_fetcher_that_never_answers(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("samovar.fetch.asker._GRACE", 0.05)
    got = await ask(Asker(pair[0]), "http://127.0.0.1/", timeout=0.05)
    assert got.error == "timeout"


async def test_who_cancels_hears_nothing_and_the_download_ends(pair: Pair) -> None:
    desk = Desk([pair[1]], downloads())
    desk.open()
    asker = Asker(pair[0])
    heard: list[bytes] = []
    async with http(b"", hold=True) as served:
        cancel = asker.fetch(Fetch(f"http://127.0.0.1:{served.port}/"), "198.51.100.7", heard.append)
        await served.connected.wait()
        assert desk.idle() == 0
        cancel()
        cancel()
        async with asyncio.timeout(5):
            while desk.idle() == 0:  # noqa: ASYNC110 (nothing tells)
                await asyncio.sleep(0.01)
    assert desk.counts.cancelled == 1
    assert heard == []


async def test_a_new_fetcher_means_that_what_had_begun_is_lost(pair: Pair) -> None:
    asker = Asker(pair[0])
    first = asyncio.create_task(ask(asker, "http://127.0.0.1:1/"))
    second = asyncio.create_task(ask(asker, "http://127.0.0.1:2/"))
    await asyncio.sleep(0)
    request = wire.asked(pair[1].recv(wire.FRAME))
    assert isinstance(request, wire.Ask)
    pair[1].send(wire.encode(wire.Begun(request.number)))
    pair[1].send(wire.encode(wire.Piece(request.number, 1000, bytes(500))))
    pair[1].send(wire.encode(wire.Born()))  # killed half-way, and started again
    assert (await first).error == "busy"
    answer = wire.pack(Fetched(url="x", body=b"later"))
    unread = wire.asked(pair[1].recv(wire.FRAME))
    assert isinstance(unread, wire.Ask)
    pair[1].send(wire.encode(wire.Piece(unread.number, len(answer), answer)))
    assert (await second).body == b"later"


async def test_the_end_of_the_other_side_is_an_answer(pair: Pair) -> None:
    asker = Asker(pair[0])
    waiting = asyncio.create_task(ask(asker, "http://127.0.0.1/"))
    await asyncio.sleep(0)
    pair[1].close()
    assert (await waiting).error == "busy"


async def test_a_full_pair_is_an_answer(pair: Pair) -> None:
    asker = Asker(pair[0])
    tasks = [asyncio.create_task(ask(asker, f"http://127.0.0.1/{n}")) for n in range(300)]
    done, waiting = await asyncio.wait(tasks, timeout=0.1)
    assert {task.result().error for task in done} == {"busy"}
    assert len(done) >= 100
    for task in waiting:
        task.cancel()


@pytest.mark.parametrize(
    "frame",
    [
        b"\x00",
        b"\xff" * 1000,
        os.urandom(5000),
        bytes(wire.FRAME),
        wire.encode(wire.Born()),
        wire.encode(wire.Piece(1, 5, b"x")),
        wire.encode(wire.Ask(1, "x" * 65, Fetch("http://a/"))),
        wire.encode(wire.Ask(1, "x", Fetch("http://a/", body=bytes(wire.MAX_BODY + 1)))),
        wire.encode(wire.Ask(1, "x", Fetch("http://a/", method="PURGE"))),  # type: ignore[arg-type]
        wire.encode(wire.Ask(1, "x", Fetch("http://a/"))).replace(b"http://a/", b"http://\xff/"),
    ],
)
async def test_garbage_from_a_worker_is_counted(pair: Pair, frame: bytes) -> None:
    desk = Desk([pair[1]], downloads())
    desk.open()
    pair[0].setblocking(False)
    pair[0].send(frame)
    async with http(ok(b"x")) as served:
        assert (await ask(Asker(pair[0]), f"http://127.0.0.1:{served.port}/")).body == b"x"
    assert (desk.counts.malformed, desk.counts.asked) == (1, 1)


@pytest.mark.parametrize(
    "frame", [b"\x00", os.urandom(5000), wire.encode(wire.Cancel(1)), wire.encode(wire.Piece(1, 1 << 40, b"x"))]
)
async def test_garbage_from_a_fetcher_is_not_heard(pair: Pair, frame: bytes) -> None:
    asker = Asker(pair[0])
    waiting = asyncio.create_task(ask(asker, "http://127.0.0.1/"))
    await asyncio.sleep(0)
    request = wire.asked(pair[1].recv(wire.FRAME))
    pair[1].send(frame)
    answer = wire.pack(Fetched(url="x", body=b"sound"))
    pair[1].send(wire.encode(wire.Piece(request.number, len(answer), answer)))
    assert (await waiting).body == b"sound"


async def test_a_flood_from_a_worker_that_reads_nothing(pair: Pair) -> None:
    body = bytes(1 << 20)
    other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    desk = Desk([pair[1], other[1]], downloads(per_source_per_minute=1_000_000))
    desk.open()
    async with http(ok(body)) as served:
        step = Fetch(f"http://127.0.0.1:{served.port}/")
        pair[0].setblocking(False)
        loop = asyncio.get_running_loop()
        for number in range(3000):
            await loop.sock_sendall(pair[0], wire.encode(wire.Ask(number, "198.51.100.7", step)))
        assert (await ask(Asker(other[0]), step.url)).body == body
        assert served.connections == 1
    assert desk.counts.dropped > 0
    assert desk._windows[0]._queued <= 64 << 20
    assert len(desk._windows[0]._small) <= MAX_WAITING
    for end in other:
        end.close()


async def test_the_same_number_twice_is_one_request(pair: Pair) -> None:
    desk = Desk([pair[1]], downloads())
    desk.open()
    async with http(ok(b"x")) as served:
        frame = wire.encode(wire.Ask(7, "198.51.100.7", Fetch(f"http://127.0.0.1:{served.port}/")))
        pair[0].setblocking(False)
        pair[0].send(frame)
        pair[0].send(frame)
        await served.connected.wait()
    assert (desk.counts.asked, desk.counts.malformed) == (1, 1)


async def test_answers_for_an_earlier_worker_are_not_heard(pair: Pair) -> None:
    numbers = set()
    for _ in range(2):
        Asker(pair[0]).fetch(Fetch("http://127.0.0.1/"), "198.51.100.7", lambda _: None)
        numbers.add(wire.asked(pair[1].recv(wire.FRAME)).number)
    assert len(numbers) == 2

"""The live feed: in time, bounded, honest about what it drops."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from samovar.query import parse
from samovar.web import live as module
from samovar.web.errors import ApiError
from samovar.web.live import Live, Stream
from tests.web.fakes import HOSTILE, make_event

NOW = datetime(2026, 11, 24, tzinfo=UTC)
EVENTS = [make_event(NOW, n) for n in range(30)]


@pytest.fixture
async def live() -> AsyncIterator[Live]:
    feed = Live(streams_per_user=2)
    feed.start()
    yield feed
    feed.stop()


async def take(chunks: AsyncGenerator[bytes, None]) -> dict[str, Any]:
    """The next chunk, its fields by name; a second event's fields take the place of the first's."""
    async with asyncio.timeout(10):
        chunk = await anext(chunks)
    lines = [line.partition(": ") for line in chunk.decode().split("\n") if line]
    return {f"{name}:{value}" if name == "event" else name: value for name, _, value in lines}


def chunks_of(stream: Stream, *, still: bool = True) -> AsyncGenerator[bytes, None]:
    return stream.chunks(lambda: still)


async def test_events_published_in_a_thread_arrive_filtered_in_one_batch(live: Live) -> None:
    stream = live.open("ada", parse("action:login"))
    chunks = chunks_of(stream)
    assert await take(chunks) == {"retry": "2000"}
    await asyncio.to_thread(live.publish, EVENTS[:15])
    await asyncio.to_thread(live.publish, EVENTS[15:])
    got = await take(chunks)
    expected = [event.event_id for event in EVENTS if event.event_action == "login"]
    assert [event["event.id"] for event in json.loads(got["data"])] == expected
    assert got["id"] == expected[-1]


async def test_hostile_text_cannot_break_out_of_a_message(live: Live) -> None:
    stream = live.open("ada", None)
    chunks = chunks_of(stream)
    await take(chunks)
    evil = HOSTILE + "\n\nevent: events\r\ndata: []\n\n"
    live.publish([make_event(NOW, 1, user_name=evil, event_id="a\n\nevent: x")])
    got = await take(chunks)
    assert json.loads(got["data"])[0]["user.name"] == evil
    assert "id" not in got


async def test_a_slow_client_loses_events_and_is_told_how_many(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_QUEUED", 10)
    stream = live.open("ada", None)
    chunks = chunks_of(stream)
    await take(chunks)
    live.publish(EVENTS)
    got = await take(chunks)
    assert "event:dropped" in got
    assert len(json.loads(got["data"])) == 10
    live.publish(EVENTS[:1])
    assert "event:dropped" not in await take(chunks)


async def test_a_flood_is_bounded_before_it_reaches_any_client(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PENDING", 7)
    stream = live.open("ada", None)
    chunks = chunks_of(stream)
    await take(chunks)
    live.publish(EVENTS)
    async with asyncio.timeout(10):
        chunk = await anext(chunks)
    assert b'data: {"count":23}\n\n' in chunk
    assert chunk.count(b'"event.id"') == 7


async def test_a_client_that_reconnects_catches_up(live: Live) -> None:
    stream = live.open("ada", None)
    chunks = chunks_of(stream)
    await take(chunks)
    live.publish(EVENTS)
    await take(chunks)
    again = chunks_of(live.open("ada", None, EVENTS[9].event_id))
    await take(again)
    missed = json.loads((await take(again))["data"])
    assert [event["event.id"] for event in missed] == [event.event_id for event in EVENTS[10:]]


async def test_a_client_that_was_away_too_long_is_told(live: Live) -> None:
    chunks = chunks_of(live.open("ada", None, "longgone"))
    await take(chunks)
    assert await take(chunks) == {"event:dropped": "dropped", "data": '{"count":null}'}
    live.publish(EVENTS[:1])
    assert "event:events" in await take(chunks)


async def test_feeds_are_capped_for_each_user_and_given_back(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    first = live.open("ada", None)
    live.open("ada", None)
    with pytest.raises(ApiError, match="too many"):
        live.open("ada", None)
    live.open("bob", None)
    live.release(first)
    live.open("ada", None)
    monkeypatch.setattr(module, "MAX_STREAMS", live.streams)
    with pytest.raises(ApiError, match="too many"):
        live.open("eve", None)


async def test_an_idle_feed_beats_and_ends_with_the_login(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "HEARTBEAT_SECONDS", 0.05)
    inside = True
    chunks = live.open("ada", None).chunks(lambda: inside)
    await take(chunks)
    async with asyncio.timeout(10):
        assert await anext(chunks) == b": \n\n"
        inside = False
        assert [chunk async for chunk in chunks] == []


async def test_stopping_ends_every_feed_and_later_events_are_ignored(live: Live) -> None:
    chunks = chunks_of(live.open("ada", None))
    await take(chunks)
    live.stop()
    live.publish(EVENTS)
    async with asyncio.timeout(10):
        assert [chunk async for chunk in chunks] == []

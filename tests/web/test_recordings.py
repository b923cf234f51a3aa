"""Recordings over the API: whole lines only, watched by a bounded number, ended with the session or the login."""

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from samovar.asciicast import Entry, Size, head, line
from samovar.web import recordings as module
from samovar.web.errors import ApiError
from samovar.web.recordings import Watches
from tests.web.conftest import Site
from tests.web.fakes import FakeReader, FakeState

ID = "0066104300000" + "abcdef0001"


@pytest.fixture
def state(tmp_path: Path) -> FakeState:
    """A platform with one recording: ``a`` was shown, ``b`` typed, the size changed, and a line is not complete."""
    made = FakeState(tmp_path, FakeReader([]))
    entries = (Entry(1, "o", "a\x1b[0m"), Entry(2, "i", "b"), Entry(3, "r", "100x30"))
    (made.recordings / f"{ID}.cast").write_bytes(head(ID, Size()) + b"".join(map(line, entries)) + b'[4,"o","c')
    return made


async def messages(chunks: AsyncGenerator[bytes, None], count: int) -> list[Any]:
    """The next messages' data."""
    found: list[Any] = []
    async with asyncio.timeout(10):
        while len(found) < count:
            chunk = await anext(chunks)
            found += [json.loads(text[6:]) for text in chunk.splitlines() if text.startswith(b"data: ")]
    return found


async def test_a_watcher_sees_what_there_is_then_what_comes_then_the_end(state: FakeState) -> None:
    state.growing.add(ID)
    chunks = Watches(state).open(ID, lambda: True)
    (begin,) = await messages(chunks, 1)
    assert begin == {"cols": 100, "rows": 30, "time": 3.0, "init": "a\x1b[0m"}
    with (state.recordings / f"{ID}.cast").open("ab") as file:
        file.write(b'"]\n' + line(Entry(5, "o", "two\nlines")))
    assert await messages(chunks, 2) == [[4, "o", "c"], [5.0, "o", "two\nlines"]]
    state.growing.discard(ID)
    async with asyncio.timeout(10):
        assert [chunk async for chunk in chunks] == [b"event: done\ndata: {}\n\n"]


async def test_watching_is_bounded_and_ends_with_the_login(state: FakeState, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WATCHERS", 1)
    state.growing.add(ID)
    watches, inside = Watches(state), True
    first = watches.open(ID, lambda: inside)
    await messages(first, 1)
    with pytest.raises(ApiError, match="too many"):
        watches.open(ID, lambda: True)
    inside = False
    async with asyncio.timeout(10):
        assert [chunk async for chunk in first][-1].startswith(b"event: done")
    await messages(watches.open(ID, lambda: True), 1)
    with pytest.raises(ApiError, match="no recording"):
        watches.open("0" * 23, lambda: True)


async def test_many_who_open_at_once_are_bounded_too(state: FakeState, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_WATCHERS", 1)
    state.growing.add(ID)
    watches = Watches(state)
    first, second = watches.open(ID, lambda: True), watches.open(ID, lambda: True)
    await messages(first, 1)
    assert [chunk async for chunk in second] == [b": too many\n\n"]


def test_the_file_comes_as_whole_lines_and_not_to_strangers(site: Site, state: FakeState) -> None:
    path = f"/api/v1/recordings/{ID}.cast"
    status, body = site.get(path)
    assert status == 200
    assert [json.loads(text) for text in body.splitlines()][1:] == [
        [1, "o", "a\x1b[0m"],
        [2, "i", "b"],
        [3, "r", "100x30"],
    ]
    assert site.client.get(path).status_code == 401
    for name in ("0" * 23, "..%2f..%2fetc", "x", ID.upper()):
        assert site.get(f"/api/v1/recordings/{name}.cast")[0] in (400, 404)
    assert site.get(f"/api/v1/recordings/{'0' * 23}/live")[0] == 404

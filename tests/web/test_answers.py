"""Shared answers: one computation for all who ask, bounded threads and queue, a small cache."""

import asyncio
import gzip
import threading
from collections.abc import AsyncIterator

import pytest

from samovar.web import answers as module
from samovar.web.answers import Answers
from samovar.web.errors import ApiError


class Slow:
    """A question that is answered when ``go`` is set."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.count = 0

    def __call__(self) -> bytes:
        self.count += 1
        if not self.go.wait(10):
            raise RuntimeError("nobody let me go")
        return b"{}"


@pytest.fixture
async def answers() -> AsyncIterator[Answers]:
    made = Answers(threads=1, backlog=1, timeout=10, keep=5)
    yield made
    made.close()


async def test_who_asks_the_same_at_once_shares_one_computation(answers: Answers) -> None:
    slow = Slow()
    asking = [asyncio.create_task(answers.get("a", slow)) for _ in range(20)]
    await asyncio.sleep(0)
    slow.go.set()
    async with asyncio.timeout(10):
        assert {answer.body for answer in await asyncio.gather(*asking)} == {b"{}"}
    assert slow.count == 1


async def test_answers_are_kept_for_a_while() -> None:
    now = [0.0]
    answers = Answers(threads=1, backlog=1, timeout=10, keep=5, clock=lambda: now[0])
    count = iter(range(10))

    def ask() -> bytes:
        return str(next(count)).encode()

    got = []
    for moment in (0.0, 4.9, 5.0, 5.1, 20.0):
        now[0] = moment
        got.append((await answers.get("a", ask)).body)
    assert got == [b"0", b"0", b"1", b"1", b"2"]
    answers.close()


async def test_more_than_can_wait_are_refused_at_once(answers: Answers) -> None:
    slow = Slow()
    asking = [asyncio.create_task(answers.get(key, slow)) for key in "ab"]
    await asyncio.sleep(0)
    with pytest.raises(ApiError) as refused:
        await answers.get("c", slow)
    assert (refused.value.status, refused.value.retry_after) == (503, 1)
    slow.go.set()
    async with asyncio.timeout(10):
        await asyncio.gather(*asking)
        assert (await answers.get("c", slow)).body == b"{}"


async def test_what_takes_too_long_is_a_503_and_its_answer_serves_the_next() -> None:
    answers = Answers(threads=1, backlog=1, timeout=0.05, keep=5)
    slow = Slow()
    with pytest.raises(ApiError) as refused:
        await answers.get("a", slow)
    assert refused.value.status == 503
    slow.go.set()
    async with asyncio.timeout(10):
        while True:
            try:
                assert (await answers.get("a", slow)).body == b"{}"
                break
            except ApiError:
                await asyncio.sleep(0.01)
    assert slow.count == 1
    answers.close()


async def test_failures_are_told_and_not_kept(answers: Answers) -> None:
    def broken() -> bytes:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        await answers.get("a", broken)
    assert (await answers.get("a", lambda: b"fine")).body == b"fine"


async def test_the_cache_is_bounded(answers: Answers, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BYTES", 10_000)
    asked = []
    for key in ("a", "b", "c", "a"):
        await answers.get(key, lambda key=key: asked.append(key) or bytes(4000) + key.encode() * 4000)  # type: ignore[misc]
    assert asked == ["a", "b", "c", "a"]


async def test_big_answers_are_packed_once(answers: Answers) -> None:
    body = b'{"a":1}' * 1000
    answer = await answers.get("a", lambda: body)
    assert gzip.decompress(answer.packed or b"") == body
    assert (await answers.get("b", lambda: b"{}")).packed is None

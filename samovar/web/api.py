"""The API's routes. Each stands once in ``operations``, which the OpenAPI document is made from too."""

import asyncio
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import msgspec
from msgspec import Struct
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from samovar.query import QueryError
from samovar.store.interface import Reader
from samovar.web import metrics, openapi
from samovar.web.answers import Answer, Answers
from samovar.web.auth import Auth, Login, Me, Setup
from samovar.web.errors import ApiError
from samovar.web.live import Live
from samovar.web.live import Stream as Feed
from samovar.web.openapi import Operation
from samovar.web.params import CsvParams, FileParams, Nothing, RecordingParams, Search, Window, read
from samovar.web.questions import QUESTIONS, Asked, Question
from samovar.web.recordings import CAST, Watches, whole
from samovar.web.search import columns, tree
from samovar.web.settings import WebConfig
from samovar.web.state import Backup, State
from samovar.web.streams import CSV_COLUMNS, Downloads, Stream

PREFIX = "/api/v1/"
BINARY = "application/octet-stream"
Handler = Callable[[Request], Awaitable[Response]]


class Call(Struct, frozen=True):
    """A documented route and what answers it."""

    operation: Operation
    handler: Handler


class Api:
    """All that the API answers, bound to a store, the platform's state and the live feed."""

    def __init__(self, reader: Reader, live: Live, state: State, auth: Auth, config: WebConfig) -> None:
        self._reader = reader
        self._live = live
        self._state = state
        self._auth = auth
        self._downloads = Downloads()
        self._watches = Watches(state)
        self._granule = min(max(config.cache_seconds, 1.0), 5.0)
        self.answers = Answers(
            threads=config.query_threads,
            backlog=config.query_backlog,
            timeout=config.query_timeout,
            keep=self._granule,
        )
        self.calls = (*(self._question(question) for question in QUESTIONS), *self._others())
        self._document = openapi.document([call.operation for call in self.calls], state.health().version)

    def _others(self) -> tuple[Call, ...]:
        auth = self._auth
        return (
            _call("GET", "events.ndjson", "All events, one JSON object a line", self.ndjson, Window,
                  media_type="application/x-ndjson"),
            _call("GET", "events.csv", "All events as a table", self.csv, CsvParams, media_type="text/csv"),
            _call("GET", "files/{sha256}", "An artefact's bytes: handle with care", self.file, FileParams,
                  media_type=BINARY),
            _call("GET", "recordings/{id}.cast", "A terminal's recording so far (asciicast v2)", self.cast,
                  RecordingParams, media_type=CAST),
            _call("GET", "recordings/{id}/live", "A terminal while it runs (server-sent events)", self.watch,
                  RecordingParams, media_type="text/event-stream"),
            _call("GET", "live", "Events as they come (server-sent events)", self.feed, Search,
                  media_type="text/event-stream"),
            _call("GET", "openapi.json", "This document", self.document, media_type=openapi.JSON),
            _call("GET", "/metrics", "Counters in Prometheus' text format", self.metrics, media_type="text/plain"),
            _call("GET", "me", "Who is logged in", auth.me, answer=Me, open=True),
            _call("POST", "setup", "Make the first user", auth.setup, body=Setup, answer=Me, open=True),
            _call("POST", "login", "Log in", auth.login, body=Login, answer=Me, open=True),
            _call("POST", "backup", "Copy the store for `samovar backup` to take away", self.backup, answer=Backup),
            _call("POST", "logout", "Log out", auth.logout, answer=Me, open=True),
        )  # fmt: skip

    def _question(self, question: Question) -> Call:
        async def handler(request: Request) -> Response:
            params = read(question.params, request)
            window = params if isinstance(params, Window) else Window()
            where, span = tree(window.q), window.span(time.time(), self._granule)
            asked = Asked(self._reader, self._state, params, where, span)

            def compute() -> bytes:
                try:
                    return msgspec.json.encode(question.ask(asked))
                except QueryError as error:  # what only the store finds out
                    raise ApiError(400, error.message, error.position) from None
                except TimeoutError:
                    raise ApiError(503, "this takes too long; ask for less", retry_after=2) from None
                except OSError as error:  # the store's own trouble, in words that say what to do
                    raise ApiError(503, str(error), retry_after=5) from None

            return _json(await self.answers.get((question.path, params, span), compute), request)

        operation = Operation(
            method="GET",
            path=PREFIX + question.path,
            summary=question.summary,
            params=question.params,
            answer=question.answer,
        )
        return Call(operation, handler)

    async def ndjson(self, request: Request) -> Response:
        """GET events.ndjson."""
        params = read(Window, request)
        where, span = tree(params.q), params.span(time.time(), 1)
        return self._downloads.ndjson(lambda: self._reader.scan(where, span))

    async def csv(self, request: Request) -> Response:
        """GET events.csv."""
        params = read(CsvParams, request)
        where, span = tree(params.q), params.span(time.time(), 1)
        wanted = [name.strip() for name in params.columns.split(",") if name.strip()]
        if len(wanted) > 100:
            raise ApiError(400, "columns: at most 100")
        names = columns(wanted) if wanted else CSV_COLUMNS
        return self._downloads.csv(lambda: self._reader.scan(where, span), names)

    async def file(self, request: Request) -> Response:
        """GET files/{sha256}: malware, so it is never anything but an attachment."""
        sha256 = read(FileParams, request).sha256
        path = self._state.artefact(sha256)
        if path is None or not path.is_file():
            raise ApiError(404, "there is no such file; it may have been too big to keep or too old")
        return FileResponse(path, media_type=BINARY, filename=f"{sha256}.bin")

    async def feed(self, request: Request) -> Response:
        """GET live."""
        where = tree(read(Search, request).q)
        last = request.headers.get("last-event-id", "")[:64]
        feed = self._live.open(request.scope["samovar.user"], where, last)
        return Stream(self._feed(feed, self._auth.still(request)), "text/event-stream", {"x-accel-buffering": "no"})

    async def cast(self, request: Request) -> Response:
        """GET recordings/{id}.cast."""
        path = self._state.recording(read(RecordingParams, request).id)
        if path is None:
            raise ApiError(404, "this session has no recording")
        return _packed(await self.answers.get(("cast", path), lambda: whole(path)), request, CAST)

    async def watch(self, request: Request) -> Response:
        """GET recordings/{id}/live."""
        session = read(RecordingParams, request).id
        inside = self._auth.still(request)
        chunks = self._watches.open(session, lambda: self._live.serving and inside())
        return Stream(chunks, "text/event-stream", {"x-accel-buffering": "no"})

    async def document(self, request: Request) -> Response:
        """GET openapi.json."""
        read(Nothing, request)
        return Response(self._document, media_type=openapi.JSON)

    async def metrics(self, request: Request) -> Response:
        """GET /metrics."""
        read(Nothing, request)

        def compute() -> bytes:
            text = metrics.exposition(self._state.counters(), self._state.health(), self._live.streams)
            return text.encode()

        answer = await self.answers.get("/metrics", compute)
        return Response(answer.body, headers={"content-type": metrics.MEDIA_TYPE})

    async def backup(self, request: Request) -> Response:
        """POST backup."""
        read(Nothing, request)
        try:
            done = await asyncio.to_thread(self._state.backup)
        except (OSError, ValueError) as error:
            raise ApiError(503, f"the backup could not be made: {error}") from None
        return Response(msgspec.json.encode(done), media_type=openapi.JSON)

    async def _feed(self, feed: Feed, still: Callable[[], bool]) -> AsyncGenerator[bytes, None]:
        try:
            async for chunk in feed.chunks(still):
                yield chunk
        finally:
            self._live.release(feed)


def _call(method: str, path: str, summary: str, handler: Handler, params: type[Struct] = Nothing, **more: Any) -> Call:
    full = path if path.startswith("/") else PREFIX + path
    return Call(Operation(method=method, path=full, summary=summary, params=params, **more), handler)


def _json(answer: Answer, request: Request) -> Response:
    return _packed(answer, request, openapi.JSON)


def _packed(answer: Answer, request: Request, media_type: str) -> Response:
    headers = {"vary": "accept-encoding, cookie"}
    if answer.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(answer.packed, headers=headers, media_type=media_type)
    return Response(answer.body, headers=headers, media_type=media_type)

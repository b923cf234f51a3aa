"""Puts the web together: the guard before everything, the API, and the page for all other paths."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from samovar.store.interface import Reader
from samovar.web.api import Api, Call
from samovar.web.auth import MAX_BODY, Auth
from samovar.web.errors import ApiError
from samovar.web.guard import Guard
from samovar.web.live import Live
from samovar.web.page import STATIC, Page
from samovar.web.settings import WebConfig
from samovar.web.state import State


def create_app(
    reader: Reader, live: Live, state: State, config: WebConfig, *, data: Path, static: Path = STATIC
) -> Starlette:
    """The page and its API over ``reader``. ``data`` is DATA: users, sessions and tokens lie there."""
    auth = Auth(data, session_hours=config.session_hours)
    api = Api(reader, live, state, auth, config)
    page = Page(static)
    strangers = frozenset((call.operation.method, call.operation.path) for call in api.calls if call.operation.open)

    def is_open(method: str, path: str) -> bool:
        return (method, path) in strangers or (method in ("GET", "HEAD") and page.has(path))

    async def show(request: Request) -> Response:
        return page.serve(request)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        live.start()
        try:
            yield
        finally:
            live.stop()
            api.answers.close()

    return Starlette(
        routes=[*_routes(api.calls), Route("/{path:path}", show, methods=["GET"])],
        middleware=[Middleware(Guard, auth=auth, hosts=config.hosts, is_open=is_open)],
        exception_handlers={ApiError: _refusal, HTTPException: _http_error, Exception: _failure},
        lifespan=lifespan,
        max_body_size=MAX_BODY,
    )


def _routes(calls: Sequence[Call]) -> list[Route]:
    # More literal paths first: events.csv is no {id}, and files/{sha256} comes after files.
    ordered = sorted(calls, key=lambda call: ("{" in call.operation.path, call.operation.path))
    return [Route(call.operation.path, call.handler, methods=[call.operation.method]) for call in ordered]


async def _refusal(_: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    return error.response()


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = ApiError(error.status_code, error.detail).response()
    answer.headers.update(error.headers or {})
    return answer


async def _failure(_: Request, error: Exception) -> Response:
    # Starlette raises it again after this answer, so the server logs the traceback once.
    return ApiError(500, "something went wrong here; the log says what").response()

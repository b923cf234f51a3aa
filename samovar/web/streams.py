"""Answers that are made while they are sent: the live feed and downloads. Memory stays bounded."""

import asyncio
import contextlib
import csv
import io
from collections.abc import AsyncGenerator, Callable, Generator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from datetime import datetime
from itertools import islice

import msgspec
from starlette.responses import StreamingResponse
from starlette.types import Message, Send

from samovar.event import ECS_NAMES, Event
from samovar.web.errors import ApiError

SEND_SECONDS = 60.0
MAX_DOWNLOADS = 4
_EVENTS_A_CHUNK = 256
#: What a spreadsheet takes for the beginning of a formula, full-width forms too (OWASP: CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_DETAIL = "samovar_detail."

CSV_COLUMNS = (
    "timestamp",
    "event_module",
    "event_dataset",
    "event_action",
    "event_outcome",
    "source_ip",
    "source_port",
    "source_geo_country_iso_code",
    "source_as_number",
    "destination_port",
    "user_name",
    "samovar_login_password",
    "process_command_line",
    "http_request_method",
    "url_original",
    "user_agent_original",
    "file_name",
    "file_hash_sha256",
    "samovar_session_id",
    "event_id",
)


class _Stalled(Exception):
    """The client takes nothing any more."""


class Stream(StreamingResponse):
    """A streamed answer that gives up on a client that takes nothing for ``SEND_SECONDS``."""

    def __init__(self, chunks: AsyncGenerator[bytes, None], media_type: str, headers: Mapping[str, str]) -> None:
        super().__init__(chunks, headers=headers, media_type=media_type)
        self._chunks = chunks

    async def stream_response(self, send: Send) -> None:
        async def bounded(message: Message) -> None:
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await send(message)
            except TimeoutError:
                raise _Stalled from None

        async with aclosing(self._chunks):  # at once, not when the garbage collector comes by
            with contextlib.suppress(_Stalled):  # the server then cuts the connection
                await super().stream_response(bounded)


class Downloads:
    """Hands out the few slots for downloads of everything that matches."""

    def __init__(self) -> None:
        self._running = 0

    def ndjson(self, scan: Callable[[], Iterator[Event]]) -> Stream:
        """Flat ECS objects, one a line."""
        return self._stream(scan, _json_lines, b"", "application/x-ndjson", "ndjson")

    def csv(self, scan: Callable[[], Iterator[Event]], columns: tuple[str, ...]) -> Stream:
        """A table with a line of ECS names first; no cell can be taken for a formula."""

        def lines(events: list[Event]) -> bytes:
            return _table([_cell(event, column) for column in columns] for event in events)

        head = _table([[_heading(column) for column in columns]])
        return self._stream(scan, lines, head, "text/csv; charset=utf-8; header=present", "csv")

    def _stream(
        self,
        scan: Callable[[], Iterator[Event]],
        encode: Callable[[list[Event]], bytes],
        head: bytes,
        media_type: str,
        suffix: str,
    ) -> Stream:
        if self._running >= MAX_DOWNLOADS:
            raise ApiError(503, "too many downloads are running; try again later", retry_after=10)
        headers = {"content-disposition": f'attachment; filename="events.{suffix}"'}
        return Stream(self._chunks(scan, encode, head), media_type, headers)

    async def _chunks(
        self, scan: Callable[[], Iterator[Event]], encode: Callable[[list[Event]], bytes], head: bytes
    ) -> AsyncGenerator[bytes, None]:
        self._running += 1
        # A thread of its own, so that the scan is advanced and closed by one thread and never by two at once.
        pool = ThreadPoolExecutor(1, "web-download")
        events: Iterator[Event] = iter(())
        try:
            loop = asyncio.get_running_loop()
            if head:
                yield head
            events = await loop.run_in_executor(pool, scan)
            while chunk := await loop.run_in_executor(pool, _next, events, encode):
                yield chunk
        finally:
            self._running -= 1
            pool.submit(_finish, events)
            pool.shutdown(wait=False)


def _next(events: Iterator[Event], encode: Callable[[list[Event]], bytes]) -> bytes:
    batch = list(islice(events, _EVENTS_A_CHUNK))
    return encode(batch) if batch else b""


def _finish(events: Iterator[Event]) -> None:
    if isinstance(events, Generator):
        events.close()


def _json_lines(events: Sequence[Event]) -> bytes:
    return b"".join(msgspec.json.encode(event) + b"\n" for event in events)


def _table(rows: Iterable[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode("utf-8", "backslashreplace")


def _heading(column: str) -> str:
    return _guarded("samovar.detail." + column[len(_DETAIL) :]) if column.startswith(_DETAIL) else ECS_NAMES[column]


def _cell(event: Event, column: str) -> str:
    value = _value(event, column)
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    return _guarded(value) if isinstance(value, str) else str(value)


def _value(event: Event, column: str) -> object:
    if column.startswith(_DETAIL):
        return event.samovar_detail.get(column[len(_DETAIL) :])
    return getattr(event, column)


def _guarded(text: str) -> str:
    return "'" + text if text.startswith(_FORMULA) else text

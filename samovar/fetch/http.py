"""HTTP/1.1 (RFC 9112): one request and its answer, by h11, which frames and checks it."""

import asyncio
from typing import Any

import h11

from samovar.fetch.draft import Draft
from samovar.fetch.failure import Failure
from samovar.fetch.gate import Gate, Streams, close
from samovar.fetch.target import Target, follow
from samovar.sensor import Fetch

_CHUNK = 64 << 10
_EVENTS_PER_TURN = 64  # then other downloads get theirs: a server may send a chunk for each byte
_FREE_EVENTS, _EVENT_BYTES = 4096, 64  # and no sound server does that for long: it costs us more than it sends
_HEAD = 32 << 10  # bytes of a response's head, or of a chunk's
#: not the asker's to say: they would change what a message is, or what the connection becomes
_OURS = frozenset({"host", "user-agent", "content-length", "transfer-encoding", "upgrade", "expect", "te", "trailer"})
_PRIVATE = frozenset({"authorization", "cookie"})
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Request:
    """What is asked; redirects change it."""

    def __init__(self, step: Fetch) -> None:
        self.method: str = step.method
        self.body = step.body if step.method == "POST" else b""
        self._user_agent = step.user_agent
        self._headers = [pair for pair in step.headers if pair[0].lower() not in _OURS]
        self._host = next((value for name, value in step.headers if name.lower() == "host"), "")

    def head(self, target: Target) -> h11.Request:
        """Raises Failure("protocol") for headers that cannot be sent."""
        headers = [("Host", self._host or target.authority)]
        if self._user_agent:
            headers.append(("User-Agent", self._user_agent))
        headers += self._headers
        if self.method == "POST":
            headers.append(("Content-Length", str(len(self.body))))
        try:
            encoded = [(name.encode("latin-1"), value.encode("utf-8")) for name, value in headers]
            return h11.Request(method=self.method, target=target.path, headers=encoded)
        except (h11.LocalProtocolError, UnicodeError) as error:
            raise Failure("protocol", "bad request header") from error

    def redirected(self, status: int, *, elsewhere: bool) -> None:
        """As clients do: what was posted becomes a GET, unless the status forbids it; no secrets for other hosts."""
        if status not in (307, 308) and self.method == "POST":
            self.method, self.body = "GET", b""
            self._headers = [pair for pair in self._headers if pair[0].lower() != "content-type"]
        if elsewhere:
            self._host = ""
            self._headers = [pair for pair in self._headers if pair[0].lower() not in _PRIVATE]


async def get(gate: Gate, target: Target, request: Request, draft: Draft, *, may_follow: bool) -> str | None:
    """Ask; the answer goes into the draft. The URL of a redirect, if it may be followed. Raises Failure."""
    head = request.head(target)
    streams = await gate.connect(target, draft)
    try:
        return await _Exchange(streams, draft).run(head, request.body, may_follow=may_follow)
    finally:
        close(streams[1])


class _Exchange:
    def __init__(self, streams: Streams, draft: Draft) -> None:
        self._reader, self._writer = streams
        self._draft = draft
        self._received = self._events = 0
        self._connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_HEAD)

    async def run(self, head: h11.Request, body: bytes, *, may_follow: bool) -> str | None:
        try:
            self._send(head)
            if body:
                self._send(h11.Data(data=body))
            self._send(h11.EndOfMessage())
            await self._writer.drain()
            await self._response()
            location = self._location() if may_follow else ""
            if location:
                return follow(self._draft.url, location)
            if (self._draft.length or 0) > self._draft.size_limit and head.method != b"HEAD":
                raise Failure("too-large", "announced")
            await self._body()
        except h11.LocalProtocolError as error:
            raise Failure("protocol", "bad request") from error
        except h11.RemoteProtocolError as error:
            raise Failure(
                "protocol", "truncated" if "without sending complete" in str(error) else str(error)
            ) from error
        except ValueError as error:  # h11 reads any number of digits; Python does not
            raise Failure("protocol", "bad response") from error
        except ConnectionError as error:
            raise Failure("protocol", "truncated" if self._draft.status else "connection lost") from error
        return None

    def _send(self, event: h11.Request | h11.Data | h11.EndOfMessage) -> None:
        self._writer.write(self._connection.send(event) or b"")

    async def _response(self) -> None:
        while True:
            event = await self._event()
            if isinstance(event, h11.Response):
                break
            if not isinstance(event, h11.InformationalResponse) or event.status_code == 101:
                raise Failure("protocol", "no response" if self._received else "empty")
        draft = self._draft
        draft.version = event.http_version.decode()
        draft.status, draft.reason = event.status_code, event.reason.decode("latin-1")
        raw = event.headers.raw_items()
        draft.headers = tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in raw)
        announced = dict(event.headers).get(b"content-length")
        draft.length = int(announced[:18]) if announced else None

    async def _body(self) -> None:
        while True:
            event = await self._event()
            if isinstance(event, h11.Data):
                self._draft.add(bytes(event.data))
            elif isinstance(event, h11.EndOfMessage):
                return
            else:
                raise Failure("protocol", "truncated")

    def _location(self) -> str:
        if self._draft.status not in _REDIRECTS:
            return ""
        return next((value for name, value in self._draft.headers if name.lower() == "location"), "")

    async def _event(self) -> Any:
        self._events += 1
        if self._events % _EVENTS_PER_TURN == 0:
            await asyncio.sleep(0)
        if self._events > _FREE_EVENTS + self._received // _EVENT_BYTES:
            raise Failure("too-large", "framing")
        while True:
            event = self._connection.next_event()
            if event is not h11.NEED_DATA:
                return event
            data = await self._reader.read(_CHUNK)
            self._received += len(data)
            if self._received > self._draft.wire_limit:
                raise Failure("too-large", "framing")
            if not data and not self._received:
                raise Failure("protocol", "empty")
            self._connection.receive_data(data)

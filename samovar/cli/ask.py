"""Where the reading commands get their answers: the running hub's API, or the store itself when nothing runs."""

import json
import ssl
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from pathlib import Path
from typing import Any, Protocol, TypeVar
from urllib.parse import quote, urlencode, urlsplit

import msgspec
from msgspec import Struct

from samovar.cli.running import Running, running
from samovar.cli.text import safe
from samovar.event import Event
from samovar.store.interface import (
    Artefact,
    Cell,
    Histogram,
    SessionRow,
    SourceReport,
    Span,
    Summary,
    Terms,
    Unit,
)

T = TypeVar("T")
TIMEOUT = 30.0  # seconds; the hub gives up a query after ten


class Answers(Protocol):
    """What a reading command may ask. ``query`` is text in the search language."""

    def summary(self, query: str, span: Span) -> Summary: ...
    def terms(self, query: str, span: Span, fields: Sequence[str], size: int, unit: Unit) -> Terms: ...
    def histogram(self, query: str, span: Span, by: str, buckets: int, unit: Unit) -> Histogram: ...
    def map(self, query: str, span: Span, size: int) -> tuple[Cell, ...]: ...
    def artefacts(self, query: str, span: Span, limit: int) -> tuple[Artefact, ...]: ...
    def source(self, ip: str, span: Span) -> SourceReport: ...
    def events(self, query: str, span: Span) -> Iterator[Event]: ...
    def sessions(self, query: str, span: Span, limit: int) -> tuple[SessionRow, ...]: ...
    def session(self, session_id: str) -> tuple[Event, ...]: ...


def answers(data: Path) -> Answers:
    """Whoever can answer for ``data``. Raises ValueError with one clear line when nobody can."""
    state = running(data)
    if state and state.url:
        return Api(data, state)
    if state:
        raise ValueError("this edition keeps no store: read DATA/spool, or ship it with Filebeat or Vector")
    from samovar.cli.local import Local

    return Local(data)


class Api:
    """Asks the running hub over its API."""

    def __init__(self, data: Path, state: Running) -> None:
        self._address = urlsplit(state.url)
        self._token = (data / "api-token").read_text().strip()
        self._tls = ssl.create_default_context(cafile=state.certificate) if state.certificate else None
        if self._tls:
            self._tls.check_hostname = False  # its certificate is pinned; it is reached by address

    def get(self, path: str, **parameters: Any) -> bytes:
        """One request. Raises ValueError with what the hub said was wrong."""
        with self._open(path, parameters) as response:
            return response.read()

    def backup(self) -> str:
        """Have the hub copy its store; the folder's name beneath DATA."""
        with self._open("backup", {}, method="POST", timeout=3600.0) as response:
            return msgspec.json.decode(response.read(), type=_Backup).path

    def summary(self, query: str, span: Span) -> Summary:
        return self._ask("summary", Summary, **_common(query, span))

    def terms(self, query: str, span: Span, fields: Sequence[str], size: int, unit: Unit) -> Terms:
        return self._ask("terms", Terms, **_common(query, span), field=list(fields), size=size, unit=unit)

    def histogram(self, query: str, span: Span, by: str, buckets: int, unit: Unit) -> Histogram:
        return self._ask("histogram", Histogram, **_common(query, span), by=by, buckets=buckets, unit=unit)

    def map(self, query: str, span: Span, size: int) -> tuple[Cell, ...]:
        return self._ask("map", _Cells, **_common(query, span), size=size).cells

    def artefacts(self, query: str, span: Span, limit: int) -> tuple[Artefact, ...]:
        return self._ask("files", _Files, **_common(query, span), limit=limit).files

    def source(self, ip: str, span: Span) -> SourceReport:
        return self._ask(f"sources/{quote(ip, safe='')}", SourceReport, **_common("", span))

    def events(self, query: str, span: Span) -> Iterator[Event]:
        decoder = msgspec.json.Decoder(Event)
        with self._open("events.ndjson", _common(query, span)) as response:
            for line in response:
                yield decoder.decode(line)

    def sessions(self, query: str, span: Span, limit: int) -> tuple[SessionRow, ...]:
        return self._ask("sessions", _Sessions, **_common(query, span), limit=limit).sessions

    def session(self, session_id: str) -> tuple[Event, ...]:
        return self._ask(f"sessions/{quote(session_id, safe='')}", _Events).events

    def recording(self, session_id: str) -> bytes:
        """A session's terminal so far, as asciicast."""
        return self.get(f"recordings/{quote(session_id, safe='')}.cast")

    def _ask(self, path: str, kind: type[T], **parameters: Any) -> T:
        return msgspec.json.decode(self.get(path, **parameters), type=kind)

    def _open(
        self, path: str, parameters: dict[str, Any], method: str = "GET", timeout: float = TIMEOUT
    ) -> HTTPResponse:
        host, port = self._address.hostname or "127.0.0.1", self._address.port
        connection = (
            HTTPSConnection(host, port, timeout=timeout, context=self._tls)
            if self._tls
            else HTTPConnection(host, port, timeout=timeout)
        )
        target = f"/api/v1/{path}?{urlencode(parameters, doseq=True)}"
        try:
            connection.request(method, target, headers={"Authorization": f"Bearer {self._token}"})
            response = connection.getresponse()
        except (OSError, HTTPException) as error:
            raise ValueError(f"the running Samovar does not answer at {self._address.geturl()}: {error}") from None
        if response.status != 200:
            raise ValueError(_reason(response))
        return response


class _Backup(Struct):
    path: str


class _Sessions(Struct):
    sessions: tuple[SessionRow, ...]


class _Cells(Struct):
    cells: tuple[Cell, ...]


class _Files(Struct):
    files: tuple[Artefact, ...]


class _Events(Struct):
    events: tuple[Event, ...]


def _common(query: str, span: Span) -> dict[str, str]:
    return {"q": query, "from": span.start.isoformat(), "to": span.end.isoformat()}


def _reason(response: HTTPResponse) -> str:
    try:
        stated = json.loads(response.read(65_536))["error"]
        position = stated.get("position")
        where = "" if position is None else f" (at character {position + 1})"
        return safe(stated["message"]) + where
    except (ValueError, KeyError, TypeError, OSError, HTTPException):
        return f"the running Samovar answered {response.status}"

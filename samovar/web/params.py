"""What a request may ask: one struct an endpoint, checked and capped before anything else sees it."""

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct, field
from starlette.requests import Request

from samovar.store.interface import Span, Unit
from samovar.web.errors import ApiError

_RELATIVE = re.compile(r"now(?:-(\d{1,5})([smhdw]))?", re.ASCII)
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = datetime(2200, 1, 1, tzinfo=UTC)
MAX_QUERY = 4096

Name = Annotated[str, Meta(min_length=1, max_length=128)]
Time = Annotated[str, Meta(max_length=40, description="ISO 8601, or now, now-15m, now-24h, now-7d")]
Cursor = Annotated[str, Meta(max_length=256, description="`next` of the page before")]
Limit = Annotated[int, Meta(ge=1, le=1000)]


class Nothing(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An endpoint that takes no parameter."""


class Search(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search."""

    q: Annotated[str, Meta(max_length=MAX_QUERY, description="a search, e.g. `country:RU port:22`")] = ""


class Window(Search, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A search over a stretch of time."""

    since: Time = field(default="now-24h", name="from")
    until: Time = field(default="now", name="to")

    def span(self, now: float, granule: float) -> Span:
        """The times meant; ``now`` is rounded up to ``granule`` seconds, so that answers can be shared."""
        rounded = datetime.fromtimestamp(-(-now // granule) * granule, UTC)
        start, end = _moment("from", self.since, rounded), _moment("to", self.until, rounded)
        if start >= end:
            raise ApiError(400, "from must lie before to")
        return Span(start, end)


class HistogramParams(Window, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Counts over time; without ``by`` one series."""

    by: Annotated[str, Meta(max_length=128, description="one series for each value of this field")] = ""
    buckets: Annotated[int, Meta(ge=1, le=1000)] = 120
    top: Annotated[int, Meta(ge=1, le=50)] = 10
    unit: Unit = "attacks"


class TermsParams(Window, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The commonest values; several ``field`` give their combinations."""

    field: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=4)]
    size: Limit = 10
    unit: Unit = "events"


class MapParams(Window, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Places on the map."""

    size: Annotated[int, Meta(ge=1, le=2000)] = 1000


class EventsParams(Window, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of events."""

    limit: Limit = 100
    cursor: Cursor = ""
    order: Literal["desc", "asc"] = "desc"


class SessionsParams(Window, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A page of sessions, newest first."""

    limit: Limit = 100
    cursor: Cursor = ""


class FilesParams(Window, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Artefacts."""

    limit: Limit = 100


class SessionParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One session."""

    id: Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,64}$", max_length=64)]


class RecordingParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The recording of one session's terminal."""

    id: Annotated[str, Meta(pattern="^[0-9a-f]{23}$", min_length=23, max_length=23)]


class SourceParams(Window, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One source address."""

    ip: Annotated[str, Meta(max_length=64, description="an IPv4 or IPv6 address")]


class FileParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One artefact."""

    sha256: Annotated[str, Meta(pattern="^[0-9a-f]{64}$", min_length=64, max_length=64)]


class CsvParams(Window, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of events; ``columns`` are field names, separated by commas."""

    columns: Annotated[str, Meta(max_length=4096)] = ""


P = TypeVar("P", bound=Struct)


def read(kind: type[P], request: Request) -> P:
    """The request's path and query parameters as ``kind``. Raises ApiError(400) that names the parameter."""
    repeated = {f.encode_name for f in msgspec.structs.fields(kind) if f.name == "field"}
    given: dict[str, object] = {}
    for name, value in request.query_params.multi_items():
        if name in repeated:
            earlier = given.get(name)
            given[name] = (*earlier, value) if isinstance(earlier, tuple) else (value,)
        elif name in given:
            raise ApiError(400, f"{name[:64]} is given twice")
        else:
            given[name] = value
    given.update(request.path_params)
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise ApiError(400, _explain(str(error))) from None


def _explain(message: str) -> str:
    problem, _, where = message.rpartition(" - at `$.")
    return f"{where.rstrip('`')}: {problem}"[:300] if problem else message[:300]


def _moment(name: str, value: str, now: datetime) -> datetime:
    try:
        if match := _RELATIVE.fullmatch(value):
            amount, unit = match.groups()
            moment = now - timedelta(seconds=int(amount) * _UNITS[unit]) if amount else now
        else:
            moment = datetime.fromisoformat(value)
            moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
            moment = moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ApiError(400, f"{name}: not a time; say e.g. now-24h or 2026-11-24T06:00:00Z") from None
    return min(max(moment, _EARLIEST), _LATEST)

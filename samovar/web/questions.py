"""What the API can be asked that is answered with one JSON object. No question knows HTTP."""

import contextlib
import ipaddress
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

from msgspec import Struct

from samovar.event import Event
from samovar.query.tree import Node
from samovar.store.interface import (
    Artefact,
    Cell,
    Histogram,
    Page,
    Reader,
    SessionRow,
    SourceReport,
    Span,
    Summary,
    Terms,
)
from samovar.web.errors import ApiError
from samovar.web.params import (
    EventsParams,
    FilesParams,
    HistogramParams,
    MapParams,
    Nothing,
    SessionParams,
    SessionsParams,
    SourceParams,
    TermsParams,
    Window,
)
from samovar.web.search import FieldList, column, columns, fields
from samovar.web.state import Health, State, Technique

P = TypeVar("P", bound=Struct)


class Places(Struct, frozen=True):
    """Where attacks come from."""

    cells: tuple[Cell, ...]


class SessionList(Struct, frozen=True):
    """A page of sessions; hand ``next`` back as ``cursor``."""

    sessions: tuple[SessionRow, ...]
    next: str | None
    recorded: tuple[str, ...] = ()  # ids of those whose terminal was recorded
    live: tuple[str, ...] = ()  # of these, those that still run


class SessionEvents(Struct, frozen=True):
    """One session, from its first event to its last."""

    events: tuple[Event, ...]
    recorded: bool = False  # its terminal; see recordings/{id}.cast
    live: bool = False  # and more may come; see recordings/{id}/live


class TechniqueList(Struct, frozen=True):
    """Techniques of MITRE ATT&CK."""

    techniques: tuple[Technique, ...]


class FileList(Struct, frozen=True):
    """Artefacts."""

    files: tuple[Artefact, ...]


class SensorPort(Struct, frozen=True):
    """What listens where, and how many attacks its protocol had in the time asked for."""

    sensor: str
    family: str
    transport: str
    port: int
    bound: str
    attacks: int


class SensorList(Struct, frozen=True):
    """All ports that are open to attackers."""

    sensors: tuple[SensorPort, ...]


class Asked(Struct, Generic[P], frozen=True):
    """A question put to the store and the platform; ``where`` and ``span`` are its search and times."""

    reader: Reader
    state: State
    params: P
    where: Node | None
    span: Span


class Question(Struct, frozen=True):
    """A path of the API, what it takes and gives, and the function that answers it (in a thread)."""

    path: str
    summary: str
    params: type[Struct]
    answer: type[Struct]
    ask: Callable[[Any], Struct]  # takes Asked[params]: a table of these cannot be typed closer


def summary(asked: Asked[Window]) -> Summary:
    return asked.reader.summary(asked.where, asked.span)


def histogram(asked: Asked[HistogramParams]) -> Histogram:
    params = asked.params
    by = column(params.by) if params.by else None
    return asked.reader.histogram(
        asked.where, asked.span, by=by, buckets=params.buckets, top=params.top, unit=params.unit
    )


def terms(asked: Asked[TermsParams]) -> Terms:
    params = asked.params
    return asked.reader.terms(asked.where, asked.span, columns(params.field), size=params.size, unit=params.unit)


def places(asked: Asked[MapParams]) -> Places:
    return Places(asked.reader.map(asked.where, asked.span, size=asked.params.size))


def events(asked: Asked[EventsParams]) -> Page:
    params = asked.params
    with _cursor_checked():
        return asked.reader.events(
            asked.where,
            asked.span,
            limit=params.limit,
            cursor=params.cursor or None,
            oldest_first=params.order == "asc",
        )


def sessions(asked: Asked[SessionsParams]) -> SessionList:
    limit = asked.params.limit
    with _cursor_checked():
        rows = asked.reader.sessions(asked.where, asked.span, limit=limit, cursor=asked.params.cursor or None)
    recorded = tuple(row.id for row in rows if asked.state.recording(row.id))
    live = tuple(name for name in recorded if asked.state.recording_grows(name))
    return SessionList(rows, rows[-1].id if len(rows) == limit else None, recorded, live)


def session(asked: Asked[SessionParams]) -> SessionEvents:
    found = asked.reader.session(asked.params.id)
    if not found:
        raise ApiError(404, "there is no such session")
    name = asked.params.id
    return SessionEvents(found, asked.state.recording(name) is not None, asked.state.recording_grows(name))


def techniques(asked: Asked[Nothing]) -> TechniqueList:
    return TechniqueList(asked.state.techniques())


def source(asked: Asked[SourceParams]) -> SourceReport:
    try:
        ip = str(ipaddress.ip_address(asked.params.ip))
    except ValueError:
        raise ApiError(400, "ip: not an IPv4 or IPv6 address") from None
    return asked.reader.source(ip, asked.span)


def files(asked: Asked[FilesParams]) -> FileList:
    return FileList(asked.reader.artefacts(asked.where, asked.span, limit=asked.params.limit))


def sensors(asked: Asked[Window]) -> SensorList:
    counted = asked.reader.summary(asked.where, asked.span)
    attacks = {(row.family, row.protocol): row.attacks for row in counted.rows}
    return SensorList(
        tuple(
            SensorPort(
                port.sensor,
                port.family,
                port.transport,
                port.port,
                port.bound,
                attacks.get((port.family, port.sensor), 0),
            )
            for port in asked.state.sensors()
        )
    )


def known_fields(asked: Asked[Nothing]) -> FieldList:
    return fields()


def health(asked: Asked[Nothing]) -> Health:
    return asked.state.health()


@contextlib.contextmanager
def _cursor_checked() -> Iterator[None]:
    """Only the store knows what its cursors look like; it says ValueError to others."""
    try:
        yield
    except ValueError:
        raise ApiError(400, "cursor: not the next of a page before") from None


QUESTIONS = (
    Question("summary", "Attacks, logins and sources by family and protocol", Window, Summary, summary),
    Question("histogram", "Counts over time", HistogramParams, Histogram, histogram),
    Question("terms", "The commonest values of fields", TermsParams, Terms, terms),
    Question("map", "Where attacks come from", MapParams, Places, places),
    Question("events", "Events, a page at a time", EventsParams, Page, events),
    Question("sessions", "Attacks, newest first", SessionsParams, SessionList, sessions),
    Question("sessions/{id}", "All events of one attack", SessionParams, SessionEvents, session),
    Question("sources/{ip}", "All that one address did", SourceParams, SourceReport, source),
    Question("files", "Artefacts that attackers left", FilesParams, FileList, files),
    Question("sensors", "What listens where", Window, SensorList, sensors),
    Question("fields", "What a search can name", Nothing, FieldList, known_fields),
    Question("techniques", "MITRE ATT&CK techniques that events may name", Nothing, TechniqueList, techniques),
    Question("health", "How the platform is", Nothing, Health, health),
)

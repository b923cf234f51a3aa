"""The search language as the API uses it: errors become answers, names of any spelling become fields."""

from collections.abc import Callable, Iterable

from msgspec import Struct

from samovar.event import Event
from samovar.query import FIELDS, QueryError, matcher, nearest, parse, resolve
from samovar.query.fields import SENSOR
from samovar.query.tree import Node
from samovar.web.errors import ApiError
from samovar.web.params import MAX_QUERY

_ALIASES = {SENSOR: "event_dataset"}


class FieldInfo(Struct, frozen=True):
    """A field that a search can name: its ECS name, shorter spellings, and the type of its values."""

    name: str
    short: tuple[str, ...]
    type: str


class FieldList(Struct, frozen=True):
    """All fields, in the schema's order."""

    fields: tuple[FieldInfo, ...]


def tree(text: str) -> Node | None:
    """The search as a tree, None for everything. Raises ApiError(400) with the error's position."""
    if len(text.encode("utf-8", "surrogatepass")) > MAX_QUERY:
        raise ApiError(400, f"a search has at most {MAX_QUERY} bytes")
    try:
        return parse(text)
    except QueryError as error:
        raise ApiError(400, error.message, error.position) from None


def finder(where: Node | None) -> Callable[[Event], bool]:
    """Whether an event is one that the search finds."""
    return matcher(where)


def column(name: str) -> str:
    """The Python name of a field, however spelt. Raises ApiError(400) with the nearest known name."""
    found = _ALIASES.get(name.lower()) or resolve(name)
    if found is None:
        near = nearest(name)
        hint = f"; did you mean {near!r}?" if near else ""
        raise ApiError(400, f"there is no field {name[:64]!r}{hint}")
    return found


def columns(names: Iterable[str]) -> tuple[str, ...]:
    """``column`` for several, in order."""
    return tuple(column(name) for name in names)


def fields() -> FieldList:
    """What a search can name."""
    known = tuple(FieldInfo(field.ecs, field.short, field.type) for field in FIELDS.values())
    sensor = FieldInfo(SENSOR, (), "text")
    return FieldList((*known, sensor))

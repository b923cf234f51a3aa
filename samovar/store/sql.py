"""Tree -> SQL. Values become parameters; names of columns come only from the fixed table of fields."""

from datetime import UTC, datetime

from samovar.query.fields import DETAIL, FIELDS, WORD_FIELDS
from samovar.query.matcher import fold, pieces
from samovar.query.tree import And, Compare, Exists, Like, Network, Node, Not, Or, Word
from samovar.query.values import address_range, instant, number
from samovar.store.interface import Span
from samovar.store.schema import KEYS, key_range

Value = str | int | float | datetime | None
_OPERATORS = frozenset({"=", ">", ">=", "<", "<="})
_ALWAYS_BOUND = frozenset({"timestamp", "event_id"})
_DETAIL_VALUES = "array_to_string(json_extract_string(samovar_detail, '$.*'), chr(10))"


class Sql:
    """Collects what one statement needs: parameters, and the columns it reads."""

    def __init__(self) -> None:
        self.parameters: dict[str, Value] = {}
        self.columns: set[str] = set()

    def value(self, value: Value) -> str:
        """A placeholder for ``value``."""
        name = f"p{len(self.parameters)}"
        self.parameters[name] = value
        return "$" + name

    def column(self, name: str) -> str:
        """A column of the events table; KeyError for what is none."""
        if name not in FIELDS and name not in _EXTRA:
            raise KeyError(name)
        self.columns.add(name)
        return name

    def field(self, name: str) -> str:
        """A field of the event as an expression, text for the keys of the open map."""
        if name.startswith(DETAIL):
            return f"json_extract_string({self.column('samovar_detail')}, {self._pointer(name)})"
        return self.column(name)

    def within(self, span: Span, where: Node | None) -> str:
        """The condition of a question."""
        time = self.column("timestamp")
        start, end = self.value(naive(span.start)), self.value(naive(span.end))
        inside = f"{time} >= {start} AND {time} < {end}"
        return inside if where is None else f"{inside} AND ({self.condition(where)})"

    def condition(self, node: Node) -> str:
        """``node`` as a boolean expression (NULL counts as false)."""
        match node:
            case And(nodes):
                return "(" + " AND ".join(map(self.condition, nodes)) + ")"
            case Or(nodes):
                return "(" + " OR ".join(map(self.condition, nodes)) + ")"
            case Not(child):
                return f"NOT coalesce({self.condition(child)}, false)"
            case Exists(field):
                return f"{self.field(field)} IS NOT NULL"
            case Network(field, cidr):
                return self._network(field, cidr)
            case Like(field, pattern):
                return self._like(field, pattern)
            case Word(text):
                return self._word(text)
            case Compare(field, op, value):
                return self._compare(field, op, value)

    def _pointer(self, name: str) -> str:
        key = name[len(DETAIL) :]
        return self.value("/" + key.replace("~", "~0").replace("/", "~1"))

    def _network(self, field: str, cidr: str) -> str:
        version, first, last = address_range(cidr)
        low, high = key_range(version, first, last)
        inside = f"{self.column(KEYS[field])} BETWEEN {self.value(low)}::UHUGEINT AND {self.value(high)}::UHUGEINT"
        return inside if version == 4 else f"({inside} AND contains({self.column(field)}, ':'))"

    def _like(self, field: str, pattern: str) -> str:
        if field == "timestamp":
            return "false"
        parts = ("%" if p == "*" else "_" if p is None else _literal(p[1:]) for p in pieces(fold(pattern)))
        return f"lower({self.field(field)}::VARCHAR) LIKE {self.value(''.join(parts))} ESCAPE '\\'"

    def _word(self, text: str) -> str:
        wanted = self.value(fold(text))
        self.column("samovar_detail")
        texts = (*(self.column(name) for name in WORD_FIELDS), _DETAIL_VALUES)
        return "(" + " OR ".join(f"contains(lower({one}), {wanted})" for one in texts) + ")"

    def _compare(self, field: str, op: str, value: str) -> str:
        if op not in _OPERATORS:
            raise KeyError(op)
        if field.startswith(DETAIL):
            return self._compare_detail(field, op, value)
        typed: Value = value
        match FIELDS[field].type:
            case "integer":
                typed = int(value)
            case "number":
                typed = float(value)
            case "time":
                moment = instant(value)
                typed = None if moment is None else naive(moment)
        return f"{self.column(field)} {op} {self.value(typed)}"

    def _compare_detail(self, field: str, op: str, value: str) -> str:
        """As ``matcher``: numbers with numbers, all else as text (truth only for equality)."""
        text = self.field(field)
        kind = f"json_type({self.column('samovar_detail')}, {self._pointer(field)})"
        wanted = number(value)
        if op != "=" and wanted is not None:
            return self._numeric(kind, text, op, wanted)
        kinds = "('VARCHAR', 'BOOLEAN')" if op == "=" else "('VARCHAR')"
        as_text = f"({kind} IN {kinds} AND {text} {op} {self.value(value)})"
        return as_text if wanted is None else f"({as_text} OR {self._numeric(kind, text, op, wanted)})"

    def _numeric(self, kind: str, text: str, op: str, wanted: float) -> str:
        numbers = "('BIGINT', 'UBIGINT', 'HUGEINT', 'DOUBLE')"
        return f"({kind} IN {numbers} AND try_cast({text} AS DOUBLE) {op} {self.value(wanted)}::DOUBLE)"


_EXTRA = frozenset({"samovar_detail", "raw", *KEYS.values()})


def naive(moment: datetime) -> datetime:
    """UTC without saying so, as the timestamp column holds it."""
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).replace(tzinfo=None)


def _literal(character: str) -> str:
    return "\\" + character if character in "%_\\" else character


def bound(node: Node | None) -> bool:
    """Whether all events of a session, its ``connect`` too, give the same answer to ``node``."""
    match node:
        case None:
            return True
        case And(nodes) | Or(nodes):
            return all(map(bound, nodes))
        case Not(child):
            return bound(child)
        case Word():
            return False
        case Compare(field=field) | Like(field=field) | Network(field=field) | Exists(field=field):
            return bound_field(field)


def bound_field(name: str) -> bool:
    """Whether a field is the same in all events of a session."""
    return name in _ALWAYS_BOUND or (name in FIELDS and FIELDS[name].bound)


__all__ = ["Sql", "bound", "bound_field", "naive"]

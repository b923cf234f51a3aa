"""The rows that a count is made from: events, or, for whole sealed days, their roll-up."""

from collections.abc import Sequence

from samovar.query.tree import Node
from samovar.store import rollup
from samovar.store.days import Day
from samovar.store.interface import Span, Unit
from samovar.store.pages import relation
from samovar.store.sql import Sql, bound, bound_field, naive


class Basis:
    """Chooses the rows for one question, and knows how its units are counted there. Both choices count the same."""

    def __init__(
        self,
        days: Sequence[Day],
        where: Node | None,
        span: Span,
        fields: Sequence[str] = (),
        *,
        hourly: bool = True,
    ) -> None:
        """``fields`` are those that the question groups by; not ``hourly``: it asks for parts of an hour too."""
        self.sql = Sql()
        self._days, self._span = days, span
        self._connects = bound(where) and all(map(bound_field, fields))
        probe = Sql()
        if where is not None:
            probe.condition(where)
        for field in fields:
            probe.field(field)
        self._rolled = hourly and probe.columns.issubset(rollup.ROLLED) and any(map(self._whole, days))
        self._condition = self.sql.within(span, where)

    def rows(self, unit: Unit | None = None, also: str = "true") -> str:
        """``relation WHERE condition``: the rows that count for ``unit`` (None: for any). Say it last: it has the
        columns that were named before."""
        conditions = [self._condition, also]
        if unit == "logins":
            conditions.append("logins > 0" if self._rolled else self._action(rollup.LOGINS))
        elif unit == "attacks" and self._connects:
            conditions.append("attacks > 0" if self._rolled else self._action(rollup.ATTACKS))
        return f"{self._relation()} WHERE {' AND '.join(conditions)}"

    def count(self, unit: Unit) -> str:
        """The unit as an aggregate."""
        if (distinct := self.distinct(unit)) is not None:
            return f"count(DISTINCT {distinct})"
        if self._rolled:
            return f"coalesce(sum({unit}), 0)::BIGINT"
        if unit == "events":
            return "count(*)"
        return f"count(*) FILTER ({self._action(rollup.ATTACKS if unit == 'attacks' else rollup.LOGINS)})"

    def distinct(self, unit: Unit) -> str | None:
        """What must be told apart to count the unit, or None where counting is enough."""
        if unit == "sources":
            return self.sql.column("source_ip_key")
        if unit == "attacks" and not self._connects:
            return f"hash({self.sql.column('samovar_session_id')})"
        return None

    def _action(self, condition: str) -> str:
        self.sql.column("event_action")
        return condition

    def _whole(self, day: Day) -> bool:
        return day.rolled and day.inside(self._span)

    def _relation(self) -> str:
        if not self._rolled:
            return relation(self._days, self.sql)
        columns = sorted(self.sql.columns)
        start = self.sql.value(naive(self._span.start))
        parts = [
            rollup.rolled(day.alias, columns, start) if self._whole(day) else rollup.unrolled(day.alias, columns)
            for day in self._days
        ]
        return "(" + " UNION ALL ".join(parts) + ")"

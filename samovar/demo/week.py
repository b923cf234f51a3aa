"""A simulated week, always the same for the same seed: who attacks what, and when."""

import math
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from random import Random

from msgspec import Struct

from samovar.demo import stories
from samovar.demo.stories import Story, Teller
from samovar.demo.words import SCANNED_PORTS
from samovar.demo.world import Crowd, crowd
from samovar.event import Event, Family, Transport

SLOT = 600  # seconds; sessions are told slot by slot
WEEK_EVENTS = 1_753_000  # about so many events has the week of ``VOLUMES``
_OBSERVER, _DESTINATION = "demo", "198.51.100.23"


class Volume(Struct, frozen=True):
    """So many attacks a week on one protocol."""

    family: Family
    protocol: str
    ports: tuple[int, ...]
    attacks: int
    teller: Teller
    crowd: str = "all"
    transport: Transport = "tcp"
    wave: float = 0.45  # how far day and night differ, 0 to 1
    days: tuple[float, ...] = (1.0, 0.93, 1.06, 1.14, 1.02, 0.84, 0.79)  # share of each day


_LATE = (0.0, 0.0, 0.5, 1.6, 1.4, 1.0, 0.9)
_BURST = (0.0, 0.0, 0.0, 0.2, 3.0, 0.6, 0.1)

#: The three SSH rows are the article's 256,414 together; http and https are its 38 and 1,031.
VOLUMES = (
    Volume("terminal", "ssh", (22,), 254_106, stories.ssh),
    Volume("terminal", "ssh", (22,), 1_896, stories.planter, "planters", days=_LATE),
    Volume("terminal", "ssh", (22,), 412, stories.uploader, "uploaders", wave=0.1, days=_BURST),
    Volume("terminal", "telnet", (23, 23, 23, 2323), 41_870, stories.telnet, "things"),
    Volume("services", "smb", (445,), 22_316, stories.smb),
    Volume("services", "mssql", (1433,), 3_951, stories.credentials),
    Volume("services", "mysql", (3306,), 2_640, stories.credentials),
    Volume("services", "ftp", (21,), 1_874, stories.credentials),
    Volume("services", "sip", (5060,), 9_412, stories.sip, transport="udp", wave=0.1),
    Volume("services", "epmap", (135,), 611, stories.payload),
    Volume("services", "mqtt", (1883,), 402, stories.payload),
    Volume("services", "mongodb", (27017,), 365, stories.payload),
    Volume("services", "upnp", (1900,), 341, stories.payload, transport="udp"),
    Volume("services", "memcached", (11211,), 223, stories.payload),
    Volume("services", "pptp", (1723,), 188, stories.payload),
    Volume("services", "printer", (9100,), 97, stories.payload),
    Volume("services", "tftp", (69,), 74, stories.payload, transport="udp"),
    Volume("web", "https", (443,), 1_031, stories.https),
    Volume("web", "http", (80,), 38, stories.web),
    Volume("elastic", "elasticsearch", (9200,), 254, stories.elastic),
    Volume("catchall", "catchall", SCANNED_PORTS, 16_903, stories.payload),
    Volume("catchall", "catchall", SCANNED_PORTS, 11_000, stories.payload, "scanners", wave=0.0),
    Volume("ics", "snmp", (161,), 742, stories.industrial, transport="udp"),
    Volume("ics", "modbus", (502,), 118, stories.industrial),
    Volume("ics", "s7comm", (102,), 61, stories.industrial),
    Volume("ics", "guardian_ast", (10001,), 57, stories.industrial),
    Volume("ics", "iec104", (2404,), 39, stories.industrial),
    Volume("ev", "ocpp", (8080,), 29, stories.web),
)


def generate(
    events: int | None = None, seed: int = 1, end: datetime | None = None, days: int = 7
) -> Iterator[list[Event]]:
    """The days before ``end`` (default: now), as lists of events in order of time.

    ``events`` scales the week to about so many; None is the article's week. Deterministic for ``seed`` and ``end``.
    """
    finish = int((end or datetime.now(UTC)).timestamp())
    scale = (events / WEEK_EVENTS) if events else days / 7
    return _Week(seed, finish, days, scale).tell()


def expected(events: int | None = None, days: int = 7) -> int:
    """About how many events ``generate`` will make."""
    return events or round(WEEK_EVENTS * days / 7)


class _Week:
    def __init__(self, seed: int, finish: int, days: int, scale: float) -> None:
        self._dice = Random(seed)
        self._start = finish - days * 86400
        self._finish = finish
        self._scale = scale
        self._parts = max(1, round(scale))  # of a slot, told one after the other: what is in memory stays the same
        self._tag = f"{self._dice.getrandbits(24):06x}"
        self._count = 0
        size = int(min(60_000, max(200, 9_000 * math.sqrt(scale))))
        self._crowds: dict[str, Crowd] = {
            "all": crowd(self._dice, size),
            "things": crowd(self._dice, size // 2, shares={"RU": 22, "VN": 14, "BR": 12, "CN": 14, "IN": 12, "TW": 6}),
            "planters": crowd(self._dice, size // 10),
            "uploaders": crowd(self._dice, 60, shares={"RU": 50, "NL": 20, "US": 20, "DE": 10}),
            "scanners": crowd(self._dice, 24, shares={"US": 50, "NL": 25, "GB": 15, "FR": 10}, busy=0.3),
        }

    def tell(self) -> Iterator[list[Event]]:
        """Part by part of each slot; sessions that go on beyond a part are merged into the following ones."""
        told: list[Event] = []
        slots = (self._finish - self._start) // SLOT
        curves = [(volume, _curve(volume, self._start, slots)) for volume in VOLUMES]
        length = SLOT / self._parts
        for part in range(slots * self._parts):
            begin = self._start + part * length
            for volume, curve in curves:
                attacks = max(1, round(volume.attacks * self._scale))
                before, after = (round(attacks * self._reached(curve, at)) for at in (part, part + 1))
                for _ in range(after - before):
                    self._session(begin + self._dice.random() * length, volume, told)
            told.sort(key=attrgetter("event_id"))
            border = f"{int((begin + length) * 1_000_000):013x}"
            ready = [event for event in told if event.event_id < border] if part + 1 < slots * self._parts else told
            told = told[len(ready) :]
            if ready:
                yield ready

    def _reached(self, curve: list[float], part: int) -> float:
        """Share of the attacks before a part of a slot."""
        slot, within = divmod(part, self._parts)
        return curve[slot] + within / self._parts * (curve[slot + 1] - curve[slot]) if within else curve[slot]

    def _session(self, at: float, volume: Volume, told: list[Event]) -> None:
        dice = self._dice
        source = self._crowds[volume.crowd].one(dice)
        story = volume.teller(dice, source)
        moment = int(at * 1_000_000)
        bound = {
            **source.fields,
            "event_module": volume.family,
            "event_dataset": f"{volume.family}.{volume.protocol}",
            "observer_name": _OBSERVER,
            "samovar_session_id": self._id(moment),
            "source_port": 1024 + dice.getrandbits(16) % 64000,
            "destination_ip": _DESTINATION,
            "destination_port": _port(dice, volume.ports),
            "network_transport": volume.transport,
            "network_protocol": volume.protocol,
        }
        story = [(0.0, _CONNECT), *story]
        last = self._events(story, moment, bound, told)
        length = 0.05 + dice.random() * 1.5
        ending: dict[str, object] = {
            "event_action": "disconnect",
            "event_duration": (last - moment + int(length * 1_000_000)) * 1000,
            "source_bytes": 300 + len(story) * (40 + dice.getrandbits(8)),
            "destination_bytes": 500 + len(story) * (60 + dice.getrandbits(9)),
        }
        self._events([(length, ending)], last, bound, told, len(story))

    def _events(
        self, story: Story, moment: int, bound: Mapping[str, object], told: list[Event], sequence: int = 0
    ) -> int:
        """Tell a story from ``moment`` (microseconds) on; returns the moment of its last event."""
        limit = self._finish * 1_000_000 - 1
        for pause, fact in story:
            moment = min(moment + int(pause * 1_000_000), limit)
            event = Event(
                **bound,  # type: ignore[arg-type]
                **fact,
                timestamp=_EPOCH + timedelta(microseconds=moment),
                event_id=self._id(moment),
                event_sequence=sequence,
            )
            told.append(event)
            sequence += 1
        return moment

    def _id(self, moment: int) -> str:
        """As ``record.Ids`` makes them."""
        self._count += 1
        return f"{moment:013x}{self._tag}{self._count & 0xFFFF:04x}"


_CONNECT: dict[str, object] = {"event_action": "connect"}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _port(dice: Random, ports: tuple[int, ...]) -> int:
    """The first ones are the most sought."""
    return ports[0] if len(ports) == 1 else ports[int(len(ports) * dice.random() ** 2)]


def _curve(volume: Volume, start: int, slots: int) -> list[float]:
    """Share of the attacks before each slot, 0 to 1: waves of day and night, in Moscow's time."""
    weights = []
    for slot in range(slots):
        at = start + slot * SLOT
        hour = (at / 3600 + 3) % 24
        wave = 1 + volume.wave * math.sin((hour - 9) / 24 * 2 * math.pi)
        share = volume.days[(at - start) // 86400 % len(volume.days)]
        weights.append(wave * share * (1 + 0.12 * math.sin(slot * 1.7) * math.sin(slot * 0.31)))
    total = sum(weights) or 1.0
    curve, reached = [0.0], 0.0
    for weight in weights:
        reached += weight
        curve.append(reached / total)
    return curve

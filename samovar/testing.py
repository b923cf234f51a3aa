"""Transcript tests: a script says what the client does; every other line must follow from it.

    S: 220 (vsFTPd 3.0.3)\\r\\n          sent; one line for each line of a Send, trailing blanks as \\x20
    C: USER root\\r\\n                   the client says this (on UDP: one datagram)
    E: event.action='login' ...        a fact, fields in ECS names
    K: name='a.sh' size=5 sha256=...   an artefact was kept
    P: 2.0                             a pause; the clock advances
    T: tls                             StartTls; what the same C: line says after it is dropped
    DO: 203.0.113.5 50000              OpenData's answer
    DC: bytes                          what the client sends on its data connection (answers ReadData)
    DS: bytes                          SendData
    X: closed | silent | data          the client closes; lets the read time out; the next use of the data
                                       connection fails
    # comment                          kept; as are blank lines; best before a C: line
    end: done                          why the dialogue is over; "open" if it still waits

On UDP a C: line after the dialogue's end starts a new one. Tally counts from 1, Clock says ``EPOCH``;
Fetch is switched off.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable

import msgspec

from samovar.event import Fact
from samovar.exchange import Exchange, Output, Question
from samovar.fetch.wire import failed
from samovar.persona import Persona
from samovar.sensor import Clock, Fetch, Keep, OpenData, Pause, Peer, ReadData, Send, SendData, Sensor, StartTls, Tally

WHOLE = 1 << 16
EPOCH = 1_790_000_000.0  # 2026-09-21T14:13:20Z
_LINE = re.compile(rb"[^\n]*\n|[^\n]+")


def peer_for(sensor: Sensor) -> Peer:
    """The peer of every transcript: 198.51.100.7:40000, on the sensor's first default port."""
    return Peer(
        ip="198.51.100.7",
        port=40000,
        local_ip="203.0.113.5",
        local_port=sensor.ports[0] if sensor.ports else 9,
        transport="udp" if sensor.transport == "udp" else "tcp",
        tls=sensor.transport == "tls",
        seed=bytes(range(16)),
    )


def replay(sensor: Sensor, script_text: str, chunk: int, persona: Persona) -> str:
    """Say the script's client lines, ``chunk`` bytes at a time (UDP: whole); return the transcript that results."""
    player = _Player(sensor, persona, chunk)
    lines = script_text.splitlines()
    opening = 0
    while opening < len(lines) and (not lines[opening].strip() or lines[opening].startswith("#")):
        opening += 1
    player.lines += lines[:opening]
    player.begin()
    for line in lines[opening:]:
        player.follow(line)
    return player.finish()


class _Player:
    def __init__(self, sensor: Sensor, persona: Persona, chunk: int) -> None:
        self._sensor, self._persona, self._chunk = sensor, persona, chunk
        self._datagrams = sensor.transport == "udp"
        self._counts: Counter[str] = Counter()
        self._now = EPOCH
        self._data: bytearray | None = None  # what DC: lines said for the ReadData that waits
        self._data_fails = False
        self._upgraded = False
        self.lines: list[str] = []

    def begin(self) -> None:
        self._exchange = Exchange(self._sensor.talk(peer_for(self._sensor), self._persona), self._datagrams)
        self._settle(self._exchange.start())

    def follow(self, line: str) -> None:
        """Do what the line says, if it is one of the client's; what the server does is derived."""
        kind, _, rest = line.partition(": ")
        if kind == "DC":
            self.lines.append(line)
            if self._data is not None:
                self._data += unescape(rest)
            return
        if kind not in ("C", "X") and line.strip() and not line.startswith("#"):
            return
        self._deliver_data()
        if kind == "C" and self._exchange.ended and self._datagrams:
            self.lines.append(f"end: {self._exchange.ended}")
            self.lines.append(line)
            self.begin()
        else:
            self.lines.append(line)
        if kind == "C":
            self._say(unescape(rest))
        elif kind == "X":
            self._misbehave(rest)

    def finish(self) -> str:
        self._deliver_data()
        ended = self._exchange.ended or "open"
        self._exchange.close()
        return "\n".join([*self.lines, f"end: {ended}", ""])

    def _say(self, wire: bytes) -> None:
        chunk = len(wire) if self._datagrams else self._chunk
        self._upgraded = False
        for start in range(0, len(wire), chunk or 1):
            if self._exchange.ended or self._upgraded:
                break
            self._settle(self._exchange.receive(wire[start : start + chunk]))

    def _misbehave(self, how: str) -> None:
        if how == "data":
            self._data_fails = True
        elif self._exchange.ended is None:
            silent = how == "silent"
            self._settle(self._exchange.fail("silent") if silent else self._exchange.receive(b""))

    def _deliver_data(self) -> None:
        if self._data is None or not isinstance(self._exchange.asking, ReadData):
            return
        limit = self._exchange.asking.limit
        data, self._data = bytes(self._data[:limit]), None
        self._settle(self._exchange.answer(data))

    def _settle(self, steps: Iterable[Output]) -> None:
        self._show(steps)
        while (question := self._exchange.asking) is not None:
            if isinstance(question, ReadData) and not self._data_fails:
                self._data = self._data if self._data is not None else bytearray()
                return
            self._show(self._reply(question))

    def _reply(self, question: Question) -> Iterable[Output]:
        match question:
            case Tally(key):
                self._counts[key] += 1
                return self._exchange.answer(str(self._counts[key]).encode())
            case Clock():
                return self._exchange.answer(f"{self._now:.6f}".encode())
            case Fetch():
                return self._exchange.answer(failed(question, "disabled"))
            case _ if self._data_fails:
                self._data_fails = False
                refused = isinstance(question, OpenData)
                return self._exchange.answer(b"") if refused else self._exchange.fail("silent")
            case OpenData():
                self.lines.append("DO: 203.0.113.5 50000")
                return self._exchange.answer(b"203.0.113.5 50000")
            case SendData(data):
                self.lines += [f"DS: {line}" for line in escape(data)]
        return self._exchange.answer(b"")

    def _show(self, steps: Iterable[Output]) -> None:
        for step in steps:
            match step:
                case Send(data):
                    self.lines += [f"S: {line}" for line in escape(data)]
                case Keep(data, name):
                    digest = hashlib.sha256(data).hexdigest()
                    self.lines.append(f"K: name={name!r} size={len(data)} sha256={digest}")
                case Pause(seconds):
                    self._now += seconds
                    self.lines.append(f"P: {seconds}")
                case StartTls():
                    self._upgraded = True
                    self.lines.append("T: tls")
                case Fact():
                    fact = msgspec.to_builtins(step)
                    self.lines.append("E: " + " ".join(f"{key}={value!r}" for key, value in fact.items()))


def escape(data: bytes) -> list[str]:
    """Printable lines for bytes, one for each line feed in them; ``unescape`` reads them back."""
    lines = []
    for raw in _LINE.findall(data):
        line = raw.decode("latin-1").encode("unicode_escape").decode()
        blanks = len(line) - len(line.rstrip(" "))
        lines.append(line[: len(line) - blanks] + "\\x20" * blanks)
    return lines


def unescape(text: str) -> bytes:
    """The bytes a transcript line stands for."""
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape").encode("latin-1")

"""Waits, listens, says what lets the peer go on, and records both directions."""

import hashlib
from typing import ClassVar, Literal

from msgspec import Struct

from samovar.event import Fact, Family, text
from samovar.persona import Persona
from samovar.sensor import Dialogue, Keep, Peer, PeerError, Read, Send
from samovar.sensors.catchall.guess import Guess, answer_datagram, banner, guess
from samovar.sensors.catchall.ports import TCP, UDP

SHOWN = 4096  # bytes of each direction that stand in the event
KEPT = 64  # binary payloads longer than this are kept as artefacts


class Catchall(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every TCP port that no other sensor holds."""

    name: ClassVar[str] = "catchall"
    family: ClassVar[Family] = "catchall"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "tcp"
    ports: ClassVar[tuple[int, ...]] = TCP

    patience: float = 2.0  # seconds until a server-first protocol's greeting is sent
    timeout: float = 30.0  # seconds without a word from the peer until the end
    rounds: int = 8  # how often the peer is answered

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        greeting = banner(peer.local_port, persona)
        sent = b""
        for turn in range(self.rounds):
            waits = turn == 0 and greeting
            try:
                data = yield Read(limit=65_536, timeout=self.patience if waits else self.timeout)
            except PeerError as error:
                if str(error) != "silent" or not waits:
                    return
                yield Send(greeting)
                sent = greeting
                continue
            found = guess(data, persona)
            yield record(data, found, found.answer, sent)
            yield from keep(data)
            if found.answer:
                yield Send(found.answer)
            if found.final:
                return
            sent = found.answer


class CatchallUdp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """UDP ports that no other sensor holds; answers only what is no shorter than the answer."""

    name: ClassVar[str] = "catchall-udp"
    family: ClassVar[Family] = "catchall"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "udp"
    ports: ClassVar[tuple[int, ...]] = UDP

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        data = yield Read(limit=65_535)
        found = answer_datagram(data, persona)
        yield record(data, found, found.answer, b"")
        yield from keep(data)
        if found.answer:
            yield Send(found.answer)


def record(data: bytes, found: Guess, answer: bytes, before: bytes) -> Fact:
    """The ``request`` event: what came, what it looks like, what was said before and after."""
    detail: dict[str, str | int | float | bool] = {
        "payload_hex": data[:SHOWN].hex(),
        "payload_sha256": hashlib.sha256(data).hexdigest(),
        "payload_size": len(data),
    }
    if before or answer:
        detail["sent"] = text((before + answer)[:SHOWN])
    return Fact(
        event_action="request",
        event_original=text(data[:SHOWN]),
        network_protocol=None if found.protocol == "unknown" else found.protocol,
        samovar_detail=detail,
    )


def keep(data: bytes) -> Dialogue:
    """Keep a payload that is binary and not just a probe's few bytes."""
    if len(data) > KEPT and (b"\0" in data or not data.isascii()):
        yield Keep(data, "payload")

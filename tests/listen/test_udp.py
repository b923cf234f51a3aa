"""Dialogues over datagrams: addresses, and what a sender gets at most."""

import asyncio
import socket
from typing import ClassVar

import pytest

from samovar.listen import Limits
from samovar.persona import Persona
from samovar.sensor import Dialogue, Peer, Read, Send
from tests.listen import support
from tests.listen.support import running


class EchoUdp(support.EchoUdp):
    """May answer with 600 bytes whatever came."""

    amplifies: ClassVar[int] = 600


def ask(port: int, *datagrams: bytes, host: str = "127.0.0.1") -> list[bytes]:
    """The answer to each datagram, from exactly the address that was asked; empty where there is none."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(1)
        sock.connect((host, port))
        answers = []
        for datagram in datagrams:
            sock.send(datagram)
            try:
                answers.append(sock.recv(65535))
            except TimeoutError:
                answers.append(b"")
        return answers


async def test_udp_is_no_amplifier() -> None:
    async with running(EchoUdp(), Limits(udp_replies_per_minute=3)) as run:
        answers = await asyncio.to_thread(ask, run.port, b"ab", b"big", b"more", b"cd", b"ef")
        assert answers == [b"ab", b"", bytes(600), b"", b""]
        assert run.listener.stats().udp_suppressed == 3
        assert len([a for a in run.memory.actions() if a == "connect"]) == 1  # one dialogue takes them all
        assert run.memory.events[0].destination_ip == "127.0.0.1"


@pytest.mark.parametrize(
    ("bound", "asked"), [("0.0.0.0", "127.0.0.2"), ("127.0.0.1", "127.0.0.1"), ("::", "::1"), ("::1", "::1")]
)
async def test_the_answer_comes_from_the_address_that_was_asked(bound: str, asked: str) -> None:
    async with running(EchoUdp(), host=bound) as run:
        assert await asyncio.to_thread(ask, run.port, b"ab", host=asked) == [b"ab"]
        connect = run.memory.events[0]
        assert (connect.destination_ip, connect.destination_port) == (asked, run.port)


async def test_mapped_addresses_are_shown_as_ipv4() -> None:
    async with running(EchoUdp(), host="::") as run:
        assert await asyncio.to_thread(ask, run.port, b"ab", host="127.0.0.1") == [b"ab"]
        connect = run.memory.events[0]
        assert (connect.source_ip, connect.destination_ip) == ("127.0.0.1", "127.0.0.1")


class Blocks(EchoUdp):
    """Gives a block for each datagram, and two more unasked with the first."""

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        extra = 2
        while True:
            yield Read(limit=512, timeout=20)
            for _ in range(1 + extra):
                yield Send(bytes(600), amplifies="it is a test")
            extra = 0


async def test_a_download_in_step_counts_a_quarter() -> None:
    async with running(Blocks(), Limits(udp_replies_per_minute=4)) as run:
        answers = await asyncio.to_thread(ask, run.port, *[b"next"] * 7)
        # three for the first, then four quarters; ``ask`` reads one answer for each, so two are still unread
        assert answers == [bytes(600)] * 7
        assert run.listener.stats().udp_suppressed == 2  # the last two


async def test_the_longest_idle_dialogue_makes_room() -> None:
    async with running(EchoUdp(), Limits(udp_dialogues=2)) as run:
        for _ in range(3):
            assert await asyncio.to_thread(ask, run.port, b"ab") == [b"ab"]
        assert run.memory.actions().count("disconnect") == 1
        assert run.listener.stats().closed_for_cap == 1


async def test_what_a_sender_may_send_is_bounded() -> None:
    async with running(EchoUdp(), Limits(bytes_in=1000)) as run:
        await asyncio.to_thread(ask, run.port, bytes(500), bytes(400), bytes(300))
        assert run.listener.stats().over_budget == 1

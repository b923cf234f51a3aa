"""asyncssh's client as a tool: logs in, sends packets that no client would, and shows every packet that comes."""

import asyncio
from collections.abc import Sequence
from typing import Any
from unittest.mock import patch

import asyncssh
from asyncssh.packet import Boolean, SSHPacket, String, UInt32

Packet = tuple[int, bytes]
OURS = 7  # the channel number that our side gives
OPEN: Packet = (90, String("session") + UInt32(OURS) + UInt32(100_000) + UInt32(32_768))
OPTIONS: dict[str, Any] = {"known_hosts": None, "config": None, "client_keys": []}


def request(name: str, body: bytes = b"", *, reply: bool = True) -> Packet:
    """A request on the server's first channel."""
    return 98, UInt32(0) + String(name) + Boolean(reply) + body


class _Sink:
    """A channel that only listens."""

    def __init__(self, heard: list[bytes]) -> None:
        self._heard = heard

    def log_received_packet(self, _kind: int, _seq: int, packet: SSHPacket, *_: object) -> None:
        self._heard.append(packet.get_full_payload())

    def process_packet(self, *_: object) -> bool:
        return True

    def process_open_confirmation(self, *_: object) -> None:
        """The channel is open."""

    process_open_failure = process_connection_close = process_open_confirmation


async def heard_after(port: int, user: str, password: str, packets: Sequence[Packet], wait: float = 0.5) -> list[bytes]:
    """Log in, send ``packets``, and return the payloads that come; ``b""`` last where the server closed."""
    heard: list[bytes] = []

    class Connection(asyncssh.SSHClientConnection):
        def log_received_packet(self, _kind: int, _seq: int, packet: SSHPacket, *_: object) -> None:
            heard.append(packet.get_full_payload())

        def connection_lost(self, exc: Exception | None = None) -> None:
            heard.append(b"")
            super().connection_lost(exc)

    with patch("asyncssh.connection.SSHClientConnection", Connection):
        client = await asyncssh.connect("127.0.0.1", port, username=user, password=password, **OPTIONS)
    before = len(heard)
    client._channels[OURS] = _Sink(heard)  # type: ignore[assignment]
    for kind, body in packets:
        client.send_packet(kind, body)
        await asyncio.sleep(0.1)
    await asyncio.sleep(wait)
    after = heard[before:]
    client.abort()
    return [payload for payload in after if payload[:1] != b"\x50"]  # hostkeys-00@openssh.com, whenever it comes

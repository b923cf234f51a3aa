"""The ssh sensor: OpenSSH as the persona's system ships it, with a guest list and a shell."""

import asyncio
import socket
from typing import ClassVar, Literal

import asyncssh
from msgspec import Struct

from samovar.event import Family
from samovar.login import DEFAULT_RULES, LoginRule
from samovar.persona import Persona
from samovar.sensor import Peer, Recorder
from samovar.sensors.ssh.connection import Connection, Guest
from samovar.sensors.ssh.forward import DEFAULT_FORWARD, ForwardRule
from samovar.sensors.ssh.keys import identity_of
from samovar.shell import warm


class Ssh(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Secure shell: logins by password and key, commands, file transfer, played forwarding."""

    name: ClassVar[str] = "ssh"
    family: ClassVar[Family] = "terminal"
    transport: ClassVar[Literal["tcp"]] = "tcp"
    ports: ClassVar[tuple[int, ...]] = (22, 2222)

    login: tuple[LoginRule, ...] = DEFAULT_RULES
    """Which users get in with which passwords; the first rule that matches decides."""
    keyboard_interactive: bool = False
    """Offer keyboard-interactive logins beside passwords; Debian's own sshd_config does not."""
    failure_delay: float = -1.0
    """Seconds that a wrong password costs; -1: as long as on the persona's system."""
    forward: tuple[ForwardRule, ...] = DEFAULT_FORWARD
    """What clients find behind forwarded ports (smtp, http, silent, refuse); nothing is ever connected."""

    def warm(self, persona: Persona) -> None:
        """Load and compute all that sessions need; call it before the process is locked down."""
        identity_of(persona)
        warm(persona)
        asyncssh.set_log_level("CRITICAL")

    async def serve(self, connection: socket.socket, peer: Peer, persona: Persona, recorder: Recorder) -> None:
        """Speak SSH on a connected, non-blocking socket until either side ends it; closes the socket."""
        methods = tuple(method.encode() for method in persona.ssh.methods)
        if self.keyboard_interactive:
            methods += (b"keyboard-interactive",)
        delay = persona.ssh.failure_delay if self.failure_delay < 0 else self.failure_delay
        guest = Guest(peer, persona, recorder, self.login, methods, self.forward, delay)
        loop = asyncio.get_running_loop()
        client = Connection(loop, guest)
        try:
            await loop.connect_accepted_socket(lambda: client, connection)
            await client.wait_closed()
            if client.fault is not None:
                raise client.fault
        finally:
            client.abort()
            recorder.close(client.bytes_in, client.bytes_out)

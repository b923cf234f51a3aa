"""The door: greeting, TLS, log-in. What follows a successful one is ``session``."""

import re
from collections.abc import Generator
from typing import ClassVar, Literal

from msgspec import Struct

from samovar.event import Fact, Family, text
from samovar.login import DEFAULT_RULES, LoginRule, accepts
from samovar.persona import Persona
from samovar.sensor import Dialogue, Pause, Peer, StartTls, Step, Tally
from samovar.sensors.ftp.content import ANONYMOUS_UID, home, public, uid_of
from samovar.sensors.ftp.features import Features
from samovar.sensors.ftp.session import serve
from samovar.sensors.ftp.state import State
from samovar.sensors.ftp.tree import Tree
from samovar.sensors.ftp.wire import Command, hexed, read_command, reply

ANONYMOUS = "ftp"  # the name under which vsftpd shows an anonymous user

#: Accounts of a plain Debian, for whom PAM checks a password and so takes its time to say no.
SYSTEM_USER = re.compile(
    "root|daemon|bin|sys|sync|games|man|lp|mail|news|uucp|proxy|www-data|backup|list|irc|gnats|nobody|"
    "systemd-network|systemd-resolve|messagebus|sshd|ftp"
)


class Ftp(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """FTP server (vsftpd): log-ins, uploads, AUTH TLS for the control connection."""

    name: ClassVar[str] = "ftp"
    family: ClassVar[Family] = "services"
    transport: ClassVar[Literal["tcp", "tls", "udp"]] = "tcp"
    ports: ClassVar[tuple[int, ...]] = (21,)

    logins: tuple[LoginRule, ...] = DEFAULT_RULES  # which log-ins succeed; the first rule that matches decides
    anonymous: bool = True  # whether anybody may enter as "anonymous" or "ftp"
    tls: bool = True  # whether AUTH TLS is offered
    attempts: int = 3  # failed log-ins in one session before it is closed
    idle_timeout: float = 300.0  # seconds without a command until "421 Timeout."
    max_upload: int = 4 << 20  # bytes of one upload that are taken and kept

    def talk(self, peer: Peer, persona: Persona) -> Dialogue:
        features = Features(self.tls)
        yield reply(220, persona.ftp_banner)
        user = yield from _Door(self, peer, persona, features).enter()
        if user is None:
            return
        yield reply(230, "Login successful.")
        if user == ANONYMOUS:
            tree = Tree(public(persona), ANONYMOUS_UID)
        else:
            uid = uid_of(persona, user)
            tree = Tree(home(persona, uid), uid)
        yield from serve(State(tree, features, peer, user, self.idle_timeout, self.max_upload))


class _Door:
    """The part before log-in. Failed tries are counted here; a wrong verb costs nothing, as with vsftpd."""

    def __init__(self, sensor: Ftp, peer: Peer, persona: Persona, features: Features) -> None:
        self._sensor, self._peer, self._persona, self._features = sensor, peer, persona, features
        self._user = b""

    def enter(self) -> Generator[Step, bytes, str | None]:
        """The user who got in, or None when the session is over."""
        failures = 0
        while failures < self._sensor.attempts:
            command = yield from read_command(self._sensor.idle_timeout)
            if command.verb == "USER":
                self._user = command.argument
                yield reply(331, "Please specify the password.")
            elif command.verb == "PASS" and self._user:
                if (yield from self._try(command.argument)):
                    return ANONYMOUS if self._anonymous else text(self._user)
                failures += 1
                self._user = b""
                yield reply(530, "Login incorrect.")
            elif command.verb == "PASS":
                yield reply(503, "Login with USER first.")
            elif command.verb == "QUIT":
                yield command.fact()
                yield reply(221, "Goodbye.")
                return None
            else:
                yield from self._other(command)
        return None

    @property
    def _anonymous(self) -> bool:
        return self._sensor.anonymous and self._user.lower() in (b"anonymous", b"ftp")

    def _try(self, password: bytes) -> Generator[Step, bytes, bool]:
        user = text(self._user)
        let_in = self._anonymous
        if not let_in:
            tries = int((yield Tally("login")))
            rules, persona = self._sensor.logins, self._persona
            let_in = accepts(rules, persona, self._peer.ip, user, text(password), tries)
        yield Fact(
            event_action="login",
            event_outcome="success" if let_in else "failure",
            user_name=user,
            samovar_login_password=text(password),
            samovar_detail=hexed("user", self._user) | hexed("password", password),
        )
        if not let_in:
            yield Pause(self._delay(user))
        return let_in

    def _delay(self, user: str) -> float:
        """vsftpd waits one second; PAM, which only sees users that exist, about two more."""
        known = SYSTEM_USER.fullmatch(user) or user in self._persona.users
        return 1.0 + (1.5 + self._peer.seed[len(self._user) % 16] / 256 if known else 0.0)

    def _other(self, command: Command) -> Dialogue:
        yield command.fact()
        answer = self._features.answer(command)
        if answer is None and command.verb == "AUTH" and self._features.tls and not self._features.secure:
            if command.argument.upper() not in (b"TLS", b"TLS-C", b"SSL", b"TLS-P"):
                yield reply(504, "Unknown AUTH type.")
                return
            yield reply(234, "Proceed with negotiation.")
            yield StartTls()
            self._features.secure = True
            return
        yield answer or reply(530, "Please login with USER and PASS.")

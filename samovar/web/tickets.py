"""Logins in force. The browser holds a random ticket; we hold only its SHA-256."""

import hashlib
import secrets
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
from msgspec import Struct

from samovar.web import private

MAX_TICKETS = 512
MAX_PER_USER = 32


class Ticket(Struct, frozen=True):
    """One login: ``stamp`` names the password it was made with, ``expires`` is seconds since 1970."""

    digest: str
    user: str
    stamp: str
    expires: float


class Tickets:
    """Capped, expiring, kept in a file so that a restarted hub logs nobody out. For one thread."""

    def __init__(self, data: Path, *, seconds: int, clock: Callable[[], float] = time.time) -> None:
        self._file = data / "web" / "sessions.json"
        self.seconds = seconds
        self._clock = clock
        self._tickets = {ticket.digest: ticket for ticket in self._load()}

    def issue(self, user: str, password_hash: str) -> str:
        """A new ticket for ``user``; the oldest go when there are too many."""
        secret = secrets.token_urlsafe(32)
        digest = _digest(secret)
        now = self._clock()
        self._tickets = {d: t for d, t in self._tickets.items() if t.expires > now}
        mine = [d for d, t in self._tickets.items() if t.user == user]
        for old in mine[: max(0, len(mine) - MAX_PER_USER + 1)]:
            del self._tickets[old]
        while len(self._tickets) >= MAX_TICKETS:
            del self._tickets[next(iter(self._tickets))]
        self._tickets[digest] = Ticket(digest, user, _digest(password_hash), now + self.seconds)
        self._save()
        return secret

    def find(self, secret: str) -> Ticket | None:
        """The ticket, while it is in force."""
        ticket = self._tickets.get(_digest(secret))
        return ticket if ticket is not None and ticket.expires > self._clock() else None

    def revoke(self, secret: str) -> None:
        """End a login."""
        if self._tickets.pop(_digest(secret), None) is not None:
            self._save()

    def _load(self) -> tuple[Ticket, ...]:
        try:
            return msgspec.json.decode(private.read(self._file) or b"[]", type=tuple[Ticket, ...])[-MAX_TICKETS:]
        except (msgspec.DecodeError, ValueError):
            return ()  # all log in again: nothing is lost that the users file does not hold

    def _save(self) -> None:
        private.write(self._file, msgspec.json.encode(tuple(self._tickets.values())))


def matches(ticket: Ticket, password_hash: str) -> bool:
    """Whether the ticket was issued for this password; a changed one ends its logins."""
    return secrets.compare_digest(ticket.stamp, _digest(password_hash))


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()

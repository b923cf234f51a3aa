"""Who may see the page: names and argon2 hashes in DATA/web/users.json, and the first run's token.

The command line changes the file while the hub runs; the hub notices by the file's stamp.
"""

import hashlib
import hmac
import re
import secrets
import threading
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from msgspec import Struct

from samovar.web import private

MIN_PASSWORD = 12
MAX_PASSWORD = 1024
MAX_USERS = 1000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}", re.ASCII)
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)  # OWASP: 19 MiB, t=2, p=1


class User(Struct, frozen=True):
    """One user; ``hash`` is argon2id in PHC form."""

    name: str
    hash: str
    created: datetime


class Users:
    """The users of one DATA folder. Safe to call from any thread."""

    def __init__(self, data: Path) -> None:
        self._folder = data / "web"
        self._file = self._folder / "users.json"
        self._token = self._folder / "setup-token"
        self._guard = threading.Lock()
        self._seen: tuple[int, int, int] | None = None
        self._users: dict[str, User] = {}
        self._decoy = _HASHER.hash(secrets.token_hex(8))  # so that unknown names take as long as known ones

    def all(self) -> tuple[User, ...]:
        """All users, by name. Raises ValueError when the file cannot be understood."""
        return tuple(sorted(self._current().values(), key=lambda user: user.name))

    def get(self, name: str) -> User | None:
        """The user of this name."""
        return self._current().get(name)

    def add(self, name: str, password: str, *, first: bool = False) -> User:
        """Make a user; ``first``: only while there is none. Raises ValueError that says what is wrong."""
        if not _NAME.fullmatch(name):
            raise ValueError("a user name is 1 to 64 letters, digits and ._@- and begins with a letter or digit")
        user = User(name, _hash(password), datetime.now(UTC))
        with private.locked(self._folder):
            users = self._current()
            if name in users or (first and users):
                raise ValueError(f"there is a user {name!r} already" if name in users else "there is a user already")
            if len(users) >= MAX_USERS:
                raise ValueError(f"there are {MAX_USERS} users already; remove one first")
            self._save({**users, name: user})
            self._token.unlink(missing_ok=True)
        return user

    def passwd(self, name: str, password: str) -> None:
        """Set a new password; the user's sessions end. Raises ValueError."""
        hashed = _hash(password)
        with private.locked(self._folder):
            users = self._current()
            if name not in users:
                raise ValueError(f"there is no user {name!r}")
            self._save({**users, name: msgspec.structs.replace(users[name], hash=hashed)})

    def remove(self, name: str) -> None:
        """Remove a user; the user's sessions end. Raises ValueError when there is no such user."""
        with private.locked(self._folder):
            users = self._current()
            if name not in users:
                raise ValueError(f"there is no user {name!r}")
            self._save({other: user for other, user in users.items() if other != name})

    def verify(self, name: str, password: str) -> User | None:
        """The user, if the password is right. Takes about 20 ms of CPU and 19 MiB, whatever the name."""
        user = self.get(name)
        try:
            _HASHER.verify(user.hash if user else self._decoy, password)
        except (VerificationError, InvalidHashError):
            return None
        return user

    def offer_setup(self) -> str | None:
        """A new one-time token for the first run, or None when there are users. Only its hash is kept.

        To be shown once, in the address's fragment, which browsers do not send and servers do not log.
        """
        if self._current():
            return None
        token = secrets.token_urlsafe(24)
        private.write(self._token, hashlib.sha256(token.encode()).hexdigest().encode())
        return token

    def setup_allowed(self, token: str) -> bool:
        """Whether ``token`` is the first run's, still unused."""
        kept = private.read(self._token)
        if not kept or self._current():
            return False
        return hmac.compare_digest(kept.strip(), hashlib.sha256(token.encode()).hexdigest().encode())

    def _current(self) -> dict[str, User]:
        with self._guard:
            try:
                stat = self._file.stat()
            except FileNotFoundError:
                self._seen, self._users = None, {}
                return self._users
            stamp = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            if stamp != self._seen:
                self._users = self._load()
                self._seen = stamp
            return self._users

    def _load(self) -> dict[str, User]:
        try:
            users = msgspec.json.decode(private.read(self._file) or b"[]", type=tuple[User, ...])
        except msgspec.DecodeError as error:
            raise ValueError(f"{self._file}: {error}; restore it, or remove it to begin anew") from None
        return {user.name: user for user in users}

    def _save(self, users: dict[str, User]) -> None:
        private.write(self._file, msgspec.json.encode(tuple(users.values())))


def _hash(password: str) -> str:
    if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
        raise ValueError(f"a password has {MIN_PASSWORD} to {MAX_PASSWORD} characters")
    return _HASHER.hash(password)


def api_token(data: Path) -> str:
    """The token of local programs, from DATA/api-token; made (mode 0600) when there is none."""
    path = data / "api-token"
    with private.locked(data / "web"):
        if kept := private.read(path):
            return kept.decode("ascii", "replace").strip()
        token = secrets.token_urlsafe(32)
        private.write(path, token.encode() + b"\n")
    return token

"""Who is asking: a browser's login or a local program's token; and the four routes of logging in."""

import asyncio
import hashlib
import hmac
import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from samovar.web.backoff import Backoff, network
from samovar.web.errors import ApiError
from samovar.web.tickets import Tickets, matches
from samovar.web.users import User, Users, api_token

MAX_BODY = 8192
MAX_WAITING = 16
PROGRAM = "api-token"
_PORT = re.compile(r":(\d{1,5})$", re.ASCII)

Text = Annotated[str, Meta(max_length=1024)]


class Setup(Struct, frozen=True, forbid_unknown_fields=True):
    """The first run: the one-time token, and the first user."""

    token: Text
    user: Text
    password: Text


class Login(Struct, frozen=True, forbid_unknown_fields=True):
    """A user name and password."""

    user: Text
    password: Text


class Me(Struct, frozen=True):
    """Whether one must set up, log in, or is in; and as whom."""

    state: Literal["setup", "login", "ok"]
    user: str | None = None


B = TypeVar("B", Setup, Login)
T = TypeVar("T")


class Auth:
    """Decides who is asking. Lives on one event loop; hashing runs in threads, two at once."""

    def __init__(self, data: Path, *, session_hours: int) -> None:
        self._users = Users(data)
        self._tickets = Tickets(data, seconds=session_hours * 3600)
        self._token = hashlib.sha256(api_token(data).encode()).digest()
        self._by_address = Backoff(limit=300)
        self._by_user = Backoff(limit=30)  # short: whoever guesses must not lock the owner out for long
        self._hashing = asyncio.Semaphore(2)
        self._waiting = 0

    def who(self, connection: HTTPConnection) -> str | None:
        """The user's name, ``PROGRAM`` for a local program, or None."""
        scheme, _, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            offered = hashlib.sha256(token.strip().encode("utf-8", "surrogatepass")).digest()
            return PROGRAM if hmac.compare_digest(offered, self._token) else None
        return self._holder(connection.cookies.get(cookie_name(connection), ""))

    def still(self, connection: HTTPConnection) -> Callable[[], bool]:
        """A check, to be repeated, that the asker is still let in: for answers that never end."""
        return lambda: self.who(connection) is not None

    async def me(self, request: Request) -> Response:
        """GET me."""
        user = self.who(request)
        state: Literal["setup", "login", "ok"] = "ok" if user else "login" if self._users.all() else "setup"
        return _json(Me(state, user))

    async def setup(self, request: Request) -> Response:
        """POST setup."""
        body = await _body(request, Setup)
        address = _address(request)
        self._slow_down(address)
        self._by_address.failed(address)
        if not self._users.setup_allowed(body.token):
            raise ApiError(403, "this link has been used or is not the last one shown; start again to get a new one")
        try:
            user = await self._hash(lambda: self._users.add(body.user, body.password, first=True))
        except ValueError as error:
            raise ApiError(400, str(error)) from None
        finally:
            self._by_address.succeeded(address)  # the token was right
        return self._let_in(request, user)

    async def login(self, request: Request) -> Response:
        """POST login."""
        body = await _body(request, Login)
        address, name = _address(request), body.user[:64]
        self._slow_down(address, name)
        self._by_address.failed(address)
        self._by_user.failed(name)
        user = await self._hash(lambda: self._users.verify(body.user, body.password))
        if user is None:
            raise ApiError(401, "user name or password is wrong")
        self._by_address.succeeded(address)
        self._by_user.succeeded(name)
        return self._let_in(request, user)

    async def logout(self, request: Request) -> Response:
        """POST logout."""
        name = cookie_name(request)
        self._tickets.revoke(request.cookies.get(name, ""))
        response = _json(Me("login"))
        secure = request.url.scheme == "https"
        response.delete_cookie(name, path="/", secure=secure, httponly=True, samesite="strict")
        return response

    def _holder(self, secret: str) -> str | None:
        ticket = self._tickets.find(secret) if secret else None
        if ticket is None:
            return None
        user = self._users.get(ticket.user)
        return user.name if user and matches(ticket, user.hash) else None

    def _slow_down(self, address: str, name: str = "") -> None:
        wait = max(self._by_address.wait(address), self._by_user.wait(name) if name else 0.0)
        if wait:
            raise ApiError(429, f"too many tries; wait {int(wait) + 1} seconds", retry_after=int(wait) + 1)

    async def _hash(self, work: Callable[[], T]) -> T:
        if self._waiting >= MAX_WAITING:
            raise ApiError(503, "too many logins at once; try again", retry_after=2)
        self._waiting += 1
        try:
            async with self._hashing:
                return await asyncio.to_thread(work)
        finally:
            self._waiting -= 1

    def _let_in(self, request: Request, user: User) -> Response:
        secret = self._tickets.issue(user.name, user.hash)
        response = _json(Me("ok", user.name))
        response.set_cookie(
            cookie_name(request),
            secret,
            max_age=self._tickets.seconds,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="strict",
        )
        return response


def cookie_name(connection: HTTPConnection) -> str:
    """Cookies do not know ports: the name does, so that two hubs behind one tunnel host do not mix."""
    port = _PORT.search(connection.headers.get("host", ""))
    name = f"session-{port[1]}" if port else "session"
    return f"__Host-{name}" if connection.url.scheme == "https" else name


def _address(request: Request) -> str:
    return network(request.client.host) if request.client else ""


async def _body(request: Request, kind: type[B]) -> B:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise ApiError(415, "send application/json")
    received = bytearray()
    async with asyncio.timeout(10):
        async for chunk in request.stream():
            received += chunk
            if len(received) > MAX_BODY:
                raise ApiError(413, f"a request has at most {MAX_BODY} bytes")
    try:
        return msgspec.json.decode(received, type=kind)
    except (msgspec.DecodeError, UnicodeError) as error:
        raise ApiError(400, f"the body is not what is expected: {error}"[:300]) from None


def _json(value: Struct) -> Response:
    return Response(msgspec.json.encode(value), media_type="application/json")

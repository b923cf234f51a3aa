"""Log-ins that a request carries: Basic, and forms with fields that look like credentials."""

import base64
import binascii
import re
from urllib.parse import parse_qsl

import msgspec

from samovar.event import Fact, text
from samovar.sensors.http.wire import Request

USERS = re.compile("(j_|user_?)?(user|username|login|log|email|uname|usr|userid|account|name)", re.IGNORECASE)
PASSWORDS = re.compile("(j_|user_?)?(pass|password|pwd|passwd|passw|psw|pass1)", re.IGNORECASE)
MAX_FORM = 65_536


def basic(request: Request) -> tuple[str, str] | None:
    """User and password of an ``Authorization: Basic`` field."""
    scheme, _, coded = (request.field(b"authorization") or b"").partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        user, _, password = base64.b64decode(coded.strip()).partition(b":")
    except binascii.Error:
        return None
    return text(user), text(password)


def form(request: Request, body: bytes) -> tuple[str, str] | None:
    """User and password of a URL-encoded or JSON form."""
    if not body or len(body) > MAX_FORM:
        return None
    fields = _json(body) if body.lstrip()[:1] == b"{" else _encoded(body)
    password = next((value for name, value in fields if PASSWORDS.fullmatch(name)), None)
    if password is None:
        return None
    return next((value for name, value in fields if USERS.fullmatch(name)), ""), password


def _encoded(body: bytes) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=200)
    except ValueError:
        return []
    return [(name, text(value.encode("latin-1"))) for name, value in pairs]


def _json(body: bytes) -> list[tuple[str, str]]:
    try:
        fields = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.MsgspecError, RecursionError):
        return []
    return [(name, value) for name, value in fields.items() if isinstance(value, str)]


def login(found: tuple[str, str]) -> Fact:
    """The event for credentials; here they never work."""
    return Fact(event_action="login", event_outcome="failure", user_name=found[0], samovar_login_password=found[1])

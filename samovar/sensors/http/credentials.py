"""Log-ins and files that a request carries: Basic, query strings, and forms of every coding."""

import base64
import binascii
import re
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

import msgspec
from msgspec import Struct

from samovar.event import Fact, text
from samovar.sensor import Keep
from samovar.sensors.http.wire import Request

USERS = re.compile(rb"(j_|user_?)?(user|username|login|log|email|uname|usr|userid|account|name)", re.IGNORECASE)
PASSWORDS = re.compile(rb"(j_|user_?)?(pass|password|pwd|passwd|passw|psw|pass1)", re.IGNORECASE)
MAX_FORM = 65_536  # bytes of a form, or of one field of it, that are looked at
MAX_FIELDS = 200
MAX_FILES = 16
_BOUNDARY = re.compile(rb'multipart/form-data\s*;.*?boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;,]{1,200}))', re.I | re.S)
_NAME = re.compile(rb'\bname\s*=\s*(?:"([^"\r\n]*)"|([^\s;]+))', re.IGNORECASE)
_FILE = re.compile(rb'\bfilename\s*=\s*(?:"([^"\r\n]*)"|([^\s;]+))', re.IGNORECASE)

Field = tuple[bytes, bytes]


class Form(Struct, frozen=True):
    """The fields of a form and the files in it (name and content)."""

    fields: tuple[Field, ...] = ()
    files: tuple[Field, ...] = ()


NOTHING = Form()


def basic(request: Request) -> Field | None:
    """User and password of an ``Authorization: Basic`` field."""
    scheme, _, coded = (request.field(b"authorization") or b"").partition(b" ")
    if scheme.lower() != b"basic":
        return None
    try:
        user, _, password = base64.b64decode(coded.strip()).partition(b":")
    except binascii.Error:
        return None
    return user, password


def form(request: Request, body: bytes) -> Form:
    """The form in a body: multipart, JSON or URL-encoded, whatever its type says."""
    if not body:
        return NOTHING
    if found := _BOUNDARY.match(request.field(b"content-type") or b""):
        return _multipart(body, found[1] or found[2])
    if len(body) > MAX_FORM:
        return NOTHING
    return Form(tuple(_json(body) if body.lstrip()[:1] == b"{" else _encoded(body)))


def credentials(request: Request, sent: Form) -> Iterator[Field]:
    """Each user and password that the request offers."""
    if (found := basic(request)) is not None:
        yield found
    query = request.target.partition(b"?")[2]
    for fields in (tuple(_encoded(query)) if query else (), sent.fields):
        password = next((value for name, value in fields if PASSWORDS.fullmatch(name)), None)
        if password is not None:
            yield next((value for name, value in fields if USERS.fullmatch(name)), b""), password


def uploads(sent: Form) -> Iterator[Keep]:
    """The files of a form; none is larger than the body, which is bounded."""
    for name, data in sent.files:
        yield Keep(data, text(re.split(rb"[/\\]", name)[-1][:200]))


def login(found: Field) -> Fact:
    """The event for credentials; here they never work."""
    user, password = found
    return Fact(
        event_action="login",
        event_outcome="failure",
        user_name=text(user),
        samovar_login_password=text(password),
        samovar_detail={**hexed("user", user), **hexed("password", password)},
    )


def hexed(field: str, raw: bytes) -> dict[str, str | int | float | bool]:
    """``{field_hex: ...}`` where the bytes are not UTF-8, so that nothing of them is lost."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return {f"{field}_hex": raw.hex()}
    return {}


def _encoded(body: bytes) -> Iterator[Field]:
    for pair in body.split(b"&", MAX_FIELDS)[:MAX_FIELDS]:
        name, _, value = pair.replace(b"+", b" ").partition(b"=")
        yield unquote_to_bytes(name), unquote_to_bytes(value)


def _json(body: bytes) -> Iterator[Field]:
    try:
        fields = msgspec.json.decode(body, type=dict[str, object])
    except (msgspec.MsgspecError, RecursionError):
        return
    for name, value in list(fields.items())[:MAX_FIELDS]:
        if isinstance(value, str):
            yield name.encode(), value.encode("utf-8", "surrogatepass")


def _multipart(body: bytes, boundary: bytes) -> Form:
    """RFC 7578; a part without an end is taken as far as it came."""
    fields: list[Field] = []
    files: list[Field] = []
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary, MAX_FIELDS + 1)[1 : MAX_FIELDS + 1]:
        head, blank, data = part.partition(b"\r\n\r\n")
        name, file = _NAME.search(head[:4096]), _FILE.search(head[:4096])
        if not blank or name is None:
            continue
        if file is None:
            fields.append((name[1] or name[2] or b"", data[:MAX_FORM]))
        elif data and len(files) < MAX_FILES:
            files.append((file[1] or file[2] or b"", data))
    return Form(tuple(fields), tuple(files))

"""What a client says to get in, read from SSH_MSG_USERAUTH_REQUEST (RFC 4252), as facts. Pure."""

import base64
import hashlib

from msgspec import Struct

from samovar.event import Fact, text

_MAX_SHOWN = 4096  # bytes of one credential that are recorded


class Request(Struct, frozen=True):
    """One request to log in."""

    user: bytes
    service: bytes
    method: bytes


def password_fact(request: Request, password: bytes, accepted: bool) -> Fact:
    """A try with a password, typed into either of the two methods that ask for one."""
    return Fact(
        event_action="login",
        event_outcome="success" if accepted else "failure",
        user_name=shown(request.user),
        samovar_login_password=shown(password),
        samovar_detail=_detail(request) | _hex("password", password),
    )


def key_fact(request: Request, algorithm: bytes, blob: bytes, signed: bool) -> Fact:
    """A public key that was offered or proven; none is ever accepted."""
    fingerprint = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return Fact(
        event_action="login",
        event_outcome="failure",
        user_name=shown(request.user),
        samovar_detail=_detail(request)
        | {
            "key_type": shown(algorithm),
            "key_fingerprint": f"SHA256:{fingerprint}",
            "key": base64.b64encode(blob[:_MAX_SHOWN]).decode(),
            "key_signed": signed,
        },
    )


def probe_fact(request: Request) -> Fact:
    """A method that carries no secret (``none``), or one that we do not speak: asked for, not tried."""
    return Fact(event_action="request", user_name=shown(request.user), samovar_detail=_detail(request))


def shown(raw: bytes) -> str:
    """Text of a credential, bounded."""
    return text(raw[:_MAX_SHOWN])


def _detail(request: Request) -> dict[str, str | int | float | bool]:
    return {"auth_method": shown(request.method)} | _hex("user", request.user)


def _hex(name: str, raw: bytes) -> dict[str, str | int | float | bool]:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return {f"{name}_hex": raw[:_MAX_SHOWN].hex()}
    return {f"{name}_hex": raw[:_MAX_SHOWN].hex()} if b"\0" in raw else {}

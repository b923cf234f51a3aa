"""DATA/run.json: how the other commands find a Samovar that runs."""

import os
from pathlib import Path

import msgspec
from msgspec import Struct


class Running(Struct, frozen=True):
    """DATA/run.json: what a running Samovar says of itself."""

    pid: int
    url: str  # of the page; "" when the edition has none
    certificate: str = ""  # path of the page's TLS certificate


def running(data: Path) -> Running | None:
    """The Samovar that runs on ``data`` now, if one does."""
    try:
        state = msgspec.json.decode((data / "run.json").read_bytes(), type=Running)
    except (OSError, msgspec.MsgspecError):
        return None
    return state if Path(f"/proc/{state.pid}").exists() else None


def write(data: Path, state: Running) -> None:
    """Say that it runs."""
    draft = data / "run.json.new"
    draft.write_bytes(msgspec.json.encode(state))
    draft.replace(data / "run.json")


def forget(data: Path) -> None:
    """Take back what this process said."""
    path = data / "run.json"
    try:
        if msgspec.json.decode(path.read_bytes(), type=Running).pid == os.getpid():
            path.unlink()
    except (OSError, msgspec.MsgspecError):
        pass  # never written, or another one's

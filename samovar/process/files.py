"""What the supervisor writes into DATA: the lock that keeps a second one out, and ports.json."""

import fcntl
import os
from collections.abc import Sequence

import msgspec

from samovar.process.spec import Port


class Busy(Exception):
    """Another ``samovar up`` runs on this DATA; the message is one line that says so."""


def lock(data: str) -> int:
    """Make DATA if need be and lock it; the descriptor, which holds the lock as long as it is open. Raises Busy."""
    os.makedirs(data, mode=0o700, exist_ok=True)
    path = os.path.join(data, "lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        pid = os.read(descriptor, 20).decode("ascii", "replace").strip()
        os.close(descriptor)
        raise Busy(
            f"samovar already runs on {data} (process {pid or 'unknown'}): stop it, or name another --data"
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n".encode())
    return descriptor


def write_ports(data: str, ports: Sequence[Port]) -> None:
    """Write DATA/ports.json at once or not at all."""
    path = os.path.join(data, "ports.json")
    with open(f"{path}.new", "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(list(ports)), indent=2) + b"\n")
    os.replace(f"{path}.new", path)

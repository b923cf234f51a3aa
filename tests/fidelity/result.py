"""What a line did, and files of that: one JSON object a line, after one that says where it was done."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

LIMIT = 4000  # bytes of each stream that are kept and compared


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Values that belong to the machine, which any other machine has otherwise."""

    kernel_release: str
    kernel_version: str
    product: str = ""


class Result(msgspec.Struct, frozen=True, array_like=True):
    """Output, errors (as Latin-1 text) and exit status."""

    out: str
    err: str
    status: int


def result(out: bytes, err: bytes, status: int) -> Result:
    """A result, cut to what is compared."""
    return Result(out[:LIMIT].decode("latin-1"), err[:LIMIT].decode("latin-1"), status)


def load(path: Path) -> tuple[Place, dict[str, Result]]:
    """The place, and the result of each line's text."""
    first, *rest = path.read_bytes().splitlines()
    decoded = (msgspec.json.decode(row, type=tuple[str, Result]) for row in rest)
    return msgspec.json.decode(first, type=Place), dict(decoded)


def save(path: Path, place: Place, results: Mapping[str, Result]) -> None:
    """Write both."""
    rows = [msgspec.json.encode(place), *(msgspec.json.encode(item) for item in results.items())]
    path.write_bytes(b"".join(row + b"\n" for row in rows))

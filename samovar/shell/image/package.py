"""The installed packages of an image, as dpkg's status file knows them."""

from collections.abc import Sequence
from typing import overload

from msgspec import Struct


class Package(Struct, frozen=True):
    """One installed package."""

    name: str
    version: str
    architecture: str
    description: str  # its first line
    section: str
    size: int  # Installed-Size, KiB


class Packages(Sequence[Package]):
    """Installed packages, sorted by name; kept as one text, made into objects only where they are asked for."""

    __slots__ = ("_rows",)

    def __init__(self, rows: str) -> None:
        self._rows = rows  # a row each line, its fields between tabs

    def __len__(self) -> int:
        return self._rows.count("\n")

    @overload
    def __getitem__(self, index: int) -> Package: ...
    @overload
    def __getitem__(self, index: slice) -> list[Package]: ...
    def __getitem__(self, index: int | slice) -> Package | list[Package]:
        rows = self._rows.splitlines()[index]
        return _package(rows) if isinstance(rows, str) else [_package(row) for row in rows]


def _package(row: str) -> Package:
    name, version, architecture, description, section, size = row.split("\t")
    return Package(name, version, architecture, description, section, int(size))

"""Decodes the configuration: TOML and ``SAMOVAR_*`` variables into one typed tree, or one clear line.

The mechanism only; the tree itself is ``config.Settings``.
"""

import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Struct

T = TypeVar("T", bound=Struct)
C = TypeVar("C")
Table = dict[str, Any]


def read(path: Path) -> Table:
    """The tables of a TOML file. Raises ValueError naming the file and the line."""
    try:
        return tomllib.loads(path.read_text())
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: not TOML: {error}") from None


def overlay(table: Table, environment: Mapping[str, str], reserved: Iterable[str] = ()) -> Table:
    """``table`` with every ``SAMOVAR_SECTION__KEY=value`` set over it; values are TOML, or else plain text."""
    result = _copy(table)
    for name, value in sorted(environment.items()):
        if not name.startswith("SAMOVAR_") or name in reserved:
            continue
        *parents, key = name.removeprefix("SAMOVAR_").lower().split("__")
        target = result
        for parent in parents:
            target = target.setdefault(parent, {})
            if not isinstance(target, dict):
                raise ValueError(f"{name}: '{parent}' is a value, not a section")
        target[key] = _value(value)
    return result


def decode(kind: type[T], table: Mapping[str, Any], where: str = "") -> T:
    """``table`` as ``kind``. Raises ValueError that names the key, and for an unknown one the nearest known."""
    _refuse_unknown(kind, table, where)
    try:
        return msgspec.convert(table, kind)
    except msgspec.ValidationError as error:
        reason, _, path = str(error).partition(" - at `$")
        key = ".".join(part for part in (where, path.rstrip("`").lstrip(".")) if part)
        raise ValueError(f"configuration, {key or 'top level'}: {reason}") from None


def component(kind: type[C], table: Mapping[str, Any], where: str) -> C:
    """A component, whose class is its configuration, from its table. Raises ValueError as ``decode`` does."""
    if not issubclass(kind, Struct):
        raise TypeError(f"{kind.__name__} is not a Struct: its fields could not be configured")
    return decode(kind, table, where)


def refuse(key: str, known: Iterable[str], where: str) -> ValueError:
    """The error for an unknown key."""
    near = get_close_matches(key, list(known), n=1, cutoff=0.5)
    place = f"[{where}]" if where else "top level"
    hint = f"; did you mean '{near[0]}'?" if near else f"; known are {', '.join(sorted(known))}"
    return ValueError(f"configuration, {place}: unknown key '{key}'{hint}")


def _refuse_unknown(kind: type[Struct], table: Mapping[str, Any], where: str) -> None:
    hints = get_type_hints(kind)
    known = {field.encode_name: hints[field.name] for field in msgspec.structs.fields(kind)}
    for key, value in table.items():
        if key not in known:
            raise refuse(key, known, where)
        path = f"{where}.{key}" if where else key
        inner = known[key]
        if isinstance(value, Mapping) and isinstance(inner, type) and issubclass(inner, Struct):
            _refuse_unknown(inner, value, path)
        elif isinstance(value, list) and get_origin(inner) is tuple:
            item = get_args(inner)[0]
            if isinstance(item, type) and issubclass(item, Struct):
                for entry in value:
                    if isinstance(entry, Mapping):
                        _refuse_unknown(item, entry, path)


def _value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _copy(table: Mapping[str, Any]) -> Table:
    return {key: _copy(value) if isinstance(value, Mapping) else value for key, value in table.items()}

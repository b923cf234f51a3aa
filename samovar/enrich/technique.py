"""The MITRE ATT&CK technique of an event: of its action, and of what a command does.

The weightiest stands in ``threat.technique.id``; where a command does more, all are in ``samovar.detail.techniques``.
"""

import re

from msgspec.structs import replace

from samovar.enrich.attack import COMMANDS, Row
from samovar.event import Event

_ACTIONS = {
    row.id: row
    for row in (
        Row("T1110.001", "Password Guessing"),
        Row("T1110", "Brute Force"),
        Row("T1059.004", "Unix Shell"),
        Row("T1090", "Proxy"),
        Row("T1190", "Exploit Public-Facing Application"),
        Row("T1105", "Ingress Tool Transfer"),
    )
}
#: All that an event can be given, by id.
TECHNIQUES: tuple[Row, ...] = tuple({row.id: row for row in (*COMMANDS, *_ACTIONS.values())}.values())

_LONGEST = 4096  # characters of a command that are looked at
_MOST_PARTS = 256
_ENDS = re.compile(r"[;|&\n(){}`]+|\s-c\s*[\"']|\\n")
_LEAD = frozenset(
    ("sudo", "nohup", "busybox", "exec", "time", "then", "do", "else", "elif", "if", "while", "until", "!", "env")
)
_ASSIGNS = re.compile(r"[A-Za-z_]\w*=")


def technique(event: Event) -> Event:
    """The event with ``threat.technique.id``, where there is no doubt and none is stated yet."""
    if event.threat_technique_id:
        return event
    found = _techniques(event)
    if not found:
        return event
    if len(found) == 1:
        return replace(event, threat_technique_id=found[0])
    return replace(
        event, threat_technique_id=found[0], samovar_detail={**event.samovar_detail, "techniques": " ".join(found)}
    )


def of_command(line: str) -> list[str]:
    """The ids of all techniques that a command line shows, the weightiest first."""
    line = line[:_LONGEST]
    names = _names(line)
    found: dict[str, None] = {}
    for row in COMMANDS:
        if row.id in found or (row.names and names.isdisjoint(row.names)):
            continue
        if row.pattern is None or row.pattern.search(line):
            found[row.id] = None
    return list(found)


def _techniques(event: Event) -> list[str]:
    match event.event_action:
        case "login":
            return ["T1110.001" if event.samovar_login_password is not None else "T1110"]
        case "command" if event.event_module == "terminal":  # elsewhere a protocol's own command, not a shell's
            return of_command(event.process_command_line or "") or ["T1059.004"]
        case "request" if event.event_module == "terminal" and "tcpip" in str(event.samovar_detail.get("forward", "")):
            return ["T1090"]
        case "exploit":
            return ["T1190"]
        case "file":
            return ["T1105"]
    return []


def _names(line: str) -> set[str]:
    """The commands that a line calls: the first word of each part that is neither an assignment nor a prefix."""
    names: set[str] = set()
    for part in _ENDS.split(line, _MOST_PARTS):
        for word in part.split(maxsplit=12)[:12]:
            plain = word.strip("\"'$")
            name = plain.rpartition("/")[2] if "bin/" in plain else plain
            if name and not name.startswith(("-", ">", "<")) and not _ASSIGNS.match(name):
                names.add(name)
                if name not in _LEAD:
                    break
    return names

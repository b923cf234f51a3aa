"""What a simulated session does after it connects: facts, each after so many seconds. ``connect`` and ``disconnect``
are added where the session gets its identity."""

import hashlib
from collections.abc import Callable
from random import Random
from typing import Any

from samovar.demo import words
from samovar.demo.artefacts import BOT, DROPPER, WORM, Sample
from samovar.demo.world import Source

Facts = dict[str, Any]  # field of Fact -> value
Story = list[tuple[float, Facts]]
Teller = Callable[[Random, Source], Story]


def _zipf(dice: Random, items: tuple[str, ...], exponent: float) -> list[str]:
    weights = [1 / (rank + 1) ** exponent for rank in range(len(items))]
    return dice.choices(items, weights, k=4096)


_shuffle = Random(1)  # tables that never change: which word is drawn how often
_USERS = ["root"] * 2300 + _zipf(_shuffle, words.USERS, 1.05)[:1796]
_PASSWORDS = _zipf(_shuffle, words.PASSWORDS, 0.85)
_HELLOS: list[Facts] = [
    {
        "event_action": "hello",
        "samovar_client_version": version,
        "samovar_ssh_hassh": hashlib.md5(version.encode(), usedforsecurity=False).hexdigest(),
    }
    for version, share in words.CLIENTS
    for _ in range(share)
]
_PLANTER_HELLO = _HELLOS[50]
_COMMANDS: dict[str, Facts] = {
    line: {"event_action": "command", "process_command_line": line}
    for line in (*words.PLANTER, *words.RECON, *words.MIRAI)
}


def _user(dice: Random) -> str:
    return (
        _USERS[dice.getrandbits(12)] if dice.random() < 0.93 else f"{_USERS[dice.getrandbits(12)]}{dice.randrange(99)}"
    )


def _password(dice: Random, user: str) -> str:
    chance = dice.random()
    if chance < 0.66:
        return _PASSWORDS[dice.getrandbits(12)]
    if chance < 0.76:
        return user
    if chance < 0.84:
        return user + ("123", "1234", "@123", "2026", "!", "01")[dice.randrange(6)]
    stem = words.TAIL_STEMS[dice.randrange(len(words.TAIL_STEMS))]
    return f"{stem}{dice.randrange(10 ** dice.randrange(1, 5))}"


def login(dice: Random, success: bool = False, user: str = "") -> Facts:
    """One try."""
    user = user or _user(dice)
    return {
        "event_action": "login",
        "event_outcome": "success" if success else "failure",
        "user_name": user,
        "samovar_login_password": _password(dice, user),
    }


def _commands(dice: Random, lines: tuple[str, ...], pace: float) -> Story:
    return [(pace * (0.3 + dice.random()), _COMMANDS[line]) for line in lines]


def _dropper(dice: Random) -> Facts:
    line = words.DROPPERS[dice.randrange(len(words.DROPPERS))].replace("{n}", str(2 + dice.randrange(60)))
    return {"event_action": "command", "process_command_line": line}


def _file(sample: Sample) -> Facts:
    return {
        "event_action": "file",
        "event_outcome": "success",
        "file_name": sample.name,
        "file_size": len(sample.data),
        "file_hash_sha256": sample.sha256,
        "file_hash_md5": sample.md5,
    }


def ssh(dice: Random, source: Source) -> Story:
    """Guessing passwords; a few get in and look round."""
    story: Story = [(0.05 + dice.random() * 0.4, _HELLOS[(source.index * 7 + dice.randrange(3)) % len(_HELLOS)])]
    tries = 1 if dice.random() < 0.72 else 2 + dice.randrange(5)
    inside = dice.random() < 0.018
    story += [(0.3 + dice.random() * 2, login(dice)) for _ in range(tries - inside)]
    if tries > 4:
        story.append((0.1, {"event_action": "alert", **ALERTS[0]}))
    if inside:
        story.append((0.5, login(dice, success=True, user="root")))
        story += _commands(dice, tuple(dice.sample(words.RECON, 1 + dice.randrange(5))), 1.2)
        if dice.random() < 0.4:
            story.append((1.0, _dropper(dice)))
    return story


def planter(dice: Random, source: Source) -> Story:
    """A botnet: one client, one list of commands, a key left behind."""
    story: Story = [(0.2, _PLANTER_HELLO), (0.8, login(dice)), (0.9, login(dice))]
    story.append((0.9, login(dice, success=True, user="root")))
    return story + _commands(dice, words.PLANTER, 0.35)


def uploader(dice: Random, source: Source) -> Story:
    """A campaign that brings the same program every time."""
    story: Story = [(0.3, _HELLOS[62]), (0.7, login(dice, success=True, user="admin"))]
    story += _commands(dice, ("uname -s -v -n -r -m", "nproc"), 0.8)
    story.append((2.5, _file(BOT)))
    line = f"chmod +x ./{BOT.name}; nohup ./{BOT.name} >/dev/null 2>&1 &"
    return [*story, (0.6, {"event_action": "command", "process_command_line": line})]


def telnet(dice: Random, source: Source) -> Story:
    """The house trade of Mirai and its children."""
    story: Story = [(0.8 + dice.random(), login(dice)) for _ in range(1 + dice.randrange(3))]
    if dice.random() < 0.06:
        story.append((0.9, login(dice, success=True, user="root")))
        story += _commands(dice, words.MIRAI, 0.4)
        if dice.random() < 0.5:
            story.append((1.5, _file(DROPPER)))
    return story


def smb(dice: Random, source: Source) -> Story:
    """EternalBlue knocks and, now and then, the worm behind it."""
    story: Story = [(0.2, {"event_action": "hello", "samovar_detail": {"dialect": "NT LM 0.12"}})]
    if dice.random() < 0.35:
        story.append((0.4, {"event_action": "exploit", "vulnerability_id": "CVE-2017-0144"}))
        story.append((0.1, {"event_action": "alert", **ALERTS[1]}))
        if dice.random() < 0.15:
            story.append((1.2, _file(WORM)))
    return story


def credentials(dice: Random, source: Source) -> Story:
    """Password guessing at databases and file servers."""
    user = ("sa", "root", "admin", "anonymous", "mysql")[dice.randrange(5)] if dice.random() < 0.8 else ""
    return [(0.3 + dice.random(), login(dice, user=user)) for _ in range(1 + dice.randrange(4))]


def web(dice: Random, source: Source) -> Story:
    """A scanner's walk through well-known paths."""
    agent = words.AGENTS[source.index % len(words.AGENTS)]
    story: Story = []
    for _ in range(1 + dice.randrange(4)):
        method, path, vulnerability = words.PATHS[int(len(words.PATHS) * dice.random() ** 1.6)]
        asked = {"http_request_method": method, "url_original": path, "user_agent_original": agent}
        story.append((0.2 + dice.random(), {"event_action": "request", **asked}))
        if vulnerability:
            story.append((0.0, {"event_action": "exploit", **asked, "vulnerability_id": vulnerability}))
    return story


def https(dice: Random, source: Source) -> Story:
    """As ``web``, after a TLS handshake."""
    seed = f"tls{source.index % 40}".encode()
    ja4 = hashlib.sha256(seed).hexdigest()
    greeting = {
        "event_action": "hello",
        "tls_client_ja3": hashlib.md5(seed, usedforsecurity=False).hexdigest(),
        "tls_client_ja4": f"t13d1516h2_{ja4[:12]}_{ja4[12:24]}",
    }
    return [(0.1, greeting), *web(dice, source)]


def elastic(dice: Random, source: Source) -> Story:
    """Looking for open clusters."""
    paths = ("/", "/_cat/indices?v", "/_search?pretty", "/_nodes", "/_cluster/health")
    story: Story = []
    for _ in range(1 + dice.randrange(3)):
        fact = {"event_action": "request", "http_request_method": "GET", "url_original": paths[dice.randrange(5)]}
        story.append((0.3, {**fact, "user_agent_original": words.AGENTS[source.index % len(words.AGENTS)]}))
    if dice.random() < 0.2:
        story.append((0.4, {"event_action": "exploit", "url_original": paths[2], "vulnerability_id": "CVE-2015-1427"}))
    return story


def payload(dice: Random, source: Source) -> Story:
    """One probe, or none, at a port where nobody special listens."""
    if dice.random() < 0.4:
        return []
    text = words.PAYLOADS[dice.randrange(len(words.PAYLOADS))]
    return [(0.2 + dice.random(), {"event_action": "request", "event_original": text})]


def sip(dice: Random, source: Source) -> Story:
    """Searching for a telephone exchange."""
    method = ("OPTIONS", "REGISTER", "INVITE")[dice.randrange(3)]
    detail = {"method": method, "to": f"{dice.randrange(100, 9999)}"}
    agent = "friendly-scanner" if dice.random() < 0.7 else "pplsip"
    return [(0.0, {"event_action": "request", "user_agent_original": agent, "samovar_detail": detail})]


def industrial(dice: Random, source: Source) -> Story:
    """Reading out a controller."""
    detail = {"function": (1, 3, 4, 43)[dice.randrange(4)], "unit": dice.randrange(3)}
    return [(0.4, {"event_action": "request", "samovar_detail": detail}) for _ in range(1 + dice.randrange(3))]


ALERTS: tuple[Facts, ...] = (
    {
        "rule_id": "9000012",
        "rule_name": "SSH password guessing",
        "rule_category": "Attempted Administrator Privilege Gain",
    },
    {"rule_id": "9000031", "rule_name": "SMB EternalBlue probe", "rule_category": "A Network Trojan was detected"},
)

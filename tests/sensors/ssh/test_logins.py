"""Logins over SSH: delays and tries as sshd has them, PAM's dialogue, a memory for each source."""

import asyncio
import time
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from samovar.login import LoginRule
from samovar.sensors.ssh import Ssh
from samovar.sensors.ssh.credentials import Request
from samovar.sensors.ssh.delay import failure_delay
from tests.clients.running import Notes, running
from tests.sensors.ssh.peers import drawn, real_sshd
from tests.sensors.ssh.raw import OPTIONS

OPEN = (LoginRule(user="root", password="open"),)


class Trier(asyncssh.SSHClient):
    """Tries wrong passwords for ever and remembers when."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.prompts: list[Any] = []

    def password_auth_requested(self) -> str:
        self.asked.append(time.monotonic())
        return f"wrong{len(self.asked)}"

    def kbdint_auth_requested(self) -> str:
        return ""

    def kbdint_challenge_received(self, name: str, instructions: str, lang: str, prompts: Any) -> list[str]:
        self.prompts.append((name, instructions, lang, prompts))
        return ["open"] * len(prompts)


async def attempt(port: int, **options: Any) -> Trier:
    trier = Trier()
    options = {"username": "root", "preferred_auth": ["password"], **OPTIONS, **options}
    async with asyncssh.connect("127.0.0.1", port, client_factory=lambda: trier, **options):
        return trier


async def end_of(port: int, **options: Any) -> str:
    with pytest.raises((asyncssh.Error, ConnectionError)) as ended:
        await attempt(port, **options)
    return str(ended.value)


async def test_six_tries_then_sshds_own_words(tmp_path: Path) -> None:
    async with running(Ssh(failure_delay=0), tmp_path, drawn("debian-12")) as (port, notes):
        ours = await end_of(port)
    assert ours == "Too many authentication failures"
    assert [e.event_action for e in notes.events].count("login") == 6


async def test_dropbear_hangs_up_without_a_word_after_three(tmp_path: Path) -> None:
    async with running(Ssh(failure_delay=0), tmp_path, drawn("openwrt-23.05")) as (port, notes):
        assert await end_of(port) == "Connection lost"
    assert [e.event_action for e in notes.events].count("login") == 3


async def test_a_wrong_password_costs_what_it_costs_at_sshd(tmp_path: Path) -> None:
    async with running(Ssh(failure_delay=0.1), tmp_path, drawn("debian-12")) as (port, _):
        began = time.monotonic()
        await end_of(port)
    assert time.monotonic() - began >= 6 * 0.075  # the least that a tenth of a second becomes


def test_delays_are_a_power_of_two_of_the_users_own_few_milliseconds() -> None:
    persona = drawn("debian-12")
    wrong = Request(b"root", b"ssh-connection", b"password")
    delays = {failure_delay(persona, wrong, 2.0) for _ in range(100)}
    least = failure_delay(persona, Request(b"root", b"ssh-connection", b"publickey"), 2.0)
    assert 0.005 <= least <= 0.0093
    assert all((delay / least).is_integer() and 1.5 <= delay < 5 for delay in delays)
    assert failure_delay(persona, wrong, 0) == 0
    assert all(0.2 < failure_delay(drawn("openwrt-23.05"), wrong, 0.3) < 0.4 for _ in range(20))


def test_users_differ_in_it_and_keep_it() -> None:
    persona = drawn("debian-12")
    least = [failure_delay(persona, Request(b"%d" % n, b"", b"publickey"), 2.0) for n in range(20)]
    assert len(set(least)) == 20
    assert least == [failure_delay(persona, Request(b"%d" % n, b"", b"publickey"), 2.0) for n in range(20)]


async def test_what_comes_during_the_delay_waits(tmp_path: Path) -> None:
    async with running(Ssh(failure_delay=0.3, login=OPEN), tmp_path, drawn("debian-12")) as (port, notes):
        tries = [end_of(port) for _ in range(3)]
        await asyncio.gather(*tries)
    assert [e.event_action for e in notes.events].count("login") == 18


async def test_keyboard_interactive_is_pams(tmp_path: Path) -> None:
    options = {"preferred_auth": ["keyboard-interactive"]}
    async with running(Ssh(login=OPEN, keyboard_interactive=True), tmp_path) as (port, notes):
        trier = await attempt(port, **options)
    assert trier.prompts == [("", "", "", [("Password: ", False)]), ("", "", "", [])]  # PAM's end asks nothing
    (login,) = (event for event in notes.events if event.event_action == "login")
    assert login.samovar_detail["auth_method"] == "keyboard-interactive"
    assert login.samovar_login_password == "open"


async def test_methods_are_debians(tmp_path: Path) -> None:
    options = {"preferred_auth": ["keyboard-interactive"]}
    async with running(Ssh(), tmp_path, drawn("debian-12")) as (port, _):
        ours = await end_of(port, **options)
    with real_sshd(tmp_path) as port:
        assert ours == await end_of(port, **options)


async def outcome(port: int, notes: Notes, password: str) -> str:
    try:
        async with asyncssh.connect("127.0.0.1", port, username="root", password=password, **OPTIONS):
            pass
    except asyncssh.PermissionDenied:
        pass
    return [e.event_outcome for e in notes.events if e.event_action == "login"][-1]


async def test_a_source_gets_the_same_answer_again(tmp_path: Path) -> None:
    rules = (LoginRule(user="root", password="/a|b|c|d/", after=3),)
    async with running(Ssh(failure_delay=0, login=rules), tmp_path) as (port, notes):
        got = [(password, await outcome(port, notes, password)) for password in "abcabcdac"]
    assert [password for password, said in got if said == "success"] == ["c", "c", "d", "c"]


async def test_a_key_is_kept_whole(tmp_path: Path) -> None:
    key = asyncssh.generate_private_key("ssh-ed25519", comment="eve@work")
    async with running(Ssh(failure_delay=0), tmp_path) as (port, notes):
        options = {"client_keys": [key], "preferred_auth": ["publickey"]}
        await end_of(port, **options)
    (offered,) = (event for event in notes.events if event.event_action == "login")
    assert offered.samovar_detail["key_fingerprint"] == key.get_fingerprint()
    assert f"ssh-ed25519 {offered.samovar_detail['key']}" in key.export_public_key().decode()

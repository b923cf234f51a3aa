"""kill -9 of each process under load: what was acknowledged is there, once."""

import os
import signal
import socket
import threading
import time
from pathlib import Path

import pytest

from tests.cli.platform import DEADLINE, Platform, platform, start

ROUNDS = 120


def attack(urn: Platform, name: str, acknowledged: list[str], stop: threading.Event) -> None:
    """Ask for one page after the other; those whose answer has begun to arrive are acknowledged."""
    for number in range(ROUNDS):
        if stop.is_set():
            return
        path = f"/{name}-{number}"
        try:
            with socket.create_connection(("127.0.0.1", urn.ports["http"]), timeout=5) as client:
                client.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
                if client.recv(4096).startswith(b"HTTP/1.1 404"):
                    acknowledged.append(path)
        except OSError:
            time.sleep(0.05)  # whoever held the connection was killed


def under_load(urn: Platform, kill: list[int]) -> list[str]:
    acknowledged: list[str] = []
    stop = threading.Event()
    attackers = [threading.Thread(target=attack, args=(urn, f"t{n}", acknowledged, stop)) for n in range(8)]
    for attacker in attackers:
        attacker.start()
    for pid in kill:
        deadline = time.monotonic() + DEADLINE
        before = len(acknowledged)
        while len(acknowledged) < before + 5 and time.monotonic() < deadline and any(a.is_alive() for a in attackers):
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)
    for attacker in attackers:
        attacker.join(DEADLINE)
    stop.set()
    return acknowledged


def recorded(urn: Platform, least: int) -> list[str]:
    found = urn.until("sensor:http and action:request", least)
    return sorted(e.url_original or "" for e in found)


@pytest.mark.parametrize("victims", [("worker0",), ("hub",), ("hub", "worker1")], ids="+".join)
def test_nothing_acknowledged_is_lost(tmp_path: Path, victims: tuple[str, ...]) -> None:
    with platform(tmp_path / "data") as urn:
        pids = urn.pids()
        acknowledged = under_load(urn, [pids[victim] for victim in victims])
        assert len(acknowledged) > 20
        found = recorded(urn, len(set(acknowledged)))
        assert len(found) == len(set(found)), "an event arrived twice"
        assert set(acknowledged) <= set(found)
        deadline = time.monotonic() + DEADLINE
        while any(urn.pids()[victim] in (0, pids[victim]) for victim in victims):
            assert time.monotonic() < deadline, "it was not started again"
            time.sleep(0.1)
        assert urn.stop() == 0


def test_a_killed_supervisor_takes_all_with_it_and_loses_nothing(tmp_path: Path) -> None:
    with platform(tmp_path / "data") as urn:
        pids = urn.pids()
        acknowledged = under_load(urn, [urn.process.pid])
        urn.process.wait(DEADLINE)
        deadline = time.monotonic() + DEADLINE
        while any(Path(f"/proc/{pid}").exists() for pid in pids.values()):
            assert time.monotonic() < deadline, "a process outlived its supervisor"
            time.sleep(0.1)
    assert acknowledged
    with start(urn.data, urn.ports) as again:
        found = recorded(again, len(set(acknowledged)))
        assert set(acknowledged) <= set(found)
        assert len(found) == len(set(found))


def test_an_orderly_end_leaves_everything_in_the_store(tmp_path: Path) -> None:
    with platform(tmp_path / "data") as urn:
        acknowledged: list[str] = []
        attack(urn, "last", acknowledged, threading.Event())
        assert urn.stop() == 0
        found = recorded(urn, len(acknowledged))  # nothing runs: these come from the store's own files
        assert sorted(acknowledged) == found

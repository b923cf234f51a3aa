"""A whole installation: supervisor, fork server, two workers, hub, spool."""

import socket
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from samovar.process.spec import Status
from tests.process.installation import Installation, running, wait_for


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Installation]:
    data = tmp_path / "data"
    data.mkdir()
    with running(data) as installation:
        yield installation


def test_events_reach_the_spool_and_nothing_else_does(whole: Installation) -> None:
    for number in range(50):
        assert whole.ask(f"line {number}") == f"ok line {number}"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(30)
        sock.sendto(b"hello", whole.address("datagram"))
        assert sock.recv(100) == b"hello"
    assert whole.stop() == 0
    events = whole.events()
    commands = sorted(e.process_command_line or "" for e in events if e.event_action == "command")
    assert commands == sorted(f"line {number}" for number in range(50))
    actions = [e.event_action for e in events]
    assert actions.count("connect") == actions.count("disconnect") == 51
    assert {e.destination_port for e in events} == {22, 69}
    assert len({e.event_id for e in events}) == len(events)


def test_large_artefacts_arrive_whole(whole: Installation) -> None:
    for size in (0, 10, 131_072, 3_000_000):
        assert whole.ask(f"keep {size}").startswith("ok keep")
    assert whole.stop() == 0
    names = {e.file_hash_sha256: e.file_size for e in whole.events() if e.event_action == "file"}
    stored = {path.name: path.stat().st_size for path in (whole.data / "files").iterdir()}
    assert stored == names
    assert sorted(stored.values()) == [0, 10, 131_072, 3_000_000]
    assert not list((whole.data / "parts").iterdir())


def test_the_tally_is_one_for_all_workers(whole: Installation) -> None:
    counts = [int(whole.ask("tally login")) for _ in range(40)]
    assert counts == list(range(1, 41))


def test_status_and_ports_say_what_is(whole: Installation) -> None:
    status = msgspec.json.decode((whole.data / "status.json").read_bytes(), type=Status)
    assert [worker.ready for worker in status.workers] == [True, True]
    assert [port.transport for port in status.ports] == ["tcp", "udp"]
    ports = msgspec.json.decode((whole.data / "ports.json").read_bytes())
    assert [list(port) for port in ports] == [["sensor", "family", "transport", "port", "bound"]] * 2
    assert len(whole.descendants()) == 5
    wait_for("statistics", lambda: (whole.data / "stats.0").exists() and (whole.data / "stats.1").exists())


def test_a_second_one_on_the_same_data_is_refused(whole: Installation) -> None:
    import subprocess
    import sys

    command = [sys.executable, "-m", "tests.process.app", "up", str(whole.data), "1"]
    second = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert "already runs" in second.stderr
    assert whole.ask("still there") == "ok still there"

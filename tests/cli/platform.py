"""A whole Samovar for tests: ``samovar up`` in a process of its own, on free ports of 127.0.0.1."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from samovar.event import Event

DEADLINE = 60.0  # seconds for anything at all on a loaded machine
SENSORS = ("ssh", "telnet", "ftp", "http", "https", "tftp", "catchall", "catchall-udp")


def free_ports(count: int) -> list[int]:
    """Ports that nobody listens on now, for TCP or UDP."""
    socks = [socket.socket() for _ in range(count)]
    try:
        for sock in socks:
            sock.bind(("127.0.0.1", 0))
        return [sock.getsockname()[1] for sock in socks]
    finally:
        for sock in socks:
            sock.close()


def free_run(count: int) -> int:
    """The first of ``count`` free ports in a row."""
    while True:
        first = free_ports(1)[0]
        if first + count < 65_536 and all(_is_free(port) for port in range(first, first + count)):
            return first


def _is_free(port: int) -> bool:
    with socket.socket() as sock:
        try:
            sock.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


class Platform:
    """One that runs."""

    def __init__(self, data: Path, process: subprocess.Popen[bytes], ports: dict[str, int], url: str) -> None:
        self.data, self.process, self.ports, self.url = data, process, ports, url

    def samovar(self, *arguments: str, code: int = 0) -> str:
        """What a command prints; its exit code must be ``code``."""
        done = run(self.data, *arguments)
        assert done.returncode == code, done.stderr
        return done.stdout

    def events(self, query: str = "") -> list[Event]:
        """All events of the last hour that match."""
        lines = self.samovar("events", "--last", "1h", "--format", "jsonl", query).splitlines()
        return [msgspec.json.decode(line, type=Event) for line in lines]

    def until(self, query: str, count: int) -> list[Event]:
        """The matching events, once there are so many."""
        deadline = time.monotonic() + DEADLINE
        while len(found := self.events(query)) < count:
            assert time.monotonic() < deadline, f"{len(found)} of {count} events match {query!r}"
            time.sleep(0.2)
        return found

    def pids(self) -> dict[str, int]:
        """The processes, by what they are: ``hub``, ``worker0`` ..."""
        health = json.loads(self.samovar("status", "--json"))
        workers = [worker["pid"] for worker in health["workers"]]
        return {"hub": workers[-1], **{f"worker{n}": pid for n, pid in enumerate(workers[:-1])}}

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(DEADLINE)


def run(data: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    """One ``samovar`` command."""
    command = [sys.executable, "-m", "samovar.cli", *arguments, "--data", str(data)]
    environment = {k: v for k, v in os.environ.items() if not k.startswith("SAMOVAR_")}
    return subprocess.run(
        command, capture_output=True, text=True, input=typed, timeout=DEADLINE, env=environment, check=False
    )


def write_configuration(data: Path, more: str = "") -> dict[str, int]:
    """A configuration on free ports; which sensor got which."""
    data.mkdir(exist_ok=True)
    chosen = dict(zip(SENSORS, free_ports(len(SENSORS)), strict=True))
    passive = free_run(4)
    lines = ["workers = 2", "port_offset = 0", 'listen = ["127.0.0.1"]', f"passive_ports = [{passive}, {passive + 3}]"]
    lines += [more, "[web]", 'listen = "127.0.0.1:0"']
    for name, port in chosen.items():
        lines += [f"[sensors.{name}]", f"ports = [{port}]"]
    (data / "samovar.toml").write_text("\n".join(lines) + "\n")
    return chosen


@contextmanager
def platform(data: Path, more: str = "") -> Iterator[Platform]:
    """Start one, wait until it is ready, and end it afterwards."""
    ports = write_configuration(data, more)
    with start(data, ports) as running:
        yield running


@contextmanager
def start(data: Path, ports: dict[str, int]) -> Iterator[Platform]:
    """Start on a DATA that is configured already."""
    log = (data / "log.txt").open("ab")
    process = subprocess.Popen(
        [sys.executable, "-m", "samovar.cli", "up", "--data", str(data)], stdout=log, stderr=log, start_new_session=True
    )
    try:
        deadline = time.monotonic() + DEADLINE
        while not (data / "run.json").exists() or json.loads((data / "run.json").read_text())["pid"] != process.pid:
            assert process.poll() is None, (data / "log.txt").read_text()
            assert time.monotonic() < deadline, (data / "log.txt").read_text()
            time.sleep(0.05)
        yield Platform(data, process, ports, json.loads((data / "run.json").read_text())["url"])
    finally:
        log.close()
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(15)

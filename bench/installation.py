"""Runs the real program in a network namespace of its own, for the measurements. Linux; root or user namespaces."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LIMIT = 60.0  # seconds for anything


def alone() -> None:
    """Start this script again in a new network namespace, once."""
    if os.environ.get("BENCH_ALONE") != "1":
        options = "-n" if os.geteuid() == 0 else "-Urn"
        os.environ["BENCH_ALONE"] = "1"
        os.execvp("unshare", ["unshare", options, sys.executable, *sys.argv])
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[bytes], Path, float]]:
    """``samovar up`` on fresh data: its process, DATA, and the monotonic time of its start."""
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        data = Path(folder) / "data"
        command = [sys.executable, "-m", "samovar.cli", "up", "--data", str(data), "--quiet", *options]
        with (Path(folder) / "log").open("wb") as log:
            start = time.monotonic()
            process = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            yield process, data, start
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(LIMIT)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def until(condition: object, start: float) -> float:
    """Seconds from ``start`` until ``condition()`` holds."""
    while not condition():  # type: ignore[operator]
        if time.monotonic() - start > LIMIT:
            raise SystemExit("it does not come up")
        time.sleep(0.005)
    return time.monotonic() - start


def addresses(data: Path, transport: str = "tcp") -> list[tuple[str, str, int]]:
    """(sensor, host to connect to, port) of each line of ports.json."""
    found = []
    for port in json.loads((data / "ports.json").read_text()):
        host, _, number = port["bound"].rpartition(":")
        host = {"0.0.0.0": "127.0.0.1", "[::]": "::1"}.get(host, host.strip("[]"))
        if port["transport"] == transport:
            found.append((port["sensor"], host, int(number)))
    return found


def talk(host: str, port: int, request: bytes) -> bytes:
    """One short session: send, read once, close; ``b""`` if nobody answers."""
    try:
        with socket.create_connection((host, port), 5) as connection:
            connection.sendall(request)
            return connection.recv(4096)
    except OSError:
        return b""

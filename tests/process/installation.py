"""Starts, watches and ends a whole installation of ``tests.process.app``."""

import contextlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from samovar.event import Event
from samovar.process.spec import Spec, Status, TapSpec
from samovar.spool import Spool, SpoolConfig

PATIENCE = 60.0  # seconds: the machine may be very busy
LOST = 2.0  # seconds after which a datagram's answer comes no more
ROOT = Path(__file__).parents[2]


def wait_for(what: str, condition: Callable[[], object], patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"never: {what}"
        time.sleep(0.02)


class Installation:
    """One run, and how to talk with it."""

    def __init__(self, data: Path, workers: int = 2, prefix: tuple[str, ...] = ()) -> None:
        self.data = data
        taps = (
            TapSpec(sensor="line", family="terminal", transport="tcp", port=22, host="127.0.0.1", bind_port=0),
            TapSpec(sensor="datagram", family="services", transport="udp", port=69, host="127.0.0.1", bind_port=0),
        )
        (data / "spec.json").write_bytes(msgspec.json.encode(Spec(data=str(data), taps=taps)))
        self._workers = workers
        self._prefix = prefix
        self.log = data.with_name(f"{data.name}.log")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Status:
        (self.data / "status.json").unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*self._prefix, sys.executable, "-m", "tests.process.app", "up", str(self.data), str(self._workers)],
                cwd=ROOT,
                env=os.environ | {"PROBED_DATA": str(self.data)},
                stdin=subprocess.DEVNULL,
                stderr=log,
                stdout=log,
            )
        wait_for("ready", lambda: (self.data / "status.json").exists() or self._ended())
        return msgspec.json.decode((self.data / "status.json").read_bytes(), type=Status)

    def _ended(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log.read_text()
        return False

    def stop(self) -> int:
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(PATIENCE)

    def address(self, sensor: str) -> tuple[str, int]:
        for port in msgspec.json.decode((self.data / "ports.json").read_bytes()):
            if port["sensor"] == sensor:
                host, _, number = port["bound"].rpartition(":")
                return host, int(number)
        raise KeyError(sensor)

    def ask(self, line: str) -> str:
        """One connection, one line, its answer; ConnectionError if the worker died."""
        with socket.create_connection(self.address("line"), PATIENCE) as connection:
            connection.sendall(line.encode() + b"\n")
            answer = connection.makefile("rb").readline().decode()
        if not answer:
            raise ConnectionError("no answer")
        return answer.strip()

    def ask_datagram(self, line: str) -> str:
        """One datagram from an address that has not asked before; what comes back. TimeoutError: nothing does."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.bind((f"127.{secrets.randbelow(254) + 1}.{secrets.randbelow(256)}.{secrets.randbelow(254) + 1}", 0))
            client.connect(self.address("datagram"))
            client.settimeout(LOST)
            client.send(line.encode())
            return client.recv(65_535).decode()

    def descendants(self) -> dict[int, str]:
        """pid -> role of everything that the supervisor started and that lives."""
        assert self.process is not None
        return dict(_descendants(self.process.pid))

    def pid_of(self, role: str) -> int:
        return next(pid for pid, name in self.descendants().items() if name == role)

    def events(self) -> list[Event]:
        """All that the spool holds; after the end."""
        spool = Spool(self.data / "spool", SpoolConfig())
        cursor = spool.cursor("test")
        found: list[Event] = []
        while batch := cursor.read():
            found += batch.events
            cursor.passed(batch)
        cursor.close()
        spool.close()
        return found


def _descendants(pid: int) -> Iterator[tuple[int, str]]:
    with contextlib.suppress(OSError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            role = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")[-2:][0].decode()
            yield int(child), role
            for grandchild, _ in _descendants(int(child)):
                # What the fork server's children call themselves: worker 0, broker, fetcher.
                yield grandchild, Path(f"/proc/{grandchild}/comm").read_text().split()[0]


@contextlib.contextmanager
def running(data: Path, workers: int = 2, prefix: tuple[str, ...] = ()) -> Iterator[Installation]:
    installation = Installation(data, workers, prefix)
    try:
        installation.start()
        yield installation
    finally:
        left = installation.descendants() if installation.process else {}
        if installation.process is not None and installation.process.poll() is None:
            try:
                installation.stop()
            except subprocess.TimeoutExpired:
                installation.process.kill()
                installation.process.wait()
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        shutil.rmtree(data, ignore_errors=True)

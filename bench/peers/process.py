"""A server under measurement: its processes' CPU time and memory, read from outside."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

PATIENCE = 60.0  # seconds for a start, and for an end


def family(pid: int) -> Iterator[int]:
    """A process and all its descendants."""
    yield pid
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                yield from family(int(child))


def cpu(pids: Iterator[int] | list[int]) -> float:
    """Seconds of CPU that these processes' threads have had."""
    spent = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # of one that has just ended
            for task in Path(f"/proc/{pid}/task").iterdir():
                spent += int((task / "schedstat").read_text().split()[0])
    return spent / 1e9


def pss(pids: Iterator[int] | list[int]) -> float:
    """Proportional set size in MB."""
    kilobytes = 0
    for pid in pids:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                if line.startswith("Pss:"):
                    kilobytes += int(line.split()[1])
    return kilobytes / 1024


class Server:
    """A peer's process, from its start to the end of the ``with`` statement."""

    def __init__(self, command: list[str], folder: Path, environment: dict[str, str]) -> None:
        self._command, self._folder, self._environment = command, folder, environment

    def __enter__(self) -> "Server":
        self.start = time.monotonic()
        with (self._folder / "output").open("wb") as output:
            self._process = subprocess.Popen(
                self._command, cwd=self._folder, env=os.environ | self._environment, stdout=output, stderr=output
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def wait_for(self, port: int) -> None:
        """Return when it accepts on ``port``."""
        deadline = time.monotonic() + PATIENCE
        while self.pids():
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                return
            except OSError:
                if time.monotonic() > deadline:
                    raise SystemExit("the peer does not come up") from None
                time.sleep(0.05)

    def pids(self) -> list[int]:
        """All its processes."""
        if self._process.poll() is not None:
            raise SystemExit(f"the peer has ended: {(self._folder / 'output').read_text()[-500:]}")
        return list(family(self._process.pid))

"""The fetcher as a process: on demand, locked in, killed, idle, switched off."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import msgspec
import pytest

from samovar.fetch.config import FetchConfig
from samovar.process.spec import Spec
from tests.fetch.locked import FATAL, REFUSED
from tests.process.installation import ROOT, Installation, wait_for

SAMPLE = os.urandom(3_000_000)
_RIGHTS = ("--inh-caps=-all,+dac_read_search", "--ambient-caps=-all,+dac_read_search")
USER = ("setpriv", "--reuid=12345", "--regid=12345", "--clear-groups", *_RIGHTS)


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.hits.append(self.path)  # type: ignore[attr-defined]
        self.send_response(200)
        self.send_header("Content-Length", str(len(SAMPLE)))
        self.end_headers()
        if self.path == "/slow":
            self.wfile.write(SAMPLE[:1000])
            self.server.release.wait(30)  # type: ignore[attr-defined]
        else:
            self.wfile.write(SAMPLE)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


class Web:
    """A web server on loopback."""

    def __init__(self) -> None:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
        self.hits: list[str] = []
        self.server.hits = self.hits  # type: ignore[attr-defined]
        self.server.release = threading.Event()  # type: ignore[attr-defined]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        self.server.release.set()  # type: ignore[attr-defined]
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def web() -> Iterator[Web]:
    server = Web()
    yield server
    server.close()


def _quiet(installation: Installation, line: str) -> None:
    try:
        installation.ask(line)
    except OSError:
        return


@contextmanager
def installed(fetch: FetchConfig | None, workers: int = 1, prefix: tuple[str, ...] = ()) -> Iterator[Installation]:
    data = Path(tempfile.mkdtemp(prefix="fetching"))
    if prefix:
        os.chown(data, 12345, 12345)
    installation = Installation(data, workers, prefix)
    spec = msgspec.json.decode((data / "spec.json").read_bytes(), type=Spec)
    spec = msgspec.structs.replace(spec, fetch=msgspec.json.encode(fetch) if fetch else b"")
    (data / "spec.json").write_bytes(msgspec.json.encode(spec))
    try:
        installation.start()
        yield installation
        assert installation.stop() == 0
    finally:
        if installation.process is not None and installation.process.poll() is None:
            installation.process.kill()
            installation.process.wait()
        shutil.rmtree(data, ignore_errors=True)
        installation.log.unlink(missing_ok=True)


LOOPBACK = FetchConfig(ports="any", allow=("127.0.0.0/8",))


def fetcher(installation: Installation) -> int:
    """Its pid, or 0."""
    for pid in installation.descendants():
        try:
            if Path(f"/proc/{pid}/comm").read_text() == "fetcher\n":
                return pid
        except OSError:
            continue
    return 0


def _users() -> list[tuple[str, ...]]:
    return [(), USER] if os.geteuid() == 0 and shutil.which("setpriv") else [()]


@pytest.mark.parametrize("prefix", _users(), ids=lambda prefix: "user" if prefix else "started as we are")
def test_on_demand_and_locked_in(web: Web, prefix: tuple[str, ...]) -> None:
    with installed(LOOPBACK, prefix=prefix) as installation:
        assert fetcher(installation) == 0
        assert installation.ask(f"fetch {web.url}/a") == f"None {len(SAMPLE)}"
        pid = fetcher(installation)
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        fields = dict(line.split(":\t", 1) for line in lines if ":\t" in line)
        assert (fields["NoNewPrivs"], fields["Seccomp"], fields["Threads"]) == ("1", "2", "1")
        assert {fields[name] for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")} == {"0" * 16}
        worker = Path(f"/proc/{installation.ask('pid')}/status").read_text()
        if os.geteuid() == 0 and not prefix:
            assert set(fields["Uid"].split()) == set(fields["Gid"].split()) == {"65533"}
            assert "Uid:\t65534" in worker
        for space in ("mnt", "ipc", "uts"):
            assert os.readlink(f"/proc/{pid}/ns/{space}") != os.readlink(f"/proc/self/ns/{space}")
        assert os.readlink(f"/proc/{pid}/ns/net") == os.readlink("/proc/self/ns/net")


@pytest.fixture(scope="module", params=_users(), ids=lambda prefix: "user" if prefix else "started as we are")
def tried(request: pytest.FixtureRequest) -> dict[str, str]:
    argv = [*request.param, sys.executable, "-m", "tests.fetch.locked"]
    output = subprocess.run(argv, capture_output=True, cwd=ROOT, timeout=120)
    assert output.returncode == 0, output.stderr.decode()
    found: dict[str, str] = json.loads(output.stdout)["found"]
    return found


@pytest.mark.parametrize("name", sorted(REFUSED))
def test_refused(tried: dict[str, str], name: str) -> None:
    assert tried[name].startswith("refused")


@pytest.mark.parametrize("name", sorted(FATAL))
def test_fatal(tried: dict[str, str], name: str) -> None:
    assert tried[name] == "SIGSYS"


def test_the_way_out_is_open(tried: dict[str, str]) -> None:
    assert tried["way out"]


def test_every_worker_is_served_and_one_download_is_shared(web: Web) -> None:
    with installed(LOOPBACK, workers=2) as installation:
        pids = set()
        for _ in range(20):
            pids.add(installation.ask("pid"))
            assert installation.ask(f"fetch {web.url}/a") == f"None {len(SAMPLE)}"
        assert len(pids) == 2
        assert web.hits == ["/a"]


def test_killed_in_the_middle_of_a_download(web: Web) -> None:
    with installed(LOOPBACK) as installation:
        answers: list[str] = []
        asking = threading.Thread(target=lambda: answers.append(installation.ask(f"fetch {web.url}/slow")))
        asking.start()
        wait_for("the download", lambda: web.hits == ["/slow"])
        before = fetcher(installation)
        os.kill(before, signal.SIGKILL)
        asking.join(60)
        assert answers == ["busy 0"]
        assert installation.ask(f"fetch {web.url}/next") == f"None {len(SAMPLE)}"
        assert fetcher(installation) not in (0, before)
        assert "fetcher killed by SIGKILL" in installation.log.read_text()


def test_killed_again_and_again(web: Web) -> None:
    with installed(LOOPBACK) as installation:
        for number in range(4):
            assert installation.ask(f"fetch {web.url}/{number}") == f"None {len(SAMPLE)}"
            os.kill(fetcher(installation), signal.SIGKILL)


def test_a_worker_that_dies_costs_the_others_nothing(web: Web) -> None:
    with installed(LOOPBACK) as installation:
        asking = threading.Thread(target=lambda: _quiet(installation, f"fetch {web.url}/slow"))
        asking.start()
        wait_for("the download", lambda: web.hits == ["/slow"])
        os.kill(int(installation.ask("pid")), signal.SIGKILL)
        asking.join(60)
        wait_for("a new worker", lambda: _answers(installation))
        assert installation.ask(f"fetch {web.url}/next") == f"None {len(SAMPLE)}"


def _answers(installation: Installation) -> bool:
    try:
        return bool(installation.ask("pid"))
    except OSError:
        return False


def test_loopback_is_not_reached_by_default(web: Web) -> None:
    with installed(FetchConfig(ports="any")) as installation:
        assert installation.ask(f"fetch {web.url}/a") == "forbidden-address 0"
        assert web.hits == []


def test_switched_off(web: Web) -> None:
    with installed(None) as installation:
        assert installation.ask(f"fetch {web.url}/a") == "disabled 0"
        assert fetcher(installation) == 0
    assert web.hits == []


def test_the_end_does_not_wait_for_downloads(web: Web) -> None:
    with installed(LOOPBACK) as installation:
        asking = threading.Thread(target=lambda: _quiet(installation, f"fetch {web.url}/slow"))
        asking.start()
        wait_for("the download", lambda: web.hits == ["/slow"])
        pid = fetcher(installation)
        began = time.monotonic()
        assert installation.stop() == 0
        assert time.monotonic() - began < 15
        assert not Path(f"/proc/{pid}").exists()
        asking.join(60)

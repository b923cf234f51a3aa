"""A real ssh client with a terminal: what it saw is what is replayed, also when the hub dies in between."""

import http.client
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from samovar.asciicast import Entry, parse
from samovar.process.terminals import Piece
from samovar.recordings import Recordings
from tests.cli.platform import DEADLINE, Platform, platform

pytestmark = pytest.mark.skipif(not (shutil.which("ssh") and shutil.which("sshpass")), reason="needs ssh and sshpass")
RULES = '[terminal]\nlogin = [{ user = "root", password = "open" }]\n'
OPTIONS = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR",
           "-o", "PubkeyAuthentication=no", "-F", "/dev/null", "-e", "none")  # fmt: skip


@pytest.fixture(scope="module")
def urn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with platform(tmp_path_factory.mktemp("replay") / "data", RULES) as running:
        yield running


def drawn(seen: bytes) -> bytes:
    """What a replay shows of it: not the modes that a program sets (bracketed paste)."""
    return seen.replace(b"\x1b[?2004h", b"").replace(b"\x1b[?2004l", b"")


class Client:
    """`ssh -tt` as root, whose keys we strike and whose screen we read."""

    def __init__(self, urn: Platform) -> None:
        command = ["sshpass", "-p", "open", "ssh", "-tt", *OPTIONS, "-p", str(urn.ports["ssh"]), "root@127.0.0.1"]
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "TERM": "xterm-256color"},
        )
        self.seen = b""

    def type(self, text: str) -> None:
        """Strike keys."""
        assert self.process.stdin
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def until(self, wanted: bytes, times: int = 1) -> None:
        """Read until it was shown so many times."""
        assert self.process.stdout
        deadline = time.monotonic() + DEADLINE
        while self.seen.count(wanted) < times:
            assert time.monotonic() < deadline, self.seen
            if select.select([self.process.stdout], [], [], 1)[0]:
                more = os.read(self.process.stdout.fileno(), 65_536)
                assert more, self.seen
                self.seen += more

    def leave(self) -> bytes:
        """Log out; all that was seen."""
        self.type("exit\r")
        assert self.process.stdout
        with self.process:
            self.seen += self.process.stdout.read()
        return self.seen


def session_of(urn: Platform, command: str) -> str:
    """The id of the session in which ``command`` was given."""
    (event,) = urn.until(f'command:"{command}"', 1)
    return event.samovar_session_id


def replayed(urn: Platform, session: str) -> bytes:
    done = subprocess.run(
        [sys.executable, "-m", "samovar.cli", "replay", session, "--cat", "--data", str(urn.data)],
        capture_output=True,
        timeout=DEADLINE,
        check=True,
    )
    return done.stdout


def watched(urn: Platform, session: str, got: list[object], begun: threading.Event) -> None:
    """Read the live stream to its end."""
    address = urlsplit(urn.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=DEADLINE)
    token = (urn.data / "api-token").read_text().strip()
    connection.request("GET", f"/api/v1/recordings/{session}/live", headers={"authorization": f"Bearer {token}"})
    with closing(connection), closing(connection.getresponse()) as answer:
        for line in answer:
            if line.startswith(b"event: done"):
                return
            if line.startswith(b"data: "):
                got.append(json.loads(line[6:]))
                begun.set()


def test_what_the_client_saw_is_replayed_and_can_be_watched_live(urn: Platform) -> None:
    client = Client(urn)
    client.until(b"# ")
    client.type("echo first-$((40+2))\r")
    client.until(b"first-42")
    session = session_of(urn, "echo first-$((40+2))")
    got: list[object] = []
    begun = threading.Event()
    watcher = threading.Thread(target=watched, args=(urn, session, got, begun))
    watcher.start()
    assert begun.wait(DEADLINE)
    client.type("ls -la /etc | head -5; uname -a\r")
    client.until(b"GNU/Linux")
    seen = client.leave()
    watcher.join(DEADLINE)
    assert not watcher.is_alive()
    begin, *later = got
    assert isinstance(begin, dict)
    assert "first-42" in begin["init"]
    live = begin["init"] + "".join(entry[2] for entry in later if isinstance(entry, list) and entry[1] == "o")
    assert live.encode() == seen
    assert replayed(urn, session) == drawn(seen)
    rows = json.loads(urn.samovar("session", session, "--format", "jsonl").splitlines()[0])
    assert rows["samovar.session.id"] == session


def test_what_was_typed_and_the_terminal_are_recorded(urn: Platform) -> None:
    client = Client(urn)
    client.until(b"# ")
    client.type("echo typed-by-hand\r")
    client.until(b"typed-by-hand", 2)
    client.leave()
    session = session_of(urn, "echo typed-by-hand")
    path = next((urn.data / "recordings").glob(f"*/{session}.cast"))
    header, entries = parse(path.read_bytes())
    assert header.env == {"TERM": "xterm-256color"}
    typed = "".join(entry.data for entry in entries if entry.code == "i")
    assert typed == "echo typed-by-hand\rexit\r"
    assert "127.0.0.1" not in path.read_text().partition("\n")[0]


def test_a_recording_goes_on_exactly_after_kill_9_of_the_hub(urn: Platform) -> None:
    client = Client(urn)
    client.until(b"# ")
    hub = urn.pids()["hub"]
    for number in range(30):
        if number in (7, 15):
            os.kill(hub, signal.SIGKILL)
        client.type(f"echo before-and-after-{number}\r")
        client.until(f"before-and-after-{number}\r\n".encode(), 2)
        if number == 12:
            deadline = time.monotonic() + DEADLINE
            while (now := status_pid(urn, hub)) == hub:
                assert time.monotonic() < deadline
                time.sleep(0.1)
            hub = now
    seen = client.leave()
    session = session_of(urn, "echo before-and-after-29")
    deadline = time.monotonic() + DEADLINE
    while replayed(urn, session) != drawn(seen):
        assert time.monotonic() < deadline, (replayed(urn, session), drawn(seen))
        time.sleep(0.2)


def status_pid(urn: Platform, before: int) -> int:
    """The hub's process now; the one before while it does not answer."""
    try:
        return urn.pids()["hub"]
    except (AssertionError, json.JSONDecodeError):
        return before


@pytest.mark.parametrize("how", ["q", "end", "term"])
def test_keys_work_and_the_terminal_is_put_back(tmp_path: Path, how: str) -> None:
    session = f"{int(time.time() * 1e6):013x}aaaaaa0001"
    entries = tuple(Entry(number / 10, "o", f"line {number}\r\n") for number in range(1, 9))
    Recordings(tmp_path / "recordings").take(0, Piece(session, 0, entries, True))
    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    speed = ["--idle", "0"] if how == "end" else ["--speed", "0.001", "--idle", "600"]
    process = subprocess.Popen(
        [sys.executable, "-m", "samovar.cli", "replay", session, *speed, "--data", str(tmp_path)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**os.environ, "TERM": "xterm"},
        start_new_session=True,
    )
    try:
        seen = read_until(master, b"samovar replay 00:00")
        if how == "q":
            os.write(master, b".")
            seen = read_until(master, b"paused at", seen)
            os.write(master, b"..")
            seen = read_until(master, b"line 3", seen)
            os.write(master, b"q")
        elif how == "term":
            os.kill(process.pid, signal.SIGTERM)
        seen = read_until(master, b"\x1b[23;2t", seen)
        assert process.wait(DEADLINE) == (143 if how == "term" else 0)
    finally:
        process.kill()
        process.wait(DEADLINE)
    assert {"q": (b"line 3" in seen, b"line 4" in seen) == (True, False), "end": b"line 8" in seen, "term": True}[how]
    assert termios.tcgetattr(slave) == before
    os.close(slave)
    os.close(master)


def read_until(descriptor: int, wanted: bytes, seen: bytes = b"") -> bytes:
    """All that was seen, also before, once ``wanted`` is in it: one read may bring several things."""
    deadline = time.monotonic() + DEADLINE
    while wanted not in seen:
        assert time.monotonic() < deadline, seen
        if select.select([descriptor], [], [], 1)[0]:
            seen += os.read(descriptor, 65_536)
    return seen


def test_a_session_that_has_none_says_so(urn: Platform) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "samovar.cli", "replay", "0" * 23, "--data", str(urn.data)],
        capture_output=True,
        text=True,
        timeout=DEADLINE,
        check=False,
    )
    assert done.returncode == 1
    assert re.fullmatch(r"samovar: .*recording.*\n", done.stderr)

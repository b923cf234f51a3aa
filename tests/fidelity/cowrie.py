"""Runs lines in Cowrie, as a client that gives it one command over SSH, in a network of its own with loopback only."""

import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from bench.peers.cowrie import VERSION, cowrie, prepared
from tests.fidelity.corpus import SETS, Line, lines
from tests.fidelity.reference import HOST, TIMEOUT
from tests.fidelity.result import Place, Result, result, save

PORT, PASSWORD = 2222, "fidelity"
OPTIONS = ("-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR")
INSIDE = 'ip link set lo up && exec "$0" -m tests.fidelity.cowrie "$1"'


def measure(path: Path) -> None:
    """Run every line of the corpus, apart from all networks, and keep the results."""
    prepared()
    command = ["unshare", "--net", "sh", "-c", INSIDE, sys.executable, str(path)]
    subprocess.run(command, check=True, env={**os.environ, "COWRIE_HONEYPOT_HOSTNAME": HOST})


def run_all(wanted: Iterable[Line]) -> tuple[Place, dict[str, Result]]:
    """Every line's result, each in a session of its own; a line that hangs it costs a restart."""
    waiting = {line.text: line.command for line in wanted}
    found: dict[str, Result] = {}
    release = version = ""
    while waiting:
        with cowrie(PORT, PASSWORD) as server:
            server.wait_for(PORT)
            release, version = (_run(f"uname -{flag}".encode()).out.strip() for flag in "rv")
            for text, command in list(waiting.items()):
                found[text] = _run(command)
                del waiting[text]
                if found[text].status < 0:
                    print(f"no answer in {TIMEOUT:.0f} s: {text}", file=sys.stderr)
                    break
    return Place(kernel_release=release, kernel_version=version, product=f"Cowrie {VERSION}"), found


def _run(command: bytes) -> Result:
    """What OpenSSH's client gets; it bears that Cowrie closes a channel before it says that it was opened."""
    given = ["sshpass", "-e", "ssh", "-F", "none", "-T", "-p", str(PORT), *OPTIONS, "root@127.0.0.1", command.decode()]
    environment = {**os.environ, "SSHPASS": PASSWORD}
    try:
        done = subprocess.run(given, input=b"", capture_output=True, timeout=TIMEOUT, env=environment, check=False)
    except subprocess.TimeoutExpired:
        return Result("", "", -1)
    return result(done.stdout, done.stderr, done.returncode)


def main(path: Path) -> None:
    """Inside the network: run every line."""
    place, results = run_all(line for chosen in SETS for line in lines(chosen))
    save(path, place, results)


if __name__ == "__main__":
    main(Path(sys.argv[1]))

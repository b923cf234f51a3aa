"""SSH beside Cowrie: logins, idle shells, a written file, a recon script, start, memory. One JSON line.

Both run as users run them, the whole of Samovar with one worker (recorder, spool and store included), and are loaded
in turn by libssh clients (load.c), which share the two cores: trust CPU time. ``worker`` figures are of the process
that speaks SSH, ``all`` of all processes. Needs gcc and libssh-dev. ``--no-peer`` runs Samovar alone.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from installation import addresses, alone, running, talk, until

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.peers import cowrie
from bench.peers.process import cpu, family, pss

PASSWORD, PEER_PORT = "open", 22_022
SHELLS = 500
WRITERS = 50  # Cowrie keeps megabytes for each shell that writes
PATIENCE = 300
RECON = "; ".join(
    f"cat /proc/cpuinfo | grep name | wc -l; uname -m; cd /tmp && ls -la | head -{n}; echo {n} | awk '{{print $1}}'"
    for n in range(1, 48)
)[:4300].rpartition(";")[0]
SETTINGS = {
    "SAMOVAR_WORKERS": "1",
    "SAMOVAR_SENSORS__SSH__FAILURE_DELAY": "0",  # as the peer's delay is taken out
    "SAMOVAR_LIMITS__SESSIONS_PER_SOURCE": "4000",
    "SAMOVAR_LIMITS__BYTES_IN": "1000000",
    "SAMOVAR_TERMINAL__LOGIN": f'[{{user = "root", password = "{PASSWORD}"}}]',
}
Pids = Callable[[], list[int]]
Figures = dict[str, float]


class Target:
    """A running server: its port, all its processes, and those among them that speak SSH."""

    def __init__(self, load: Path, port: int, everything: Pids, speaking: Pids) -> None:
        self.port, self.everything, self.speaking = port, everything, speaking
        self._load = load

    def logins(
        self, name: str, clients: int, attempts: int, password: str, command: str = "", **options: str
    ) -> Figures:
        """CPU an attempt and attempts a second."""
        words = [str(self._load), str(self.port), password, "login", str(clients), str(attempts)]
        before = cpu(self.speaking()), cpu(self.everything())
        output = subprocess.run(
            words + [command] * bool(command), check=True, stdout=subprocess.PIPE, timeout=PATIENCE,
            env=os.environ | options,
        ).stdout  # fmt: skip
        after = cpu(self.speaking()), cpu(self.everything())
        accepted, refused, failed, milliseconds = map(float, output.split())
        if failed or (accepted if password != PASSWORD else refused):
            print(f"{name}: {accepted:.0f} accepted, {refused:.0f} refused, {failed:.0f} failed", file=sys.stderr)
        return {
            f"{name}_worker_ms": (after[0] - before[0]) * 1e3 / attempts,
            f"{name}_all_ms": (after[1] - before[1]) * 1e3 / attempts,
            f"{name}_per_s": attempts / milliseconds * 1e3,
        }

    def shells(self) -> Figures:
        """KB of an idle shell, and how many more, with CPU, one has that has written a file."""
        words = [str(self._load), str(self.port), PASSWORD, "shells", str(SHELLS), str(WRITERS), "echo x > /tmp/f"]
        held, spent = [pss(self.speaking())], []
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as client:
            assert client.stdin is not None
            assert client.stdout is not None
            for expected in (SHELLS, WRITERS):
                if (answered := int(client.stdout.readline().split()[1])) != expected:
                    print(f"{answered} of {expected} shells answered", file=sys.stderr)
                held.append(pss(self.speaking()))
                spent.append(cpu(self.speaking()))
                client.stdin.write(b"\n")
                client.stdin.flush()
        return {
            "shell_kb": (held[1] - held[0]) * 1024 / SHELLS,
            "written_file_kb": (held[2] - held[1]) * 1024 / WRITERS,
            "written_file_worker_ms": (spent[1] - spent[0]) * 1e3 / WRITERS,
        }


def measured(target: Target) -> Figures:
    """Everything about one server."""
    target.logins("warm", 16, 64, PASSWORD, "uname -a")
    found = {"fresh_mb": pss(target.everything())}
    found |= target.shells()  # first: later, memory that is free again would hide what a shell takes
    for clients in (16, 256):
        found |= target.logins(f"failed_{clients}", clients, 2048, "wrong")
    found |= target.logins("uname", 16, 480, PASSWORD, "uname -a")
    found |= target.logins("recon", 1, 10, PASSWORD, RECON)
    found["recon_script_ms"] = found["recon_worker_ms"] - found["uname_worker_ms"]
    found["after_mb"] = pss(target.everything())
    return found


@contextmanager
def samovar(load: Path) -> Iterator[tuple[Target, Figures]]:
    """Ours, and how long it took to answer."""
    os.environ.update(SETTINGS)
    with running("--web", "127.0.0.1:64296") as (process, data, start):
        until(lambda: (data / "ports.json").exists(), start)
        host, port = next((host, port) for sensor, host, port in addresses(data) if sensor == "ssh")
        ready = until(lambda: talk(host, port, b"").startswith(b"SSH-2.0"), start)

        def speaking() -> list[int]:
            pids = list(family(process.pid))
            return [pid for pid in pids if b"_forkserver" in Path(f"/proc/{pid}/cmdline").read_bytes()]

        yield Target(load, port, lambda: list(family(process.pid)), lambda: speaking()[1:]), {"start_s": ready}


@contextmanager
def peer(load: Path) -> Iterator[tuple[Target, Figures]]:
    """Cowrie, likewise."""
    with cowrie.cowrie(PEER_PORT, PASSWORD) as server:
        ready = until(lambda: talk("127.0.0.1", PEER_PORT, b"").startswith(b"SSH-2.0"), server.start)
        yield Target(load, PEER_PORT, server.pids, server.pids), {"start_s": ready}


def compiled(folder: str) -> Path:
    """The client. Exits with a line where it cannot be made."""
    load = Path(folder) / "load"
    source = Path(__file__).with_name("load.c")
    if not shutil.which("gcc") or subprocess.run(["gcc", "-O2", "-o", load, source, "-lssh", "-lpthread"]).returncode:
        raise SystemExit("the SSH bench needs gcc and libssh-dev")
    return load


def better(name: str, ours: float, theirs: float) -> float | None:
    """How many times better ours is; below 1 it is worse."""
    if min(ours, theirs) <= 0:
        return None
    return round(ours / theirs if name.endswith("_per_s") else theirs / ours, 2)


def main() -> None:
    """Measure both in one run."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--no-peer", action="store_true")
    options = parser.parse_args()
    if os.environ.get("BENCH_ALONE") != "1" and not options.no_peer:
        cowrie.prepared()
    alone()
    with TemporaryDirectory(prefix="bench") as folder:
        load = compiled(folder)
        with samovar(load) as (target, ours):
            ours |= measured(target)
            ours |= target.logins("failed_rsa", 16, 400, "wrong", LOAD_HOST_KEY="rsa-sha2-512")
            ours |= target.logins("failed_none", 16, 400, "wrong", LOAD_NONE="1")
        theirs: Figures = {}
        if not options.no_peer:
            time.sleep(1)
            with peer(load) as (target, theirs):
                theirs |= measured(target)
    print(json.dumps({
        "bench": "ssh", "samovar": {name: round(value, 3) for name, value in ours.items()},
        f"cowrie {cowrie.VERSION}": {name: round(value, 3) for name, value in theirs.items()},
        "ratio": {name: better(name, ours[name], value) for name, value in theirs.items()},
    }))  # fmt: skip


if __name__ == "__main__":
    main()

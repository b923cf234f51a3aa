"""Memory of all processes (PSS), standard edition, idle after 1,000 sessions."""

import json
import sys
import time
from pathlib import Path

from installation import addresses, alone, running, talk, until

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.peers.process import family, pss

SESSIONS = 1_000
REQUESTS = {"ssh": b"SSH-2.0-bench\r\n", "telnet": b"", "ftp": b"USER x\r\n", "http": b"GET / HTTP/1.0\r\n\r\n"}
SETTLE = 5.0  # seconds


def role(pid: int) -> str:
    """What a process is, by its last argument; workers look like the fork server."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    return next((name for name in ("_hub", "_forkserver") if name.encode() in words), "supervisor").strip("_")


def main() -> None:
    """Print the sum and its parts."""
    alone()
    with running("--web", "127.0.0.1:64296") as (process, data, start):
        until(lambda: (data / "ports.json").exists(), start)
        until(lambda: talk("127.0.0.1", 64296, REQUESTS["http"]), start)
        targets = {sensor: (host, port) for sensor, host, port in addresses(data) if sensor in REQUESTS}
        until(lambda: talk(*targets["ssh"], b""), start)
        answered = 0
        for number in range(SESSIONS):
            sensor = list(targets)[number % len(targets)]
            answered += bool(talk(*targets[sensor], REQUESTS[sensor]))
        time.sleep(SETTLE)
        parts: dict[str, float] = {}
        seen = set()
        for pid in family(process.pid):
            name = role(pid)
            name = "workers" if name == "forkserver" and name in seen else name
            seen.add(name)
            parts[name] = parts.get(name, 0.0) + pss([pid])
    figures = {name: round(value, 1) for name, value in parts.items()}
    print(json.dumps({"bench": "memory", "sessions": answered, "pss_mb": round(sum(parts.values()), 1), **figures}))


if __name__ == "__main__":
    main()

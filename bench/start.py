"""From exec to all ports answering: every TCP port accepts, SSH greets (workers), the page answers (hub)."""

import json
import resource
import socket
from pathlib import Path

from installation import addresses, alone, running, talk, until

REQUEST = b"GET / HTTP/1.0\r\nHost: localhost\r\n\r\n"


def greeted(data: Path) -> bool:
    """Whether a worker answers."""
    ssh = next((host, port) for sensor, host, port in addresses(data) if sensor == "ssh")
    return talk(*ssh, b"").startswith(b"SSH-2.0")


def accepted(data: Path) -> int:
    """How many TCP ports accept."""
    count = 0
    for _, host, port in addresses(data):
        with socket.create_connection((host, port), 5):
            count += 1
    return count


def once() -> dict[str, float]:
    """One start on fresh data, persona and all."""
    with running("--web", "127.0.0.1:64296") as (_, data, start):
        bound = until(lambda: (data / "ports.json").exists(), start)
        ssh = until(lambda: greeted(data), start)
        page = until(lambda: talk("127.0.0.1", 64296, REQUEST), start)
        ports = accepted(data)
    return {"bound": bound, "ssh": ssh, "page": page, "ports": ports}


def main() -> None:
    """Print the best and the worst of three starts, and the CPU of one from start to stop."""
    alone()
    runs = [once() for _ in range(3)]
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = (usage.ru_utime + usage.ru_stime) / len(runs)
    totals = sorted(max(run["ssh"], run["page"]) for run in runs)
    parts = {f"{name}_s": round(min(run[name] for run in runs), 2) for name in ("bound", "ssh", "page")}
    figures = {"bench": "start", "ports": int(runs[0]["ports"]), "best_s": round(totals[0], 2), **parts}
    print(json.dumps(figures | {"worst_s": round(totals[-1], 2), "cpu_s": round(cpu, 2)}))


if __name__ == "__main__":
    main()

"""``samovar check``: looks at everything that can be wrong before it is, and says what to do."""

import errno
import shutil
import socket
import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
from msgspec import Struct

from samovar.cli.compose import settings, spec
from samovar.cli.running import running
from samovar.cli.text import size, table
from samovar.config import Settings
from samovar.process.lockdown import probe_layers
from samovar.process.spec import Spec

State = Literal["good", "note", "bad"]
LEAST_FREE = 1 << 30  # bytes
OLDEST_CLOCK = 1_760_000_000  # this program is younger than that


class Finding(Struct, frozen=True):
    """One thing that was looked at; ``advice`` says what to do where it is not good."""

    what: str
    state: State
    found: str
    advice: str = ""


def check(data: Path, args: Namespace) -> int:
    """Look at all of it. Exit code 1 when something keeps Samovar from working."""
    findings = tuple(_all(data, args))
    if args.json:
        print(msgspec.json.format(msgspec.json.encode(findings)).decode())
    else:
        table(("", "what", "found"), [(f.state, f.what, f.found) for f in findings])
        for finding in findings:
            if finding.advice:
                print(f"\n{finding.what}: {finding.advice}")
    return int(any(finding.state == "bad" for finding in findings))


def _all(data: Path, args: Namespace) -> Iterator[Finding]:
    try:
        chosen = settings(data, args)
        plan = spec(data, chosen, lines=False)
    except (ValueError, OSError) as error:
        yield Finding("configuration", "bad", str(error), "mend it, then look again")
        return
    yield Finding("configuration", "good", f"edition {chosen.edition}, {plan.workers} workers")
    yield _running(data)
    yield from _ports(data, plan)
    yield from _layers()
    yield _disk(data, chosen)
    yield _clock()
    yield _exposure(chosen)


def _running(data: Path) -> Finding:
    state = running(data)
    return Finding("running", "good", f"as process {state.pid}" if state else f"nothing on {data}")


def _ports(data: Path, plan: Spec) -> Iterator[Finding]:
    if running(data):
        yield Finding("ports", "good", "held by the Samovar that runs")
        return
    taken, refused = [], []
    for tap in plan.taps:
        kind = socket.SOCK_DGRAM if tap.transport == "udp" else socket.SOCK_STREAM
        code = _bindable(tap.host, tap.bind_port, kind)
        if code == errno.EACCES:
            refused.append(tap.bind_port)
        elif code:
            taken.append(f"{tap.sensor} {tap.bind_port}/{tap.transport}")
    free = len(plan.taps) - len(taken) - len(refused)
    yield Finding("ports", "good" if free else "bad", f"{free} of {len(plan.taps)} can be bound")
    if taken:
        yield Finding("ports taken", "note", ", ".join(taken[:8]), "stop what listens there, or add --port-offset")
    if refused:
        yield Finding(
            "low ports", "note", f"{len(set(refused))} are not ours", "start as root, or add --port-offset 20000"
        )


def _bindable(host: str, port: int, kind: socket.SocketKind) -> int:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, kind) as sock:
            if kind == socket.SOCK_STREAM:  # on UDP it would share the port with whoever has it
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            sock.bind((host, port))
    except OSError as error:
        return error.errno or errno.EIO
    return 0


def _layers() -> Iterator[Finding]:
    states: dict[str, State] = {"full": "good", "partial": "note", "missing": "note"}
    for layer in probe_layers():
        advice = "a newer kernel, or root, gives this layer too; the others hold" if layer.missing else ""
        yield Finding(f"lock-down: {layer.name}", states[layer.state], layer.missing or "full", advice)


def _disk(data: Path, chosen: Settings) -> Finding:
    free = shutil.disk_usage(data if data.exists() else data.absolute().parent).free
    found = f"{size(free)} free"
    if free < LEAST_FREE:
        return Finding("disk", "bad", found, "make room: the oldest records would soon be dropped for the newest")
    if free < chosen.disk.budget_gib * 2**30:
        return Finding("disk", "note", found, f"less than the budget of {chosen.disk.budget_gib:g} GiB ([disk])")
    return Finding("disk", "good", found)


def _clock() -> Finding:
    now = time.time()
    shown = time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime(now))
    if now < OLDEST_CLOCK:
        return Finding("clock", "bad", shown, "set it: every event carries its time")
    return Finding("clock", "good", shown)


def _exposure(chosen: Settings) -> Finding:
    return Finding("page", "good", f"on {chosen.web.listen}")

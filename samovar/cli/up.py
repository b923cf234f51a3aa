"""``samovar up``: works out what runs, then becomes the supervisor of it."""

import os
import sys
from argparse import Namespace
from pathlib import Path

from samovar.cli.apart import apart
from samovar.cli.logs import begin
from samovar.cli.running import Running, forget, write
from samovar.cli.text import table
from samovar.process.child import Child
from samovar.process.spec import Spec, Status
from samovar.process.supervisor import Supervisor


def up(data: Path, args: Namespace) -> int:
    """Start everything and stay until told to stop."""
    begin("samovar")
    command = [sys.executable, "-m", "samovar.cli"]
    hub, forkserver = Child("hub", [*command, "_hub"]), Child("fork server", [*command, "_forkserver"])
    for child in (forkserver, hub):
        child.start()  # they import while we work out what they shall do
    try:
        plan, token, certificate = apart(lambda: _plan(data, args))
    except BaseException:
        for child in (forkserver, hub):
            child.bury(again=False)
        raise

    def ready(status: Status) -> None:
        url = f"{'https' if certificate else 'http'}://{status.web}" if status.web else ""
        write(data, Running(pid=os.getpid(), url=url, certificate=certificate))
        if not args.quiet:
            _greet(status, plan, url, token)

    try:
        return Supervisor(plan, forkserver, hub, ready).run()
    finally:
        forget(data)


def _plan(data: Path, args: Namespace) -> tuple[Spec, str | None, str]:
    """The specification, the first run's token if nobody has a password yet, and the page's certificate."""
    from samovar.cli.compose import settings, spec
    from samovar.web.settings import check_exposure
    from samovar.web.users import Users, api_token

    chosen = settings(data, args)
    plan = spec(data, chosen, lines=not args.quiet and sys.stdout.isatty())
    if plan.web is None:
        return plan, None, ""
    users = Users(data)
    check_exposure(chosen.web, has_password=bool(users.all()))
    api_token(data)
    return plan, users.offer_setup(), chosen.web.certificate


def _greet(status: Status, plan: Spec, url: str, token: str | None) -> None:
    rows: dict[tuple[str, str, str], list[str]] = {}
    for port in status.ports:
        where = str(port.port)
        bound = port.bound.rpartition(":")[2]
        shown = where if bound == where else f"{where} (at {bound})"
        ports = rows.setdefault((port.family, port.sensor, port.transport), [])
        if shown not in ports:
            ports.append(shown)
    table(
        ("family", "sensor", "", "ports"),
        [(*key, ", ".join(ports) if len(ports) < 6 else f"{len(ports)} ports") for key, ports in rows.items()],
    )
    moved = next((t.bind_port - t.port for t in plan.taps if t.bind_port != t.port), 0)
    if moved:
        print(f"\nEvery port is moved by {moved}; for the real ones see docs/howto/real-ports.md.")
    for worker in status.workers[:1]:
        for line in worker.layers_missing:
            print(f"Lock-down without {line}")
    if url:
        print(f"\nThe page: {url}/{f'#token={token}' if token else ''}")
        if token:
            print("It asks you to choose a password; the token in that address works once.")
    print("Stop with Ctrl-C.", flush=True)

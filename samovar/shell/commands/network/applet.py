"""Whether a command runs as an applet of BusyBox, whose clients differ from the big ones."""

from samovar.shell.kernel.process import Process


def is_applet(p: Process) -> bool:
    """On a router everything does; elsewhere what ``busybox NAME`` runs is marked by it."""
    return bool(p.machine.persona.busybox or getattr(p, "applet", False))


def usage(p: Process, text: str) -> int:
    """BusyBox's own way to say that a call is wrong; the status."""
    p.err(f"BusyBox v1.35.0 (Debian 1:1.35.0-4+deb12u1+b1) multi-call binary.\n\nUsage: {text}\n")
    return 1

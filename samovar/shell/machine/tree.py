"""All nodes that the machine makes up, by path."""

import stat

from samovar.shell.disk.base import Image
from samovar.shell.disk.made import RUN_DEVICE, Made
from samovar.shell.disk.session import Session
from samovar.shell.machine import dev, etc, log, proc, router, sysfs
from samovar.shell.machine.machine import Machine
from samovar.shell.machine.nodes import file, folder, link


def made_nodes(machine: Machine) -> dict[str, Made | int | None]:
    """What is laid over the image; None: what is not there."""
    made: dict[str, Made | int | None] = {}
    made |= proc.nodes(machine)
    made |= sysfs.nodes(machine)
    made |= dev.nodes(machine)
    if machine.persona.busybox:
        return made | router.nodes(machine)
    made |= etc.nodes(machine)
    made |= log.nodes(machine)
    made |= _run(machine)
    made |= _kernel(machine)
    return made | _site(machine) | _packages(machine)


def _run(machine: Machine) -> dict[str, Made]:
    """/run: what services leave there."""
    boot = float(machine.persona.boot_time)
    names = (
        "lock",
        "log",
        "sshd",
        "systemd",
        "user",
        "network",
        "udev",
        "apache2",
        "chrony",
        "dbus",
        "vsftpd",
        "mount",
    )
    made = {f"/run/{name}": folder(time=boot + 5, device=RUN_DEVICE) for name in names}
    made["/run"] = folder(time=boot + 9, device=RUN_DEVICE)
    made["/run/lock"] = folder(0o1777, time=boot + 5, device=RUN_DEVICE + 1)
    pids = {task.comm: task.pid for task in reversed(machine.processes(boot + 60))}
    for path, name in (("sshd.pid", "sshd"), ("crond.pid", "cron"), ("rsyslogd.pid", "rsyslogd"),
                       ("apache2/apache2.pid", "apache2"), ("chrony/chronyd.pid", "chronyd")):  # fmt: skip
        node = file(f"{pids.get(name, 1)}\n", time=boot + 7)
        made[f"/run/{path}"] = Made(mode=node.mode, data=node.data, time=node.time, device=RUN_DEVICE)
    return made


def _kernel(machine: Machine) -> dict[str, Made | int | None]:
    """The persona's kernel under its own name instead of the image's."""
    image, release = machine.image, machine.persona.kernel_release
    found: dict[str, Made | int | None] = {}
    boot = _find(image, "/boot")
    if boot < 0:
        return found
    for child in image.children(boot):
        kind, dash, version = image.name(child).partition("-")
        if dash and version != release:
            found |= {f"/boot/{kind}-{version}": None, f"/boot/{kind}-{release}": child}
            modules = _find(image, f"/usr/lib/modules/{version}")
            if modules >= 0:
                found |= {f"/usr/lib/modules/{version}": None, f"/usr/lib/modules/{release}": modules}
    for name, kind in (("vmlinuz", "vmlinuz"), ("initrd.img", "initrd.img")):
        found[f"/{name}"] = link(f"boot/{kind}-{release}", machine.persona.installed_time + 90)
        found[f"/{name}.old"] = link(f"boot/{kind}-{release}", machine.persona.installed_time + 90)
    return found


def _find(image: Image, path: str) -> int:
    """An image's node, or -1."""
    node = image.root
    for name in path.strip("/").split("/"):
        node = image.lookup(node, name) if node >= 0 else -1
    return node


def _site(machine: Machine) -> dict[str, Made]:
    """The web server's page."""
    persona = machine.persona
    page = (
        "<!DOCTYPE html>\n<html>\n<head><title>Apache2 Default Page: It works</title></head>\n<body>\n"
        f"<h1>It works!</h1>\n<p>This is {persona.host_name}. The site is not set up yet.</p>\n</body>\n</html>\n"
    )
    return {"/var/www/html/index.html": file(page, time=float(persona.site_time))}


def _packages(machine: Machine) -> dict[str, Made]:
    """dpkg's list of what is installed."""

    def status(session: Session) -> bytes:
        rows = (
            f"Package: {row.name}\nStatus: install ok installed\nPriority: optional\nSection: {row.section}\n"
            f"Installed-Size: {row.size}\nArchitecture: {row.architecture}\nVersion: {row.version}\n"
            f"Description: {row.description}\n\n"
            for row in machine.image.packages()
        )
        return "".join(rows).encode("latin-1", "replace")

    time = float(machine.persona.installed_time + 400)
    return {f"/var/lib/dpkg/{name}": Made(mode=stat.S_IFREG | 0o644, data=status, time=time)
            for name in ("status", "status-old")}  # fmt: skip

"""All nodes that the machine makes up, by path."""

from samovar.shell.disk.made import RUN_DEVICE, Made
from samovar.shell.machine import dev, etc, log, proc, router, sysfs
from samovar.shell.machine.machine import Machine
from samovar.shell.machine.nodes import file, folder, link


def made_nodes(machine: Machine) -> dict[str, Made | None]:
    """What is laid over the image; None: what is not there."""
    made: dict[str, Made | None] = {}
    made |= proc.nodes(machine)
    made |= sysfs.nodes(machine)
    made |= dev.nodes(machine)
    if machine.persona.busybox:
        return made | router.nodes(machine)
    made |= etc.nodes(machine)
    made |= log.nodes(machine)
    made |= _run(machine)
    return made | _kernel(machine) | _site(machine)


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


def _kernel(machine: Machine) -> dict[str, Made | None]:
    """The persona's kernel under its own name instead of the image's."""
    image, release = machine.image, machine.persona.kernel_release
    found: dict[str, Made | None] = {}
    boot = image.lookup(image.root, "boot")
    if boot < 0:
        return found
    for child in image.children(boot):
        kind, dash, version = image.name(child).partition("-")
        if dash and version != release:
            found[f"/boot/{kind}-{version}"] = None
            found[f"/boot/{kind}-{release}"] = Made(
                mode=image.mode(child), size=image.size(child), time=machine.persona.installed_time + 90
            )
    for name, kind in (("vmlinuz", "vmlinuz"), ("initrd.img", "initrd.img")):
        found[f"/{name}"] = link(f"boot/{kind}-{release}", machine.persona.installed_time + 90)
        found[f"/{name}.old"] = link(f"boot/{kind}-{release}", machine.persona.installed_time + 90)
    return found


def _site(machine: Machine) -> dict[str, Made]:
    """The web server's page."""
    persona = machine.persona
    page = (
        "<!DOCTYPE html>\n<html>\n<head><title>Apache2 Default Page: It works</title></head>\n<body>\n"
        f"<h1>It works!</h1>\n<p>This is {persona.host_name}. The site is not set up yet.</p>\n</body>\n</html>\n"
    )
    return {"/var/www/html/index.html": file(page, time=float(persona.site_time))}

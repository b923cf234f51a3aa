"""lscpu, lspci, lsmod, modprobe, insmod, rmmod, dmidecode, dmesg, sysctl."""

from datetime import UTC, datetime

from samovar.shell.commands.options import parse
from samovar.shell.disk.fault import Fault
from samovar.shell.kernel.process import Process
from samovar.shell.machine.log import kernel_log


def lscpu(p: Process) -> int:
    """The processors."""
    options = parse(p, "aBbCcehJp::sxyV", {"parse=?": "p", "extended=?": "e", "json": "J", "online": "b", "all": "a"})
    cpu = p.machine.cpu()
    if "p" in options:
        p.out(
            "# The following is the parsable format, which can be fed to other\n"
            "# programs. Each different item in every column has an unique ID\n"
            "# starting usually from zero.\n# CPU,Core,Socket,Node,,L1d,L1i,L2,L3\n"
        )
        p.out("".join(f"{i},{i},0,0,,{i},{i},{i},0\n" for i in range(cpu.count)))
        return 0
    low, high = cpu.address_bits
    rows = [
        ("Architecture:", p.machine.persona.machine), ("  CPU op-mode(s):", "32-bit, 64-bit"),
        ("  Address sizes:", f"{low} bits physical, {high} bits virtual"), ("  Byte Order:", "Little Endian"),
        ("CPU(s):", str(cpu.count)), ("  On-line CPU(s) list:", f"0-{cpu.count - 1}" if cpu.count > 1 else "0"),
        ("Vendor ID:", cpu.vendor), ("  Model name:", cpu.name), ("    CPU family:", str(cpu.family)),
        ("    Model:", str(cpu.model)),
        ("    Thread(s) per core:", "1"), ("    Core(s) per socket:", str(cpu.count)), ("    Socket(s):", "1"),
        ("    Stepping:", str(cpu.stepping)),
        ("    BogoMIPS:", f"{cpu.bogomips:.2f}"), ("    Flags:", cpu.flags), ("Caches (sum of all):", ""),
        ("  L1d:", f"{32 * cpu.count} KiB ({cpu.count} instance{'s' if cpu.count > 1 else ''})"),
        ("  L1i:", f"{32 * cpu.count} KiB ({cpu.count} instance{'s' if cpu.count > 1 else ''})"),
        ("  L3:", f"{cpu.cache / 1024:g} MiB (1 instance)"),
        ("NUMA:", ""), ("  NUMA node(s):", "1"),
        ("  NUMA node0 CPU(s):", f"0-{cpu.count - 1}" if cpu.count > 1 else "0"),
    ]  # fmt: skip
    stream = p.descriptors.get(1)
    if stream is None or not stream.tty:  # no tree without a terminal, and wider
        rows = [(name.strip(), value) for name, value in rows if value]
    width = 32 if stream is not None and stream.tty else 40
    p.out("".join(f"{name:<{width}} {value}".rstrip() + "\n" for name, value in rows))
    return 0


def lspci(p: Process) -> int:
    """The PCI devices."""
    options = parse(p, "vnkqbDtmMxs:d:i:p:A:O:G")
    for device in p.machine.pci():
        ids = f" [{device.ids}]" if options.values("n") and len(options.values("n")) > 1 and device.ids else ""
        p.out(f"{device.slot} {device.class_name}: {device.name}{ids}\n")
    return 0


def lsmod(p: Process) -> int:
    """The kernel's modules."""
    p.out("Module                  Size  Used by\n")
    for module in p.machine.modules():
        users = f" {','.join(module.users)}" if module.users else ""
        p.out(f"{module.name:<19} {module.size:>8}  {module.count or len(module.users)}{users}\n")
    return 0


def modprobe(p: Process) -> int:
    """Modules that the kernel has load; others are not found."""
    names = [word for word in p.argv[1:] if not word.startswith("-")]
    if not names:
        return p.fail("ERROR: missing parameters. See -h.")
    if p.identity.uid:
        return p.fail(f"ERROR: could not insert '{names[0]}': Operation not permitted")
    if any(module.name == names[0].replace("-", "_") for module in p.machine.modules()):
        return 0
    p.err(
        f"modprobe: FATAL: Module {names[0]} not found in directory /lib/modules/{p.machine.persona.kernel_release}\n"
    )
    return 1


def insmod(p: Process) -> int:
    """A module's file: refused as one of another kernel's."""
    if len(p.argv) < 2:
        return p.fail("ERROR: missing filename.")
    try:
        p.contents(p.argv[1])
    except Fault as fault:
        return p.fail(f"ERROR: could not load module {p.argv[1]}: {fault.text}")
    reason = "Operation not permitted" if p.identity.uid else "Invalid module format"
    return p.fail(f"ERROR: could not insert module {p.argv[1]}: {reason}")


def rmmod(p: Process) -> int:
    """A module in use stays."""
    for name in [word for word in p.argv[1:] if not word.startswith("-")]:
        module = next((found for found in p.machine.modules() if found.name == name), None)
        if module is None:
            return p.fail(f"ERROR: Module {name} is not currently loaded")
        if p.identity.uid:
            return p.fail(f"ERROR: could not remove '{name}': Operation not permitted")
        if module.users:
            return p.fail(f"ERROR: Module {name} is in use by: {' '.join(module.users)}")
    return 0


def dmidecode(p: Process) -> int:
    """The firmware's tables; for root."""
    options = parse(p, "qs:t:uVh", {"string=": "s", "type=": "t", "quiet": "q"})
    if p.identity.uid:
        p.out("# dmidecode 3.4\n")
        p.err(
            "/sys/firmware/dmi/tables/smbios_entry_point: Permission denied\n"
            "Scanning /dev/mem for entry point.\n/dev/mem: Permission denied\n"
        )
        return 1
    dmi = p.machine.dmi()
    strings = {
        "system-manufacturer": dmi.vendor, "system-product-name": dmi.product, "system-serial-number": dmi.serial,
        "system-uuid": dmi.uuid,
        "baseboard-product-name": dmi.board, "baseboard-manufacturer": dmi.vendor, "bios-vendor": dmi.bios_vendor,
        "bios-version": dmi.bios_version, "bios-release-date": dmi.bios_date, "chassis-manufacturer": dmi.vendor,
        "chassis-serial-number": dmi.serial,
        "processor-version": p.machine.cpu().name, "system-version": "Not Specified", "system-family": "Not Specified",
    }  # fmt: skip
    if "s" in options:
        known = strings.get(options.value("s"))
        if known is None:
            p.err(f"Invalid string keyword: {options.value('s')}\n")
            return 2
        p.out(known + "\n")
        return 0
    p.out(
        "# dmidecode 3.4\nGetting SMBIOS data from sysfs.\nSMBIOS 2.8 present.\n\n"
        "Handle 0x0000, DMI type 0, 24 bytes\nBIOS Information\n"
        f"\tVendor: {dmi.bios_vendor}\n\tVersion: {dmi.bios_version}\n"
        f"\tRelease Date: {dmi.bios_date}\n\n"
        "Handle 0x0100, DMI type 1, 27 bytes\nSystem Information\n"
        f"\tManufacturer: {dmi.vendor}\n\tProduct Name: {dmi.product}\n"
        f"\tVersion: Not Specified\n\tSerial Number: {dmi.serial}\n\tUUID: {dmi.uuid}\n\tWake-up Type: Power Switch\n\n"
    )
    return 0


def dmesg(p: Process) -> int:
    """The kernel's log."""
    options = parse(
        p, "CcDdeEf:HhkLl:n:PpruStTwWxV", {"ctime": "T", "human": "H", "clear": "C", "level=": "l", "nopager": "P"}
    )
    if p.identity.uid:
        return p.fail("read kernel buffer failed: Operation not permitted")
    if "C" in options:
        return 0
    lines = kernel_log(p.machine)
    boot = p.now - p.machine.uptime(p.now)
    for seconds, text in lines:
        stamp = (
            f"[{datetime.fromtimestamp(boot + seconds, UTC):%a %b %e %H:%M:%S %Y}]"
            if "T" in options
            else f"[{seconds:12.6f}]"
        )
        p.out(("" if "t" in options else stamp + " ") + text + "\n")
    return 0


def sysctl(p: Process) -> int:
    """Kernel parameters, from /proc/sys."""
    options = parse(
        p,
        "aAbeNnp::qwrX",
        {"all": "a", "values": "n", "names": "N", "write": "w", "load=?": "p", "quiet": "q", "ignore": "e"},
    )
    if "p" in options:
        return 0
    names = _below(p, "/proc/sys") if "a" in options else options.rest
    status = 0
    for word in names:
        name, equals, value = word.partition("=")
        path = "/proc/sys/" + name.strip().replace(".", "/")
        if equals:
            if p.identity.uid:
                status = p.fail(f'permission denied on key "{name.strip()}"')
            elif not p.view.exists(path):
                status = p.fail(f"cannot stat {path}: No such file or directory")
            else:
                p.out(f"{name.strip()} = {value.strip()}\n")
            continue
        try:
            text = p.contents(path).decode("latin-1").rstrip("\n")
        except Fault as fault:
            if "e" not in options and "a" not in options:
                status = (
                    p.fail(f"cannot stat {path}: {fault.text}")
                    if fault.code == "ENOENT"
                    else p.fail(f'permission denied on key "{name}"')
                )
            continue
        p.out(f"{name}\n" if "N" in options else f"{text}\n" if "n" in options else f"{name} = {text}\n")
    return status


def _below(p: Process, top: str) -> list[str]:
    found, stack = [], [top]
    while stack:
        path = stack.pop()
        p.spend(1)
        try:
            kind = p.view.stat(path).kind
            if kind == "d":
                stack += [f"{path}/{name}" for name in reversed(p.view.listing(path))]
            else:
                found.append(path.removeprefix("/proc/sys/").replace("/", "."))
        except Fault:
            continue
    return found

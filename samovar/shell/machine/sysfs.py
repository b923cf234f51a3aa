"""/sys, as far as it is read: network, processors, firmware, block devices, modules."""

from samovar.shell.disk.made import SYS_DEVICE, Made
from samovar.shell.machine.facts import Interface
from samovar.shell.machine.machine import Machine
from samovar.shell.machine.nodes import folder, link, sysfs


def nodes(machine: Machine) -> dict[str, Made]:
    """Everything below /sys."""
    boot = float(machine.persona.boot_time)
    found: dict[str, Made] = {name: folder(device=SYS_DEVICE, time=boot) for name in (
        "block", "bus", "class", "dev", "devices", "firmware", "fs", "fs/cgroup", "hypervisor", "kernel",
        "kernel/debug",
        "kernel/security", "module", "power", "class/net", "class/dmi", "class/tty", "class/block", "class/thermal",
        "fs/ext4", "bus/pci", "bus/pci/devices", "devices/virtual", "devices/pci0000:00",
    )}  # fmt: skip
    found |= _processors(machine) | _network(machine) | _blocks(machine) | _firmware(machine)
    for module in machine.modules():
        found[f"module/{module.name}/refcnt"] = sysfs(f"{module.count}\n")
    for device in machine.pci():
        vendor, _, number = device.ids.partition(":")
        found[f"bus/pci/devices/0000:{device.slot}/vendor"] = sysfs(f"0x{vendor}\n")
        found[f"bus/pci/devices/0000:{device.slot}/device"] = sysfs(f"0x{number}\n")
    made = {f"/sys/{name}": node for name, node in found.items()}
    for name in list(made):
        above = name.rpartition("/")[0]
        while above != "/sys":
            made.setdefault(above, folder(device=SYS_DEVICE, time=boot))
            above = above.rpartition("/")[0]
    made["/sys"] = folder(0o555, device=SYS_DEVICE, time=boot)
    return made


def _processors(machine: Machine) -> dict[str, Made]:
    cpu = machine.cpu()
    span = f"0-{cpu.count - 1}\n" if cpu.count > 1 else "0\n"
    found = {f"devices/system/cpu/{name}": sysfs(span) for name in ("online", "possible", "present")}
    found["devices/system/cpu/offline"] = sysfs("\n")
    for number in range(cpu.count):
        above = f"devices/system/cpu/cpu{number}"
        found[f"{above}/online"] = sysfs("1\n", 0o644)
        found[f"{above}/topology/core_id"] = sysfs(f"{number}\n")
        found[f"{above}/topology/physical_package_id"] = sysfs("0\n")
        found[f"{above}/cpufreq/scaling_governor"] = sysfs("powersave\n", 0o644)
        found[f"{above}/cpufreq/cpuinfo_max_freq"] = sysfs(f"{int(cpu.mhz + 1) * 1000}\n")
    flaws = {
        "meltdown": "Mitigation: PTI",
        "spectre_v1": "Mitigation: usercopy/swapgs barriers and __user pointer sanitization",
        "spectre_v2": "Mitigation: Retpolines; IBPB conditional; IBRS_FW; STIBP disabled; RSB filling",
    }
    for name, text in flaws.items():
        found[f"devices/system/cpu/vulnerabilities/{name}"] = sysfs(f"{text}\n")
    return found


def _network(machine: Machine) -> dict[str, Made]:
    found: dict[str, Made] = {}
    for item in machine.interfaces(machine.persona.boot_time):
        virtual = "virtual/net" if item.loopback else "pci0000:00/0000:00:1c.0/0000:01:00.0/net"
        place = f"devices/{virtual}/{item.name}"
        found[f"class/net/{item.name}"] = link(f"../../{place}", device=SYS_DEVICE)
        texts = {
            "address": item.mac, "mtu": str(item.mtu), "ifindex": str(item.index), "carrier": "1", "flags": "0x1003",
            "operstate": "unknown" if item.loopback else "up", "type": "772" if item.loopback else "1", "dormant": "0",
            "tx_queue_len": "1000", "addr_len": "6",
            "broadcast": "00:" * 5 + "00" if item.loopback else "ff:" * 5 + "ff",
        }  # fmt: skip
        if not item.loopback:
            texts |= {"speed": "1000", "duplex": "full"}
        found |= {f"{place}/{name}": sysfs(f"{text}\n") for name, text in texts.items()}
        for name in ("rx_bytes", "rx_packets", "tx_bytes", "tx_packets"):
            found[f"{place}/statistics/{name}"] = _counter(machine, item, name)
        for name in ("rx_errors", "tx_errors", "rx_dropped", "tx_dropped", "collisions", "multicast"):
            found[f"{place}/statistics/{name}"] = sysfs("0\n")
    return found


def _counter(machine: Machine, item: Interface, name: str) -> Made:
    place = item.index - 1
    return sysfs(lambda session: f"{getattr(machine.interfaces(session.now)[place], name)}\n")


def _blocks(machine: Machine) -> dict[str, Made]:
    found: dict[str, Made] = {}
    whole, *parts = machine.hardware.partitions()
    place = f"devices/pci0000:00/0000:00:17.0/ata1/host0/target0:0:0/0:0:0:0/block/{whole[0]}"
    found[f"block/{whole[0]}"] = link(f"../{place}", device=SYS_DEVICE)
    for name, text in (("size", str(whole[3])), ("removable", "0"), ("ro", "0"), ("dev", f"{whole[1]}:{whole[2]}"),
                       ("queue/rotational", "0"), ("queue/logical_block_size", "512"), ("queue/scheduler",
                       "[mq-deadline] none"), ("device/vendor", "ATA     "), ("device/model",
                       "SAMSUNG MZ7KM480")):  # fmt: skip
        found[f"{place}/{name}"] = sysfs(f"{text}\n")
    for name, major, minor, sectors in parts:
        for file_name, text in (
            ("size", str(sectors)),
            ("dev", f"{major}:{minor}"),
            ("ro", "0"),
            ("partition", str(minor)),
        ):
            found[f"{place}/{name}/{file_name}"] = sysfs(f"{text}\n")
        found[f"class/block/{name}"] = link(f"../../{place}/{name}", device=SYS_DEVICE)
    return found


def _firmware(machine: Machine) -> dict[str, Made]:
    if machine.hardware.small:
        return {}
    dmi = machine.dmi()
    texts = {
        "sys_vendor": dmi.vendor, "product_name": dmi.product, "product_serial": dmi.serial, "product_uuid": dmi.uuid,
        "board_vendor": dmi.vendor, "board_name": dmi.board, "bios_vendor": dmi.bios_vendor,
        "chassis_vendor": dmi.vendor,
        "bios_version": dmi.bios_version, "bios_date": dmi.bios_date, "chassis_type": "23", "product_version": "",
        "board_serial": f".{dmi.serial}.", "chassis_serial": dmi.serial, "product_family": "",
    }  # fmt: skip
    secret = ("product_serial", "product_uuid", "board_serial", "chassis_serial")
    found = {
        f"devices/virtual/dmi/id/{name}": sysfs(f"{text}\n", 0o400 if name in secret else 0o444)
        for name, text in texts.items()
    }
    return found | {"class/dmi/id": link("../../devices/virtual/dmi/id", device=SYS_DEVICE)}

"""/proc but for the processes: what the kernel tells of the machine as a whole."""

import ipaddress

from samovar.persona import Persona
from samovar.shell.disk.made import PROC_DEVICE, Made
from samovar.shell.disk.session import Session
from samovar.shell.machine.facts import ANY, Socket
from samovar.shell.machine.machine import Machine
from samovar.shell.machine.nodes import folder, link, proc, same

_FILESYSTEMS = (
    "nodev\tsysfs nodev\ttmpfs nodev\tbdev nodev\tproc nodev\tcgroup nodev\tcgroup2 nodev\tcpuset nodev\tdevtmpfs "
    "nodev\tdebugfs nodev\ttracefs nodev\tsecurityfs nodev\tsockfs nodev\tbpf nodev\tpipefs nodev\tramfs "
    "nodev\thugetlbfs nodev\tdevpts nodev\tmqueue nodev\tpstore \text3 \text2 \text4 nodev\tautofs nodev\tconfigfs "
    "\tfuseblk nodev\tfuse nodev\tfusectl"
)
_STATES = {"ESTAB": "01", "LISTEN": "0A", "UNCONN": "07"}


def cpuinfo(machine: Machine) -> str:
    """/proc/cpuinfo."""
    cpu = machine.cpu()
    if machine.persona.busybox:
        head = f"system type\t\t: {machine.persona.cpu_model}\nmachine\t\t\t: {machine.dmi().product}\n"
        return head + "".join(
            f"processor\t\t: {n}\ncpu model\t\t: MIPS 1004Kc V2.15\nBogoMIPS\t\t: {cpu.bogomips}\nwait "
            f"instruction\t: yes\n"
            "microsecond timers\t: yes\ntlb_entries\t\t: 32\nisa\t\t\t: mips1 mips2 mips32r1 mips32r2\n"
            f"ASEs implemented\t: mips16 dsp mt\npackage\t\t\t: 0\ncore\t\t\t: {n // 2}\nVPE\t\t\t: {n % 2}\n\n"
            for n in range(cpu.count)
        )
    bugs = "cpu_meltdown spectre_v1 spectre_v2 spec_store_bypass l1tf mds swapgs itlb_multihit mmio_stale_data"
    return "".join(
        f"processor\t: {n}\nvendor_id\t: {cpu.vendor}\ncpu family\t: {cpu.family}\nmodel\t\t: {cpu.model}\n"
        f"model name\t: {cpu.name}\nstepping\t: {cpu.stepping}\nmicrocode\t: {cpu.microcode}\n"
        f"cpu MHz\t\t: {cpu.mhz:.3f}\ncache size\t: {cpu.cache} KB\nphysical id\t: 0\nsiblings\t: {cpu.count}\n"
        f"core id\t\t: {n}\ncpu cores\t: {cpu.count}\napicid\t\t: {n * 2}\ninitial apicid\t: {n * 2}\nfpu\t\t: yes\n"
        f"fpu_exception\t: yes\ncpuid level\t: 22\nwp\t\t: yes\nflags\t\t: {cpu.flags}\nbugs\t\t: {bugs}\n"
        f"bogomips\t: {cpu.bogomips:.2f}\nclflush size\t: 64\ncache_alignment\t: 64\naddress sizes\t: "
        f"{cpu.address_bits[0]} bits physical, {cpu.address_bits[1]} bits virtual\npower management:\n\n"
        for n in range(cpu.count)
    )


def meminfo(machine: Machine, now: float) -> str:
    """/proc/meminfo."""
    memory = machine.memory(now)
    limit = memory.swap_total + memory.total // 2
    mapped, tables = memory.anonymous // 2, 2_300 + memory.total // 2_000
    rows = {
        "MemTotal": memory.total, "MemFree": memory.free, "MemAvailable": memory.available, "Buffers": memory.buffers,
        "Cached": memory.cached, "SwapCached": (memory.swap_total - memory.swap_free) // 3, "Active": memory.active,
        "Inactive": memory.inactive, "Active(anon)": memory.anonymous // 3, "Inactive(anon)": memory.anonymous * 2 // 3,
        "Active(file)": memory.active - memory.anonymous // 3,
        "Inactive(file)": memory.inactive - memory.anonymous * 2 // 3, "Unevictable": 0, "Mlocked": 0,
        "SwapTotal": memory.swap_total, "SwapFree": memory.swap_free, "Zswap": 0, "Zswapped": 0, "Dirty": memory.dirty,
        "Writeback": 0, "AnonPages": memory.anonymous, "Mapped": mapped, "Shmem": memory.shared,
        "KReclaimable": memory.reclaimable, "Slab": memory.slab, "SReclaimable": memory.reclaimable,
        "SUnreclaim": memory.slab - memory.reclaimable, "KernelStack": 2_100, "PageTables": tables,
        "SecPageTables": 0, "NFS_Unstable": 0, "Bounce": 0, "WritebackTmp": 0, "CommitLimit": limit,
        "Committed_AS": memory.anonymous * 3, "VmallocTotal": 34_359_738_367, "VmallocUsed": 21_300, "VmallocChunk": 0,
        "Percpu": 700 * machine.persona.cpu_count, "HardwareCorrupted": 0, "AnonHugePages": 0, "ShmemHugePages": 0,
        "ShmemPmdMapped": 0, "FileHugePages": 0, "FilePmdMapped": 0,
    }  # fmt: skip
    text = "".join(f"{name + ':':<15} {value:>8} kB\n" for name, value in rows.items())
    pages = ("HugePages_Total", "HugePages_Free", "HugePages_Rsvd", "HugePages_Surp")
    text += "".join(f"{name + ':':<15} {0:>8}\n" for name in pages)
    direct = memory.total // 4
    return text + (
        f"Hugepagesize:       2048 kB\nHugetlb:               0 kB\nDirectMap4k:    {direct:>8} kB\n"
        f"DirectMap2M:    {memory.total - direct:>8} kB\n"
    )


def stat(machine: Machine, now: float) -> str:
    """/proc/stat."""
    time, count = machine.cpu_time(now), machine.persona.cpu_count
    total = (time.user, time.nice, time.system, time.idle, time.iowait, time.irq, time.softirq, 0.0, 0.0, 0.0)
    each = [int(value * 100) // count for value in total]
    lines = ["cpu  " + " ".join(str(value * count) for value in each)]
    lines += [f"cpu{n} " + " ".join(map(str, each)) for n in range(count)]
    drift = machine.drift
    lines += [
        f"intr {int(drift.counter('interrupts', now, 160))} 0 9 0 0 0 0 0 0 1",
        f"ctxt {int(drift.counter('switches', now, 290))}",
        f"btime {machine.persona.boot_time}",
        f"processes {machine.next_pid(now)}",
        "procs_running 1",
        "procs_blocked 0",
        f"softirq {int(drift.counter('softirqs', now, 90))} 0 0 0 0 0 0 0 0 0 0",
    ]
    return "\n".join(lines) + "\n"


def loadavg(machine: Machine, session: Session) -> str:
    """/proc/loadavg."""
    load = machine.load(session.now)
    own = session.tasks()
    last = max((task.pid for task in own), default=load.last_pid)
    return f"{load.one:.2f} {load.five:.2f} {load.fifteen:.2f} 1/{load.total + len(own)} {last}\n"


def interrupts(machine: Machine, now: float) -> str:
    """/proc/interrupts, all on one line for each processor's timer."""
    count = machine.persona.cpu_count
    each = int(machine.drift.counter("interrupts", now, 60)) // count
    head = " " * 11 + "".join(f"CPU{n:<8}" for n in range(count))
    return f"{head.rstrip()}\nLOC: " + " ".join(f"{each:>10}" for _ in range(count)) + "   Local timer interrupts\n"


def uptime(machine: Machine, now: float) -> str:
    """/proc/uptime."""
    return f"{machine.uptime(now):.2f} {machine.cpu_time(now).idle:.2f}\n"


def net_dev(machine: Machine, now: float) -> str:
    """/proc/net/dev."""
    lines = [
        "Inter-|   Receive                                                |  Transmit\n"
        " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop "
        "fifo colls carrier "
        "compressed\n"
    ]
    lines += [
        f"{item.name:>6}: {item.rx_bytes:>7} {item.rx_packets:>7}    0    0    0     0          0         0 "
        f"{item.tx_bytes:>8} {item.tx_packets:>7}    0    0    0     0       0          0\n"
        for item in machine.interfaces(now)
    ]
    return "".join(lines)


def net_route(machine: Machine) -> str:
    """/proc/net/route."""
    lines = ["Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT"]
    for route in machine.routes():
        mask = int.from_bytes(((1 << 32) - (1 << 32 - route.prefix) & 0xFFFFFFFF).to_bytes(4, "big"), "little")
        flags = "0003" if route.gateway != ANY else "0001"
        lines.append(
            f"{route.interface}\t{_hex4(route.destination)}\t{_hex4(route.gateway)}\t{flags}\t0\t0\t0\t"
            f"{mask:08X}\t0\t0\t0"
        )
    return "".join(f"{line:<127}\n" for line in lines)


def net_arp(machine: Machine) -> str:
    """/proc/net/arp."""
    head = "IP address       HW type     Flags       HW address            Mask     Device\n"
    device = machine.network.device
    rows = (
        f"{ip:<16} 0x1         0x2         {mac:<21} *        {device}\n" for ip, mac in machine.network.neighbours()
    )
    return head + "".join(rows)


def net_sockets(machine: Machine, session: Session, protocol: str) -> str:
    """/proc/net/tcp, tcp6, udp or udp6."""
    wide = protocol.endswith("6")
    address = "local_address                         remote_address       " if wide else "local_address rem_address  "
    head = f"  sl  {address} st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode"
    lines = [head if wide else f"{head:<149}"]
    found = [socket for socket in machine.sockets(session) if socket.protocol == protocol]
    lines += [_socket(number, socket, wide) for number, socket in enumerate(found)]
    return "\n".join(lines) + "\n"


def _socket(number: int, socket: Socket, wide: bool) -> str:
    encode = _hex6 if wide else _hex4
    local, peer = encode(socket.local), encode(socket.peer)
    line = (
        f"{number:>4}: {local}:{socket.port:04X} {peer}:{socket.peer_port:04X} {_STATES[socket.state]} "
        f"00000000:00000000 "
        f"00:00000000 00000000 {socket.uid:>5}        0 {socket.inode} 1 0000000000000000 100 0 0 10 0"
    )
    return line if wide else f"{line:<149}"


def _hex4(address: str) -> str:
    return f"{int.from_bytes(bytes(int(part) for part in address.split('.')), 'little'):08X}"


def _hex6(address: str) -> str:
    raw = ipaddress.IPv6Address(address).packed
    return "".join(f"{int.from_bytes(raw[n : n + 4], 'little'):08X}" for n in range(0, 16, 4))


def net_if_inet6(machine: Machine, now: float) -> str:
    """/proc/net/if_inet6."""
    lines = []
    for item in machine.interfaces(now):
        raw = ipaddress.IPv6Address(item.ipv6).packed.hex()
        scope = "10" if item.loopback else "20"
        lines.append(f"{raw} {item.index:02x} {item.ipv6_prefix:02x} {scope} 80 {item.name:>8}\n")
    return "".join(lines)


def mounts(machine: Machine, now: float) -> str:
    """/proc/mounts."""
    return "".join(f"{mount.source} {mount.target} {mount.type} {mount.options} 0 0\n" for mount in machine.mounts(now))


def diskstats(machine: Machine, now: float) -> str:
    """/proc/diskstats."""
    return "".join(
        f"{row.major:>4} {row.minor:>7} {row.name} {row.reads} {row.reads // 9} {row.read_sectors} "
        f"{int(row.busy * 400)} "
        f"{row.writes} {row.writes * 2} {row.written_sectors} {int(row.busy * 900)} 0 {int(row.busy * 1000)} "
        f"{int(row.busy * 1300)} 0 0 0 0 0 0\n"
        for row in machine.hardware.traffic(now)
    )


def partitions(machine: Machine) -> str:
    """/proc/partitions."""
    rows = machine.hardware.partitions()
    return "major minor  #blocks  name\n\n" + "".join(
        f"{major:>4} {minor:>8} {sectors // 2:>10} {name}\n" for name, major, minor, sectors in rows
    )


def modules(machine: Machine) -> str:
    """/proc/modules."""
    return "".join(
        f"{module.name} {module.size} {module.count} {','.join(module.users) + ',' if module.users else '-'} Live "
        "0x0000000000000000\n"
        for module in machine.modules()
    )


def swaps(machine: Machine, now: float) -> str:
    """/proc/swaps."""
    memory = machine.memory(now)
    head = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
    used = memory.swap_total - memory.swap_free
    row = f"/dev/sda5                               partition\t{memory.swap_total}\t\t{used}\t\t-2\n"
    return head + (row if memory.swap_total else "")


def _sysctls(persona: Persona) -> dict[str, str]:
    return {
        "kernel/hostname": persona.host_name, "kernel/domainname": "(none)", "kernel/osrelease": persona.kernel_release,
        "kernel/ostype": "Linux", "kernel/version": persona.kernel_version, "kernel/pid_max": "4194304",
        "kernel/threads-max": str(persona.memory_kib // 65), "kernel/randomize_va_space": "2",
        "kernel/printk": "4\t4\t1\t7",
        "kernel/core_pattern": "core", "kernel/sysrq": "438", "kernel/dmesg_restrict": "1", "kernel/panic": "0",
        "kernel/yama/ptrace_scope": "0", "kernel/kptr_restrict": "0", "kernel/shmmax": "18446744073692774399",
        "vm/swappiness": "60", "vm/overcommit_memory": "0", "vm/drop_caches": "0", "vm/nr_hugepages": "0",
        "vm/max_map_count": "65530", "vm/dirty_ratio": "20", "vm/mmap_min_addr": "65536",
        "fs/file-max": "9223372036854775807",
        "fs/file-nr": "1024\t0\t9223372036854775807", "fs/nr_open": "1048576", "fs/inotify/max_user_watches": "14781",
        "net/core/somaxconn": "4096", "net/core/rmem_max": "212992", "net/core/wmem_max": "212992",
        "net/ipv4/ip_forward": str(int(bool(persona.busybox))), "net/ipv4/tcp_syncookies": "1",
        "net/ipv4/ip_local_port_range": "32768\t60999", "net/ipv4/tcp_fin_timeout": "60", "net/ipv4/tcp_tw_reuse": "2",
        "net/ipv4/icmp_echo_ignore_all": "0", "net/ipv4/tcp_congestion_control": "cubic",
        "net/ipv6/conf/all/disable_ipv6": "0", "net/ipv6/conf/default/disable_ipv6": "0",
    }  # fmt: skip


def nodes(machine: Machine) -> dict[str, Made]:
    """Everything below /proc but the processes' directories."""
    persona = machine.persona
    texts: dict[str, Made] = {
        "cpuinfo": proc(cpuinfo(machine)), "version": proc(machine.kernel_banner + "\n"),
        "cmdline": proc(machine.cmdline + "\n"), "modules": proc(modules(machine)),
        "partitions": proc(partitions(machine)),
        "filesystems": proc("".join(f"{row}\n" for row in _FILESYSTEMS.split(" "))),
        "meminfo": proc(lambda s: meminfo(machine, s.now)), "stat": proc(lambda s: stat(machine, s.now)),
        "uptime": proc(lambda s: uptime(machine, s.now)), "loadavg": proc(lambda s: loadavg(machine, s)),
        "diskstats": proc(lambda s: diskstats(machine, s.now)), "swaps": proc(lambda s: swaps(machine, s.now)),
        "interrupts": proc(lambda s: interrupts(machine, s.now)),
        "devices": proc("Character devices:\n  1 mem\n  4 tty\n  5 /dev/tty\n  5 /dev/console\n 10 misc\n136 pts\n\n"
                        "Block devices:\n  8 sd\n"),
        "kcore": proc("", 0o400), "kmsg": proc("", 0o400), "sysrq-trigger": proc("", 0o200),
        "version_signature": proc(""),
        "fs": folder(0o555, device=PROC_DEVICE), "driver": folder(0o555, device=PROC_DEVICE),
        "self": link(lambda s: str(s.caller), device=PROC_DEVICE), "mounts": link("self/mounts", device=PROC_DEVICE),
        "thread-self": link(lambda s: f"{s.caller}/task/{s.caller}", device=PROC_DEVICE),
        "net": link("self/net", device=PROC_DEVICE), "bus": folder(0o555, device=PROC_DEVICE),
    }  # fmt: skip
    if persona.os_id != "ubuntu":
        del texts["version_signature"]
    for name, value in _sysctls(persona).items():
        texts[f"sys/{name}"] = proc(value + "\n", 0o644)
    made = {f"/proc/{name}": node for name, node in texts.items()}
    for name in list(made):
        above = name.rpartition("/")[0]
        while above != "/proc":
            made.setdefault(above, folder(0o555, device=PROC_DEVICE, time=same))
            above = above.rpartition("/")[0]
    made["/proc"] = folder(0o555, device=PROC_DEVICE, time=same)
    return made

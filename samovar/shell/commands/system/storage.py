"""df, mount, umount, lsblk, blkid, fdisk."""

from collections.abc import Iterator, Sequence

from samovar.shell.commands.files.names import human
from samovar.shell.commands.options import Options, parse
from samovar.shell.disk.fault import Fault
from samovar.shell.disk.node import Mount
from samovar.shell.kernel.process import Process

_LONG = {
    "all": "a", "human-readable": "h", "si": "H", "inodes": "i", "print-type": "T", "type=": "t",
    "exclude-type=": "x", "total": "total",
    "local": "l", "portability": "P", "block-size=": "B", "output=?": "output", "sync": "sync", "no-sync": "sync",
}  # fmt: skip


def df(p: Process) -> int:
    """Free space."""
    options = parse(p, "aB:hHiklmPTt:x:v", _LONG)
    status, chosen = 0, list[Mount]()
    if options.rest:
        for name in options.rest:
            try:
                chosen.append(p.view.usage(p.path(name)))
            except Fault as fault:
                status = p.fail(f"{name}: {fault.text}")
        if not chosen:
            return status
    else:
        chosen = [mount for mount in p.view.mounts() if mount.size or "a" in options]
    if "t" in options:
        chosen = [mount for mount in chosen if mount.type in options.values("t")]
    chosen = [mount for mount in chosen if mount.type not in options.values("x")]
    if not chosen:
        return p.fail("no file systems processed")
    unit = options.last("hHkm") or (
        "M"
        if options.value("B").upper().startswith("M")
        else "G"
        if options.value("B").upper().startswith("G")
        else "k"
    )
    heads = ["Filesystem", *(["Type"] if "T" in options else [])]
    if "i" in options:
        heads += ["Inodes", "IUsed", "IFree", "IUse%"]
    else:
        size = {"h": "Size", "H": "Size", "m": "1M-blocks", "M": "1M-blocks", "G": "1G-blocks"}.get(
            unit, "1024-blocks" if "P" in options else "1K-blocks"
        )
        heads += [size, "Used", "Avail" if unit in "hH" else "Available", "Capacity" if "P" in options else "Use%"]
    rows = [_row(mount, unit, typed="T" in options, inodes="i" in options) for mount in chosen]
    p.out(_aligned([[*heads, "Mounted on"], *rows], left=2 if "T" in options else 1))
    return status


def _row(mount: Mount, unit: str, *, typed: bool, inodes: bool) -> list[str]:
    def shown(kib: int) -> str:
        if unit in "hH":
            return human(kib * 1024, 1024 if unit == "h" else 1000) if kib else "0"
        return str(-(-kib // {"m": 1024, "M": 1024, "G": 1 << 20}.get(unit, 1)))

    head = [mount.source, *([mount.type] if typed else [])]
    if inodes:
        total, used = mount.inodes, mount.inodes_used
        share = f"{-(-used * 100 // total)}%" if total else "-"
        return [
            *head,
            human(total) if unit in "hH" else str(total),
            human(used) if unit in "hH" else str(used),
            human(total - used) if unit in "hH" else str(total - used),
            share,
            mount.target,
        ]
    both = mount.used + mount.available
    return [
        *head,
        shown(mount.size),
        shown(mount.used),
        shown(mount.available),
        f"{-(-mount.used * 100 // both)}%" if both else "-",
        mount.target,
    ]


def _aligned(rows: Sequence[Sequence[str]], left: int) -> str:
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    widths[0] = max(widths[0], 14)
    lines = []
    for row in rows:
        cells = [
            cell.ljust(widths[i]) if i < left else cell.rjust(max(widths[i], 5 if i == left else 0))
            for i, cell in enumerate(row[:-1])
        ]
        lines.append(" ".join([*cells, row[-1]]))
    return "".join(line + "\n" for line in lines)


def mount(p: Process) -> int:
    """What is mounted; nothing else can be."""
    options = parse(
        p,
        "aBfhilMno:O:rRsT:t:U:vVwL:",
        {"types=": "t", "options=": "o", "bind": "B", "all": "a", "version": "V", "read-only": "r"},
    )
    if "V" in options:
        p.out("mount from util-linux 2.38.1 (libmount 2.38.1: selinux, smack, btrfs, namespaces, assert, debug)\n")
        return 0
    if not options.rest and "a" not in options:
        for entry in p.view.mounts():
            if "t" not in options or entry.type in options.value("t").split(","):
                p.out(f"{entry.source} on {entry.target} type {entry.type} ({entry.options})\n")
        return 0
    if p.identity.uid:
        if len(options.rest) > 1:
            return _unmounted(p, f"{options.rest[-1]}: must be superuser to use mount")
        p.err("mount: only root can do that\n")
        return 1
    if "a" in options or "remount" in options.value("o"):
        return 0
    if len(options.rest) == 1:
        if any(entry.target == options.rest[0] for entry in p.view.mounts()):
            return 0
        p.err(f"mount: {options.rest[0]}: can't find in /etc/fstab.\n")
        return 1
    source, goal = options.rest[:2]
    if not p.view.exists(p.path(goal)):
        return _unmounted(p, f"{goal}: mount point does not exist")
    if source.startswith("/") and not p.view.exists(source):
        return _unmounted(p, f"{goal}: special device {source} does not exist")
    return 0


def _unmounted(p: Process, why: str) -> int:
    p.err(f"mount: {why}.\n       dmesg(1) may have more information after failed mount system call.\n")
    return 32


def umount(p: Process) -> int:
    """Nothing lets itself be unmounted that is in use."""
    options = parse(p, "aAcdfhilnO:qRrt:vV")
    if not options.rest:
        if "a" in options:
            return 0
        p.err("umount: bad usage\nTry 'umount --help' for more information.\n")
        return 1
    status = 0
    for name in options.rest:
        if p.identity.uid:
            p.err(f"umount: {name}: must be superuser to unmount.\n")
            status = 32
        elif any(entry.target == name for entry in p.view.mounts()):
            if "l" not in options:
                p.err(f"umount: {name}: target is busy.\n")
                status = 32
        else:
            p.err(f"umount: {name}: {'not mounted' if p.view.exists(p.path(name)) else 'no mount point specified'}.\n")
            status = 32
    return status


def _devices(p: Process, options: Options) -> Iterator[list[str]]:
    """lsblk's rows."""
    partitions = p.machine.hardware.partitions()
    mounted = {entry.source: entry for entry in p.view.mounts()}
    last = max((name for name, *_ in partitions if name[-1].isdecimal()), default="")
    for name, major, minor, sectors in partitions:
        part = name[-1].isdecimal()
        if part and "d" in options:
            continue
        shown = (("└─" if name == last else "├─") if part else "") + name
        entry = mounted.get("/dev/" + name)
        if "f" not in options:
            size = str(sectors * 512) if "b" in options else human(sectors * 512).replace(".0", "")
            kind = "part" if part else "disk"
            yield [shown, f"{major}:{minor}", "0", size, "0", kind, entry.target if entry else ""]
        elif entry is None:
            yield [shown, "", "", "", "", "", "", ""]
        else:
            used = f"{entry.used * 100 // max(entry.size, 1)}%"
            yield [shown, "ext4", "1.0", "", p.machine.disk_id(name), human(entry.available * 1024), used, entry.target]


def lsblk(p: Process) -> int:
    """Block devices."""
    options = parse(
        p,
        "abdfhilmno:OpPrsStx:J",
        {"bytes": "b", "fs": "f", "nodeps": "d", "noheadings": "n", "output=": "o", "paths": "p", "list": "l"},
    )
    systems = "f" in options
    heads = "FSTYPE FSVER LABEL UUID FSAVAIL FSUSE%" if systems else "MAJ:MIN RM SIZE RO TYPE"
    rows = [["NAME", *heads.split(), "MOUNTPOINTS"], *_devices(p, options)]
    rows = rows[1:] if "n" in options else rows
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    left = {0, *range(1, 8)} if systems else {0, 5}
    for row in rows:
        cells = [cell.ljust(widths[i]) if i in left else cell.rjust(widths[i]) for i, cell in enumerate(row[:-1])]
        p.write((" ".join([*cells, row[-1]]).rstrip() + "\n").encode("utf-8"))
    return 0


def blkid(p: Process) -> int:
    """File systems' identities; for root."""
    if p.identity.uid:
        return 2
    for entry in p.view.mounts():
        if entry.source.startswith("/dev/"):
            part = entry.source.rpartition("/")[2]
            p.out(
                f'{entry.source}: UUID="{p.machine.disk_id(part)}" BLOCK_SIZE="4096" '
                f'TYPE="{entry.type}" PARTUUID="{p.machine.disk_id("disk")[:8]}-01"\n'
            )
    return 0


def fdisk(p: Process) -> int:
    """The partition table; for root."""
    options = parse(p, "lb:c:LnstVxhw:W:o:u", {"list": "l"})
    if "l" not in options:
        p.err("fdisk: bad usage\nTry 'fdisk --help' for more information.\n")
        return 1
    if p.identity.uid:
        p.err("fdisk: cannot open /dev/sda: Permission denied\n")
        return 0
    partitions = p.machine.hardware.partitions()
    name, _, _, sectors = partitions[0]
    size = sectors * 512
    p.out(
        f"Disk /dev/{name}: {size / (1 << 30):.0f} GiB, {size} bytes, {sectors} sectors\n"
        f"Disk model: {p.machine.dmi().vendor.split()[0]} DISK\n"
        "Units: sectors of 1 * 512 = 512 bytes\nSector size (logical/physical): 512 bytes / 512 bytes\n"
        "I/O size (minimum/optimal): 512 bytes / 512 bytes\n"
        f"Disklabel type: dos\nDisk identifier: 0x{p.machine.disk_id('disk')[:8]}\n"
        "\n"
        "Device     Boot    Start       End   Sectors  Size Id Type\n"
    )
    start = 2048
    for part, _, _, count in partitions[1:]:
        kind = "82 Linux swap / Solaris" if part.endswith("5") else "5 Extended" if part.endswith("2") else "83 Linux"
        p.out(
            f"/dev/{part}  {'*' if part.endswith('1') else ' '}  {start:>9} {start + count - 1:>9} "
            f"{count:>9} {human(count * 512):>4} {kind}\n"
        )
        start += count + 2
    return 0

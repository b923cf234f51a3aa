"""Processors, memory, disks, firmware: what the machine is made of."""

import uuid

from samovar.persona import Persona
from samovar.shell.machine.drift import Drift
from samovar.shell.machine.facts import Cpu, CpuTime, DiskTraffic, Dmi, Memory, Module, PciDevice

_BASE_FLAGS = (
    "fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov pat pse36 clflush dts acpi mmx fxsr sse sse2 ss ht "
    "tm pbe syscall nx pdpe1gb rdtscp lm constant_tsc art arch_perfmon pebs bts rep_good nopl xtopology nonstop_tsc "
    "cpuid aperfmperf pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 sdbg fma cx16 xtpr pdcm pcid dca "
    "sse4_1 sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave avx f16c rdrand lahf_lm abm 3dnowprefetch "
    "cpuid_fault epb invpcid_single pti ssbd ibrs ibpb stibp tpr_shadow vnmi flexpriority ept vpid ept_ad fsgsbase "
    "tsc_adjust bmi1 avx2 smep bmi2 erms invpcid cqm rdt_a rdseed adx smap intel_pt xsaveopt cqm_llc cqm_occup_llc "
    "cqm_mbm_total cqm_mbm_local dtherm ida arat pln pts md_clear flush_l1d"
)
#: part of the model name: family, model, stepping, last level cache in KiB, microcode
_MODELS = {
    "E5-2640 v4": (6, 79, 1, 25600, "0xb000040"),
    "E5-2620 v4": (6, 79, 1, 20480, "0xb000040"),
    "Silver 4210": (6, 85, 7, 14080, "0x5003605"),
    "Gold 5218": (6, 85, 7, 22528, "0x5003605"),
    "E3-1230 v6": (6, 158, 9, 8192, "0xf4"),
    "E-2236": (6, 158, 10, 12288, "0xf4"),
}
_MAKERS = {
    "d0:94:66": ("Dell Inc.", "PowerEdge R430", "0CN7X8", "Dell Inc.", "2.15.0", "05/24/2022"),
    "94:18:82": ("HPE", "ProLiant DL360 Gen10", "ProLiant DL360 Gen10", "HPE", "U32", "07/14/2022"),
    "0c:c4:7a": ("Supermicro", "SYS-5019S-M", "X11SSH-F", "American Megatrends Inc.", "2.6", "03/10/2021"),
    "50:64:2b": ("Xiaomi", "Mi Router 3G", "", "", "", ""),
    "60:32:b1": ("TP-Link", "Archer C6 v3", "", "", "", ""),
}
_PCI = (
    "00:00.0|8086:5918|Host bridge|{1} Xeon E3-1200 v6/7th Gen Core Processor Host Bridge (rev 05)",
    "00:01.0|8086:1901|PCI bridge|{1} 6th-10th Gen Core Processor PCIe Controller (x16) (rev 05)",
    "00:13.0|8086:a135|Non-VGA unclassified device|{1} 100 Series/C230 Series Chipset Integrated Sensor Hub (rev 31)",
    "00:14.0|8086:a12f|USB controller|{1} {0} USB 3.0 xHCI Controller (rev 31)",
    "00:16.0|8086:a13a|Communication controller|{1} {0} MEI Controller #1 (rev 31)",
    "00:17.0|8086:a102|SATA controller|{1} Q170/Q150/B150/H170/H110/Z170 Chipset SATA Controller [AHCI Mode] (rev 31)",
    "00:1c.0|8086:a110|PCI bridge|{1} {0} PCI Express Root Port #1 (rev f1)",
    "00:1f.0|8086:a149|ISA bridge|{1} C236 Chipset LPC/eSPI Controller (rev 31)",
    "00:1f.4|8086:a123|SMBus|{1} {0} SMBus (rev 31)",
    "01:00.0|8086:1533|Ethernet controller|{1} I210 Gigabit Network Connection (rev 03)",
    "02:00.0|1a03:2000|VGA compatible controller|ASPEED Technology, Inc. ASPEED Graphics Family (rev 30)",
)
_MODULES = (
    ("nft_compat", 20480, ""), ("nf_tables", 303104, "nft_compat"), ("nfnetlink", 20480, "nft_compat,nf_tables"),
    ("intel_rapl_msr", 20480, ""), ("intel_rapl_common", 32768, "intel_rapl_msr"), ("x86_pkg_temp_thermal", 20480, ""),
    ("intel_powerclamp", 20480, ""), ("coretemp", 20480, ""), ("kvm_intel", 380928, ""), ("kvm", 1142784, "kvm_intel"),
    ("irqbypass", 16384, "kvm"), ("crc32_pclmul", 16384, ""), ("ghash_clmulni_intel", 16384, ""),
    ("sha512_ssse3", 49152, ""), ("aesni_intel", 393216, ""), ("crypto_simd", 16384, "aesni_intel"),
    ("cryptd", 28672, "crypto_simd,ghash_clmulni_intel"), ("rapl", 20480, ""), ("intel_cstate", 20480, ""),
    ("ast", 69632, ""), ("drm_vram_helper", 24576, "ast"), ("drm_ttm_helper", 16384, "ast,drm_vram_helper"),
    ("ttm", 94208, "drm_vram_helper,drm_ttm_helper"), ("drm_kms_helper", 204800, "ast,drm_vram_helper"),
    ("mei_me", 53248, ""), ("mei", 159744, "mei_me"), ("iTCO_wdt", 16384, ""), ("intel_pmc_bxt", 16384, "iTCO_wdt"),
    ("iTCO_vendor_support", 16384, "iTCO_wdt"), ("watchdog", 45056, "iTCO_wdt"), ("sg", 40960, ""),
    ("ipmi_si", 81920, ""), ("ipmi_msghandler", 81920, "ipmi_si"), ("button", 24576, ""),
    ("drm", 614400, "ast,drm_kms_helper,drm_vram_helper,drm_ttm_helper,ttm"), ("fuse", 176128, ""),
    ("dm_mod", 184320, ""), ("efi_pstore", 16384, ""), ("configfs", 57344, ""), ("ip_tables", 36864, ""),
    ("x_tables", 61440, "nft_compat,ip_tables"), ("autofs4", 53248, ""), ("ext4", 983040, ""),
    ("crc16", 16384, "ext4"), ("mbcache", 16384, "ext4"), ("jbd2", 167936, "ext4"), ("crc32c_generic", 16384, ""),
    ("sd_mod", 65536, ""), ("t10_pi", 16384, "sd_mod"), ("ahci", 49152, ""), ("libahci", 49152, "ahci"),
    ("libata", 401408, "libahci,ahci"), ("igb", 319488, ""), ("i2c_algo_bit", 16384, "igb,ast"), ("dca", 16384, "igb"),
    ("scsi_mod", 286720, "sd_mod,libata,sg"), ("scsi_common", 16384, "scsi_mod,libata,sd_mod,sg"),
    ("xhci_pci", 24576, ""), ("xhci_hcd", 319488, "xhci_pci"), ("usbcore", 348160, "xhci_hcd,xhci_pci"),
    ("i2c_i801", 36864, ""), ("i2c_smbus", 20480, "i2c_i801"), ("usb_common", 16384, "xhci_hcd,usbcore"),
)  # fmt: skip


class Hardware:
    """The machine's parts and how busy they are."""

    def __init__(self, persona: Persona, drift: Drift) -> None:
        self._persona, self._drift = persona, drift
        self.small = persona.memory_kib < 1 << 19  # a router rather than a server
        self.swap = 0 if self.small else 998_396

    def cpu(self) -> Cpu:
        """The processors."""
        name = self._persona.cpu_model
        family, model, stepping, cache, microcode = next(
            (row for part, row in _MODELS.items() if part in name), (6, 79, 1, 20480, "0xb000040")
        )
        _, at, clock = name.partition("@ ")
        mhz = float(clock.removesuffix("GHz")) * 1000 if at else 880.0
        vendor = "AuthenticAMD" if "AMD" in name else "GenuineIntel"
        flags = _BASE_FLAGS + (" avx512f avx512dq clflushopt clwb avx512cd avx512bw avx512vl" if model == 85 else "")
        mhz_shown = mhz - 0.002 - self._drift.between("mhz", 0, 900) / 1000
        return Cpu(
            self._persona.cpu_count, vendor, family, model, stepping, name, mhz_shown, cache, microcode, flags,
            round(mhz * 2, 2) if at else 586.13,
        )  # fmt: skip

    def cpu_time(self, now: float) -> CpuTime:
        """How the processors spent their time."""
        drift, count = self._drift, self._persona.cpu_count
        user, system = drift.counter("cpu user", now, 0.011 * count), drift.counter("cpu system", now, 0.006 * count)
        wait, soft = drift.counter("cpu wait", now, 0.0015 * count), drift.counter("cpu soft", now, 0.0009 * count)
        nice = drift.counter("cpu nice", now, 0.0002 * count)
        idle = drift.up(now) * count - user - system - wait - soft - nice
        return CpuTime(user, nice, system, idle, wait, 0.0, soft)

    def memory(self, now: float) -> Memory:
        """How the memory is used."""
        drift, total = self._drift, self._persona.memory_kib // 4 * 4
        full = min(drift.up(now) / (3 * 86_400), 1.0)  # caches fill in the first days
        anonymous = int(total * (0.055 + 0.03 * drift.share("anon")) * (0.98 + 0.04 * drift.wave("anon", now, 700)))
        anonymous += min(total // 6, 90_000)
        slab = int(total * 0.018) + min(total // 20, 30_000)
        cached = int(total * (0.12 + 0.38 * full) * (0.985 + 0.03 * drift.wave("cache", now, 4000)))
        buffers = int(total * (0.01 + 0.045 * full) * (0.99 + 0.02 * drift.wave("buffers", now, 9000)))
        kernel = min(total // 25, 28_000)
        free = total - anonymous - slab - cached - buffers - kernel
        shared = int(min(total // 60, 9000) * (0.9 + 0.2 * drift.share("shared")))
        reclaimable = slab * 6 // 10
        available = min(free + (cached - shared + buffers) * 95 // 100 + reclaimable // 2, total - anonymous)
        active = anonymous // 3 + (cached + buffers) * 4 // 10
        swapped = int(self.swap * 0.012 * full * drift.share("swap")) // 4 * 4
        dirty = 8 + int(300 * drift.wave("dirty", now, 35)) // 4 * 4
        inactive = anonymous * 2 // 3 + (cached + buffers) * 5 // 10
        values = (
            total,
            free,
            available,
            buffers,
            cached,
            shared,
            active,
            inactive,
            anonymous,
            slab,
            reclaimable,
            dirty,
        )
        return Memory(*(value // 4 * 4 for value in (*values, self.swap, self.swap - swapped)))  # whole pages

    def partitions(self) -> list[tuple[str, int, int, int]]:
        """Name, major, minor and 512-byte sectors of each block device."""
        if self.small:
            return [(f"mtdblock{n}", 31, n, size * 2) for n, size in enumerate((512, 256, 64, 130_176))]
        whole = self._persona.disk_gib << 21
        swap = 2 * (self.swap + 4)
        root = whole - swap - 2048 * 3
        return [("sda", 8, 0, whole), ("sda1", 8, 1, root), ("sda2", 8, 2, 2), ("sda5", 8, 5, swap)]

    def traffic(self, now: float) -> list[DiskTraffic]:
        """What the block devices have done."""
        drift = self._drift
        rows = []
        for name, major, minor, sectors in self.partitions():
            weight = 1.0 if name in ("sda", "sda1", "mtdblock3") else 0.0
            reads = int(9_000 * weight + drift.counter("reads", now, 0.05) * weight) + 90
            writes = int(drift.counter("writes", now, 0.9) * weight)
            busy = drift.counter("busy", now, 0.002) * weight
            rows.append(DiskTraffic(name, major, minor, sectors, reads, reads * 37, writes, writes * 19, busy))
        return rows

    def dmi(self) -> Dmi:
        """What the firmware says."""
        persona = self._persona
        vendor, product, board, bios, version, date = _MAKERS.get(persona.mac[:8], _MAKERS["0c:c4:7a"])
        unique = str(uuid.UUID(bytes=self._drift.raw("uuid")[:16], version=4))
        return Dmi(vendor, product, persona.serial_number, unique, board, bios, version, date)

    def pci(self) -> list[PciDevice]:
        """The devices on the bus."""
        if self.small:
            return []
        rows = (row.format("100 Series/C230 Series Chipset Family", "Intel Corporation").split("|") for row in _PCI)
        return [PciDevice(slot, class_name, name, ids) for slot, ids, class_name, name in rows]

    def modules(self) -> list[Module]:
        """The loaded kernel modules, the latest first."""
        if self.small:
            return []
        rows = ((name, size, tuple(users.split(",")) if users else ()) for name, size, users in _MODULES)
        return [Module(name, size, users, len(users) + (name in ("ext4", "sd_mod"))) for name, size, users in rows]

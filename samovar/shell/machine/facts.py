"""What is known of the machine at a time."""

from msgspec import Struct

ANY = "0.0.0.0"  # noqa: S104  it is shown, nothing is bound to it


class Cpu(Struct, frozen=True):
    """The processors; all are alike."""

    count: int
    vendor: str  # "GenuineIntel"
    family: int
    model: int
    stepping: int
    name: str
    mhz: float
    cache: int  # KiB, last level
    microcode: str
    flags: str
    bogomips: float
    address_bits: tuple[int, int] = (46, 48)


class Memory(Struct, frozen=True):
    """KiB, as /proc/meminfo has them."""

    total: int
    free: int
    available: int
    buffers: int
    cached: int
    shared: int
    active: int
    inactive: int
    anonymous: int
    slab: int
    reclaimable: int
    dirty: int
    swap_total: int
    swap_free: int


class Load(Struct, frozen=True):
    """Load averages, and processes that run and that there are."""

    one: float
    five: float
    fifteen: float
    running: int
    total: int
    last_pid: int


class CpuTime(Struct, frozen=True):
    """Seconds that all processors together spent so since boot."""

    user: float
    nice: float
    system: float
    idle: float
    iowait: float
    irq: float
    softirq: float


class DiskTraffic(Struct, frozen=True):
    """What a block device has done since boot."""

    name: str
    major: int
    minor: int
    sectors: int  # its size
    reads: int
    read_sectors: int
    writes: int
    written_sectors: int
    busy: float  # seconds


class Interface(Struct, frozen=True):
    """A network interface with its counters."""

    name: str
    index: int
    mac: str
    ipv4: str
    prefix: int
    ipv6: str
    ipv6_prefix: int
    mtu: int
    rx_bytes: int
    rx_packets: int
    tx_bytes: int
    tx_packets: int

    @property
    def loopback(self) -> bool:
        """Whether it is lo."""
        return self.name == "lo"


class Route(Struct, frozen=True):
    """An IPv4 route; ``destination`` is ANY with prefix 0 for the default one."""

    destination: str
    prefix: int
    gateway: str  # ANY: none
    interface: str
    source: str


class Socket(Struct, frozen=True):
    """A socket, as ss shows it."""

    protocol: str  # tcp, tcp6, udp, udp6
    state: str  # LISTEN, ESTAB, UNCONN
    local: str
    port: int
    peer: str
    peer_port: int
    pid: int
    program: str
    fd: int
    inode: int
    uid: int = 0


class Login(Struct, frozen=True):
    """A line of wtmp: somebody came, or the machine started."""

    user: str  # "reboot" where the machine started
    tty: str
    host: str
    start: float
    end: float | None = None  # None: still there


class Account(Struct, frozen=True):
    """A line of /etc/passwd."""

    name: str
    uid: int
    gid: int
    gecos: str
    home: str
    shell: str


class PciDevice(Struct, frozen=True):
    """A line of lspci."""

    slot: str  # "00:1f.2"
    class_name: str
    name: str
    ids: str = ""  # "8086:a182"


class Dmi(Struct, frozen=True):
    """What the firmware says the machine is."""

    vendor: str
    product: str
    serial: str
    uuid: str
    board: str
    bios_vendor: str
    bios_version: str
    bios_date: str  # mm/dd/yyyy


class Module(Struct, frozen=True):
    """A line of lsmod."""

    name: str
    size: int
    users: tuple[str, ...] = ()
    count: int = 0
